"""What is due fires once: the breach, its ladder, catching up, failures. TIMERS.md 5."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext

from customers.models import Customer
from deadlines import events, firing, kinds
from deadlines.actions import fire_due_deadlines, meet_deadline, pause_deadline, recompute_deadlines, resume_deadline
from deadlines.claiming import Ref, read_due
from deadlines.firing import BACK_OFF, fire_batch, revive_dead
from deadlines.models import Deadline, Firing, State
from deadlines.rebuild import differences
from events.models import Event, Notification, OutboxMessage
from policies.actions import set_policy
from tests.deadlines.conftest import ANSWER, OWNED, RESOLVED, RESPONSE, at, make_customer, minutes


def told():
    """Who was told what, in order."""
    return list(Notification.objects.order_by("id").values_list("recipient__username", "code"))


def rows_are_what_their_events_say():
    for pk in set(Deadline.objects.values_list("subject_id", flat=True)):
        assert differences(Customer(pk=pk)) == []


def fire(text):
    return fire_due_deadlines(now=at(text))


# ------------------------------------------------------------ the ladder


def test_nothing_fires_before_its_time(promise, staff):
    promise(RESPONSE)
    assert fire("02 09:29:59") == 0
    assert not Firing.objects.exists()


def test_breach_is_recorded_told_and_the_next_rung_armed(promise, staff):
    promise(RESPONSE)
    assert fire("02 09:30") == 1
    row = Deadline.objects.get()
    assert (row.state, row.breached_at, row.round) == (State.BREACHED, at("02 09:30"), 1)
    assert row.next_fire_at == at("02 10:00")
    assert told() == [("supervisor", "deadline.breached")]
    event = Event.objects.get(type=events.BREACHED)
    assert (event.data["round"], event.data["told"], event.actor) == (1, ["supervisor"], None)
    firing_row = Firing.objects.get()
    assert (firing_row.rung, firing_row.planned_at, firing_row.told) == (1.0, at("02 09:30"), ["supervisor"])


def test_a_second_sweep_finds_nothing(promise, staff):
    promise(RESPONSE)
    fire("02 09:30")
    assert fire("02 09:30") == 0
    assert len(told()) == 1


def test_ladder_goes_up_after_the_same_time_again_and_ends(promise, staff):
    promise(RESPONSE)
    for text in ("02 09:30", "02 10:00", "02 10:30", "02 11:00", "03 09:00"):
        fire(text)
    assert told() == [
        ("supervisor", "deadline.breached"),
        ("manager", "deadline.escalated"),
        ("director", "deadline.escalated"),
    ]
    assert Deadline.objects.get().next_fire_at is None
    rows_are_what_their_events_say()


def test_warning_before_the_end_is_no_breach(promise, staff):
    promise(RESOLVED)
    fire("05 17:00")
    row = Deadline.objects.get()
    assert (row.state, row.breached_at, row.reached, row.next_fire_at) == (State.PENDING, None, 0.8, at("06 17:00"))
    assert told() == [("supervisor", "deadline.warning")]
    fire("06 17:00")
    assert told()[1:] == [("manager", "deadline.breached")]
    rows_are_what_their_events_say()


def test_promise_is_broken_at_its_end_though_no_rung_stands_there(promise, staff):
    later = {"clock": "working", "length": {"2": "PT30M"}, "rungs": [{"at": 2.0, "to": "manager"}]}
    set_policy("deadline.owned", later, by=None)
    promise(OWNED)
    fire("02 09:30")
    assert Deadline.objects.get().state == State.BREACHED
    assert told() == []
    fire("02 10:00")
    assert told() == [("manager", "deadline.escalated")]


def test_one_line_behind_the_bell_for_each_round(promise, staff):
    """One bell entry per deadline and round, though the supervisor stands on two rungs. DOMAIN.md 10.9."""
    staff.people["manager"] = staff.people["supervisor"]
    promise(RESPONSE)
    fire("02 09:30")
    fire("02 10:00")
    keys = list(Notification.objects.filter(recipient__username="supervisor").values_list("key", flat=True))
    assert len(keys) == len(set(keys)) == 2


def test_people_with_an_address_get_one_digest_for_many_deadlines(promise, staff, office):
    for n in range(5):
        promise(RESPONSE, subject=make_customer(f"C{n}"))
    fire("02 09:30")
    assert OutboxMessage.objects.filter(channel="digest").count() == 1


def test_kept_after_the_breach_stops_the_ladder(promise, staff, customer):
    promise(RESPONSE)
    fire("02 09:30")
    row = meet_deadline(RESPONSE, customer, at=at("02 09:40"))
    assert (row.state, row.breached_at, row.next_fire_at) == (State.MET, at("02 09:30"), None)
    assert fire("02 12:00") == 0
    rows_are_what_their_events_say()


def test_nobody_found_is_the_next_rung_at_once(promise, staff):
    staff.people["supervisor"] = []
    promise(RESPONSE)
    fire("02 09:30")
    assert told() == [("manager", "deadline.breached")]
    # The manager had their turn; head office is next, at its own time.
    assert Deadline.objects.get().next_fire_at == at("02 10:30")
    assert Firing.objects.get().told == ["supervisor", "manager"]
    rows_are_what_their_events_say()


def test_nobody_found_for_a_warning_does_not_skip_the_breach(promise, staff):
    staff.people["supervisor"] = []
    promise(RESOLVED)
    fire("05 17:00")
    assert told() == [("manager", "deadline.warning")]
    fire("06 17:00")
    assert Deadline.objects.get().state == State.BREACHED


def test_nobody_at_all_is_told_to_the_administrators(promise, staff):
    staff.people = {}
    promise(RESPONSE)
    fire("02 09:30")
    assert told() == [("admin", "deadline.nobody")]
    assert Deadline.objects.get().next_fire_at is None


def test_around_the_clock_while_closed_goes_to_all_rungs_at_once(promise, staff):
    """24x7 ones go to all rungs at once by every channel. DOMAIN.md 10.3."""
    promise(RESPONSE, start=at("02 16:50"), clock="24x7")
    fire("02 17:20")
    assert told() == [(name, "deadline.urgent") for name in ("supervisor", "manager", "director")]
    assert OutboxMessage.objects.filter(channel="email", recipient="supervisor@example.com").exists()
    assert Deadline.objects.get().next_fire_at is None


def test_around_the_clock_while_open_goes_up_the_ladder(promise, staff):
    promise(RESPONSE, clock="24x7")
    fire("02 09:30")
    assert told() == [("supervisor", "deadline.breached")]


def test_working_time_does_not_breach_while_closed(promise, staff):
    promise(RESPONSE, start=at("02 16:50"))
    assert fire("03 09:19") == 0
    assert fire("03 09:20") == 1


def test_no_longer_due_is_cancelled_without_telling_anybody(promise, staff):
    promise(RESPONSE)
    staff.is_still_due = False
    assert fire("02 09:30") == 1
    assert Deadline.objects.get().state == State.CANCELLED
    assert told() == []
    rows_are_what_their_events_say()


def test_app_hears_which_subjects_the_clock_moved(promise, staff, customer):
    promise(RESPONSE)
    promise(OWNED)
    fire("02 09:30")
    assert staff.changed == [customer.pk]


# ------------------------------------------------------------ catching up


def test_after_an_outage_the_current_rung_fires_once(promise, staff):
    promise(RESPONSE)
    fire("02 10:10")  # two rungs have passed
    assert told() == [("manager", "deadline.breached")]
    row = Deadline.objects.get()
    assert (row.round, row.breached_at) == (1, at("02 09:30"))
    assert Firing.objects.get().passed_over == [1.0]
    # The next one counts from now, so nobody gets several in a minute.
    assert row.next_fire_at == at("02 10:40")
    rows_are_what_their_events_say()


def test_spacing_starts_anew_when_it_fired_late(promise, staff):
    promise(RESPONSE)
    fire("02 09:50")
    assert Deadline.objects.get().next_fire_at == at("02 10:20")
    rows_are_what_their_events_say()


def test_a_tick_late_is_not_late(promise, staff):
    promise(RESPONSE)
    fire("02 09:30:02")
    assert Deadline.objects.get().next_fire_at == at("02 10:00")


def test_late_warning_does_not_put_off_the_end(promise, staff):
    promise(RESOLVED)
    fire("06 16:00")
    assert Deadline.objects.get().next_fire_at == at("06 17:00")


def test_outage_over_everything_ends_the_ladder_with_one_notice(promise, staff):
    promise(RESPONSE)
    fire("20 09:00")
    assert told() == [("director", "deadline.breached")]
    assert Deadline.objects.get().next_fire_at is None


def test_all_that_is_overdue_fires_oldest_first(promise, staff):
    rows = [promise(RESPONSE, subject=make_customer(), start=at(f"02 09:{10 - n:02d}")) for n in range(5)]
    assert [ref.pk for ref in read_due(3, at("03 09:00"))] == [row.pk for row in rows[:1:-1]]
    assert fire_due_deadlines(limit=3, now=at("03 09:00")) == 3
    assert set(Firing.objects.values_list("deadline_id", flat=True)) == {row.pk for row in rows[:1:-1]}


def test_batches_go_on_behind_the_last_row(promise, staff):
    for _ in range(5):
        promise(RESPONSE, subject=make_customer())
    first = fire_batch(2, at("02 09:30"))
    assert first.fired == 2
    second = fire_batch(2, at("02 09:30"), after=first.last)
    third = fire_batch(2, at("02 09:30"), after=second.last)
    assert (second.fired, third.fired, third.last) == (2, 1, None)


# ------------------------------------------------------------ what was read before is void


@pytest.mark.parametrize("change", ["met", "paused", "recomputed", "resumed"])
def test_change_between_reading_and_firing_wins(promise, staff, customer, change, monkeypatch):
    """T11 in one thread: whatever happens between the read without a lock and the lock, the sweep yields."""
    promise(RESOLVED, severity_class=1)
    if change == "resumed":
        pause_deadline(RESOLVED, customer, at=at("02 10:00"))
        resume_deadline(RESOLVED, customer, at=at("02 10:00"))
    refs = read_due(10, at("03 17:00"))
    assert len(refs) == 1
    if change == "met":
        meet_deadline(RESOLVED, customer, at=at("02 16:59"))
    elif change == "recomputed":
        recompute_deadlines(customer, severity_class=2, at=at("02 16:59"))
    else:
        pause_deadline(RESOLVED, customer, at=at("02 16:59"))
    monkeypatch.setattr(firing, "read_due", lambda *args, **kwargs: refs)
    assert fire("03 17:00") == 0
    assert told() == []
    assert not Firing.objects.exists()


def test_control_without_comparing_the_change_would_be_lost(promise, staff, customer, monkeypatch):
    """The test above can fail: a claim that believes what was read fires a promise that stands still."""
    promise(RESOLVED, severity_class=1)
    refs = read_due(10, at("03 17:00"))
    stale = list(Deadline.objects.select_related("department"))
    pause_deadline(RESOLVED, customer, at=at("02 16:59"))
    monkeypatch.setattr(firing, "read_due", lambda *args, **kwargs: refs)
    monkeypatch.setattr(firing, "claim", lambda refs: stale)
    fire("03 17:00")
    assert told()


def test_database_refuses_to_break_what_was_kept(promise, staff, customer, monkeypatch):
    promise(RESOLVED, severity_class=1)
    stale = list(Deadline.objects.select_related("department"))
    meet_deadline(RESOLVED, customer, at=at("02 16:59"))
    refs = [Ref(row.pk, row.kind, "customer", customer.pk, row.next_fire_at, row.generation) for row in stale]
    monkeypatch.setattr(firing, "read_due", lambda *args, **kwargs: refs)
    monkeypatch.setattr(firing, "claim", lambda refs: stale)
    fire("03 17:00")
    assert Deadline.objects.get().state == State.MET
    assert told() == []


def test_subject_that_somebody_is_at_is_left_to_the_next_tick(promise, staff, customer, monkeypatch):
    promise(RESPONSE)
    busy = make_customer()
    promise(RESPONSE, subject=busy)
    kind = kinds.kind_named(RESPONSE)
    lock = kind.lock
    monkeypatch.setitem(kinds._kinds, RESPONSE, replace(kind, lock=lambda pk: None if pk == busy.pk else lock(pk)))
    outcome = fire_batch(10, at("02 09:30"))
    assert (outcome.fired, outcome.busy) == (1, 1)
    monkeypatch.setitem(kinds._kinds, RESPONSE, kind)
    assert fire("02 09:30") == 1


# ------------------------------------------------------------ failures


def test_one_poison_timer_costs_only_itself(promise, staff, customer):
    """T12 in small: the others fire at once, the broken one backs off, dies and raises an alarm."""
    staff.poisoned = {customer.pk}
    promise(RESPONSE)
    others = [promise(RESPONSE, subject=make_customer(f"C{n}")) for n in range(30)]
    assert fire("02 09:30") == 31
    assert set(Firing.objects.values_list("deadline_id", flat=True)) == {row.pk for row in others}
    row = Deadline.objects.get(subject_id=customer.pk)
    assert (row.state, row.attempts, row.next_fire_at) == (State.PENDING, 1, at("02 09:30") + BACK_OFF[0])
    assert row.last_error.startswith("RuntimeError in recipients")
    assert not Event.objects.filter(subject_id=customer.pk, type=events.BREACHED).exists()


def test_backs_off_step_by_step_then_it_is_dead_and_the_administrators_know(promise, staff, customer):
    staff.poisoned = {customer.pk}
    promise(RESPONSE)
    now = at("02 09:30")
    for wait in BACK_OFF:
        assert fire_due_deadlines(now=now - timedelta(microseconds=1)) == 0
        assert fire_due_deadlines(now=now) == 1
        now += wait
    assert told() == []
    assert fire_due_deadlines(now=now) == 1
    row = Deadline.objects.get()
    assert (row.is_dead, row.next_fire_at, row.state) == (True, None, State.PENDING)
    assert told() == [("admin", "deadline.dead")]
    assert fire_due_deadlines(now=now + timedelta(days=1)) == 0


def test_dead_comes_back_when_its_cause_is_mended(promise, staff, customer):
    staff.poisoned = {customer.pk}
    promise(RESPONSE)
    Deadline.objects.update(attempts=len(BACK_OFF))
    fire("02 09:30")
    staff.poisoned = set()
    assert revive_dead(at("02 12:00")) == 1
    assert fire("02 12:00") == 1
    assert Deadline.objects.get().state == State.BREACHED


def test_dead_comes_back_when_somebody_changes_it(promise, staff, customer):
    staff.poisoned = {customer.pk}
    promise(RESPONSE, severity_class=1)
    Deadline.objects.update(attempts=len(BACK_OFF))
    fire("02 09:30")
    recompute_deadlines(customer, severity_class=2, at=at("02 09:35"))
    row = Deadline.objects.get()
    assert (row.is_dead, row.attempts) == (False, 0)
    assert row.next_fire_at is not None


def test_after_a_success_failures_are_forgotten(promise, staff, customer):
    staff.poisoned = {customer.pk}
    promise(RESPONSE)
    fire("02 09:30")
    staff.poisoned = set()
    fire("02 09:31")
    row = Deadline.objects.get()
    assert (row.attempts, row.last_error, row.state) == (0, "", State.BREACHED)
    rows_are_what_their_events_say()


def test_database_in_the_way_is_no_failure_of_the_timer(promise, staff, monkeypatch):
    promise(RESPONSE)

    def locked(*args):
        raise OperationalError("database is locked")

    monkeypatch.setattr(firing, "find_people", locked)
    with pytest.raises(OperationalError):
        fire("02 09:30")
    assert Deadline.objects.get().attempts == 0


def test_kind_that_nobody_declares_any_more_is_a_failure_and_no_crash(promise, staff, monkeypatch):
    promise(RESPONSE)
    monkeypatch.delitem(kinds._kinds, RESPONSE)
    assert fire("02 09:30") == 1
    assert "LookupError" in Deadline.objects.get().last_error


# ------------------------------------------------------------ cost


def test_a_batch_costs_the_same_however_many_are_due(promise, staff):
    def statements(count):
        for n in range(count):
            promise(RESPONSE, subject=make_customer(f"C{n}"))
        with CaptureQueriesContext(connection) as queries:
            assert fire("02 09:30") == count
        # The subjects of these tests are locked one by one; apps lock theirs together.
        return len([q for q in queries if "customers_customer" not in q["sql"]])

    few = statements(2)
    assert few <= 20
    assert statements(20) <= few + 4


def test_answer_fires_at_the_end_of_the_day(promise, staff):
    promise(ANSWER)
    assert fire("02 16:59") == 0
    assert fire("02 17:00") == 1
    assert Deadline.objects.get().breached_at == at("02 17:00")


def test_length_of_back_off_is_as_specified():
    assert [wait / minutes(1) for wait in BACK_OFF] == [1 / 6, 1, 5, 30, 120]
