"""While the customer talks the form judges, suggests and compares; and what becomes a case goes on as one."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

pytestmark = pytest.mark.e2e


def write(page: Page, words: str) -> None:
    """Type at the end of the customer's words, and wait for the judgement."""
    page.focus("#id_description")
    page.keyboard.press("Control+End")
    with page.expect_response("**/complaints/new/assess/"):
        page.keyboard.type(words)


def tick(page: Page, name: str, value: str) -> Locator:
    return page.locator(f"[name={name}][value={value}]")


def press_tick(page: Page, name: str, value: str) -> None:
    """The box is under its words; one presses these."""
    with page.expect_response("**/complaints/new/assess/"):
        page.locator(f"label.pick:has([name={name}][value={value}])").click()


def heading(page: Page) -> Locator:
    return page.locator("#intake-known .tri h2")


@pytest.mark.parametrize(
    ("language", "told", "more", "word"),
    [
        ("en", "The roof was promised. Otherwise my lawyer writes", " to you about the roof.", "lawyer"),
        ("zh", "说好的天窗没有装，再拖就让律师", "来找你们谈天窗的事。", "律师"),
    ],
)
def test_words_suggest_and_what_was_unticked_stays_so(open_page, language, told, more, word):
    page = open_page("frontdesk1", language=language)
    page.goto("/complaints/new/")
    class_one = heading(page).inner_text()
    write(page, told)
    expect(tick(page, "threats", "legal")).to_be_checked()
    expect(page.locator("#intake-hint-threats")).to_contain_text(word)
    expect(heading(page)).not_to_have_text(class_one)
    expect(page.locator("#intake-known .why li")).to_have_count(1)

    press_tick(page, "threats", "legal")
    expect(tick(page, "threats", "legal")).not_to_be_checked()
    expect(heading(page)).to_have_text(class_one)
    expect(page.locator("#intake-hint-threats")).to_be_empty()
    write(page, more)
    expect(tick(page, "threats", "legal")).not_to_be_checked()
    expect(heading(page)).to_have_text(class_one)
    # Also after the page was loaded again.
    expect(page.locator("[data-draft-status]")).not_to_be_empty()
    page.reload()
    expect(page.locator("#id_description")).to_have_value(told + more)
    expect(tick(page, "threats", "legal")).not_to_be_checked()
    page.click("[name=then][value=draft]")
    page.locator("aside li", has_text=told[:6]).locator("button").click()


def test_case_goes_from_the_desk_to_a_handler_who_acts(open_page, product):
    clerk = open_page("frontdesk1")
    clerk.goto("/complaints/new/")
    write(clerk, "My wife was hurt by the boot lid, here is the doctor's letter.")
    expect(clerk.locator("#id_is_danger")).to_be_checked()
    expect(clerk.locator("#intake-hint-is_danger")).to_contain_text("hurt")
    expect(clerk.locator("#intake-known")).to_contain_text("This may be a crisis")
    clerk.fill("#id_name", "Paul Brandt")
    clerk.fill("#id_phone", "138 0000 0501")
    clerk.click("[name=then][value=hand_over]")
    clerk.wait_for_url(re.compile(r"/complaints/C-\d{4}-\d{6}/$"))
    number = clerk.url.rstrip("/").rsplit("/", 1)[1]
    assert product.do("complaints_saying", words="hurt by the boot lid")[0]["severity_class"] == 2

    handler = open_page("handler1")
    handler.goto("/?scope=all&show=unowned")
    handler.locator(f"#row-{number} button").click()
    expect(handler.locator(f"#row-{number}")).to_contain_text("(you)")
    handler.click(f"#open-{number}")
    handler.wait_for_url(f"**/complaints/{number}/")
    expect(handler.locator("#rail [aria-current=step]")).to_contain_text("Act quickly")
    expect(handler.locator(".conds .not")).to_have_count(1)

    # Pressing says what is missing, and the way to mend it is the composer.
    handler.click("#move-on")
    expect(handler.locator("#refusal")).to_contain_text("Record the first contact with the customer.")
    handler.locator("#refusal a").click()
    expect(handler.locator("#composer")).to_be_in_viewport()
    handler.click("#next-call")
    expect(handler.locator("#entry_summary")).to_be_focused()
    handler.keyboard.type("She is at home again. I come tomorrow at ten and bring a car.")
    handler.keyboard.press("Control+Enter")
    expect(handler.locator(".conds .not")).to_have_count(0)
    expect(handler.locator("#history .cust").first).to_be_visible()
    expect(handler.locator("#deadlines")).to_contain_text("met")
    handler.click("#next-act")
    expect(handler.locator("#rail [aria-current=step]")).to_contain_text("Get details")
    assert "complaint.transitioned" in product.do("events_of", number=number)
    # Whoever logged it sees the same story.
    clerk.reload()
    expect(clerk.locator("#history")).to_contain_text("I come tomorrow at ten")


