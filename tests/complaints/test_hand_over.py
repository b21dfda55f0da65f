"""Handing over: offered and accepted; a supervisor's word holds at once. Source: DOMAIN.md 3.1, 10.1."""

import pytest

from accounts.models import User
from complaints.actions.hand_over import (
    accept_hand_over,
    decline_hand_over,
    hand_over,
    move_complaint,
    offer_complaint,
    withdraw_hand_over,
)
from complaints.actions.ownership import assign_complaint, take_complaint
from complaints.actions.record import change_complaint
from complaints.actions.talks import write_note
from complaints.actions.transitions import withdraw
from complaints.models import Complaint, HandOver
from core import clock
from core.errors import Blocked, Conflict, PermissionDenied
from deadlines.models import Deadline
from events.models import Event, Notification
from tests.complaints.refusals import refused

END = {"reason": "x", "outcome": "settled", "relief": "explanation"}


@pytest.fixture
def mine(make_complaint):
    """One that the clerk owns."""
    return make_complaint(is_taken=True)


def fresh(user):
    """As the next request reads the user."""
    return User.objects.select_related("department").get(pk=user.pk)


def sees(user, complaint):
    return Complaint.objects.visible_to(fresh(user)).filter(pk=complaint.pk).exists()


def types(complaint):
    return list(Event.objects.of(complaint).order_by("seq").values_list("type", flat=True))


def codes_told(user):
    return set(Notification.objects.filter(recipient=user).values_list("code", flat=True))


# ------------------------------------------------------------------ offered


def test_it_stays_with_the_one_who_has_it_until_the_other_accepts(mine, house):
    offer_complaint(mine.pk, to=house.handler, reason="I leave at six.", by=house.clerk)
    mine.refresh_from_db()
    assert mine.owner == house.clerk
    assert (mine.offered_to, mine.changed_hands) == (house.handler, 0)
    assert "complaint.offered_to_you" in codes_told(house.handler)
    accept_hand_over(mine.pk, by=house.handler)
    mine.refresh_from_db()
    assert (mine.owner, mine.offered_at, mine.offered_to, mine.changed_hands) == (house.handler, None, None, 1)
    offer = HandOver.objects.get()
    assert (offer.state, offer.answered_by, offer.from_owner) == ("accepted", house.handler, house.clerk)
    assert codes_told(house.clerk) >= {"complaint.offer_accepted"}
    assert types(mine)[-2:] == ["complaint.offered", "complaint.assigned"]


def test_it_is_declined_with_a_reason_that_the_giver_reads(mine, house):
    offer_complaint(mine.pk, to=house.handler, by=house.clerk)
    with refused(Blocked, "no_reason"):
        decline_hand_over(mine.pk, reason=" ", by=house.handler)
    decline_hand_over(mine.pk, reason="I am full.", by=house.handler)
    mine.refresh_from_db()
    assert (mine.owner, mine.offered_at) == (house.clerk, None)
    assert (HandOver.objects.get().state, HandOver.objects.get().answer) == ("declined", "I am full.")
    assert "complaint.offer_declined" in codes_told(house.clerk)
    # The words stay in their column, out of the chain.
    assert "full" not in Event.objects.of(mine).get(type="complaint.offer_declined").data_text


def test_one_offer_at_a_time(mine, house):
    offer_complaint(mine.pk, to=house.handler, by=house.clerk)
    with refused(Conflict, "already_offered") as told:
        offer_complaint(mine.pk, to=house.colleague, by=house.clerk)
    assert "Handler" in str(told.value.message)
    withdraw_hand_over(mine.pk, by=house.clerk)
    offer_complaint(mine.pk, to=house.colleague, by=house.clerk)
    assert HandOver.objects.filter(state="offered").count() == 1


def test_a_withdrawn_offer_is_no_offer(mine, house):
    with refused(Conflict, "no_offer"):
        withdraw_hand_over(mine.pk, by=house.clerk)
    offer_complaint(mine.pk, to=house.handler, by=house.clerk)
    with refused(PermissionDenied, "not_yours"):
        withdraw_hand_over(mine.pk, by=house.colleague)
    withdraw_hand_over(mine.pk, by=house.clerk)
    with refused(Conflict, "no_offer"):
        accept_hand_over(mine.pk, by=house.handler)


