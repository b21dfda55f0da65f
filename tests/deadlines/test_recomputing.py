"""A changed policy, calendar or department counts open deadlines anew, batch by batch. DOMAIN.md 3.5."""

import time
from datetime import date

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts.actions import CalendarDay, save_calendar, save_department, set_calendar_day
from accounts.models import Department
from core import clock
from customers.models import Customer
from deadlines import recomputing
from deadlines.actions import fire_due_deadlines, pause_deadline
from deadlines.calendars import working_calendar
from deadlines.models import CalendarSnapshot, Deadline, Recomputation, State
from deadlines.opening import Opening, open_all
from deadlines.rebuild import differences
from deadlines.recomputing import recompute_changed
from deadlines.sweep import sweep
from events.models import Event, Notification
from policies.actions import set_policy
from tests.deadlines.conftest import OWNED, RESOLVED, RESPONSE, at, make_customer
from tests.house import make_calendar


def promise_of(length, *rungs, clock_name="working"):
    rungs = rungs or ((1.0, "supervisor"),)
    return {"clock": clock_name, "length": length, "rungs": [{"at": share, "to": to} for share, to in rungs]}


def change_policy(key, value, when):
    with clock.frozen(at(when)):
        set_policy(key, value, by=None)


def close(calendar, day, slots=(), when="02 10:00"):
    with clock.frozen(at(when)):
        set_calendar_day(calendar.pk, CalendarDay(date.fromisoformat(f"2026-03-{day}"), slots, "Stocktaking"), by=None)


@pytest.fixture(autouse=True)
def rows_are_what_their_events_say(db):
    yield
    for pk in set(Deadline.objects.values_list("subject_id", flat=True)):
        assert differences(Customer(pk=pk)) == []


# ------------------------------------------------------------ policies


def test_looser_policy_counts_from_the_start(promise):
    promise(OWNED)
    change_policy("deadline.owned", promise_of({"2": "PT1H"}), "02 09:05")
    assert recompute_changed(at("02 09:06")) == 1
    row = Deadline.objects.get()
    assert (row.due_at, row.policy_version, row.next_fire_at) == (at("02 10:00"), 1, at("02 10:00"))


def test_stricter_policy_counts_from_its_change_and_not_from_the_sweep(promise):
    promise(RESOLVED)
    change_policy("deadline.resolved", promise_of({"2": "PT2H"}), "02 10:00")
    recompute_changed(at("02 11:00"))
    assert Deadline.objects.get().due_at == at("02 12:00")


def test_policy_of_another_kind_changes_nothing(promise):
    promise(OWNED)
    change_policy("deadline.resolved", promise_of({"2": "PT2H"}), "02 09:05")
    change_policy("reopen.days", 30, "02 09:05")
    assert recompute_changed(at("02 09:06")) == 0
    assert Deadline.objects.get().policy_version == 0
    assert not Recomputation.objects.filter(finished_at=None).exists()
    assert Recomputation.objects.count() == 1  # no deadline hangs on reopen.days


def test_new_rungs_hold_without_ringing_for_what_lies_behind(promise, staff):
    promise(RESOLVED)
    change_policy("deadline.resolved", promise_of({"2": "P5D"}, (0.1, "supervisor"), (1.0, "manager")), "05 09:00")
    recompute_changed(at("05 09:00"))
    assert fire_due_deadlines(now=at("05 09:00")) == 0
    assert Deadline.objects.get().next_fire_at == at("06 17:00")


def test_broken_promise_stays_broken_unless_it_has_time_again(promise, staff):
    promise(OWNED)
    fire_due_deadlines(now=at("02 09:10"))
    change_policy("deadline.owned", promise_of({"2": "PT15M"}), "02 09:20")
    recompute_changed(at("02 09:20"))
    row = Deadline.objects.get()
    assert (row.state, row.due_at, row.policy_version) == (State.BREACHED, at("02 09:10"), 1)
    change_policy("deadline.owned", promise_of({"2": "PT1H"}), "02 09:30")
    recompute_changed(at("02 09:30"))
    row = Deadline.objects.get()
    assert (row.state, row.due_at, row.breached_at) == (State.PENDING, at("02 10:00"), None)
    assert fire_due_deadlines(now=at("02 10:00")) == 1
    assert Notification.objects.filter(recipient__username="supervisor").count() == 2


