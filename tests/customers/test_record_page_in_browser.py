"""A customer's record in a real browser: sound at each width in both themes, by keyboard, and without scripts."""

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from customers.actions import change_customer, create_customer, mark_vip, record_sale
from customers.models import Customer
from tests.browser import overflows, sign_in, violations
from tests.house import House, lodge

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
LONG = "Lakesidehillandriverbankwithoutaspace" * 3


@pytest.fixture
def house(transactional_db) -> House:
    return House()


@pytest.fixture
def fang(house: House) -> Customer:
    """Somebody of whom everything is on record, and long."""
    customer = create_customer(
        "王芳 Wang Fang", phones=["13805716620", "12315"], emails=["fang@example.com"], company=LONG, address=LONG,
        temperament="analytical", by=house.clerk,
    )  # fmt: skip
    mark_vip(customer.pk, "journalist", by=house.supervisor)
    sold = datetime(2025, 11, 12, 2, tzinfo=UTC)
    for at in range(3):
        record_sale(
            "dms", f"S-8821{at}", customer_id=customer.pk, product_name="Tang EV Premium", specification="four seats",
            amount=Decimal(268000), sold_at=sold, by=None,
        )  # fmt: skip
    lodge(house.colleague, name="王芳 Wang Fang", customer_id=customer.pk)
    return customer


def opened(browser: Browser, address: str, house: House, **options: object) -> BrowserContext:
    context = browser.new_context(base_url=address, locale="en-GB", **options)  # type: ignore[arg-type]
    context.set_default_timeout(8000)
    sign_in(context, address, house.supervisor)
    return context


@pytest.fixture
def page(browser: Browser, live_server, house: House) -> Iterator[Page]:
    context = opened(browser, live_server.url, house, viewport={"width": 1440, "height": 900})
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda line: errors.append(line.text) if "Content Security Policy" in line.text else None)
    yield page
    context.close()
    assert not errors


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_pages_are_sound_at_each_width(page: Page, fang: Customer, theme):
    page.emulate_media(color_scheme=theme)
    at = fang.get_absolute_url()
    for path in (at, f"{at}edit/", f"{at}vip/", f"{at}contacts/add/"):
        for width in (390, 1024, 1440):
            page.set_viewport_size({"width": width, "height": 900})
            page.goto(path)
            for fold in page.locator("#contacts details").all():
                fold.evaluate("fold => fold.open = true")
            assert not overflows(page), (path, width)
            assert violations(page) == [], (path, width)


def test_the_record_is_changed_from_the_keyboard(page: Page, fang: Customer):
    page.goto(fang.get_absolute_url())
    page.get_by_role("link", name="Change the record").focus()
    page.keyboard.press("Enter")
    page.get_by_role("textbox", name="Company").fill("Lake Ltd")
    page.keyboard.press("Control+Enter")
    expect(page.locator("h1")).to_contain_text("王芳")
    expect(page.locator("#facts")).to_contain_text("Lake Ltd")
    page.locator("#contacts summary").nth(1).focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#contacts li", has=page.locator("a", has_text="12315"))).to_contain_text("main one")


def test_a_conflict_keeps_what_was_typed(page: Page, fang: Customer, house: House):
    page.goto(f"{fang.get_absolute_url()}edit/")
    page.get_by_label("Address").fill("1 Lake Road")
    change_customer(fang.pk, address="2 Hill Street", by=house.colleague)
    page.locator("[data-main]").click()
    note = page.locator("[data-refusal]")
    expect(note).to_contain_text("2 Hill Street")
    expect(page.get_by_label("Address")).to_have_value("1 Lake Road")
    assert violations(page) == []
    note.get_by_label("Keep theirs").check()
    page.locator("[data-main]").click()
    expect(page.locator("#facts")).to_contain_text("2 Hill Street")


def test_everything_works_without_scripts(browser: Browser, live_server, house: House, fang: Customer):
    context = opened(browser, live_server.url, house, java_script_enabled=False)
    page = context.new_page()
    page.goto(fang.get_absolute_url())
    page.get_by_role("link", name="Take the VIP mark away").click()
    page.get_by_role("button", name="Take the mark away").click()
    expect(page.get_by_role("alert")).to_contain_text("There is a problem")
    page.get_by_label("Why").fill("moved away")
    page.get_by_role("button", name="Take the mark away").click()
    expect(page.locator("#changes")).to_contain_text("moved away")
    page.locator("#contacts summary").first.click()
    page.locator("#contacts").get_by_role("button", name="Remove it").first.click()
    expect(page.locator("#contacts li")).to_have_count(2)
    page.get_by_role("link", name="Add a phone or e-mail").click()
    page.get_by_label("Number or address").fill("139 0000 1111")
    page.get_by_role("button", name="Add it").click()
    expect(page.locator("#contacts li")).to_have_count(3)
    context.close()