def test_only_who_it_is_offered_to_answers(mine, house):
    offer_complaint(mine.pk, to=house.handler, by=house.clerk)
    for by in (house.colleague, house.supervisor, house.clerk):
        with refused(PermissionDenied, "not_offered_to_you"):
            accept_hand_over(mine.pk, by=by)
    with refused(PermissionDenied):
        accept_hand_over(mine.pk, by=house.auditor)


def test_nobody_hands_over_what_a_colleague_has(mine, house):
    with refused(PermissionDenied, "not_yours"):
        offer_complaint(mine.pk, to=house.handler, by=house.colleague)
    with refused(Blocked, "nobody_chosen"):
        offer_complaint(mine.pk, by=house.clerk)
    with refused(Blocked, "has_it_already"):
        offer_complaint(mine.pk, to=house.clerk, by=house.clerk)


def test_what_nobody_has_may_be_offered_too(make_complaint, house):
    free = make_complaint()
    offer_complaint(free.pk, to=house.handler, by=house.colleague)
    accept_hand_over(free.pk, by=house.handler)
    free.refresh_from_db()
    # From nobody to somebody is no change of hands.
    assert (free.owner, free.changed_hands) == (house.handler, 0)


def test_nobody_is_offered_what_is_about_them(make_complaint, house):
    complaint = make_complaint(is_taken=True, subject_ids=[house.colleague.pk])
    for to in (house.colleague, house.auditor, house.administrator):
        with refused(Blocked, "cannot_own"):
            offer_complaint(complaint.pk, to=to, by=house.clerk)


def test_an_offer_ends_when_it_turns_out_to_be_about_the_other(mine, house):
    offer_complaint(mine.pk, to=house.east_clerk, by=house.clerk)
    mine.refresh_from_db()
    change_complaint(
        mine.pk, expected_version=mine.version, changes={}, subject_ids=[house.east_clerk.pk], by=house.supervisor
    )
    mine.refresh_from_db()
    assert (mine.offered_at, HandOver.objects.get().state) == (None, "overtaken")
    assert not Notification.objects.filter(recipient=house.east_clerk).exists()


# ------------------------------------------------------------------ what an offer lets one see


def test_it_is_seen_by_the_offer_and_no_longer(mine, house):
    assert not sees(house.east_clerk, mine)
    offer_complaint(mine.pk, to=house.east_clerk, by=house.clerk)
    assert sees(house.east_clerk, mine)
    assert not sees(house.east_supervisor, mine)
    decline_hand_over(mine.pk, reason="No.", by=house.east_clerk)
    assert not sees(house.east_clerk, mine)
    # What they were told of it went with it.
    assert not Notification.objects.filter(recipient=house.east_clerk).exists()


def test_what_is_offered_is_read_and_not_worked_on(mine, house):
    offer_complaint(mine.pk, to=house.east_clerk, by=house.clerk)
    for attempt in (
        lambda by: write_note(mine.pk, text="Mine?", by=by),
        lambda by: take_complaint(mine.pk, by=by),
        lambda by: withdraw(mine.pk, **END, by=by),
    ):
        with refused(PermissionDenied, "only_offered"):
            attempt(house.east_clerk)
    accept_hand_over(mine.pk, by=house.east_clerk)
    write_note(mine.pk, text="Mine.", by=house.east_clerk)


def test_the_database_keeps_offers_to_one_and_to_what_is_open(mine, house):
    from django.db import IntegrityError, transaction  # noqa: PLC0415

    offer_complaint(mine.pk, to=house.handler, by=house.clerk)
    bad = (
        lambda: Complaint.objects.filter(pk=mine.pk).update(offered_department=house.east),
        lambda: Complaint.objects.filter(pk=mine.pk).update(offered_to=None),
        lambda: Complaint.objects.filter(pk=mine.pk).update(ended_at=clock.now(), state="closed"),
        lambda: HandOver.objects.create(
            complaint=mine, to=house.colleague, offered_by=house.clerk, offered_at=clock.now()
        ),
        lambda: HandOver.objects.update(to_department=house.east),
        lambda: HandOver.objects.update(answered_at=clock.now()),
    )
    for attempt in bad:
        with pytest.raises(IntegrityError), transaction.atomic():
            attempt()


# ------------------------------------------------------------------ overtaken


def test_a_supervisors_word_overtakes_the_offer(mine, house):
    offer_complaint(mine.pk, to=house.handler, by=house.clerk)
    assign_complaint(mine.pk, owner=house.colleague, by=house.supervisor)
    mine.refresh_from_db()
    assert (mine.owner, mine.offered_at, HandOver.objects.get().state) == (house.colleague, None, "overtaken")
    with refused(Conflict, "no_offer"):
        accept_hand_over(mine.pk, by=house.handler)