def test_policy_without_the_class_cancels(promise):
    promise(OWNED)
    change_policy("deadline.owned", promise_of({"1": "PT15M"}), "02 09:05")
    recompute_changed(at("02 09:06"))
    assert Deadline.objects.get().state == State.CANCELLED


def test_policy_may_change_the_clock(promise):
    promise(OWNED, start=at("02 16:55"))
    change_policy("deadline.owned", promise_of({"2": "PT10M"}, clock_name="24x7"), "02 16:58")
    recompute_changed(at("02 16:58"))
    row = Deadline.objects.get()
    assert (row.due_at, row.calendar) == (at("02 17:08"), None)


def test_chosen_clock_is_kept(promise):
    promise(RESPONSE, start=at("02 16:55"), clock="24x7")
    change_policy("deadline.first_response", promise_of({"2": "PT1H"}), "02 16:58")
    recompute_changed(at("02 16:58"))
    row = Deadline.objects.get()
    assert (row.due_at, row.clock) == (at("02 17:55"), "24x7")


def test_paused_ones_are_counted_anew_too(promise, customer):
    promise(RESOLVED)
    pause_deadline(RESOLVED, customer, at=at("02 10:00"))
    change_policy("deadline.resolved", promise_of({"2": "P1D"}), "02 11:00")
    assert recompute_changed(at("02 11:00")) == 1
    assert Deadline.objects.get().state == State.PAUSED


# ------------------------------------------------------------ calendars and departments


def test_holiday_moves_what_is_due_after_it(promise, calendar):
    promise(RESOLVED)
    close(calendar, "04")
    assert recompute_changed(at("02 10:00")) == 1
    row = Deadline.objects.get()
    assert (row.due_at, row.calendar_version) == (at("07 17:00"), calendar.version + 1)


def test_part_day_closure_entered_this_morning(promise, calendar):
    promise(RESPONSE)
    close(calendar, "02", [(600, 1020)], when="02 09:20")
    recompute_changed(at("02 09:20"))
    assert Deadline.objects.get().due_at == at("02 10:30")


def test_old_opening_hours_are_kept_for_the_explanation(promise, calendar):
    promise(RESOLVED)
    before = working_calendar(calendar)
    close(calendar, "04")
    assert CalendarSnapshot.objects.filter(calendar=calendar).count() == 2
    calendar.refresh_from_db()
    now = working_calendar(calendar)
    assert (before.slots_on(date(2026, 3, 4)), now.slots_on(date(2026, 3, 4))) == (((540, 1020),), ())


def test_other_calendar_of_the_department_takes_the_rest(promise, office):
    promise(RESOLVED, severity_class=1)
    late = make_calendar("Late", "UTC", 12 * 60, 20 * 60)
    with clock.frozen(at("02 13:00")):
        save_department(office.pk, name=office.name, code=office.code, calendar=late, by=None)
    assert recompute_changed(at("02 13:05")) == 1
    row = Deadline.objects.get()
    assert (row.calendar, row.due_at) == (late, at("02 17:00"))


def test_around_the_clock_needs_no_calendar(promise, calendar, office):
    promise(RESPONSE, clock="24x7")
    close(calendar, "02", when="02 09:10")
    with clock.frozen(at("02 09:10")):
        save_department(office.pk, name="Other", code="other", calendar=make_calendar("Late"), by=None)
    assert recompute_changed(at("02 09:11")) == 0
    assert Deadline.objects.get().due_at == at("02 09:30")


def test_what_is_due_is_counted_anew_before_it_fires(promise, calendar, staff):
    """The sweep may meet a due row before it has worked off the change that moves it."""
    promise(RESPONSE)
    close(calendar, "02", [(600, 1020)], when="02 09:20")
    fire_due_deadlines(now=at("02 09:30"))
    row = Deadline.objects.get()
    assert (row.state, row.due_at) == (State.PENDING, at("02 10:30"))
    assert not Notification.objects.exists()


# ------------------------------------------------------------ the job


def test_change_that_is_worked_off_is_not_looked_at_again(promise, calendar):
    promise(RESOLVED)
    close(calendar, "04")
    recompute_changed(at("02 10:00"))
    assert Recomputation.objects.get().finished_at == at("02 10:00")
    with CaptureQueriesContext(connection) as queries:
        recompute_changed(at("02 10:01"))
    assert len(queries) == 1
    assert Event.objects.filter(type="deadline.recomputed").count() == 1


