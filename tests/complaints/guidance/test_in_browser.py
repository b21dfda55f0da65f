"""Sentences go into what is being written, at the caret, and take nothing away."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from complaints.actions.guidance import save_card
from complaints.guidance.content import Content, Texts
from complaints.models import GuidanceCard
from tests.browser import overflows, sign_in, violations
from tests.house import House, lodge

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]

SENTENCES = ("Thank you, {name}.", "I am {owner}.")
CARD = Content(
    steps=("listen", "act"), en=Texts("en", "Listen", helps=("Sit down",), avoid=("Arguing",), say=SENTENCES)
)


@pytest.fixture
def house(transactional_db) -> House:
    return House()


@pytest.fixture
def page(browser: Browser, live_server, house: House) -> Iterator[Page]:
    save_card(None, CARD, by=None)
    context = browser.new_context(base_url=live_server.url, viewport={"width": 1440, "height": 900}, locale="en-GB")
    context.set_default_timeout(8000)
    sign_in(context, live_server.url, house.clerk)
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda line: errors.append(line.text) if "Content Security Policy" in line.text else None)
    yield page
    assert not errors
    context.close()


def insert(page: Page, sentence: str) -> None:
    page.get_by_role("button", name=f"Insert: {sentence}").click()


def test_a_sentence_begins_a_message_and_the_next_follows_it(page: Page, house: House):
    complaint = lodge(house.clerk)
    page.goto(complaint.get_absolute_url())
    text = page.locator("#composer textarea")
    insert(page, "Thank you, Emily Carter.")
    expect(text).to_have_value("Thank you, Emily Carter.")
    expect(text).to_be_focused()
    # It is for the customer, so it is no note among colleagues.
    expect(page.locator("#composer input[name=kind][value=message]")).to_be_checked()
    insert(page, "I am Clerk.")
    expect(text).to_have_value("Thank you, Emily Carter. I am Clerk.")


def test_it_goes_in_at_the_caret_and_what_is_typed_and_marked_stays(page: Page, house: House):
    page.goto(lodge(house.clerk).get_absolute_url())
    text = page.locator("#composer textarea")
    text.fill("First. Last.")
    text.evaluate("field => { field.focus(); field.setSelectionRange(0, 6); field.blur(); }")
    insert(page, "I am Clerk.")
    expect(text).to_have_value("First. I am Clerk. Last.")
    # A note that was begun stays one.
    expect(page.locator("#composer input[name=kind][value=note]")).to_be_checked()


def test_by_keyboard_alone(page: Page, house: House):
    page.goto(lodge(house.clerk).get_absolute_url())
    page.get_by_role("button", name="Insert: I am Clerk.").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#composer textarea")).to_have_value("I am Clerk.")


@pytest.mark.parametrize("width", [1440, 390])
def test_pages_are_for_everybody_and_fit(page: Page, house: House, width):
    page.set_viewport_size({"width": width, "height": 900})
    complaint = lodge(house.clerk)
    card = GuidanceCard.objects.get().get_absolute_url()
    for address in ("/guidance/", card, complaint.get_absolute_url(), f"{complaint.get_absolute_url()}desk/"):
        page.goto(address)
        assert violations(page) == []
        assert not overflows(page)
