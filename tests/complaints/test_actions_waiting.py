"""Waiting for the customer: what stands still, what does not, and the four ways it ends. Source: DOMAIN.md 3.5."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from complaints.actions.classes import raise_class
from complaints.actions.ownership import assign_complaint
from complaints.actions.talks import record_communication
from complaints.actions.transitions import withdraw
from complaints.actions.waiting import resume_complaint, wait_for_customer
from complaints.models import Complaint, Wait
from core import clock
from core.errors import Blocked, Conflict, PermissionDenied
from deadlines.actions import fire_due_deadlines, recompute_deadlines
from deadlines.models import Deadline
from deadlines.rebuild import differences
from events.models import Event, Notification
from policies.actions import set_policy
from tests.complaints.refusals import refused
from tests.house import make_calendar

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
END = {"outcome": "settled", "relief": "explanation"}


@pytest.fixture
def waiting(make_complaint, house, at_work):
    """Class 2, owned by the handler, who waits for two days."""

    def make(until=2 * DAY, **answers):
        complaint = make_complaint(is_raised=True, **answers)
        assign_complaint(complaint.pk, owner=house.handler, by=house.supervisor)
        return wait_for_customer(complaint.pk, reason="A photo of the invoice", until=at_work + until, by=house.handler)

    return make


def deadline(complaint, kind):
    return Deadline.objects.of(complaint).filter(kind=kind).order_by("-id").first()


def states(complaint):
    complaint.refresh_from_db()
    return {row.kind: row.state for row in Deadline.objects.of(complaint)}


def test_only_resolved_stands_still(waiting, at_work):
    complaint = waiting()
    assert states(complaint) == {"owned": "met", "first_response": "pending", "answer": "pending", "resolved": "paused"}
    assert (complaint.waiting_since, complaint.waiting_until) == (at_work, at_work + 2 * DAY)
    event = Event.objects.of(complaint).get(type="complaint.waiting")
    assert "photo" not in event.data_text
    assert Wait.objects.get(pk=event.data["wait_id"]).reason == "A photo of the invoice"
    # Its own reminder is no promise on the complaint.
    assert Deadline.objects.of(Wait.objects.get()).get().due_at == at_work + 2 * DAY


def test_ending_it_lets_resolved_run_on_with_what_was_left(waiting, house, at_work):
    complaint = waiting()
    before = deadline(complaint, "resolved")
    with clock.frozen(at_work + 3 * HOUR):
        resume_complaint(complaint.pk, by=house.handler)
    row = deadline(complaint, "resolved")
    assert (row.state, row.due_at) == ("pending", before.due_at + 3 * HOUR)
    assert not Complaint.objects.get(pk=complaint.pk).is_waiting
    assert Wait.objects.get().end == "resumed"
    assert Deadline.objects.of(Wait.objects.get()).get().state == "cancelled"
    assert differences(complaint) == []


def test_it_ends_by_itself_at_its_time_and_once(waiting, house, at_work):
    complaint = waiting()
    over = at_work + 2 * DAY
    with clock.frozen(over - timedelta(seconds=1)):
        fire_due_deadlines(now=clock.now())
        assert Complaint.objects.get(pk=complaint.pk).is_waiting
    with clock.frozen(over + timedelta(seconds=1)):
        for _round in range(3):
            fire_due_deadlines(now=clock.now())
    ended = Event.objects.of(complaint).get(type="complaint.resumed")
    assert (ended.actor, ended.data["end"]) == (None, "over")
    assert deadline(complaint, "resolved").state == "pending"
    wait = Wait.objects.get()
    assert Deadline.objects.of(wait).get().state == "met", "nothing is broken when its time comes"
    told = Notification.objects.filter(code="complaint.wait_over")
    assert [row.recipient for row in told] == [house.handler]
    assert (differences(complaint), differences(wait)) == ([], [])


def test_late_rather_than_never(waiting, at_work):
    """After an outage of a week."""
    complaint = waiting()
    with clock.frozen(at_work + 9 * DAY):
        while fire_due_deadlines(now=clock.now()):
            pass
    assert not Complaint.objects.get(pk=complaint.pk).is_waiting


def test_without_an_owner_the_supervisor_hears_of_it(make_complaint, house, at_work):
    complaint = make_complaint(is_raised=True)
    wait_for_customer(complaint.pk, reason="x", until=at_work + HOUR, by=house.clerk)
    with clock.frozen(at_work + 2 * HOUR):
        fire_due_deadlines(now=clock.now())
    assert house.supervisor in [row.recipient for row in Notification.objects.filter(code="complaint.wait_over")]


def test_a_message_from_the_customer_ends_it_and_tells_the_owner(waiting, house):
    complaint = waiting()
    record_communication(complaint.pk, direction="in", medium="sms", summary="Here is the photo", by=house.clerk)
    assert states(complaint)["resolved"] == "pending"
    assert (complaint.is_waiting, Wait.objects.get().end) == (False, "answered")
    assert [row.recipient for row in Notification.objects.filter(code="complaint.customer_came_back")] == [
        house.handler
    ]


def test_what_we_say_does_not_end_it(waiting, house):
    complaint = waiting()
    record_communication(complaint.pk, direction="out", medium="sms", summary="Do not forget", by=house.handler)
    complaint.refresh_from_db()
    assert complaint.is_waiting


def test_it_ends_with_the_complaint(waiting, house):
    complaint = waiting()
    withdraw(complaint.pk, reason="Moved away", **END, by=house.supervisor)
    assert states(complaint)["resolved"] == "cancelled"
    assert (complaint.is_waiting, Wait.objects.get().end) == (False, "closed")
    assert not Deadline.objects.open().filter(kind="waiting").exists()


@pytest.mark.parametrize(
    ("told", "why"),
    [
        ({"reason": "  "}, "no_reason"),
        ({"until": timedelta(0)}, "until_is_over"),
        ({"until": -HOUR}, "until_is_over"),
        ({"until": 31 * DAY}, "too_long"),
    ],
)
def test_a_wait_is_refused_when(make_complaint, house, at_work, told, why):
    complaint = make_complaint(is_raised=True)
    told = {"reason": "x", "until": DAY, **told}
    with refused(Blocked, why):
        wait_for_customer(complaint.pk, reason=told["reason"], until=at_work + told["until"], by=house.supervisor)


def test_how_long_at_most_is_a_policy(make_complaint, house, at_work):
    set_policy("deadline.waiting", {"longest_days": 3}, by=house.director)
    complaint = make_complaint(is_raised=True)
    with refused(Blocked, "too_long"):
        wait_for_customer(complaint.pk, reason="x", until=at_work + 4 * DAY, by=house.supervisor)
    wait_for_customer(complaint.pk, reason="x", until=at_work + 3 * DAY, by=house.supervisor)


def test_one_wait_at_a_time(waiting, house, at_work):
    complaint = waiting()
    with refused(Conflict, "already_waiting"):
        wait_for_customer(complaint.pk, reason="x", until=at_work + DAY, by=house.handler)
    with pytest.raises(IntegrityError), transaction.atomic():
        Wait.objects.create(complaint=complaint, reason="y", since=at_work, until=at_work + DAY)


def test_nobody_is_waiting(make_complaint, house):
    complaint = make_complaint(is_raised=True)
    with refused(Blocked, "not_waiting"):
        resume_complaint(complaint.pk, by=house.supervisor)


def test_its_recorder_its_owner_or_a_supervisor_says_so(waiting, make_complaint, house, at_work):
    complaint = make_complaint(is_raised=True)
    with refused(PermissionDenied, "not_yours"):
        wait_for_customer(complaint.pk, reason="x", until=at_work + DAY, by=house.handler)
    for by in (house.auditor, house.administrator):
        with refused((PermissionDenied, Complaint.DoesNotExist)):
            wait_for_customer(complaint.pk, reason="x", until=at_work + DAY, by=by)
    with refused(Complaint.DoesNotExist):
        wait_for_customer(complaint.pk, reason="x", until=at_work + DAY, by=house.east_supervisor)
    waits = waiting()
    with refused(PermissionDenied, "not_yours"):
        resume_complaint(waits.pk, by=house.colleague)


def test_what_has_ended_waits_for_nobody(make_complaint, house, at_work):
    complaint = make_complaint()
    withdraw(complaint.pk, reason="x", **END, by=house.clerk)
    with refused(Conflict, "already_ended"):
        wait_for_customer(complaint.pk, reason="x", until=at_work + DAY, by=house.supervisor)


@pytest.mark.parametrize(
    "columns",
    [
        {"waiting_since": 0, "waiting_until": None},
        {"waiting_since": None, "waiting_until": 1},
        {"waiting_since": 1, "waiting_until": 1},
        {"waiting_since": 2, "waiting_until": 1},
    ],
)
def test_the_database_refuses_half_a_wait(make_complaint, at_work, columns):
    complaint = make_complaint()
    set_to = {name: None if hours is None else at_work + hours * HOUR for name, hours in columns.items()}
    with pytest.raises(IntegrityError), transaction.atomic():
        Complaint.objects.filter(pk=complaint.pk).update(**set_to)


def test_a_stricter_class_while_it_waits_counts_from_there(make_complaint, house, at_work):
    complaint = make_complaint()
    wait_for_customer(complaint.pk, reason="x", until=at_work + 3 * DAY, by=house.clerk)
    with clock.frozen(at_work + HOUR):
        raise_class(complaint.pk, by=house.supervisor)
    assert states(complaint)["resolved"] == "paused"
    with clock.frozen(at_work + DAY):
        resume_complaint(complaint.pk, by=house.supervisor)
    row = deadline(complaint, "resolved")
    # Class 2 counts from the start: none of its five days is used, and they count on from tomorrow at ten.
    assert (row.state, row.due_at) == ("pending", at_work + 6 * DAY)
    assert differences(complaint) == []


def test_another_department_while_it_waits_runs_on_in_its_calendar(waiting, house, at_work):
    complaint = waiting()
    house.east.calendar = make_calendar("Late", opens=14 * 60, closes=20 * 60)
    house.east.save(update_fields=["calendar"])
    recompute_deadlines(complaint, department=house.east, at=at_work, by=None)
    with clock.frozen(at_work + HOUR):
        resume_complaint(complaint.pk, by=house.supervisor)
    row = deadline(complaint, "resolved")
    assert (row.department, row.calendar) == (house.east, house.east.calendar)
    # Nothing was used before: five days from 14:00 on, which is when it opens there.
    assert row.due_at == at_work.replace(hour=12) + 4 * DAY
    assert differences(complaint) == []
