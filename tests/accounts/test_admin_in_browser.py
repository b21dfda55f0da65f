"""Django's admin in a real browser: it works under the strict policy for styles and scripts, in both languages."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from accounts.models import Calendar
from tests.browser import sign_in
from tests.house import House

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def house(transactional_db) -> House:
    return House()


@pytest.fixture(params=["en-GB", "zh-CN"])
def page(request, browser: Browser, live_server, house: House) -> Iterator[Page]:
    context = browser.new_context(base_url=live_server.url, locale=request.param)
    context.set_default_timeout(8000)
    sign_in(context, live_server.url, house.administrator)
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda line: errors.append(line.text) if line.type == "error" else None)
    yield page
    context.close()
    assert not errors


def test_every_page_opens_without_a_fault(page: Page, house: House):
    for url in (
        "",
        "accounts/department/",
        "accounts/department/add/",
        "accounts/calendar/",
        f"accounts/calendar/{house.calendar.pk}/change/",
        "accounts/user/",
        f"accounts/user/{house.clerk.pk}/change/",
        "accounts/delegation/",
        "complaints/category/",
        "complaints/category/add/",
        "policies/policy/",
    ):
        answer = page.goto(f"/admin/{url}")
        assert answer is not None
        assert answer.status == 200, url
        expect(page.locator("h1").last).to_be_visible()


def test_a_date_is_picked_and_hours_are_saved(page: Page, house: House):
    page.goto("/admin/accounts/delegation/add/")
    page.locator(".datetimeshortcuts a").nth(1).click()
    page.locator(".calendarbox td a").first.click()
    expect(page.locator("#id_starts_at_0")).not_to_have_value("")
    page.goto(f"/admin/accounts/calendar/{house.calendar.pk}/change/")
    page.fill("#id_sunday", "nonsense")
    page.locator("input[name=_save]").click()
    expect(page.locator(".errorlist").first).to_contain_text("nonsense")
    page.fill("#id_sunday", "10:00-12:00, 13:00-16:00")
    page.locator("input[name=_save]").click()
    expect(page.locator(".messagelist")).to_be_visible()
    calendar = Calendar.objects.get(pk=house.calendar.pk)
    assert [(slot.opens, slot.closes) for slot in calendar.slots.filter(weekday=6)] == [(600, 720), (780, 960)]
