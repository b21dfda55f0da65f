"""The front page in a real browser: keys, taking, and news that never moves a row under the hand."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from complaints.actions.ownership import take_complaint
from tests.browser import overflows, sign_in, violations
from tests.house import House, lodge

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
POLL = "htmx.trigger('#queue', 'poll')"


@pytest.fixture
def house(transactional_db) -> House:
    return House()


@pytest.fixture
def context(browser: Browser, live_server, house: House) -> Iterator[BrowserContext]:
    context = browser.new_context(base_url=live_server.url, viewport={"width": 1440, "height": 900}, locale="en-GB")
    context.set_default_timeout(8000)
    sign_in(context, live_server.url, house.clerk)
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda line: errors.append(line.text) if "Content Security Policy" in line.text else None)
    yield page
    assert not errors


def test_keys_move_take_and_open(page: Page, house: House):
    one = lodge(house.colleague)
    two = lodge(house.colleague, phone="138 0571 6621")
    page.goto("/")
    expect(page.locator("#desk")).to_be_focused()
    page.locator("h1").click()
    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(page.locator(f"#open-{two.number}")).to_be_focused()
    page.keyboard.press("t")
    row = page.locator(f"#row-{two.number}")
    expect(row).to_contain_text("Clerk (you)")
    expect(page.locator(f"#open-{two.number}")).to_be_focused()
    expect(page.locator("#queue-counters")).to_contain_text("1 nobody owns it", use_inner_text=True)
    expect(page.locator(".htmx-settling, .htmx-added")).to_have_count(0)
    page.keyboard.press("k")
    expect(page.locator(f"#open-{one.number}")).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/{one.number}/**")


def test_news_waits_while_somebody_is_on_a_row(page: Page, house: House):
    mine = lodge(house.colleague)
    page.goto("/")
    page.locator(f"#open-{mine.number}").focus()
    other = lodge(house.colleague, phone="138 0571 6621")
    take_complaint(mine.pk, by=house.colleague)
    page.evaluate(POLL)
    note = page.locator("#news-queue")
    expect(note).to_contain_text("1 new complaint, 1 changed.")
    expect(page.locator(f"#row-{other.number}")).to_have_count(0)
    expect(page.locator(f"#open-{mine.number}")).to_be_focused()
    note.locator("button").click()
    expect(page.locator(f"#row-{other.number}")).to_be_visible()
    expect(note).to_have_count(0)


def test_news_comes_by_itself_when_the_hand_is_elsewhere(page: Page, house: House):
    page.goto("/")
    expect(page.locator("main")).to_contain_text("Nobody is waiting")
    page.locator("#desk").fill("138")
    other = lodge(house.colleague)
    page.evaluate(POLL)
    expect(page.locator(f"#row-{other.number}")).to_be_visible()
    expect(page.locator("#desk")).to_have_value("138")
    expect(page.locator("#desk")).to_be_focused()


def test_a_colleague_who_was_faster_is_named(page: Page, house: House):
    complaint = lodge(house.colleague)
    page.goto("/")
    take_complaint(complaint.pk, by=house.colleague)
    page.locator(f"#row-{complaint.number} button").click()
    expect(page.locator("#refusal")).to_contain_text("Colleague has taken it already")


def test_more_rows_are_added_below_and_get_the_focus(page: Page, house: House, monkeypatch):
    monkeypatch.setattr("complaints.queue.PAGE", 2)
    numbers = [lodge(house.colleague, phone=f"138 0571 66{at}0").number for at in range(5)]
    page.goto("/")
    page.get_by_text("Show more").click()
    expect(page.locator(f"#open-{numbers[2]}")).to_be_focused()
    page.get_by_text("Show more").click()
    expect(page.locator("[data-row]")).to_have_count(5)
    expect(page.get_by_text("Show more")).to_have_count(0)
    # A refresh keeps all of them.
    page.locator("h1").click()
    lodge(house.colleague, phone="139 0000 0000")
    page.evaluate(POLL)
    expect(page.locator("[data-row]")).to_have_count(6)


@pytest.mark.parametrize("width", [320, 390, 768, 1024, 1440])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_is_accessible_and_fits(context: BrowserContext, page: Page, house: House, width: int, theme: str):
    house.clerk.theme = theme
    house.clerk.save()
    lodge(
        house.colleague,
        name="浙江明远贸易有限公司的一个很长很长很长的名字",
        description="交车前说全景天窗是标配。" * 20,
    )
    lodge(house.clerk, phone="138 0571 6621", upset="furious", is_taken=True, group_size=7)
    page.set_viewport_size({"width": width, "height": 844})
    for address in ("/", "/?show=settled", "/search/?q=wiper", "/search/?q=nothing+at+all"):
        page.goto(address)
        assert not violations(page), address
        assert not overflows(page), address
