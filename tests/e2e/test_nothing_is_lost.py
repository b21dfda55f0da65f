"""What somebody has typed is never lost: closed tab, ended session, wrong answer, dead server."""

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.crash.place import children, kill
from tests.e2e.installation import Installation, family
from tests.e2e.visitors import OpenPage, sign_in

pytestmark = pytest.mark.e2e


def typed_until_kept(page: Page, words: str) -> None:
    """Type into the intake form, and wait until the server has it."""
    page.goto("/complaints/new/")
    page.fill("#id_description", words)
    with page.expect_response("**/complaints/new/draft/"):
        page.fill("#id_name", "Draft Dora")
    expect(page.locator("[data-draft-status]")).to_contain_text("Draft saved")


def end_session(context: BrowserContext, product: Installation) -> None:
    key = next(cookie["value"] for cookie in context.cookies() if cookie["name"] == "sessionid")
    assert product.do("end_session", key=key) == 1


@pytest.fixture
def clerk(open_page: OpenPage) -> Page:
    """A clerk whose session nobody else uses, so that it may end."""
    page = open_page()
    sign_in(page, "frontdesk1")
    return page


def sign_in_again(page: Page) -> None:
    page.wait_for_url("**/accounts/login/**")
    page.fill("#id_login", "frontdesk1")
    page.fill("#id_password", "demo-complaints")
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "login" not in url)


def test_draft_of_a_closed_tab_is_listed_and_goes_on(open_page, product):
    page = open_page("frontdesk1")
    typed_until_kept(page, "The tyre was flat when the tab")
    page.keyboard.press("Tab")
    page.fill("#id_description", "The tyre was flat when the tab was closed")
    page.close(run_before_unload=False)
    # Another machine: nothing is left in this browser, only on the server.
    page = open_page("frontdesk1")
    page.goto("/")
    page.locator("aside .aside-l a", has_text="The tyre was flat when the tab").click()
    expect(page.locator("#id_description")).to_have_value("The tyre was flat when the tab was closed")
    expect(page.locator("#id_name")).to_have_value("Draft Dora")
    page.fill("#id_phone", "138 0000 0301")
    page.click("[data-main]")
    page.wait_for_url("**/desk/")
    assert len(product.do("complaints_saying", words="when the tab was closed")) == 1
    page.goto("/")
    expect(page.locator("aside")).not_to_contain_text("when the tab was closed")


def test_draft_is_thrown_away_only_by_its_button(open_page):
    page = open_page("frontdesk1")
    typed_until_kept(page, "Never mind the mirror")
    page.goto("/")
    line = page.locator("aside .aside-l li", has_text="Never mind the mirror")
    expect(line).to_be_visible()
    line.locator("button").click()
    expect(page.locator("aside")).not_to_contain_text("Never mind the mirror")


def test_text_survives_a_session_that_ended_on_the_server(clerk, product):
    typed_until_kept(clerk, "Typed before the session ended")
    clerk.fill("#id_phone", "138 0000 0302")
    clerk.locator("label.pick:has([name=demands][value=apology])").click()
    end_session(clerk.context, product)
    clerk.click("[data-main]")
    expect(clerk.locator("h1")).to_have_text("You are signed out")
    assert product.do("complaints_saying", words="before the session ended") == []
    clerk.click("main a.btn-primary")
    sign_in_again(clerk)
    expect(clerk.locator("#id_description")).to_have_value("Typed before the session ended")
    expect(clerk.locator("#id_phone")).to_have_value("138 0000 0302")
    expect(clerk.locator("[name=demands][value=apology]")).to_be_checked()
    clerk.click("[data-main]")
    clerk.wait_for_url("**/desk/")
    saved = product.do("complaints_saying", words="before the session ended")
    assert [each["demands"] for each in saved] == [["apology"]]


def test_step_at_the_desk_survives_a_session_that_ended(clerk, product):
    number = product.do("lodge", by="frontdesk1", description="Step and session", is_taken=True)
    clerk.goto(f"/complaints/{number}/desk/")
    clerk.fill("#id_listen_restated", "They want the step to be kept.")
    clerk.check("#id_listen_customer_agreed")
    end_session(clerk.context, product)
    clerk.click("#step-listen [data-main] >> text=Apologise")
    sign_in_again(clerk)
    clerk.wait_for_url(f"**/complaints/{number}/desk/")
    expect(clerk.locator("#id_listen_restated")).to_have_value("They want the step to be kept.")
    expect(clerk.locator("#id_listen_customer_agreed")).to_be_checked()
    expect(clerk.locator("#kept")).to_be_visible()
    clerk.keyboard.press("Control+Enter")
    expect(clerk.locator("#step-apologise .l-b")).to_be_visible()


