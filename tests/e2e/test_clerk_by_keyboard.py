"""The clerk's whole path without a mouse: from the sign-in to a confirmed oral report, in both languages."""

import re
from dataclasses import dataclass

import pytest
from playwright.sync_api import expect

from tests.e2e.keyboard import Keyboard

pytestmark = pytest.mark.e2e


@dataclass(frozen=True)
class Told:
    """What a clerk types, and a word that the page must say in their language."""

    language: str
    words: str
    name: str
    phone: str
    restated: str
    remedy: str
    title: str
    closed: str


TOLD = [
    Told(
        "en",
        "The wipers smear since the service.",
        "Keyboard Kate",
        "138 0000 0101",
        "Her wipers smear since the service.",
        "New blades, fitted at once.",
        "New complaint",
        "Closed",
    ),
    Told(
        "zh",
        "保养以后雨刮一直刮不干净。",
        "键盘小凯",
        "138 0000 0102",
        "保养后雨刮刮不干净。",
        "当场更换雨刮片。",
        "登记投诉",
        "已办结",
    ),
]


@pytest.mark.parametrize("told", TOLD, ids=lambda told: told.language)
def test_clerk_settles_a_complaint_and_the_supervisor_confirms_it(open_page, product, told):
    clerk = open_page(language=told.language)
    keys = Keyboard(clerk)
    keys.sign_in("frontdesk1")

    # Take it down.
    keys.wait_on("#desk")
    keys.press("Escape")
    keys.press("n")
    clerk.wait_for_url("**/complaints/new/**")
    expect(clerk.locator("h1")).to_have_text(told.title)
    keys.wait_on("#id_description")
    keys.type(told.words)
    keys.press("Tab")
    keys.type(told.name)
    keys.tab_to("#id_phone")
    keys.type(told.phone)
    keys.save("#step-listen .l-b")
    number = re.search(r"C-\d{4}-\d{6}", clerk.url)[0]

    # L and A.
    keys.wait_on("#id_listen_restated")
    keys.type(told.restated)
    keys.tab_to("#id_listen_customer_agreed")
    keys.press("Space")
    keys.save("#step-apologise .l-b")
    keys.wait_on("#id_apologise_was_said")
    keys.press("Space")
    keys.save("#step-satisfy .l-b")

    # S: what they get, what it is worth, and how they take it.
    keys.wait_on("[name=remedy_kinds]")
    keys.press("Space")
    keys.tab_to("#id_satisfy_remedy")
    keys.type(told.remedy)
    keys.tab_to("#id_satisfy_value")
    keys.type("86")
    keys.tab_to("[name=satisfaction]")
    keys.press("3")
    assert keys.is_on("[name=satisfaction][value=satisfied]:checked")
    keys.save("#step-thank .l-b")

    # T and R: the nearest supervisor is chosen already; arrows choose another one and come back.
    keys.wait_on("#id_thank_was_thanked")
    keys.press("Space")
    keys.save("#step-report .l-b")
    keys.wait_on("[name=to]:checked")
    keys.press("ArrowDown")
    keys.press("ArrowUp")
    supervisor = clerk.locator("label:has([name=to]:checked)")
    expect(supervisor).to_contain_text("孙莉 Sun Li")
    keys.tab_to("[name=outcome]")
    keys.press("Space")
    keys.save("#report")
    assert product.do("complaints_saying", words=told.words)[0]["state"] == "closed"

    # The supervisor hears of it, opens the notice and confirms, again without a mouse.
    boss = open_page(language=told.language)
    keys = Keyboard(boss)
    keys.sign_in("supervisor1")
    keys.tab_to("#bell")
    assert int(boss.locator("#bell .n").inner_text()) > 0
    keys.press("Enter")
    boss.wait_for_url("**/notifications/")
    notice = boss.locator("li", has_text=number).first
    keys.press("j")
    for _row in range(30):
        if number in boss.evaluate("document.activeElement.textContent"):
            break
        keys.press("j")
    expect(notice.locator("button")).to_be_focused()
    keys.press("Enter")
    boss.wait_for_url(f"**/complaints/{number}/**")
    expect(boss.locator("#next-confirm")).to_be_visible()
    keys.press("Control+Enter")
    expect(boss.locator("#next-confirm")).to_have_count(0)
    assert product.do("events_of", number=number)[:2] == ["deadline.met", "complaint.oral_report_confirmed"]

    # The story is told, to whoever looks.
    clerk.goto(f"/complaints/{number}/")
    history = clerk.locator("#history")
    for words in (told.words, "孙莉 Sun Li", "林悦 Lin Yue"):
        expect(history).to_contain_text(words)
    expect(clerk.locator("#case-head .tag-ok")).to_have_text(told.closed)
