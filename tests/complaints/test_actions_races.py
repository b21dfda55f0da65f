"""Several people at the same complaint at the same moment: one wins, the others are told. RELIABILITY.md 6D."""

import threading
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection

from complaints.actions.classes import raise_class
from complaints.actions.desk import apologise, listen, satisfy, thank
from complaints.actions.links import link_complaints
from complaints.actions.ownership import assign_complaint, take_complaint
from complaints.actions.record import change_complaint
from complaints.actions.reports import confirm_oral_report, report_orally
from complaints.actions.sending import note_delivery
from complaints.actions.talks import record_communication
from complaints.actions.transitions import withdraw
from complaints.actions.waiting import resume_complaint, wait_for_customer
from complaints.models import Complaint, ComplaintLink, OralReport, Wait
from core import clock
from core.errors import Blocked, Conflict
from deadlines.actions import fire_due_deadlines
from deadlines.models import Deadline
from deadlines.rebuild import differences
from events.models import Event
from events.outbox import dispatch_outbox
from tests.complaints.refusals import codes
from tests.house import WORKING_HOUR, House, lodge

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def at_once(presses: Sequence[Callable[[], object]]) -> Counter[str]:
    """Let all press at the same moment, and count what each was told; "won" for who was let through."""
    start = threading.Barrier(len(presses))

    def press(action: Callable[[], object]) -> str:
        try:
            start.wait()
            action()
        except (Blocked, Conflict) as refusal:
            return codes(refusal)[0]
        finally:
            connection.close()
        return "won"

    with ThreadPoolExecutor(len(presses)) as people:
        return Counter(people.map(press, presses))


@pytest.fixture
def stage():
    with clock.frozen(WORKING_HOUR):
        house = House()
        yield house, lodge(house.clerk)


def told(complaint: Complaint, kind: str) -> int:
    return Event.objects.of(complaint).filter(type=kind).count()


def test_two_take_it_and_one_has_it(stage):
    house, complaint = stage
    people = [house.clerk, house.colleague, house.handler, house.supervisor]
    answers = at_once([lambda by=by: take_complaint(complaint.pk, by=by) for by in people])
    assert answers == {"won": 1, "already_taken": 3}
    assert told(complaint, "complaint.assigned") == 1


def test_taken_while_it_is_given_to_somebody(stage):
    house, complaint = stage
    at_once(
        [
            lambda: take_complaint(complaint.pk, by=house.colleague),
            lambda: assign_complaint(complaint.pk, owner=house.handler, by=house.supervisor),
        ]
    )
    complaint.refresh_from_db()
    # The supervisor's word holds, whoever came first.
    assert complaint.owner == house.handler


def test_a_step_is_finished_once(stage):
    house, complaint = stage
    people = [house.clerk, house.colleague, house.handler]
    answers = at_once(
        [lambda by=by: listen(complaint.pk, restated=f"By {by}.", customer_agreed=True, by=by) for by in people]
    )
    assert answers == {"won": 1, "step_done": 2}
    assert complaint.step_records.count() == 1
    assert told(complaint, "complaint.transitioned") == 1


def test_raised_once_by_two(stage):
    house, complaint = stage
    answers = at_once([lambda by=by: raise_class(complaint.pk, by=by) for by in (house.clerk, house.colleague)])
    assert answers == {"won": 1, "wrong_state": 1}


def test_ended_while_it_is_raised(stage):
    house, complaint = stage
    end = {"reason": "x", "outcome": "settled", "relief": "explanation"}
    answers = at_once(
        [
            lambda: withdraw(complaint.pk, **end, by=house.clerk),
            lambda: raise_class(complaint.pk, by=house.colleague),
        ]
    )
    complaint.refresh_from_db()
    # Raised first, it is withdrawn as a case; withdrawn first, it is raised no more.
    assert answers in ({"won": 2}, {"won": 1, "already_ended": 1})
    assert complaint.state == "withdrawn"


def reported(house: House, complaint: Complaint) -> None:
    listen(complaint.pk, restated="Charged twice.", customer_agreed=True, by=house.clerk)
    apologise(complaint.pk, was_said=True, by=house.clerk)
    satisfy(complaint.pk, remedy_kinds=["refund"], remedy="Refunded", satisfaction="loyal", by=house.clerk)
    thank(complaint.pk, was_thanked=True, by=house.clerk)


