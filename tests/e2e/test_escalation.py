"""A complaint that nobody touches calls the supervisor by itself."""

import re

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.e2e


def unread(page: Page) -> int:
    figure = page.locator("#bell .n")
    return int(figure.inner_text()) if figure.count() else 0


@pytest.mark.usefixtures("quick_promise")
def test_untouched_complaint_rings_the_supervisors_bell(open_page, product):
    boss = open_page("supervisor1")
    boss.goto("/?scope=all&show=all")
    before = unread(boss)
    number = product.do("lodge", by="frontdesk1", seconds_ago=52, name="Nobody Nora", phone="138 0000 0201")
    waiting = boss.locator(f"#row-{number} .q-d .due")

    # Nothing is pressed and nothing is loaded again: list and bell ask by themselves.
    expect(waiting).to_have_class(re.compile("due-over"), timeout=45_000)
    expect(boss.locator("#bell .n")).not_to_have_text(str(before), timeout=45_000)
    assert unread(boss) > before
    assert product.do("events_of", number=number)[0] == "deadline.breached"

    boss.click("#bell")
    boss.locator("li.new", has_text=number).first.locator("button").click()
    boss.wait_for_url(f"**/complaints/{number}/**")
    expect(boss.locator("#progress")).to_contain_text("Nobody owns it yet")
    expect(boss.locator("#history li.alarm")).to_have_count(1)

    boss.click("#next-take")
    expect(boss.locator("#case-head")).to_contain_text("孙莉 Sun Li (you)")