def test_note_survives_a_session_that_ended(clerk, product):
    number = product.do("lodge", by="frontdesk1", description="Note and session", is_raised=True)
    clerk.goto(f"/complaints/{number}/")
    clerk.locator("#composer label.pick", has_text="Note").click()
    clerk.fill("#entry_summary", "She comes back at four.")
    end_session(clerk.context, product)
    clerk.click("#composer [data-main]")
    sign_in_again(clerk)
    clerk.wait_for_url(f"**/complaints/{number}/")
    expect(clerk.locator("#entry_summary")).to_have_value("She comes back at four.")
    clerk.click("#composer [data-main]")
    expect(clerk.locator("#history")).to_contain_text("She comes back at four.")
    expect(clerk.locator("#entry_summary")).to_have_value("")
    assert product.do("events_of", number=number).count("complaint.noted") == 1


def test_wrong_answer_keeps_all_others(open_page, product):
    page = open_page("frontdesk1")
    page.goto("/complaints/new/")
    page.fill("#id_description", "She says the price was another one.")
    page.fill("#id_name", "Wrong Wendy")
    page.fill("#id_phone", "twelve")
    page.locator("label.pick:has([name=demands][value=discount])").click()
    page.fill("#id_amount_claimed", "a lot")
    page.locator("label.pick:has([name=upset][value=annoyed])").click()
    page.select_option("#id_channel", "phone")
    page.fill("#id_people_involved", "The new colleague")
    page.locator("summary", has_text="What was promised").click()
    page.fill("#id_promise_by_1", "The new colleague")
    page.locator("summary", has_text="Title, time received").click()
    page.fill("#id_title", "Another price")
    page.click("[data-main]")

    summary = page.locator("[data-error-summary]")
    expect(summary).to_be_focused()
    assert page.title().startswith("Error: ")
    expect(summary.locator("li")).to_have_count(3)
    assert product.do("complaints_saying", words="She says the price was") == []
    for name, value in {
        "description": "She says the price was another one.",
        "name": "Wrong Wendy",
        "phone": "twelve",
        "amount_claimed": "a lot",
        "channel": "phone",
        "people_involved": "The new colleague",
        "promise_by_1": "The new colleague",
        "title": "Another price",
    }.items():
        expect(page.locator(f"#id_{name}")).to_have_value(value)
    expect(page.locator("[name=demands][value=discount]")).to_be_checked()
    expect(page.locator("[name=upset][value=annoyed]")).to_be_checked()
    # Each sentence leads to its field, also into a fold.
    for name, right in {"phone": "138 0000 0303", "amount_claimed": "1,200", "promise_what_1": "The old price"}.items():
        summary.locator(f"a[href='#id_{name}']").click()
        expect(page.locator(f"#id_{name}")).to_be_focused()
        page.fill(f"#id_{name}", right)
    page.click("[data-main]")
    page.wait_for_url("**/desk/")
    saved = product.do("complaints_saying", words="She says the price was")
    assert [(each["title"], each["demands"]) for each in saved] == [("Another price", ["discount"])]


def test_text_survives_a_server_that_dies_and_comes_back(open_page, product, visitors):
    page = open_page("frontdesk1")
    typed_until_kept(page, "The server went away while she spoke")
    page.fill("#id_phone", "138 0000 0304")
    address = page.url
    for process in family(children(product.parent)["web"]):
        kill(process.pid)
    page.click("[data-main]", no_wait_after=True)
    product.wait_until_ready()
    page.goto(address)
    # That nobody answered was rightly told.
    visitors.troubles.clear()
    expect(page.locator("#id_description")).to_have_value("The server went away while she spoke")
    expect(page.locator("#id_phone")).to_have_value("138 0000 0304")
    page.click("[data-main]")
    page.wait_for_url("**/desk/")
    assert len(product.do("complaints_saying", words="The server went away")) == 1
