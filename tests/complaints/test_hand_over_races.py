"""Several people at one offer at the same moment: one wins, the others are told. RELIABILITY.md 6D."""

from contextlib import contextmanager

import pytest

from complaints.actions import hand_over as hand_overs
from complaints.actions import locking, ownership
from complaints.actions.hand_over import accept_hand_over, decline_hand_over, offer_complaint, withdraw_hand_over
from complaints.actions.ownership import assign_complaint
from complaints.models import Complaint, HandOver
from core import clock
from events.models import Event
from tests.complaints.test_actions_races import at_once, told
from tests.house import WORKING_HOUR, House, lodge

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def stage():
    with clock.frozen(WORKING_HOUR):
        house = House()
        yield house, lodge(house.clerk, is_taken=True)


def offered(house, complaint, **to):
    offer_complaint(complaint.pk, **(to or {"to": house.handler}), by=house.clerk)
    return complaint


def test_of_a_department_one_accepts(stage):
    house, complaint = stage
    offered(house, complaint, department=house.east, reason="Theirs.")
    people = [house.east_clerk, house.east_supervisor]
    answers = at_once([lambda by=by: accept_hand_over(complaint.pk, by=by) for by in people])
    assert answers == {"won": 1, "no_offer": 1}
    assert told(complaint, "complaint.assigned") == 1
    complaint.refresh_from_db()
    assert (complaint.owner in people, complaint.department, complaint.changed_hands) == (True, house.east, 1)


def test_accepted_while_a_supervisor_assigns(stage):
    house, complaint = stage
    offered(house, complaint)
    answers = at_once(
        [
            lambda: accept_hand_over(complaint.pk, by=house.handler),
            lambda: assign_complaint(complaint.pk, owner=house.colleague, by=house.supervisor),
        ]
    )
    complaint.refresh_from_db()
    # The supervisor's word holds, whoever came first.
    assert complaint.owner == house.colleague
    assert answers in ({"won": 2}, {"won": 1, "no_offer": 1})
    assert HandOver.objects.get().state == ("accepted" if answers == {"won": 2} else "overtaken")


def test_withdrawn_while_it_is_accepted(stage):
    house, complaint = stage
    offered(house, complaint)
    answers = at_once(
        [
            lambda: accept_hand_over(complaint.pk, by=house.handler),
            lambda: withdraw_hand_over(complaint.pk, by=house.clerk),
        ]
    )
    assert answers == {"won": 1, "no_offer": 1}
    complaint.refresh_from_db()
    assert (complaint.owner == house.handler) == (HandOver.objects.get().state == "accepted")
    assert complaint.offered_at is None


def test_declined_while_it_is_withdrawn(stage):
    house, complaint = stage
    offered(house, complaint)
    answers = at_once(
        [
            lambda: decline_hand_over(complaint.pk, reason="No.", by=house.handler),
            lambda: withdraw_hand_over(complaint.pk, by=house.clerk),
        ]
    )
    assert answers == {"won": 1, "no_offer": 1}


def test_offered_once_by_two(stage):
    house, complaint = stage
    answers = at_once(
        [
            lambda: offer_complaint(complaint.pk, to=house.handler, by=house.clerk),
            lambda: offer_complaint(complaint.pk, to=house.colleague, by=house.supervisor),
        ]
    )
    assert answers == {"won": 1, "already_offered": 1}
    assert HandOver.objects.filter(state="offered").count() == 1


@contextmanager
def without_the_lock(monkeypatch):
    """The same actions, reading the complaint as anybody may: all of them read before the first one writes."""
    import threading  # noqa: PLC0415

    both = threading.Barrier(2, timeout=5)

    def unlocked(complaint_id, *, by):
        found = Complaint.objects.select_related("department").get(pk=complaint_id)
        both.wait()
        return found

    for module in (hand_overs, ownership, locking):
        for name in ("locked", "locked_as_reader"):
            if hasattr(module, name):
                monkeypatch.setattr(module, name, unlocked)
    yield


def test_the_control_two_accept_where_nothing_is_locked(stage, monkeypatch):
    """Without the lock both believe that the offer is theirs: it is the lock that decides, not luck."""
    house, complaint = stage
    offered(house, complaint, department=house.east, reason="Theirs.")
    with without_the_lock(monkeypatch):
        answers = at_once(
            [lambda by=by: accept_hand_over(complaint.pk, by=by) for by in (house.east_clerk, house.east_supervisor)]
        )
    assert answers["no_offer"] == 0
    assert told(complaint, "complaint.assigned") > 1 or answers["won"] == 2


def test_the_control_withdrawn_and_accepted_where_nothing_is_locked(stage, monkeypatch):
    house, complaint = stage
    offered(house, complaint)
    with without_the_lock(monkeypatch):
        answers = at_once(
            [
                lambda: accept_hand_over(complaint.pk, by=house.handler),
                lambda: withdraw_hand_over(complaint.pk, by=house.clerk),
            ]
        )
    assert answers == {"won": 2}
    kinds = set(Event.objects.of(complaint).values_list("type", flat=True))
    assert {"complaint.offer_withdrawn", "complaint.assigned"} <= kinds