def test_reported_once_and_confirmed_once(stage):
    house, complaint = stage
    reported(house, complaint)
    end = {"to": house.supervisor, "outcome": "upheld", "relief": "monetary"}
    answers = at_once(
        [lambda by=by: report_orally(complaint.pk, **end, by=by) for by in (house.clerk, house.colleague)]
    )
    assert answers == {"won": 1, "not_at_report": 1}
    leaders = [house.supervisor, house.manager, house.director]
    assert at_once([lambda by=by: confirm_oral_report(complaint.pk, by=by) for by in leaders]) == {"won": 3}
    assert told(complaint, "complaint.oral_report_confirmed") == 1
    assert OralReport.objects.get().confirmed_by in leaders


def test_two_change_the_record_and_the_second_is_told(stage):
    house, complaint = stage
    answers = at_once(
        [
            lambda by=by: change_complaint(
                complaint.pk, expected_version=complaint.version, changes={"title": f"By {by}"}, by=by
            )
            for by in (house.clerk, house.supervisor, house.manager)
        ]
    )
    assert answers == {"won": 1, "stale": 2}
    assert told(complaint, "complaint.changed") == 1


def test_two_link_the_same_pair_from_both_sides(stage):
    house, one = stage
    other = lodge(house.clerk, phone="138 0571 0001")
    answers = at_once(
        [
            lambda: link_complaints(one.pk, other.number, relation="related", by=house.clerk),
            lambda: link_complaints(other.pk, one.number, relation="related", by=house.colleague),
        ]
    )
    assert answers == {"won": 2}
    assert ComplaintLink.objects.count() == 1


# ------------------------------------------------------------------ waiting for the customer


def test_two_wait_at_once_and_one_waits(stage):
    house, complaint = stage
    until = WORKING_HOUR + timedelta(days=1)
    people = [house.clerk, house.supervisor, house.manager, house.director]
    answers = at_once([lambda by=by: wait_for_customer(complaint.pk, reason="x", until=until, by=by) for by in people])
    assert answers == {"won": 1, "already_waiting": 3}
    assert (Wait.objects.count(), told(complaint, "complaint.waiting")) == (1, 1)


def test_control_without_the_lock_the_database_has_to_refuse_the_second(stage, monkeypatch):
    """Nobody is told politely then: the constraint alone keeps it to one."""
    house, complaint = stage
    until = WORKING_HOUR + timedelta(days=1)
    monkeypatch.setattr("complaints.actions.waiting.locked", lambda pk, by: Complaint.objects.get(pk=pk))
    met, both_have_read = threading.Barrier(2), Complaint.is_waiting.fget

    def read(self):
        found = both_have_read(self)
        with suppress(threading.BrokenBarrierError):
            met.wait(timeout=5)
        return found

    monkeypatch.setattr(Complaint, "is_waiting", property(read))
    refused: list[BaseException] = []

    def press(by):
        try:
            wait_for_customer(complaint.pk, reason="x", until=until, by=by)
        except IntegrityError as error:
            refused.append(error)

    with ThreadPoolExecutor(2) as people:
        list(people.map(lambda by: _closing(press, by), (house.clerk, house.supervisor)))
    assert len(refused) == 1


def _closing(press, by):
    try:
        press(by)
    finally:
        connection.close()


def test_it_is_resumed_once_whoever_comes_first(stage):
    """Two people, the sweep and the customer's own message at the moment when the wait is over."""
    house, complaint = stage
    until = WORKING_HOUR + timedelta(hours=1)
    wait_for_customer(complaint.pk, reason="x", until=until, by=house.supervisor)
    with clock.frozen(until + timedelta(seconds=1)):
        at_once(
            [
                lambda: resume_complaint(complaint.pk, by=house.clerk),
                lambda: resume_complaint(complaint.pk, by=house.supervisor),
                lambda: fire_due_deadlines(now=clock.now()),
                lambda: fire_due_deadlines(now=clock.now()),
                lambda: record_communication(
                    complaint.pk, direction="in", medium="sms", summary="Here I am", by=house.colleague
                ),
            ]
        )
    assert told(complaint, "complaint.resumed") == 1
    assert not Complaint.objects.get(pk=complaint.pk).is_waiting
    assert Deadline.objects.of(complaint).get(kind="resolved").state == "pending"
    assert differences(complaint) == []


def test_what_was_sent_is_noted_once(stage):
    house, complaint = stage
    Complaint.objects.filter(pk=complaint.pk).update(contact_email="emily@example.com")
    row = record_communication(complaint.pk, direction="out", medium="email", summary="x", is_sent=True, by=house.clerk)
    at_once([dispatch_outbox, dispatch_outbox, lambda: note_delivery(row.pk), lambda: note_delivery(row.pk)])
    note_delivery(row.pk)
    assert told(complaint, "communication.sent") == 1
    row.refresh_from_db()
    assert row.delivery_state == "sent"
