"""Clocks of the law: which run, until when, that they never pause, and what ends them. DOMAIN.md 3.5; decision 0009."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from complaints import statutory
from complaints.actions.outside import record_gone_outside
from complaints.actions.outside_matters import accept_matter, answer_matter, change_matter, extend_statutory
from complaints.actions.ownership import assign_complaint
from complaints.actions.transitions import void, withdraw
from complaints.actions.waiting import wait_for_customer
from complaints.models import Complaint, OutsideMatter
from core import clock
from core.errors import Blocked, Conflict, PermissionDenied
from deadlines.actions import fire_due_deadlines, pause_deadline
from deadlines.kinds import label
from deadlines.models import Deadline
from deadlines.rebuild import differences
from events.models import Event, Notification, TextRevision
from policies.actions import set_policy
from policies.defaults import SPECS
from policies.statutory import RULES
from policies.validators import Invalid
from tests.complaints.refusals import refused

SHANGHAI = ZoneInfo("Asia/Shanghai")
END = {"outcome": "settled", "relief": "explanation"}
# at_work is Wednesday, 18 November 2026.
LETTER = {"channel": "regulator", "summary": "They ask for our side of it."}


def until(year, month, day):
    return datetime(year, month, day, 23, 59, 59, tzinfo=SHANGHAI)


def running(complaint):
    rows = Deadline.objects.of(complaint).open().filter(kind="statutory")
    return {statutory.code_of(row.about): row.due_at for row in rows}


@pytest.fixture
def with_letter(make_complaint, house):
    def make(by=None, **told):
        complaint = make_complaint(**told.pop("answers", {}))
        return record_gone_outside(complaint.pk, **{**LETTER, **told}, by=by or house.supervisor)

    return make


def rules_with(**changes):
    return {code: {**rule, **changes.get(code, {})} for code, rule in RULES.items()}


# ------------------------------------------------------------------ days of the law


@pytest.mark.parametrize(
    ("after", "count", "country", "day"),
    [
        (date(2026, 11, 18), 7, "CN", date(2026, 11, 27)),
        (date(2026, 11, 18), 7, "", date(2026, 11, 27)),
        (date(2026, 11, 20), 1, "", date(2026, 11, 23)),
        # The Spring Festival of 2025: off 28 January to 4 February, worked on the Sunday before and the Saturday after.
        (date(2025, 1, 24), 1, "CN", date(2025, 1, 26)),
        (date(2025, 1, 24), 3, "CN", date(2025, 2, 5)),
        (date(2025, 2, 6), 2, "CN", date(2025, 2, 8)),
        (date(2025, 1, 24), 3, "", date(2025, 1, 29)),
    ],
)
def test_working_days_of_the_law(after, count, country, day):
    assert statutory.working_day(after, count, country) == day


def test_the_last_day_counts_to_its_end_where_the_department_is(house):
    assert statutory.due_at(date(2026, 11, 18), 15, "calendar", house.calendar) == until(2026, 12, 3)


# ------------------------------------------------------------------ which run


def test_a_letter_starts_its_clocks_beside_the_date_it_names(with_letter, at_work):
    complaint = with_letter(
        authority="市场监督管理局", reference="12315-88", received_on=date(2026, 11, 17), answer_by=date(2026, 11, 25)
    )
    assert running(complaint) == {"accept_12315": until(2026, 11, 26), "answer_by": until(2026, 11, 25)}
    matter = OutsideMatter.objects.get()
    assert (matter.authority, matter.reference) == ("市场监督管理局", "12315-88")
    event = Event.objects.of(complaint).get(type="complaint.gone_outside")
    assert event.data["answer_by_on"] == "2026-11-25"
    assert "88" not in event.data_text
    assert differences(complaint) == []


def test_two_authorities_run_beside_each_other(with_letter, house):
    complaint = with_letter(answer_by=date(2026, 11, 25))
    record_gone_outside(
        complaint.pk, **{**LETTER, "channel": "consumer_association"}, answer_by=date(2026, 11, 30), by=house.supervisor
    )
    rows = Deadline.objects.of(complaint).open().filter(kind="statutory")
    assert sorted((statutory.code_of(row.about), row.due_at) for row in rows) == [
        ("accept_12315", until(2026, 11, 27)),
        ("accept_12315", until(2026, 11, 27)),
        ("answer_by", until(2026, 11, 25)),
        ("answer_by", until(2026, 11, 30)),
    ]
    assert differences(complaint) == []


@pytest.mark.parametrize("channel", ["press", "social_media"])
def test_the_press_has_no_clock_of_the_law(with_letter, channel):
    assert running(with_letter(channel=channel)) == {}


@pytest.mark.parametrize(("channel", "codes"), [("regulator", {"accept_12315"}), ("phone", set()), ("press", set())])
def test_what_is_recorded_as_a_letter_is_one(make_complaint, channel, codes):
    complaint = make_complaint(channel=channel)
    assert set(running(complaint)) == codes
    assert complaint.outside_matters.count() == (channel != "phone")
    assert Complaint.objects.get(pk=complaint.pk).next_due_at == min(
        row.due_at for row in Deadline.objects.of(complaint).running()
    )


def test_the_trade_of_the_house_starts_clocks_with_every_complaint(make_complaint, house):
    set_policy(
        "statutory.rules", rules_with(bank_insurer={"is_on": True}, final_response={"is_on": True}), by=house.director
    )
    complaint = make_complaint()
    assert running(complaint) == {"bank_insurer": until(2026, 12, 3), "final_response": until(2027, 1, 13)}
    assert label("statutory", "bank_insurer") == "Banks and insurers: decide"


def test_a_rule_that_is_off_starts_nothing(with_letter, house):
    set_policy("statutory.rules", rules_with(accept_12315={"is_on": False}), by=house.director)
    assert running(with_letter()) == {}


# ------------------------------------------------------------------ their course


def test_they_never_pause(with_letter, house, at_work):
    complaint = with_letter(answer_by=date(2026, 11, 25))
    before = running(complaint)
    wait_for_customer(complaint.pk, reason="x", until=at_work + timedelta(days=3), by=house.supervisor)
    assert running(complaint) == before
    assert {row.state for row in Deadline.objects.of(complaint).filter(kind="statutory")} == {"pending"}
    with refused(Blocked, "never_pauses"):
        pause_deadline("statutory", complaint, at=at_work)


def test_the_manager_hears_at_half_at_four_fifths_and_at_the_end(with_letter, house, at_work):
    set_policy("statutory.rules", rules_with(accept_12315={"is_on": False}), by=house.director)
    complaint = with_letter(received_on=date(2026, 11, 18), answer_by=date(2026, 11, 27))
    start = datetime(2026, 11, 18, tzinfo=SHANGHAI)
    for day, told in ((4, 0), (5.1, 1), (7, 1), (8.1, 2), (10.1, 3)):
        with clock.frozen(start + timedelta(days=day)):
            while fire_due_deadlines(now=clock.now()):
                pass
        rows = Notification.objects.filter(recipient=house.manager, values_text__contains='"statutory"')
        assert rows.count() == told, day
    assert "Regulator’s answer date" in rows.first().text
    assert Deadline.objects.of(complaint).get(kind="statutory").state == "breached"
    assert differences(complaint) == []


def test_the_acceptance_keeps_the_first_clock_and_starts_the_next(with_letter, house):
    complaint = with_letter()
    matter = OutsideMatter.objects.get()
    accept_matter(matter.pk, accepted_on=date(2026, 11, 18), by=house.clerk)
    assert set(running(complaint)) == {"settle_12315"}
    assert Deadline.objects.of(complaint).get(about=f"accept_12315:{matter.pk}").state == "met"
    with refused(Conflict, "already_accepted"):
        accept_matter(matter.pk, by=house.clerk)


def test_the_answer_keeps_all_clocks_of_the_matter_and_none_of_the_customers(with_letter, house):
    complaint = with_letter(answer_by=date(2026, 11, 25))
    other = record_gone_outside(complaint.pk, **LETTER, by=house.supervisor).outside_matters.last()
    matter = complaint.outside_matters.first()
    answer_matter(matter.pk, summary="Our side, with the invoice", by=house.supervisor)
    assert set(Deadline.objects.of(complaint).open().filter(kind="statutory").values_list("about", flat=True)) == {
        f"accept_12315:{other.pk}"
    }
    states = {row.kind: row.state for row in Deadline.objects.of(complaint).exclude(kind="statutory")}
    assert (states["first_response"], states["answer"]) == ("pending", "pending")
    assert Complaint.objects.get(pk=complaint.pk).first_contact_at is None
    with refused(Conflict, "already_answered"):
        answer_matter(matter.pk, summary="Again", by=house.supervisor)


def test_another_date_of_theirs_is_another_clock(with_letter, house):
    complaint = with_letter(answer_by=date(2026, 11, 25), reference="A-1")
    matter = OutsideMatter.objects.get()
    told = {"authority": "Office", "reference": "A-2", "received_on": matter.received_on}
    change_matter(matter.pk, **told, answer_by=date(2026, 12, 1), expected_version=1, by=house.clerk)
    assert running(complaint) == {"accept_12315": until(2026, 11, 27), "answer_by": until(2026, 12, 1)}
    assert [row.text for row in TextRevision.objects.of(complaint).order_by("field")] == ["", "A-1"]
    with refused(Conflict, "stale"):
        change_matter(matter.pk, **told, answer_by=None, expected_version=1, by=house.clerk)
    change_matter(matter.pk, **{**told, "received_on": date(2026, 11, 16)}, answer_by=None, by=house.clerk)
    assert running(complaint) == {"accept_12315": until(2026, 11, 25)}
    assert differences(complaint) == []


@pytest.mark.parametrize(
    ("told", "why"),
    [
        ({"received_on": date(2026, 11, 19)}, "received_to_come"),
        ({"received_on": date(2026, 11, 17), "answer_by": date(2026, 11, 16)}, "answer_before_receipt"),
    ],
)
def test_dates_that_cannot_be_are_refused(make_complaint, house, told, why):
    complaint = make_complaint()
    with refused(Blocked, why):
        record_gone_outside(complaint.pk, **LETTER, **told, by=house.supervisor)


def test_a_supervisor_gives_complex_cases_the_longer_time_once(make_complaint, house):
    set_policy("statutory.rules", rules_with(bank_insurer={"is_on": True}), by=house.director)
    complaint = make_complaint()
    row = Deadline.objects.of(complaint).get(kind="statutory")
    with refused(PermissionDenied, "only_supervisor_extends"):
        extend_statutory(row.pk, reason="An expert", by=house.handler)
    with refused(Blocked, "no_reason"):
        extend_statutory(row.pk, reason=" ", by=house.supervisor)
    extend_statutory(row.pk, reason="An expert looks at it", by=house.supervisor)
    assert running(complaint) == {"bank_insurer": until(2026, 12, 18)}
    again = Deadline.objects.of(complaint).open().get(kind="statutory")
    assert again.started_at == row.started_at
    with refused(Blocked, "longer_already"):
        extend_statutory(again.pk, reason="More", by=house.supervisor)


# ------------------------------------------------------------------ ends


def test_an_authority_still_waits_when_the_complaint_has_ended(with_letter, house):
    set_policy("statutory.rules", rules_with(bank_insurer={"is_on": True}), by=house.director)
    complaint = with_letter(answer_by=date(2026, 11, 25))
    withdraw(complaint.pk, reason="x", **END, by=house.supervisor)
    assert set(running(complaint)) == {"accept_12315", "answer_by"}
    assert Deadline.objects.of(complaint).get(about="bank_insurer").state == "met"
    answer_matter(OutsideMatter.objects.get().pk, summary="Withdrawn by the customer", by=house.supervisor)
    assert running(complaint) == {}


def test_a_mistake_ends_them_all(with_letter, house):
    complaint = with_letter(answer_by=date(2026, 11, 25))
    void(complaint.pk, reason="Twice", by=house.supervisor)
    assert running(complaint) == {}


def test_matters_are_seen_as_far_as_their_complaint(with_letter, house):
    matter = with_letter().outside_matters.get()
    for act in (
        lambda by: answer_matter(matter.pk, summary="x", by=by),
        lambda by: accept_matter(matter.pk, by=by),
        lambda by: change_matter(
            matter.pk, authority="x", reference="", received_on=matter.received_on, answer_by=None, by=by
        ),
    ):
        with refused(Complaint.DoesNotExist):
            act(house.east_supervisor)
        with refused(PermissionDenied):
            act(house.auditor)


# ------------------------------------------------------------------ the policy


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"days": 0}, "from 1 to 400"),
        ({"count": "moons"}, "working, calendar"),
        ({"starts": "someday"}, "letter, accepted, recorded"),
        ({"senders": []}, "senders"),
        ({"senders": ["mother"]}, "regulator"),
        ({"is_on": 1}, "true or false"),
        ({"name": {"en": "x"}}, "zh"),
        ({"name": {"en": "x", "zh": " "}}, "empty"),
        ({"longer_days": 7}, "more than"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused(change, why):
    with pytest.raises(Invalid, match=why):
        SPECS["statutory.rules"].validate(rules_with(accept_12315=change))


@pytest.mark.parametrize("value", [[], {"A B": RULES["bank_insurer"]}, {"answer_by": RULES["bank_insurer"]}, None])
def test_a_table_of_rules_is_a_table_of_rules(value):
    with pytest.raises(Invalid):
        SPECS["statutory.rules"].validate(value)


def test_an_owner_has_no_part_in_it(with_letter, house):
    """Giving the case to somebody moves no clock of the law."""
    complaint = with_letter(answer_by=date(2026, 11, 25))
    before = running(complaint)
    assign_complaint(complaint.pk, owner=house.handler, by=house.supervisor)
    assert running(complaint) == before
