"""Making, keeping, pausing and moving promises; each refusal changes nothing."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts.actions import save_department
from core.errors import Blocked, Conflict
from customers.models import Customer
from deadlines.actions import (
    Opening,
    cancel_deadlines,
    meet_deadline,
    open_deadline,
    open_deadlines_in_bulk,
    pause_deadline,
    recompute_deadlines,
    resume_deadline,
)
from deadlines.models import Deadline, State
from deadlines.rebuild import differences
from events.models import Event
from policies.actions import set_policy
from tests.deadlines.conftest import ANSWER, OWNED, RESOLVED, RESPONSE, at, make_customer
from tests.house import make_calendar, make_department

ONLY_CLASS_1 = {"clock": "working", "length": {"1": "PT15M"}, "rungs": [{"at": 1, "to": "manager"}]}


def types():
    return list(Event.objects.filter(type__startswith="deadline.").order_by("id").values_list("type", flat=True))


@pytest.fixture(autouse=True)
def rows_are_what_their_events_say(db):
    yield
    for pk in set(Deadline.objects.values_list("subject_id", flat=True)):
        assert differences(Customer(pk=pk)) == []


# ------------------------------------------------------------ making


@pytest.mark.parametrize(
    ("kind", "severity_class", "due"),
    [
        (OWNED, 1, "02 09:15"),
        (OWNED, 2, "02 09:10"),
        (RESPONSE, 2, "02 09:30"),
        (ANSWER, 1, "02 17:00"),
        (RESOLVED, 1, "02 17:00"),
        (RESOLVED, 2, "06 17:00"),
    ],
)
def test_due_time_comes_from_policy_and_calendar(promise, kind, severity_class, due):
    row = promise(kind, severity_class=severity_class)
    assert (row.due_at, row.state, row.policy_version) == (at(due), State.PENDING, 0)
    assert types() == ["deadline.opened"]


def test_first_rung_is_when_it_fires_first(promise):
    assert promise(RESOLVED).next_fire_at == at("05 17:00")  # 80 % of five days
    assert promise(RESPONSE).next_fire_at == at("02 09:30")


def test_clock_of_one_promise_may_be_chosen(promise):
    row = promise(RESPONSE, start=at("02 16:50"), clock="24x7")
    assert (row.due_at, row.calendar, row.has_own_clock) == (at("02 17:20"), None, True)


def test_no_such_promise_for_the_class_is_none(promise, world, customer):
    set_policy(
        "deadline.owned", {"clock": "working", "length": {"1": "PT15M"}, "rungs": [{"at": 1, "to": "manager"}]}, by=None
    )
    assert promise(OWNED, severity_class=2) is None
    assert types() == []


def test_promise_with_its_own_date(promise):
    row = promise(RESOLVED, due_at=at("20 12:00"))
    assert (row.due_at, row.is_fixed, row.clock) == (at("20 12:00"), True, "24x7")


def test_refuses_a_second_open_one_of_the_kind(promise, customer, office):
    promise(RESPONSE)
    with pytest.raises(Conflict, match="deadline_open"):
        promise(RESPONSE)
    openings = [Opening(OWNED, customer, office, 2, at("02 09:00"))] * 2
    with pytest.raises(Conflict, match="deadline_open"):
        open_deadlines_in_bulk(openings, at=at("02 09:00"))
    assert types() == ["deadline.opened"]


def test_database_refuses_a_second_open_one_too(promise):
    row = promise(RESPONSE)
    row.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save(force_insert=True)


def test_refuses_an_unknown_kind_and_the_wrong_subject(promise, office):
    with pytest.raises(LookupError, match="declares"):
        promise("test_unknown")
    with pytest.raises(ValueError, match="promised to a customer"):
        promise(RESPONSE, subject=office)
    assert not Deadline.objects.exists()


def test_refuses_a_date_before_the_start(promise):
    with pytest.raises(Blocked, match="due_before_start"):
        promise(RESOLVED, due_at=at("02 09:00"))


def test_refuses_a_calendar_that_never_opens(promise, calendar):
    calendar.slots.all().delete()
    calendar.version += 1
    calendar.save()
    for kind in (RESPONSE, ANSWER, RESOLVED):
        with pytest.raises(Blocked, match="never_opens"):
            promise(kind)
    assert not Deadline.objects.exists()
    # Around the clock it may still be promised.
    assert promise(RESPONSE, clock="24x7").due_at == at("02 09:30")


def test_many_are_made_with_the_statements_of_one(office, world, monday):
    customers = [make_customer(f"C{n}") for n in range(20)]
    open_deadlines_in_bulk([Opening(OWNED, customers[0], office, 2, monday)], at=monday)

    def statements(rows):
        kinds = (RESPONSE, ANSWER, RESOLVED)
        openings = [Opening(kind, row, office, 2, monday) for row in rows for kind in kinds]
        with CaptureQueriesContext(connection) as queries:
            assert len(open_deadlines_in_bulk(openings, at=monday)) == len(openings)
        return len(queries)

    few = statements(customers[:1])
    assert few <= 10
    # SQLite takes so many values in one statement and no more.
    assert statements(customers[1:18]) <= few + 4
    assert open_deadlines_in_bulk([], at=monday) == []


# ------------------------------------------------------------ keeping


def test_kept_in_time(promise, customer):
    promise(RESPONSE)
    row = meet_deadline(RESPONSE, customer, at=at("02 09:20"))
    assert (row.state, row.met_at, row.breached_at, row.next_fire_at) == (State.MET, at("02 09:20"), None, None)
    assert types() == ["deadline.opened", "deadline.met"]


def test_kept_at_the_due_instant_is_in_time(promise, customer):
    promise(RESPONSE)
    assert meet_deadline(RESPONSE, customer, at=at("02 09:30")).breached_at is None


def test_kept_late_is_late_though_no_sweep_came_by(promise, customer):
    promise(RESPONSE)
    row = meet_deadline(RESPONSE, customer, at=at("02 09:31"))
    assert (row.state, row.breached_at) == (State.MET, at("02 09:30"))
    assert types() == ["deadline.opened", "deadline.breached", "deadline.met"]


def test_paused_after_its_end_it_is_late_all_the_same(promise, customer):
    promise(OWNED)
    pause_deadline(OWNED, customer, at=at("02 10:00"))
    assert meet_deadline(OWNED, customer, at=at("02 11:00")).breached_at == at("02 09:10")


def test_kept_twice_is_kept_once(promise, customer):
    promise(RESPONSE)
    meet_deadline(RESPONSE, customer, at=at("02 09:20"))
    assert meet_deadline(RESPONSE, customer, at=at("02 09:25")) is None
    assert len(types()) == 2


def test_contact_before_the_start_counts_as_at_the_start(promise, customer):
    promise(RESPONSE)
    assert meet_deadline(RESPONSE, customer, at=at("02 08:00")).met_at == at("02 09:00")


def test_may_be_promised_again_afterwards(promise, customer):
    promise(ANSWER)
    meet_deadline(ANSWER, customer, at=at("02 09:20"))
    assert promise(ANSWER, start=at("02 10:00")).state == State.PENDING


def test_cancelled_are_those_named(promise, customer):
    promise(RESPONSE)
    promise(ANSWER)
    promise(RESOLVED)
    cancel_deadlines(customer, except_kinds=[RESOLVED, ANSWER], at=at("02 10:00"))
    cancel_deadlines(customer, kinds=[ANSWER], at=at("02 10:00"))
    states = dict(Deadline.objects.values_list("kind", "state"))
    assert states == {RESPONSE: "cancelled", ANSWER: "cancelled", RESOLVED: "pending"}
    assert cancel_deadlines(customer, kinds=[ANSWER], at=at("02 10:00")) == []
    with pytest.raises(LookupError):
        cancel_deadlines(customer, kinds=["test_unknown"], at=at("02 10:00"))


# ------------------------------------------------------------ pausing


def test_paused_and_resumed(promise, customer):
    promise(RESOLVED)
    row = pause_deadline(RESOLVED, customer, at=at("02 13:00"))
    assert (row.state, row.next_fire_at) == (State.PAUSED, None)
    row = resume_deadline(RESOLVED, customer, at=at("04 13:00"))
    assert (row.state, row.due_at) == (State.PENDING, at("08 17:00"))
    assert types() == ["deadline.opened", "deadline.paused", "deadline.resumed"]


def test_pausing_or_resuming_twice_does_nothing(promise, customer):
    promise(RESOLVED)
    assert resume_deadline(RESOLVED, customer, at=at("02 13:00")) is None
    pause_deadline(RESOLVED, customer, at=at("02 13:00"))
    assert pause_deadline(RESOLVED, customer, at=at("02 14:00")) is None
    assert pause_deadline(ANSWER, customer, at=at("02 14:00")) is None
    assert types() == ["deadline.opened", "deadline.paused"]


def test_first_response_never_pauses(promise, customer):
    promise(RESPONSE)
    with pytest.raises(Blocked, match="never_pauses"):
        pause_deadline(RESPONSE, customer, at=at("02 09:10"))
    assert Deadline.objects.get().state == State.PENDING
    assert types() == ["deadline.opened"]


def test_paused_may_be_kept_or_cancelled(promise, customer):
    promise(RESOLVED)
    pause_deadline(RESOLVED, customer, at=at("02 13:00"))
    row = meet_deadline(RESOLVED, customer, at=at("20 13:00"))
    assert (row.state, row.breached_at) == (State.MET, None)


def test_resumed_runs_in_the_calendar_as_it_is_then(promise, customer, office):
    promise(RESOLVED, severity_class=1)
    pause_deadline(RESOLVED, customer, at=at("02 13:00"))
    night = make_calendar("Night", "UTC", 20 * 60, 24 * 60)
    moved = make_department("Night shop", office, night)
    recompute_deadlines(customer, department=moved, at=at("02 14:00"))
    assert resume_deadline(RESOLVED, customer, at=at("02 15:00")).due_at == at("02 22:00")  # half a day of four hours


# ------------------------------------------------------------ other class, department, clock


def test_higher_class_counts_a_longer_time_from_the_start(promise, customer):
    promise(RESOLVED, severity_class=1)
    recompute_deadlines(customer, severity_class=2, at=at("02 15:00"))
    row = Deadline.objects.get()
    assert (row.due_at, row.severity_class) == (at("06 17:00"), 2)
    assert types()[-1] == "deadline.recomputed"


def test_higher_class_counts_a_shorter_time_from_the_change(promise, customer):
    promise(OWNED, severity_class=1)
    recompute_deadlines(customer, severity_class=2, at=at("02 09:03"))
    assert Deadline.objects.get().due_at == at("02 09:13")
    recompute_deadlines(customer, severity_class=1, at=at("02 09:04"))
    assert Deadline.objects.get().due_at == at("02 09:15")


def test_shorter_time_is_never_due_later_and_never_in_the_past(promise, customer):
    promise(OWNED, severity_class=1)
    recompute_deadlines(customer, severity_class=2, at=at("02 09:14"))
    assert Deadline.objects.get().due_at == at("02 09:15")


def test_promise_that_the_new_class_does_not_have_is_cancelled(promise, customer, world):
    set_policy("deadline.owned", ONLY_CLASS_1, by=None)
    promise(OWNED, severity_class=1)
    recompute_deadlines(customer, severity_class=2, at=at("02 09:05"))
    assert Deadline.objects.get().state == State.CANCELLED


def test_same_class_and_department_change_nothing(promise, customer, office):
    promise(OWNED, severity_class=1)
    recompute_deadlines(customer, severity_class=1, department=office, at=at("02 09:05"))
    assert types() == ["deadline.opened"]
    assert recompute_deadlines(make_customer("Nobody"), severity_class=1, at=at("02 09:05")) == []


def test_time_used_stays_used_in_the_other_department(promise, customer, office):
    promise(RESOLVED, severity_class=1)
    store = make_department("Store", office, make_calendar("Store", "UTC", 10 * 60, 22 * 60))
    recompute_deadlines(customer, department=store, at=at("02 13:00"))
    row = Deadline.objects.get()
    assert (row.department, row.due_at) == (store, at("02 19:00"))  # half of a day of twelve hours


def test_department_and_class_may_change_at_once(promise, customer, office):
    promise(RESOLVED, severity_class=1)
    store = make_department("Store", office, make_calendar("Store", "UTC", 10 * 60, 22 * 60))
    recompute_deadlines(customer, department=store, severity_class=2, at=at("02 13:00"))
    # Counted from the start: a tenth of five days in the office, the rest in days of twelve hours.
    assert Deadline.objects.get().due_at == at("06 19:00")
    assert types()[-2:] == ["deadline.recomputed"] * 2


def test_around_the_clock_goes_along_to_another_department(promise, customer, office):
    promise(RESPONSE, clock="24x7")
    store = make_department("Store", office, make_calendar("Store", "UTC", 10 * 60, 22 * 60))
    recompute_deadlines(customer, department=store, at=at("02 09:10"))
    row = Deadline.objects.get()
    assert (row.department, row.due_at, row.calendar) == (store, at("02 09:30"), None)


def test_danger_found_later_changes_the_clock(promise, customer):
    promise(RESPONSE, start=at("02 16:50"))
    recompute_deadlines(customer, clocks={RESPONSE: "24x7"}, at=at("02 17:30"))
    row = Deadline.objects.get()
    assert (row.due_at, row.clock) == (at("02 18:00"), "24x7")
    recompute_deadlines(customer, clocks={RESPONSE: None}, at=at("02 17:40"))
    assert Deadline.objects.get().due_at == at("03 09:20")


def test_own_date_is_moved_by_nothing(promise, customer, office):
    promise(RESOLVED, due_at=at("20 12:00"))
    store = make_department("Store", office, make_calendar("Store", "UTC", 10 * 60, 22 * 60))
    recompute_deadlines(customer, department=store, severity_class=1, at=at("03 09:00"))
    row = Deadline.objects.get()
    assert (row.due_at, row.department, row.severity_class) == (at("20 12:00"), store, 1)


def test_rules_changed_a_moment_ago_hold_though_no_sweep_came_by(promise, customer, calendar, monday):
    promise(OWNED, severity_class=2)
    longer = {"clock": "working", "length": {"2": "PT1H"}, "rungs": [{"at": 1, "to": "manager"}]}
    set_policy("deadline.owned", longer, by=None)
    assert meet_deadline(OWNED, customer, at=at("02 09:30")).breached_at is None


def test_department_with_another_calendar_is_up_to_date_when_paused(promise, customer, office, monday):
    promise(RESOLVED, severity_class=1)
    late = make_calendar("Late", "UTC", 12 * 60, 20 * 60)
    save_department(office.pk, name=office.name, code=office.code, calendar=late, by=None)
    row = pause_deadline(RESOLVED, customer, at=at("02 13:00"))
    assert row.calendar == late
    assert resume_deadline(RESOLVED, customer, at=at("02 13:00")).due_at == at("02 20:00")


def test_opening_hours_where_everything_is_closed_for_ever_refuse_the_move(promise, customer, office):
    promise(RESOLVED)
    closed = make_calendar("Closed", "UTC")
    closed.slots.all().delete()
    store = make_department("Store", office, closed)
    with pytest.raises(Blocked, match="never_opens"), transaction.atomic():
        recompute_deadlines(customer, department=store, at=at("02 13:00"))
    assert types() == ["deadline.opened"]
    assert Deadline.objects.get().department == office


def test_opening_is_refused_outside_of_the_list_of_kinds_without_a_trace(customer, office, world):
    with pytest.raises(LookupError):
        open_deadline("x", customer, department=office, severity_class=1, started_at=at("02 09:00"), at=at("02 09:00"))
    assert types() == []
