"""The page of a week, the list behind each figure, and the same by the API."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from complaints.actions import desk, transitions
from complaints.actions.ownership import take_complaint
from complaints.models import Complaint
from core import clock
from insights import sections
from insights.page import WeekPage
from insights.periods import Week
from insights.reading import departments_of
from tests.complaints.pages import client_of, statements, text_of
from tests.house import WORKING_HOUR, House, lodge, make_calendar, make_department

pytestmark = pytest.mark.django_db
WEEK = Week.parse("2026-W47")
AFTER = datetime(2026, 11, 24, 2, tzinfo=UTC)
PAGE, LIST = "/figures/weeks/", "/figures/weeks/complaints/"
END: dict[str, Any] = {"outcome": "upheld", "relief": "explanation"}


@pytest.fixture
def busy(house: House) -> House:
    """The week of WORKING_HOUR: one from the week before that is still open, one closed, one new in the east."""
    with clock.frozen(WORKING_HOUR - timedelta(days=5)):
        lodge(house.clerk, category_id=house.product.pk)
    with clock.frozen(WORKING_HOUR):
        lodge(house.east_clerk, phone="139 0000 0001")
        closed = lodge(
            house.clerk, phone="139 0000 0002", category_id=house.product.pk,
            further_category_ids=[house.attitude.pk],
        )  # fmt: skip
        take_complaint(closed.pk, by=house.clerk)
    with clock.frozen(WORKING_HOUR + timedelta(minutes=12)):
        by = house.clerk
        desk.listen(closed.pk, restated="It broke.", customer_agreed=True, by=by)
        desk.apologise(closed.pk, was_said=True, by=by)
        desk.satisfy(closed.pk, remedy_kinds=["repair"], remedy="Repaired", satisfaction="satisfied", by=by)
    with clock.frozen(WORKING_HOUR + timedelta(hours=1)):
        transitions.withdraw(closed.pk, reason="Done.", by=by, **END)
    return house


def page_for(user: Any, house: House, department: Any = None, week: Week = WEEK, now: datetime = AFTER) -> WeekPage:
    chosen = department or user.department
    below = [each for each in departments_of(user) if each.path.startswith(chosen.path)]
    return WeekPage(user, next(each for each in below if each.pk == chosen.pk), below, week, now)


def numbers_in(html: str) -> set[str]:
    return set(re.findall(r'id="open-(C-[\d-]+)"', html))


def test_figures_of_real_events(busy: House):
    figures = page_for(busy.manager, busy).figures
    counted = {name: figures.count(name) for name in ("open_at_start", "received", "closed", "open", "overdue")}
    assert counted == {"open_at_start": 1, "received": 2, "closed": 1, "open": 2, "overdue": 2}
    assert (figures.count("taken"), figures.count("stage")) == (1, 3)
    assert figures.named("category") == {"product_quality": 1, "none": 1}
    assert figures.named("further") == {"service_attitude": 1}
    assert figures.named("after") == {"satisfied": 1}
    assert figures.lengths == {"first_response": [timedelta(minutes=12)], "resolution": [timedelta(minutes=12)]}
    assert figures.named("first_response") == {"in_time": 1, "late": 1}


def test_the_page_names_what_was_open_on_monday_and_still_is(client: Client, busy: House):
    client.force_login(busy.manager)
    with clock.frozen(AFTER):
        html = text_of(client.get(PAGE))
    old = Complaint.objects.earliest("pk")
    assert old.number in html
    assert "Region</bdi>: Week 47, 16 Nov – 22 Nov 2026" in html
    assert "West store" in html
    assert "Department by department" in html


@pytest.mark.parametrize("who", ["supervisor", "manager", "director", "auditor"])
def test_every_link_of_the_page_leads_to_as_many_as_it_says(busy: House, who: str):
    user = getattr(busy, who)
    with clock.frozen(AFTER):
        client = client_of(user)
        page = page_for(user, busy)
        html = text_of(client.get(PAGE))
        links = set(re.findall(r'href="(/figures/weeks/complaints/[^"]+)"', html))
        assert len(links) > 10
        for link in links:
            answer = client.get(link.replace("&amp;", "&"))
            assert answer.status_code == 200, link
            figure = re.search(r"figure=([\w.]+)", link)
            assert figure
            if "only=" not in link:
                assert len(numbers_in(text_of(answer))) == len(set(page.figures.of(figure[1]))), link


def test_the_week_that_is_running_goes_as_far_as_now(busy: House):
    with clock.frozen(WORKING_HOUR + timedelta(minutes=30)):
        client = client_of(busy.supervisor)
        html = text_of(client.get(PAGE, {"week": "2026-W47"}))
    assert "The week is still running" in html
    assert 'rel="next"' not in html


@pytest.mark.parametrize("week", ["2026-W99", "soon", "2026-W48", "9999-W01", "2026-W471"])
def test_what_is_no_week_or_still_to_come_is_said(client: Client, busy: House, week: str):
    client.force_login(busy.supervisor)
    with clock.frozen(WORKING_HOUR):
        answer = client.get(PAGE, {"week": week})
        assert answer.status_code == 422
        assert "There is a problem" in text_of(answer)
        assert client.get(LIST, {"week": week, "figure": "received"}).status_code == 404
        assert client.get("/api/v1/metrics/weeks", {"week": week}).status_code == 400


@pytest.mark.parametrize(
    "figure", ["", "nothing", "promise.x.kept", "promise.resolved.x", "day.9.received", "category.x"]
)
def test_a_list_of_no_figure_is_not_there(client: Client, busy: House, figure: str):
    client.force_login(busy.supervisor)
    assert client.get(LIST, {"figure": figure}).status_code == 404


def test_a_department_out_of_reach_is_no_choice(client: Client, busy: House):
    client.force_login(busy.supervisor)
    assert client.get(PAGE, {"department": "east-store"}).status_code == 422
    assert client.get(PAGE, {"department": "nowhere"}).status_code == 422
    assert client.get(LIST, {"department": "east-store", "figure": "received"}).status_code == 404
    assert client.get("/api/v1/metrics/weeks", {"department": "east-store"}).status_code == 400


def test_a_quiet_week_says_so(client: Client, house: House):
    client.force_login(house.supervisor)
    assert "Nothing was open, and nothing happened" in text_of(client.get(PAGE))


def test_in_chinese(client: Client, busy: House):
    busy.supervisor.language = "zh-hans"
    busy.supervisor.save()
    client.force_login(busy.supervisor)
    with clock.frozen(AFTER), translation.override("zh-hans"):
        assert client.get(PAGE).status_code == 200


def test_a_part_of_another_app_is_shown_where_it_has_rows(client: Client, busy: House, monkeypatch):
    monkeypatch.setattr(sections, "_functions", [])
    asked: list[sections.Asked] = []

    def causes(what: sections.Asked) -> sections.Section:
        asked.append(what)
        return sections.Section(
            "causes", "Recurring causes", ("Cause", "Complaints"), (sections.Row("K-31", "/", ("3",)),)
        )

    sections.register_section(causes)
    sections.register_section(lambda what: None)
    sections.register_section(lambda what: sections.Section("money", "Money", (), ()))
    client.force_login(busy.manager)
    with clock.frozen(AFTER):
        html = text_of(client.get(PAGE))
    assert "K-31" in html
    assert "Money" not in html
    assert {each.name for each in asked[0].departments} == {"Region", "West store", "East store"}


def test_statements_do_not_follow_complaints_departments_or_weeks(busy: House):
    client = client_of(busy.director)
    with clock.frozen(AFTER):
        before = statements(client, f"{PAGE}?week=2026-W47")
        list_before = statements(client, f"{LIST}?week=2026-W47&figure=received")
    stores = [make_department(f"Store {at}", busy.region, make_calendar(f"C{at}")) for at in range(4)]
    with clock.frozen(WORKING_HOUR):
        for at in range(8):
            lodge(busy.clerk, phone=f"139 0000 01{at:02d}", department_id=stores[at % 4].pk, is_taken=True)
    with clock.frozen(AFTER):
        assert statements(client, f"{PAGE}?week=2026-W47") == before <= 14
        assert statements(client, f"{LIST}?week=2026-W47&figure=received") == list_before <= 12


# ------------------------------------------------------------ the API


def test_the_api_says_the_same_with_words(client: Client, busy: House):
    client.force_login(busy.manager)
    address = "/api/v1/metrics/weeks?week=2026-W47&department=region"
    with clock.frozen(AFTER):
        answer = client.get(address)
        page = page_for(busy.manager, busy)
    body = answer.json()
    assert (body["week"], body["department"], body["is_running"]) == ("2026-W47", "region", False)
    assert (body["starts_at"], body["ends_at"]) == ("2026-11-15T16:00:00Z", "2026-11-22T16:00:00Z")
    told = {each["name"]: each for each in body["figures"]}
    assert {name: each["count"] for name, each in told.items() if each["count"]} == {
        name: len(found) for name, found in page.figures.cases.items()
    }
    assert all(each["label"] and each["definition"] and each["cohort"] for each in told.values())
    assert told["first_response.share"]["share"] == 0.5
    assert told["first_response.median"]["length"] == "P0DT00H12M00S"
    assert {each["department"]: each["received"] for each in body["departments"]} == {
        "region": 0, "west-store": 1, "east-store": 1,
    }  # fmt: skip
    assert client.get(told["received"]["list_url"]).status_code == 200
    with clock.frozen(AFTER):
        assert client.get(address, headers={"If-None-Match": answer["ETag"]}).status_code == 304


@pytest.mark.parametrize("who", ["clerk", "handler", "administrator"])
def test_who_leads_nobody_looks_at_no_figures(client: Client, house: House, who: str):
    client.force_login(getattr(house, who))
    for address in (PAGE, f"{LIST}?figure=received", "/api/v1/metrics/weeks"):
        assert client.get(address).status_code == 403, address


def test_hidden_complaints_are_in_no_figure_and_no_list(busy: House):
    with clock.frozen(WORKING_HOUR):
        restricted = lodge(busy.clerk, category_id=busy.integrity.pk, phone="139 0000 0003")
        about = lodge(busy.clerk, subject_ids=[busy.supervisor.pk], phone="139 0000 0004")
    expected = {
        "supervisor": set(),
        "manager": {about},
        "director": {restricted, about},
        "auditor": {restricted, about},
    }
    with clock.frozen(AFTER):
        for who, seen in expected.items():
            user = getattr(busy, who)
            page = page_for(user, busy, busy.west if who == "supervisor" else None)
            assert page.figures.count("received") == len(seen) + (1 if who == "supervisor" else 2), who
            client = client_of(user)
            html = text_of(client.get(PAGE)) + text_of(client.get(LIST, {"figure": "received"}))
            for row in (restricted, about):
                assert (row.number in html) == (row in seen), (who, row.number)
