"""The written report in a real browser: accessible and in one piece, wide and narrow, light and dark."""

import pytest
from playwright.sync_api import Browser

from complaints.actions.talks import record_communication
from complaints.actions.written_reports import return_report, submit_report
from complaints.models import Complaint
from complaints.written.draft import drafted
from tests.browser import overflows, sign_in, violations
from tests.complaints.pages import url
from tests.house import House, lodge

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]

SAID = (
    "交车前说全景天窗是标配，提车那天才发现没有。宣传单上也是这么印的。Nobody at the counter wanted to hear of it, "
    "and I was sent from one desk to the next for two hours."
)


@pytest.fixture
def house(transactional_db) -> House:
    return House()


@pytest.fixture
def case(house):
    complaint = lodge(house.clerk, category_id=house.over_promising.pk, description=SAID, demands=["exchange"])
    record_communication(
        complaint.pk, direction="out", medium="phone", summary="Called, apologised, visit agreed.", by=house.handler
    )
    Complaint.objects.filter(pk=complaint.pk).update(state="evaluate", owner=house.handler)
    complaint.refresh_from_db()
    return complaint


def words(complaint, **more):
    learnt = {
        "nature": "Valid. The fault is ours.",
        "cause": "The brochure of last year was still on the counter.\nNobody is responsible for taking old ones away.",
        "lessons": "Well: we called within ten minutes.\nBetter: say at once what we do not know yet.",
    }
    return drafted(complaint, "en") | learnt | more


@pytest.mark.parametrize("width", [1440, 390, 320])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_its_pages_are_accessible_and_in_one_piece(browser: Browser, live_server, house, case, width, theme):
    report = submit_report(case.pk, sections=words(case), language="en", by=house.handler)
    return_report(report.pk, question="Who takes old brochures away now?", by=house.manager)
    sent = {"cause": "The brochure of last year was still on the counter.\nThe store manager takes old ones away."}

    def look(user, *addresses):
        context = browser.new_context(
            base_url=live_server.url, viewport={"width": width, "height": 900}, color_scheme=theme, locale="en-GB"
        )
        sign_in(context, live_server.url, user)
        page = context.new_page()
        for address in addresses:
            page.goto(address)
            assert not overflows(page), address
            assert violations(page) == [], address
        context.close()

    look(house.handler, url("written_report", case), url("edit_report", case), case.get_absolute_url(), "/reports/")
    submit_report(case.pk, sections=words(case, **sent), language="en", by=house.handler)
    look(house.manager, url("written_report", case), case.get_absolute_url(), "/reports/", "/")


def test_it_is_written_and_read_with_two_presses(browser: Browser, live_server, house, case):
    context = browser.new_context(base_url=live_server.url, viewport={"width": 1440, "height": 900})
    sign_in(context, live_server.url, house.handler)
    page = context.new_page()
    page.goto(case.get_absolute_url())
    page.click("#next-report")
    page.fill("#id_cause", "An old brochure.")
    page.click("button[name=keep]")
    page.wait_for_url("**/written-report/edit/")
    assert page.input_value("#id_cause") == "An old brochure."
    page.click("button[name=send]")
    page.wait_for_url("**/written-report/")
    context.clear_cookies()
    sign_in(context, live_server.url, house.manager)
    page.goto(case.get_absolute_url())
    page.click("#next-read-report")
    page.click("form[action*=acknowledge] button")
    page.wait_for_selector(".tag-ok")
    with page.expect_download() as download:
        page.click("a[href$='report.pdf']")
    assert download.value.suggested_filename.endswith(f"{case.number}.pdf")
    context.close()
