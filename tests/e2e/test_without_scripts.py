"""Every job is a plain page with plain forms: nothing here runs a script."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.visitors import OpenPage, sign_in

pytestmark = pytest.mark.e2e


@pytest.fixture
def plain_page(open_page: OpenPage) -> OpenPage:
    def open_plain(username: str = "", **how: object) -> Page:
        return open_page(username, java_script_enabled=False, **how)

    return open_plain


def test_complaint_is_taken_down_settled_and_confirmed(plain_page, product):
    clerk = plain_page()
    sign_in(clerk, "frontdesk1")
    clerk.fill("#desk", "Plain Petra")
    clerk.click(".deskfind button")
    expect(clerk.locator("#id_name")).to_have_value("Plain Petra")

    # What is known is shown on request, and what the words suggest is ticked to be looked at.
    clerk.fill("#id_description", "The seat is torn. I want it repaired.")
    clerk.click("[name=then][value=look]")
    expect(clerk.locator("[name=demands][value=repair]")).to_be_checked()
    expect(clerk.locator("#intake-hint-demands")).to_contain_text("repaired")
    clerk.click("[data-main]")
    expect(clerk.locator("[data-error-summary]")).to_contain_text("Enter a phone number")
    expect(clerk.locator("#id_description")).to_have_value("The seat is torn. I want it repaired.")
    clerk.fill("#id_phone", "138 0000 0701")
    clerk.click("[data-main]")
    clerk.wait_for_url("**/desk/")
    number = re.search(r"C-\d{4}-\d{6}", clerk.url)[0]
    assert clerk.locator(".due-at").first.is_visible()

    # A step that lacks something says so, and keeps what is there.
    clerk.fill("#id_listen_restated", "The driver's seat is torn.")
    clerk.click("#step-listen [data-main] >> nth=0")
    expect(clerk.locator("[data-error-summary]")).to_be_visible()
    expect(clerk.locator("#id_listen_restated")).to_have_value("The driver's seat is torn.")
    clerk.check("#id_listen_customer_agreed")
    clerk.click("#step-listen [data-main] >> nth=0")
    clerk.check("#id_apologise_was_said")
    clerk.click("#step-apologise [data-main] >> nth=0")
    clerk.locator("label.pick", has_text="Repair").first.click()
    clerk.fill("#id_satisfy_remedy", "A new cover on Friday.")
    clerk.locator("label.pick:has([value=satisfied])").click()
    clerk.click("#step-satisfy [data-main] >> nth=0")
    clerk.check("#id_thank_was_thanked")
    clerk.click("#step-thank [data-main] >> nth=0")
    clerk.locator("label.pick", has_text="孙莉").click()
    clerk.locator("label.pick:has([name=outcome])").first.click()
    clerk.click("#step-report [data-main] >> nth=0")
    expect(clerk.locator("#report")).to_contain_text("孙莉 Sun Li is asked to confirm the report.")
    clerk.locator("label.pick:has([name=listen])").first.click()
    clerk.click("text=Keep it")
    expect(clerk.locator("label.pick:has([name=listen]) input").first).to_be_checked()

    boss = plain_page("supervisor1")
    boss.goto("/")
    boss.click("#bell")
    boss.locator("li.new", has_text=number).locator("button").click()
    boss.click("#next-confirm")
    expect(boss.locator("main")).to_contain_text("confirmed the oral report")
    assert "complaint.oral_report_confirmed" in product.do("events_of", number=number)


def test_case_is_taken_and_its_first_contact_noted(plain_page, product):
    number = product.do("lodge", by="frontdesk1", description="A case without scripts", is_raised=True)
    handler = plain_page("handler1")
    handler.goto("/?scope=all&show=unowned")
    handler.locator(f"#row-{number} button").click()
    handler.goto(f"/complaints/{number}/")
    handler.click("#move-on")
    expect(handler.locator("main")).to_contain_text("Record the first contact with the customer.")
    handler.goto(f"/complaints/{number}/")
    handler.click("#next-call")
    expect(handler.locator("#composer [name=kind][value=phone]")).to_be_checked()
    handler.fill("#entry_summary", "Called her, she is glad.")
    handler.click("#composer [data-main]")
    expect(handler.locator("#history")).to_contain_text("Called her, she is glad.")
    handler.click("#next-act")
    expect(handler.locator("#rail [aria-current=step]")).to_contain_text("Get details")


def test_stale_form_is_told_with_a_way_back_and_the_text(plain_page, product):
    number = product.do("lodge", by="frontdesk1", description="Stale without scripts", is_taken=True)
    first, second = plain_page("frontdesk1"), plain_page("frontdesk1")
    for page in (first, second):
        page.goto(f"/complaints/{number}/desk/")
    for page in (first, second):
        page.fill("#id_listen_restated", "A sentence that must not be lost.")
        page.check("#id_listen_customer_agreed")
        page.click("#step-listen [data-main] >> nth=0")
    expect(second.locator("main")).to_contain_text("A sentence that must not be lost.")
    expect(second.locator("h1")).to_have_text(re.compile("Somebody was faster|Not possible now"))
    second.click("main a.btn-primary")
    expect(second.locator("#step-listen")).to_contain_text("A sentence that must not be lost.")
    assert product.do("events_of", number=number).count("complaint.transitioned") == 1


def test_search_pages_language_and_account(plain_page):
    page = plain_page("handler1")
    page.goto("/")
    page.fill("#find", "天窗")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search/**")
    expect(page.locator("#found .qr").first).to_contain_text("王芳")
    page.locator("#found a").first.click()
    page.locator("summary", has_text="Why this time?").first.click()
    page.locator(".why-text a").first.click()
    expect(page.locator("h1")).to_contain_text("why this time?")
    page.goto("/keyboard/")
    expect(page.locator("main")).to_contain_text("Next, previous in a list")
    page.goto("/profile/")
    page.click(".top .lang")
    assert page.locator("html").get_attribute("lang") == "zh-Hans"
    page.click(".top .lang")
    assert page.locator("html").get_attribute("lang") == "en"
