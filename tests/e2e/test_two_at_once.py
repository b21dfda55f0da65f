"""Pressed twice, or by two people: one of it happens, and whoever was slower is told by whom and what."""

import re

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.e2e


def fill_intake(page: Page, words: str, phone: str) -> None:
    page.goto("/complaints/new/")
    page.fill("#id_description", words)
    page.fill("#id_name", "Twice Tina")
    page.fill("#id_phone", phone)


def test_double_click_on_save_is_one_complaint(open_page, product):
    page = open_page("frontdesk1")
    fill_intake(page, "Clicked twice in a hurry", "138 0000 0401")
    page.dblclick("[data-main]", no_wait_after=True)
    page.wait_for_url("**/desk/")
    assert len(product.do("complaints_saying", words="Clicked twice")) == 1


def test_key_and_click_on_save_is_one_complaint(open_page, product):
    page = open_page("frontdesk1")
    fill_intake(page, "Key and click at once", "138 0000 0402")
    page.evaluate(
        """() => {
          const keys = { key: "Enter", ctrlKey: true, bubbles: true, cancelable: true };
          document.getElementById("id_phone").dispatchEvent(new KeyboardEvent("keydown", keys));
          document.querySelector("[name=then][value=hand_over]").click();
        }"""
    )
    page.wait_for_url("**/desk/")
    saved = product.do("complaints_saying", words="Key and click")
    assert [each["owner"] for each in saved] == ["frontdesk1"]


def test_form_sent_again_from_the_way_back_shows_the_first_complaint(open_page, product):
    page = open_page("frontdesk1")
    fill_intake(page, "Sent again from the way back", "138 0000 0403")
    page.click("[data-main]")
    page.wait_for_url("**/desk/")
    first = page.url
    page.go_back()
    # The way back leads to the saved complaint too, or to the form, which then saves nothing new.
    if page.locator("#intake").count():
        page.click("[data-main]")
    page.wait_for_url(first)
    assert len(product.do("complaints_saying", words="Sent again from")) == 1


def test_one_draft_in_two_tabs_is_one_complaint(open_page, product):
    page = open_page("frontdesk1")
    fill_intake(page, "One draft, two tabs", "138 0000 0404")
    other = page.context.new_page()
    other.goto(page.url)
    other.fill("#id_description", "One draft, two tabs, and more words")
    other.fill("#id_phone", "138 0000 0404")
    other.fill("#id_name", "Twice Tina")
    page.click("[data-main]")
    page.wait_for_url("**/desk/")
    other.click("[data-main]")
    other.wait_for_url(page.url)
    assert len(product.do("complaints_saying", words="One draft, two tabs")) == 1


def test_stale_step_is_told_and_changes_nothing(open_page, product):
    number = product.do("lodge", by="frontdesk1", description="Two tabs at the desk", is_taken=True)
    page = open_page("frontdesk1")
    page.goto(f"/complaints/{number}/desk/")
    stale = page.context.new_page()
    stale.goto(f"/complaints/{number}/desk/")
    page.fill("#id_listen_restated", "What the first tab said.")
    page.check("#id_listen_customer_agreed")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#step-apologise .l-b")).to_be_visible()

    stale.fill("#id_listen_restated", "What the second tab said.")
    stale.check("#id_listen_customer_agreed")
    stale.keyboard.press("Control+Enter")
    expect(stale.locator("#refusal .note")).to_be_focused()
    expect(stale.locator("#id_listen_restated")).to_have_value("What the second tab said.")
    assert product.do("events_of", number=number).count("complaint.transitioned") == 1
    stale.locator("#refusal a").first.click()
    expect(stale.locator("#step-listen")).to_contain_text("What the first tab said.")


def test_two_change_one_record_and_the_second_sees_both_texts(open_page, product):
    number = product.do("lodge", by="frontdesk1", description="Record of two", is_raised=True)
    clerk, boss = open_page("frontdesk1"), open_page("supervisor1")
    for page in (clerk, boss):
        page.goto(f"/complaints/{number}/record/edit/")
    clerk.fill("[name=description]", "Record of two, as the clerk heard it.")
    clerk.fill("[name=happened_where]", "In the workshop")
    clerk.click("[data-main]")
    clerk.wait_for_url(f"**/complaints/{number}/")

    boss.fill("[name=description]", "Record of two, as the supervisor heard it.")
    boss.fill("[name=people_involved]", "The master")
    boss.click("[data-main]")
    note = boss.locator("[data-refusal]")
    for words in ("林悦 Lin Yue", "as the clerk heard it", "as the supervisor heard it"):
        expect(note).to_contain_text(words)
    expect(boss.locator("[name=description]")).to_have_value("Record of two, as the supervisor heard it.")
    saved = product.do("complaints_saying", words="Record of two")[0]
    assert saved["description"] == "Record of two, as the clerk heard it."

    # The second one chooses; what only one of them changed stands anyhow.
    note.locator("[name=theirs][value=description]").check()
    boss.click("main form [data-main]")
    boss.wait_for_url(f"**/complaints/{number}/")
    record = boss.locator("section:has(#record-h)")
    for words in ("as the clerk heard it", "In the workshop", "The master"):
        expect(record).to_contain_text(words)


def test_two_take_one_complaint_and_the_second_is_told_the_name(open_page, product):
    number = product.do("lodge", by="frontdesk1", description="Taken by two", name="Taken Ted", phone="138 0000 0406")
    pages = [open_page("frontdesk1"), open_page("supervisor1")]
    for page in pages:
        page.goto("/?scope=all&show=unowned")
    first, second = (page.locator(f"#row-{number}") for page in pages)
    first.locator("button").click()
    expect(first).to_contain_text("林悦 Lin Yue (you)")
    second.locator("button").click()
    expect(pages[1].locator("#refusal")).to_contain_text("林悦 Lin Yue has taken it already.")
    expect(pages[1].locator("#refusal")).to_contain_text("Your press changed nothing.")
    assert product.do("complaints_saying", words="Taken by two")[0]["owner"] == "frontdesk1"
    assert product.do("events_of", number=number).count("complaint.assigned") == 1


def test_report_is_confirmed_once(open_page, product):
    number = product.do("settle", by="frontdesk1", description="Confirmed by two")
    boss = open_page("supervisor1")
    boss.goto(f"/complaints/{number}/")
    other = boss.context.new_page()
    other.goto("/?scope=all&show=all")
    boss.click("#next-confirm")
    expect(boss.locator("#next-confirm")).to_have_count(0)
    other.locator("aside li", has_text=number).locator("button").click()
    expect(other.locator("main")).to_contain_text(re.compile("confirmed", re.IGNORECASE))
    assert product.do("events_of", number=number).count("complaint.oral_report_confirmed") == 1