def test_two_changes_in_a_row_are_both_in_it(promise, calendar):
    promise(RESOLVED)
    close(calendar, "04")
    close(calendar, "05")
    recompute_changed(at("02 10:00"))
    assert Deadline.objects.get().due_at == at("08 17:00")
    assert not Recomputation.objects.filter(finished_at=None).exists()


def test_subject_that_somebody_is_at_is_left_to_the_next_sweep(promise, calendar, monkeypatch):
    promise(RESOLVED)
    promise(RESOLVED, subject=make_customer())
    close(calendar, "04")
    with monkeypatch.context() as patch:
        lock = recomputing.lock_subjects
        patch.setattr(recomputing, "lock_subjects", lambda refs: dict(list(lock(refs).items())[1:]))
        assert recompute_changed(at("02 10:00")) == 1
    assert Recomputation.objects.filter(finished_at=None).count() == 1
    assert recompute_changed(at("02 10:01")) == 1
    assert not Recomputation.objects.filter(finished_at=None).exists()


def test_stops_when_the_time_is_up_and_goes_on_later(promise, calendar, monkeypatch):
    monkeypatch.setattr(recomputing, "BATCH", 2)
    for _ in range(5):
        promise(RESOLVED, subject=make_customer())
    close(calendar, "04")
    turns = iter([True, True, False])
    assert recompute_changed(at("02 10:00"), has_time=lambda: next(turns)) == 4
    assert recompute_changed(at("02 10:00")) == 1


def test_one_that_cannot_be_counted_costs_only_itself(promise, calendar, world, customer, monkeypatch):
    promise(RESOLVED)
    other = promise(RESOLVED, subject=make_customer())
    close(calendar, "04")
    real = recomputing.bring_up_to_date

    def fail(timers, *args):
        if any(timer.row.subject_id == customer.pk for timer in timers):
            raise RuntimeError
        return real(timers, *args)

    monkeypatch.setattr(recomputing, "bring_up_to_date", fail)
    assert recompute_changed(at("02 10:00")) == 1
    other.refresh_from_db()
    assert other.due_at == at("07 17:00")
    # It is not tried again each second; when it comes due, the sweep tries, and tells when it fails.
    assert not Recomputation.objects.filter(finished_at=None).exists()


def test_saving_a_calendar_stays_quick_with_ten_thousand_open_deadlines(office, calendar, world):
    """The saver pays for one row; the sweep counts anew in batches."""
    customers = Customer.objects.bulk_create(Customer(name=f"C{n}", created_at=at("02 09:00")) for n in range(10_000))
    with transaction.atomic():
        open_all([Opening(RESOLVED, row, office, 2, at("02 09:00")) for row in customers], at=at("02 09:00"), by=None)
    weekly = {day: [(540, 1020)] for day in range(7)}
    started = time.monotonic()
    with CaptureQueriesContext(connection) as queries, clock.frozen(at("02 10:00")):
        closed = [CalendarDay(date(2026, 3, 4), [], "Holiday")]
        save_calendar(calendar.pk, name="Office", time_zone="UTC", weekly=weekly, exceptions=closed, by=None)
    assert time.monotonic() - started < 1
    assert len(queries) < 25
    assert not Deadline.objects.filter(due_at=at("07 17:00")).exists()
    turns = iter([True] * 3 + [False])
    assert recompute_changed(at("02 10:00"), has_time=lambda: next(turns)) == 300
    assert Deadline.objects.filter(due_at=at("07 17:00")).count() == 300
    Deadline.objects.all().delete()


def test_sweep_works_off_changes_before_it_fires(promise, calendar, staff):
    promise(RESPONSE)
    close(calendar, "02", [(600, 1020)], when="02 09:20")
    with clock.frozen(at("02 09:31")):
        swept = sweep("hand")
    assert (swept.recomputed, swept.fired) == (1, 0)


def test_department_that_is_renamed_changes_nothing(promise, office):
    promise(RESOLVED)
    with clock.frozen(at("02 10:00")):
        save_department(office.pk, name="New name", code=office.code, calendar=office.calendar, by=None)
    assert Department.objects.get().name == "New name"
    assert not Recomputation.objects.exists()
