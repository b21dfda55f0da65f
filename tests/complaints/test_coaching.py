"""The curve of the seven points: by month, own and seen, for the person and who leads them."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.urls import reverse

from complaints.actions import desk
from complaints.actions.reports import assess_desk, report_orally
from complaints.coaching import Scored, curve, last_months, talks_to_score
from complaints.models import Complaint
from core import clock
from tests.house import WORKING_HOUR, House, lodge

SHANGHAI = ZoneInfo("Asia/Shanghai")
PAGE = reverse("complaints:coaching")


def scored(at: datetime = WORKING_HOUR, *, by_supervisor: bool = False, **answers: str) -> Scored:
    return Scored(at, by_supervisor, answers)


def test_yes_partly_and_no_are_whole_half_and_nothing():
    found = curve([scored(listen="yes", thank="partly", report="no")], now=WORKING_HOUR, zone=SHANGHAI)
    assert found.months[-1].own.share == 50
    assert found.months[-1].own.talks == 1
    assert {point.point: point.own.share for point in found.points if point.own.talks} == {
        "listen": 100,
        "thank": 50,
        "report": 0,
    }


def test_both_sides_stand_beside_each_other():
    rows = [scored(listen="yes"), scored(by_supervisor=True, listen="no")]
    month = curve(rows, now=WORKING_HOUR, zone=SHANGHAI).months[-1]
    assert (month.own.share, month.supervisor.share) == (100, 0)


def test_what_was_left_open_does_not_count():
    found = curve([scored(listen="yes", thank=""), scored()], now=WORKING_HOUR, zone=SHANGHAI)
    assert (found.months[-1].own.talks, found.months[-1].own.share) == (1, 100)


def test_months_are_those_of_the_reader():
    """In Shanghai November has begun when it is still October in Greenwich."""
    late = datetime(2026, 10, 31, 17, tzinfo=UTC)
    assert curve([scored(late, listen="yes")], now=WORKING_HOUR, zone=SHANGHAI).months[-1].own.talks == 1
    assert curve([scored(late, listen="yes")], now=WORKING_HOUR, zone=ZoneInfo("UTC")).months[-2].own.talks == 1


def test_twelve_months_over_the_turn_of_the_year():
    months = last_months(date(2026, 2, 28))
    assert (months[0], months[-1], len(months)) == (date(2025, 3, 1), date(2026, 2, 1), 12)
    old = scored(WORKING_HOUR - timedelta(days=400), listen="yes")
    assert curve([old], now=WORKING_HOUR, zone=SHANGHAI).is_empty


@pytest.fixture
def talk(house: House, at_work) -> Complaint:
    """One talk to its end, assessed by the clerk who ran it."""
    complaint = lodge(house.clerk)
    by = house.clerk
    desk.listen(complaint.pk, restated="Charged twice for the blades.", customer_agreed=True, by=by)
    desk.apologise(complaint.pk, was_said=True, by=by)
    desk.satisfy(
        complaint.pk, remedy="The second sum goes back.", remedy_kinds=["refund"], satisfaction="satisfied", by=by
    )
    desk.thank(complaint.pk, was_thanked=True, by=by)
    report_orally(complaint.pk, to=house.supervisor, outcome="upheld", relief="monetary", by=by)
    assess_desk(complaint.pk, answers={"listen": "yes", "solved": "partly"}, by=house.clerk)
    return Complaint.objects.get(pk=complaint.pk)


def test_own_page_shows_both_sides(client: Client, house: House, talk: Complaint):
    assess_desk(talk.pk, answers={"listen": "no"}, by=house.supervisor)
    client.force_login(house.clerk)
    with clock.frozen(WORKING_HOUR):
        html = client.get(PAGE).content.decode()
    assert "My talks at the desk" in html
    assert "Solved" not in html
    assert ">75<" in html
    assert ">0<" in html


@pytest.mark.parametrize(
    ("who", "status"),
    [("supervisor", 200), ("manager", 200), ("auditor", 200), ("colleague", 404), ("east_supervisor", 404)],
)
def test_who_leads_sees_the_curve_of_theirs_alone(client: Client, house: House, talk: Complaint, who: str, status: int):
    client.force_login(getattr(house, who))
    with clock.frozen(WORKING_HOUR):
        assert client.get(PAGE, {"of": "clerk"}).status_code == status


def test_nobody_looks_at_their_own_head(client: Client, house: House):
    house.west.head = house.supervisor
    house.west.save()
    client.force_login(house.handler)
    assert client.get(PAGE, {"of": "supervisor"}).status_code == 404


def test_unknown_name_is_not_there(client: Client, house: House):
    client.force_login(house.supervisor)
    assert client.get(PAGE, {"of": "项"}).status_code == 404


def test_what_waits_for_a_score_goes_when_it_is_scored(house: House, talk: Complaint):
    assert list(talks_to_score(house.supervisor)) == [talk]
    assert list(talks_to_score(house.east_supervisor)) == []
    with clock.frozen(WORKING_HOUR):
        assess_desk(talk.pk, answers={"listen": "no"}, by=house.supervisor)
    assert list(talks_to_score(house.supervisor)) == []


def test_statements_do_not_grow_with_talks(
    client: Client, house: House, talk: Complaint, django_assert_max_num_queries
):
    client.force_login(house.supervisor)
    with clock.frozen(WORKING_HOUR), django_assert_max_num_queries(14):
        client.get(PAGE, {"of": "clerk"})
