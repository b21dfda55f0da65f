"""What happens between the first word and the last: anger, corrections, limits, other ends, and colleagues."""

import re

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.e2e


def desk(page: Page, number: str) -> None:
    page.goto(f"/complaints/{number}/desk/")


def finish(page: Page, step: str) -> None:
    with page.expect_response(f"**/desk/{step}/**"):
        page.click(f"#step-{step} .l-b > form [data-main]")
    expect(page.locator(".htmx-request, .htmx-swapping, .htmx-settling, [aria-busy]")).to_have_count(0)


def come_back(page: Page) -> None:
    """As if one had looked at another tab: the page asks at once what is new, instead of in 20 seconds."""
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")


def pick(page: Page, name: str, value: str) -> None:
    page.locator(f"label.pick:has([name={name}][value={value}])").click()


def test_angry_customer_first_the_mood_then_the_matter(open_page, product):
    number = product.do(
        "settle", by="frontdesk1", up_to="satisfy", description="Angry at the counter", upset="angry", is_talking=True
    )
    clerk, boss = open_page("frontdesk1"), open_page("supervisor1")
    desk(clerk, number)
    expect(clerk.locator("#calm")).to_contain_text("First the mood, then the matter")
    pick(clerk, "what", "place")
    clerk.fill("#calm [name=note]", "We sat down in the quiet room.")
    clerk.click("#calm [data-main]")
    expect(clerk.locator("#calm li")).to_contain_text("We sat down in the quiet room.")
    clerk.click("#come-over-button")
    expect(clerk.locator("#come-over-button")).to_contain_text("Supervisor called")
    boss.goto("/notifications/")
    expect(boss.locator("li.new", has_text=number)).to_contain_text("asks you to come over")

    # Dissatisfied is no end: it is told what to do, and nothing typed is gone.
    pick(clerk, "remedy_kinds", "voucher")
    clerk.fill("#id_satisfy_remedy", "A car wash.")
    clerk.fill("#id_satisfy_value", "5,000")
    pick(clerk, "satisfaction", "dissatisfied")
    finish(clerk, "satisfy")
    expect(clerk.locator("[data-error-summary]")).to_be_focused()
    expect(clerk.locator("#id_satisfy_remedy")).to_have_value("A car wash.")
    assert product.do("complaints_saying", words="Angry at the counter")[0]["state"] == "satisfy"
    # Nor may one give more than one's limit.
    pick(clerk, "satisfaction", "satisfied")
    finish(clerk, "satisfy")
    expect(clerk.locator("[data-error-summary]")).to_contain_text("¥200")
    expect(clerk.locator("#id_satisfy_value")).to_have_value("5,000")
    clerk.fill("#id_satisfy_value", "80")
    finish(clerk, "satisfy")
    expect(clerk.locator("#step-thank .l-b")).to_be_visible()
    expect(clerk.locator("#step-satisfy")).to_contain_text("¥80")


def test_done_step_is_corrected_and_the_old_words_stay_on_record(open_page, product):
    number = product.do("settle", by="frontdesk1", up_to="thank", description="Corrected at the desk")
    page = open_page("frontdesk1")
    desk(page, number)
    page.click("#change-listen")
    page.fill("#id_listen_restated", "Said back once more, and right this time.")
    finish(page, "listen")
    expect(page.locator("#step-listen")).to_contain_text("right this time")
    expect(page.locator("#step-thank .l-b")).to_be_visible()
    assert "complaint.step_corrected" in product.do("events_of", number=number)


@pytest.mark.parametrize(("end", "state"), [("leave", "closed"), ("withdraw", "withdrawn"), ("void", "voided")])
def test_other_ends_want_a_reason(open_page, product, end, state):
    number = product.do("settle", by="frontdesk1", up_to="satisfy", description=f"Ends by {end}")
    page = open_page("supervisor1")
    desk(page, number)
    page.click(".head details.menu summary")
    page.click(f"a[href$='/{end}/']")
    # The scripts have loaded once the first field has the focus.
    expect(page.locator("[name=reason]")).to_be_focused()
    page.keyboard.press("Control+Enter")
    expect(page.locator("[data-error-summary]")).to_be_focused()
    page.fill("[name=reason]", "The customer said so.")
    if end != "void":
        pick(page, "outcome", "not_upheld")
        pick(page, "relief", "explanation")
    page.keyboard.press("Control+Enter")
    page.wait_for_url(f"**/complaints/{number}/")
    assert product.do("complaints_saying", words=f"Ends by {end}")[0]["state"] == state
    expect(page.locator("#progress a, #progress button")).to_have_count(0)


def test_supervisor_gives_it_to_a_handler_who_is_told(open_page, product):
    number = product.do("lodge", by="frontdesk1", description="Given to a handler", is_raised=True)
    boss, handler = open_page("supervisor1"), open_page("handler1")
    handler.goto("/")
    before = int(handler.locator("#bell .n").inner_text())
    boss.goto(f"/complaints/{number}/assign/")
    boss.select_option("[name=owner]", label="高鹏 Gao Peng")
    boss.click("main [data-main]")
    expect(boss.locator("#case-head")).to_contain_text("高鹏 Gao Peng")
    # The handler's bell rings on the page that is open.
    come_back(handler)
    expect(handler.locator("#bell .n")).to_have_text(str(before + 1))
    handler.click("#bell")
    handler.locator("li.new", has_text=re.compile(f"gave you {number}")).locator("button").click()
    expect(handler.locator("#case-head")).to_contain_text("(you)")


def test_page_is_kept_fresh_and_leaves_what_is_typed_alone(open_page, product):
    number = product.do("lodge", by="frontdesk1", description="Two beside one case", is_raised=True)
    clerk, boss = open_page("frontdesk1"), open_page("supervisor1")
    for page in (clerk, boss):
        page.goto(f"/complaints/{number}/")
    clerk.fill("#entry_summary", "Half a sentence that")
    boss.click("#next-take")
    boss.fill("#entry_summary", "I take it from here.")
    boss.click("#composer [data-main]")
    expect(boss.locator("#history")).to_contain_text("I take it from here.")
    come_back(clerk)
    expect(clerk.locator("#history")).to_contain_text("I take it from here.")
    expect(clerk.locator("#case-head")).to_contain_text("孙莉 Sun Li")
    expect(clerk.locator("#entry_summary")).to_have_value("Half a sentence that")


def test_slip_is_in_the_customers_language(open_page, product):
    number = product.do(
        "lodge", by="frontdesk1", description="发票写错了。", language="zh-hans", name="回执先生", phone="13800000801"
    )
    page = open_page("frontdesk1")
    page.goto(f"/complaints/{number}/slip/")
    paper = page.locator("article.slip")
    expect(paper).to_contain_text(number)
    expect(paper).to_contain_text("发票写错了。")
    assert re.search("您的投诉|接下来|联系", paper.inner_text())
    assert page.locator("article.slip").get_attribute("lang") == "zh-Hans"
    expect(page.locator(".slip-qr svg")).to_be_visible()