def test_same_phone_is_told_and_the_talk_is_added_to_the_older_complaint(open_page, product):
    number = product.do(
        "lodge", by="frontdesk1", description="The mirror shakes.", name="Same Sam", phone="138 0000 0502"
    )
    page = open_page("frontdesk1")
    page.goto("/complaints/new/")
    write(page, "He is back about his mirror: it still shakes.")
    with page.expect_response("**/complaints/new/assess/"):
        page.fill("#id_phone", "13800000502")
    card = page.locator(".dupe", has_text=number)
    expect(card).to_contain_text("same phone")
    page.fill("#id_name", "Same Sam")
    card.locator("button").click()
    page.wait_for_url(f"**/complaints/{number}/")
    expect(page.locator("#history .cust").first).to_contain_text("it still shakes")
    assert product.do("complaints_saying", words="it still shakes") == []
    assert product.do("events_of", number=number).count("communication.recorded") == 1
    page.goto("/")
    expect(page.locator("aside")).not_to_contain_text("He is back about his mirror")


def test_customer_on_record_is_found_and_not_asked_again(open_page, product):
    page = open_page("frontdesk1")
    page.goto("/")
    page.fill("#desk", "138 0000 8864")
    page.keyboard.press("Enter")
    expect(page.locator("#id_name")).to_have_value("许文博")
    expect(page.locator("#customer-card")).to_contain_text("¥287,800")
    # Another one, found by the beginning of the name.
    page.fill("#id_name", "")
    page.fill("#id_phone", "")
    page.focus("#id_name")
    page.keyboard.type("Olivia")
    page.locator("#who-list [role=option]", has_text="Olivia Brandt").click()
    expect(page.locator("#id_phone")).to_have_value("+49 30 23125077")
    expect(page.locator("#customer-card")).to_contain_text("Olivia Brandt")
    expect(page.locator("#id_sale option")).to_have_count(2)


def test_raised_at_the_desk_keeps_what_was_done(open_page, product):
    number = product.do("settle", by="frontdesk1", up_to="satisfy", description="Raised at the desk")
    page = open_page("frontdesk1")
    page.goto(f"/complaints/{number}/desk/")
    page.keyboard.press("Escape")
    page.keyboard.press("r")
    page.wait_for_url(f"**/complaints/{number}/raise/")
    page.keyboard.type("He wants to talk to somebody who can decide.")
    page.keyboard.press("Control+Enter")
    page.wait_for_url(f"**/complaints/{number}/")
    expect(page.locator("#case-head")).to_contain_text("2")
    # The first contact was made at the desk, so it goes on with the next stage.
    expect(page.locator("#rail [aria-current=step]")).to_contain_text("Get details")
    expect(page.locator("#history")).to_contain_text("raised it to class 2")
    expect(page.locator("#history")).to_contain_text("somebody who can decide")
    page.goto(f"/complaints/{number}/desk/")
    expect(page.locator("#step-listen")).to_contain_text("It was said back.")
    expect(page.locator("#step-satisfy")).to_have_count(0)