def test_an_end_takes_the_offer_away(mine, house):
    offer_complaint(mine.pk, to=house.east_clerk, by=house.clerk)
    withdraw(mine.pk, **END, by=house.clerk)
    mine.refresh_from_db()
    assert (mine.offered_at, HandOver.objects.get().state) == (None, "withdrawn")
    assert not sees(house.east_clerk, mine)


# ------------------------------------------------------------------ departments


def test_a_departments_offer_is_accepted_by_who_comes_first_there(mine, house):
    with refused(Blocked, "no_reason"):
        offer_complaint(mine.pk, department=house.east, by=house.clerk)
    with refused(Blocked, "wrong_department"):
        offer_complaint(mine.pk, department=house.west, reason="Ours.", by=house.clerk)
    offer_complaint(mine.pk, department=house.east, reason="She lives there.", by=house.clerk)
    assert sees(house.east_clerk, mine)
    assert "complaint.offered_to_you" in codes_told(house.east_supervisor)
    accept_hand_over(mine.pk, by=house.east_clerk)
    mine.refresh_from_db()
    assert (mine.department, mine.owner, mine.changed_hands) == (house.east, house.east_clerk, 1)
    # The recorder keeps reading it; the colleague of the old store does not.
    assert sees(house.clerk, mine)
    assert not sees(house.colleague, mine)
    assert {row.department_id for row in Deadline.objects.of(mine).open()} == {house.east.pk}


def test_a_department_where_nobody_may_own_it_is_not_asked(make_complaint, house):
    complaint = make_complaint(is_taken=True, subject_ids=[house.east_clerk.pk, house.east_supervisor.pk])
    with refused(Blocked, "nobody_there"):
        offer_complaint(complaint.pk, department=house.east, reason="Theirs.", by=house.clerk)


def test_a_supervisor_of_both_moves_it_at_once(mine, house):
    with refused(PermissionDenied, "out_of_reach"):
        move_complaint(mine.pk, department=house.east, reason="Theirs.", by=house.supervisor)
    with refused(PermissionDenied, "only_supervisor_assigns"):
        move_complaint(mine.pk, department=house.east, reason="Theirs.", by=house.clerk)
    move_complaint(mine.pk, department=house.east, reason="Theirs.", by=house.manager)
    mine.refresh_from_db()
    assert (mine.department, mine.owner, mine.changed_hands) == (house.east, None, 1)
    # Somebody there must own it now.
    assert Deadline.objects.of(mine).open().filter(kind="owned", department=house.east).exists()
    assert sees(house.east_supervisor, mine)
    assert not sees(house.supervisor, mine)


def test_time_used_stays_used_when_it_moves(mine, house, at_work):
    before = Deadline.objects.of(mine).get(kind="resolved")
    from datetime import timedelta  # noqa: PLC0415

    with clock.frozen(at_work + timedelta(hours=2)):
        move_complaint(mine.pk, department=house.east, reason="Theirs.", by=house.manager)
    after = Deadline.objects.of(mine).get(kind="resolved")
    # The same hours there: due at the same time, with what was used before.
    assert (after.due_at, after.department_id) == (before.due_at, house.east.pk)


@pytest.mark.parametrize(("by", "what"), [("clerk", "offered"), ("supervisor", "assigned"), ("manager", "assigned")])
def test_one_door_for_both_words(mine, house, by, what):
    """`/assign` and the page: a supervisor's holds at once, anybody else's is an offer."""
    hand_over(mine.pk, to=house.handler, by=getattr(house, by))
    mine.refresh_from_db()
    assert (mine.owner == house.handler) == (what == "assigned")
    assert (mine.offered_to == house.handler) == (what == "offered")


def test_one_door_for_departments_too(make_complaint, house):
    offered, moved = make_complaint(is_taken=True), make_complaint(is_taken=True, phone="138 0571 0001")
    hand_over(offered.pk, department=house.east, reason="Theirs.", by=house.supervisor)
    hand_over(moved.pk, department=house.east, reason="Theirs.", by=house.manager)
    offered.refresh_from_db()
    moved.refresh_from_db()
    assert (offered.department, offered.offered_department) == (house.west, house.east)
    assert (moved.department, moved.offered_department) == (house.east, None)
