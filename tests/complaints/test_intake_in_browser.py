"""The intake form in a real browser: what it suggests while one types, and that nothing typed is ever lost."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from complaints.models import Complaint, Draft
from customers.models import Customer
from tests.browser import overflows, sign_in, violations
from tests.house import House, lodge

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
NEW = "/complaints/new/"
# What the buttons cover at this very moment is no fault of the form.
STILL = "document.querySelector('.sticky-foot').style.position = 'static'"


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


def saved(page: Page) -> None:
    expect(page.locator("[data-draft-status]")).to_contain_text("Draft saved")


def test_a_complaint_by_keyboard_alone(page: Page, house: House):
    lodge(house.colleague)
    page.goto("/")
    page.keyboard.type("王芳")
    page.keyboard.press("Enter")
    expect(page.locator("#id_name")).to_have_value("王芳")
    expect(page.locator("#id_description")).to_be_focused()
    page.keyboard.type("The wipers were charged twice.")
    page.keyboard.press("Tab")
    page.keyboard.press("Control+a")
    page.keyboard.type("Emily")
    expect(page.locator("#who-list [role=option]").first).to_contain_text("Emily Carter")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator("#id_name")).to_have_value("Emily Carter")
    expect(page.locator("#id_phone")).to_have_value("138 0571 6620")
    expect(page.locator("#customer-card")).to_contain_text("Emily Carter")
    expect(page.locator("#intake-known")).to_contain_text("same customer")
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/desk/")
    complaint = Complaint.objects.get(description="The wipers were charged twice.")
    assert complaint.customer == Customer.objects.get()
    assert complaint.owner == house.clerk


def test_words_tick_boxes_and_an_unticked_box_stays_so(page: Page, house: House):
    page.goto(NEW)
    text = page.locator("#id_description")
    press = page.locator("[name=threats][value=legal]")
    text.fill("I will call my lawyer.")
    expect(press).to_be_checked()
    expect(page.locator("#intake-hint-threats")).to_contain_text("“lawyer”")
    expect(page.locator("#intake-known")).to_contain_text("Class 2: becomes a case")
    press.uncheck()
    expect(page.locator("#intake-known")).to_contain_text("Class 1: settled at the desk")
    text.fill("I will call my lawyer, and then another lawyer.")
    saved(page)
    page.wait_for_timeout(1200)
    expect(press).not_to_be_checked()
    expect(page.locator("#intake-hint-threats")).to_be_empty()
    page.reload()
    expect(press).not_to_be_checked()
    expect(page.locator("#intake-known")).to_contain_text("Class 1: settled at the desk")


def test_a_word_that_was_only_half_typed_ticks_nothing_for_good(page: Page, house: House):
    page.goto(NEW)
    danger = page.locator("#id_is_danger")
    page.locator("#id_description").fill("There was fire")
    expect(danger).to_be_checked()
    page.locator("#id_description").fill("There was fireplace dust")
    expect(danger).not_to_be_checked()
    expect(page.locator("#intake-known")).to_contain_text("Class 1: settled at the desk")


def test_a_closed_tab_loses_nothing(context: BrowserContext, page: Page, house: House):
    page.goto(NEW)
    page.locator("#id_description").fill("Half a sentence of wh")
    page.locator("[name=upset][value=angry]").check()
    saved(page)
    page.close(run_before_unload=True)
    again = context.new_page()
    again.goto("/")
    again.get_by_text("Half a sentence of wh").click()
    expect(again.locator("#id_description")).to_have_value("Half a sentence of wh")
    expect(again.locator("[name=upset][value=angry]")).to_be_checked()


def test_an_ended_session_loses_nothing(context: BrowserContext, page: Page, live_server, house: House):
    page.goto(NEW)
    page.locator("#id_description").fill("Before the end.")
    saved(page)
    context.clear_cookies(name="sessionid")
    page.locator("#id_description").fill("Before the end. And after it.")
    expect(page.locator("[data-draft-status]")).to_contain_text("signed out")
    address = page.url
    sign_in(context, live_server.url, house.clerk)
    page.goto(address)
    expect(page.locator("#id_description")).to_have_value("Before the end. And after it.")


def test_pressed_twice_it_is_one_complaint(page: Page, house: House):
    page.goto(NEW)
    page.locator("#id_description").fill("Charged twice.")
    page.locator("#id_name").fill("Emily")
    page.locator("#id_phone").fill("138 0571 6620")
    page.get_by_role("button", name="Save, hand over").dblclick()
    page.wait_for_url("**/complaints/C-*/")
    assert Complaint.objects.count() == 1
    page.wait_for_timeout(700)
    assert not Draft.objects.exists()


def test_enter_in_a_field_saves_nothing(page: Page, house: House):
    page.goto(NEW)
    page.locator("#id_description").fill("Charged twice.")
    page.locator("#id_name").fill("Emily")
    page.locator("#id_phone").fill("138 0571 6620")
    page.keyboard.press("Enter")
    page.wait_for_timeout(500)
    assert not Complaint.objects.exists()


def test_errors_get_the_focus_and_lead_to_their_fields(page: Page, house: House):
    page.goto(NEW)
    page.locator("#id_description").fill("Charged twice.")
    page.locator("#id_amount_claimed").fill("about 2k")
    page.get_by_role("button", name="Save and take it").click()
    summary = page.locator("[data-error-summary]")
    expect(summary).to_be_focused()
    assert page.title().startswith("Error: ")
    summary.get_by_text("The amount must be a number").click()
    expect(page.locator("#id_amount_claimed")).to_be_focused()
    expect(page.locator("#id_amount_claimed")).to_have_value("about 2k")
    expect(page.locator("#id_description")).to_have_value("Charged twice.")


def test_duplicates_are_decided_beside_the_form(page: Page, house: House):
    older = lodge(house.colleague, description="Charged twice for wiper blades.")
    page.goto(NEW)
    page.locator("#id_description").fill("They charged me twice for wiper blades.")
    page.locator("#id_name").fill("Emily")
    page.locator("#id_phone").fill("138 0571 6620")
    card = page.locator(".dupe")
    expect(card).to_contain_text(older.number)
    card.get_by_label("Not the same").check()
    expect(card).not_to_contain_text("Add this to it")
    card.get_by_label("Not the same").uncheck()
    expect(card).to_contain_text("Add this to it")
    card.get_by_label("Keep both, link").check()
    saved(page)
    page.reload()
    expect(card.get_by_label("Keep both, link")).to_be_checked()
    page.get_by_role("button", name="Add this to it").click()
    page.wait_for_url(f"**/complaints/{older.number}/")
    assert older.communications.get().summary == "They charged me twice for wiper blades."
    assert Complaint.objects.count() == 1


def test_without_scripts_it_is_a_plain_form(browser: Browser, live_server, house: House):
    context = browser.new_context(base_url=live_server.url, java_script_enabled=False)
    sign_in(context, live_server.url, house.clerk)
    page = context.new_page()
    page.goto(NEW)
    page.locator("#id_description").fill("不然我就打 12315")
    page.locator("#id_name").fill("王芳")
    page.locator("#id_phone").fill("138 0571 6620")
    page.get_by_text("Look what is known").click()
    expect(page.locator("[name=threats][value=regulator]")).to_be_checked()
    expect(page.locator("#intake-known")).to_contain_text("Class 2")
    page.get_by_role("button", name="Save and take it").click()
    assert Complaint.objects.get().severity_class == 2
    context.close()


@pytest.mark.parametrize("width", [320, 390, 1024, 1440])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_is_accessible_and_fits(page: Page, house: House, width: int, theme: str):
    house.clerk.theme = theme
    house.clerk.save()
    lodge(house.colleague, description="Charged twice for wiper blades.")
    page.set_viewport_size({"width": width, "height": 844})
    page.goto(NEW + "?who=138 0571 6620")
    page.locator("#id_description").fill("They charged me twice for wiper blades. I call my lawyer, my hand was hurt.")
    expect(page.locator(".dupe")).to_be_visible()
    page.evaluate("document.querySelectorAll('main details').forEach((fold) => { fold.open = true; })")
    page.evaluate(STILL)
    assert not violations(page)
    assert not overflows(page)
    page.locator("#id_amount_claimed").fill("x")
    page.get_by_role("button", name="Save and take it").click()
    expect(page.locator("[data-error-summary]")).to_be_focused()
    page.evaluate(STILL)
    assert not violations(page)
    assert not overflows(page)
