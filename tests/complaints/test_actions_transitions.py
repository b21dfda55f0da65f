"""Ends, classes and going on: who may, what each carries, which clocks stop. Source: DOMAIN.md 3.2, 3.4."""

import pytest

from complaints.actions import classes, desk, outside, transitions
from complaints.actions.talks import record_communication
from complaints.codes import Channel, Outcome, Reach, Relief, Satisfaction, SeverityClass, State
from complaints.models import Complaint
from core.errors import Blocked, Conflict, PermissionDenied
from deadlines.models import Deadline
from events.models import Event, Notification
from tests.complaints.refusals import refused

END = {"reason": "Had to catch a train", "outcome": Outcome.SETTLED, "relief": Relief.EXPLANATION}


def open_kinds(complaint: Complaint) -> set[str]:
    return set(Deadline.objects.of(complaint).open().values_list("kind", flat=True))


def moves(complaint: Complaint) -> list[str]:
    events = Event.objects.of(complaint).filter(type="complaint.transitioned").order_by("seq")
    return [event.data["name"] for event in events]


# ------------------------------------------------------------------ ends


@pytest.mark.parametrize(("end", "state"), [(transitions.leave, State.CLOSED), (transitions.withdraw, State.WITHDRAWN)])
def test_an_end_carries_reason_outcome_and_relief_and_stops_the_clocks(make_complaint, house, at_work, end, state):
    complaint = make_complaint(is_taken=True)
    end(complaint.pk, **END, by=house.clerk)
    complaint.refresh_from_db()
    assert (complaint.state, complaint.outcome, complaint.relief) == (state, "settled", "explanation")
    assert (complaint.end_reason, complaint.ended_at) == ("Had to catch a train", at_work)
    assert complaint.next_due_at is None
    assert open_kinds(complaint) == set()


def test_who_left_before_the_end_has_no_satisfaction(make_complaint, house):
    complaint = make_complaint(is_taken=True)
    complaint.satisfaction = Satisfaction.SATISFIED
    complaint.save()
    transitions.leave(complaint.pk, **END, by=house.clerk)
    complaint.refresh_from_db()
    assert complaint.satisfaction == ""


@pytest.mark.parametrize("end", [transitions.leave, transitions.withdraw])
@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"reason": "  "}, "no_reason"),
        ({"outcome": ""}, "no_outcome"),
        ({"outcome": "won"}, "no_outcome"),
        ({"outcome": Outcome.UNKNOWN}, "no_outcome"),
        ({"relief": ""}, "no_relief"),
        ({"relief": "lots"}, "no_relief"),
    ],
)
def test_an_end_is_refused_without(make_complaint, house, end, changed, why):
    complaint = make_complaint(is_taken=True)
    with refused(Blocked, why):
        end(complaint.pk, **{**END, **changed}, by=house.clerk)


def test_all_that_an_end_misses_is_told_at_once(make_complaint, house):
    complaint = make_complaint()
    with refused(Blocked) as told:
        transitions.withdraw(complaint.pk, reason="", outcome="", relief="", by=house.clerk)
    assert [blocker.code for blocker in told.value.blockers] == ["no_reason", "no_outcome", "no_relief"]


@pytest.mark.parametrize("again", [transitions.leave, transitions.withdraw])
def test_what_has_ended_ends_no_second_time(make_complaint, house, again):
    complaint = make_complaint()
    transitions.withdraw(complaint.pk, **END, by=house.clerk)
    with refused(Conflict, "already_ended"):
        again(complaint.pk, **END, by=house.clerk)


def test_nobody_leaves_a_case_before_its_end(make_complaint, house):
    complaint = make_complaint(is_raised=True)
    with refused(Blocked, "wrong_state"):
        transitions.leave(complaint.pk, **END, by=house.clerk)


def test_the_auditor_ends_nothing(make_complaint, house):
    complaint = make_complaint()
    for end in (transitions.leave, transitions.withdraw):
        with refused(PermissionDenied):
            end(complaint.pk, **END, by=house.auditor)


def test_a_mistake_is_a_supervisors_word_with_a_reason_and_claims_nothing(make_complaint, house):
    complaint = make_complaint()
    with refused(PermissionDenied):
        transitions.void(complaint.pk, reason="Twice", by=house.clerk)
    with refused(Blocked, "no_reason"):
        transitions.void(complaint.pk, reason=" ", by=house.supervisor)
    transitions.void(complaint.pk, reason="Logged twice", by=house.supervisor)
    complaint.refresh_from_db()
    assert (complaint.state, complaint.outcome, complaint.relief) == (State.VOIDED, "", "")
    assert open_kinds(complaint) == set()
    assert not Complaint.objects.counted().exists()


# ------------------------------------------------------------------ raising and lowering


def test_anyone_at_a_desk_raises_freely(make_complaint, house):
    complaint = make_complaint(is_taken=True)
    classes.raise_class(complaint.pk, by=house.clerk)
    complaint.refresh_from_db()
    assert (complaint.severity_class, complaint.state) == (SeverityClass.TWO, State.ACT)
    assert moves(complaint) == ["raise"]
    # It is reported in writing, so the oral report is asked for no more; the desk keeps it until a handler takes it.
    assert "oral_report" not in open_kinds(complaint)
    assert Notification.objects.filter(code="complaint.needs_owner", recipient=house.handler).exists()


def test_a_reason_for_raising_stands_as_a_note_beside_the_event(make_complaint, house):
    complaint = make_complaint()
    classes.raise_class(complaint.pk, reason="She knows the mayor", by=house.clerk)
    assert complaint.communications.get(direction="note").summary == "She knows the mayor"
    assert not any("mayor" in event.data_text for event in Event.objects.of(complaint))


def test_raising_twice_changes_nothing(make_complaint, house):
    complaint = make_complaint(is_raised=True)
    with refused(Blocked, "wrong_state"):
        classes.raise_class(complaint.pk, by=house.clerk)


def test_raising_after_the_first_contact_enters_at_the_details(make_complaint, house):
    complaint = make_complaint(is_taken=True)
    desk.listen(complaint.pk, restated="Charged twice.", customer_agreed=True, by=house.clerk)
    classes.raise_class(complaint.pk, by=house.clerk)
    complaint.refresh_from_db()
    assert complaint.state == State.GET_DETAILS


def test_lowering_needs_a_supervisor_and_a_reason(make_complaint, house):
    complaint = make_complaint(is_raised=True)
    with refused(PermissionDenied, "only_supervisor_lowers"):
        classes.lower_class(complaint.pk, reason="Harmless", by=house.handler)
    with refused(Blocked, "no_reason"):
        classes.lower_class(complaint.pk, reason="", by=house.supervisor)
    classes.lower_class(complaint.pk, reason="A misunderstanding", by=house.supervisor)
    complaint.refresh_from_db()
    assert (complaint.severity_class, complaint.state) == (SeverityClass.ONE, State.LISTEN)
    assert "oral_report" in open_kinds(complaint)


def test_lowering_keeps_the_reasons_and_returns_to_the_first_open_step(make_complaint, house):
    complaint = make_complaint(upset="furious")
    desk.meet_at_desk(complaint.pk, State.LISTEN, text="Charged twice.", by=house.clerk)
    classes.lower_class(complaint.pk, reason="Calmed down", by=house.supervisor)
    complaint.refresh_from_db()
    assert complaint.state == State.APOLOGISE
    assert [reason["rule"] for reason in complaint.triage] == ["intense"]


def test_what_is_class_1_is_not_lowered(make_complaint, house):
    complaint = make_complaint()
    with refused(Blocked, "wrong_state"):
        classes.lower_class(complaint.pk, reason="x", by=house.supervisor)


@pytest.mark.parametrize("who", ["auditor"])
def test_the_auditor_moves_no_class(make_complaint, house, who):
    complaint = make_complaint()
    with refused(PermissionDenied):
        classes.raise_class(complaint.pk, by=getattr(house, who))


# ------------------------------------------------------------------ act


def test_act_ends_with_an_owner_and_a_first_contact(make_complaint, house):
    complaint = make_complaint(is_raised=True)
    with refused(Blocked, "no_owner") as told:
        transitions.act(complaint.pk, by=house.handler)
    assert [blocker.code for blocker in told.value.blockers] == ["no_owner", "no_first_contact"]
    Complaint.objects.filter(pk=complaint.pk).update(owner=house.handler)
    with refused(Blocked, "no_first_contact"):
        transitions.act(complaint.pk, by=house.handler)
    record_communication(complaint.pk, direction="out", medium="phone", summary="Called", by=house.handler)
    assert transitions.act(complaint.pk, by=house.handler).state == State.GET_DETAILS


def test_a_class_1_complaint_is_not_acted_on(make_complaint, house):
    complaint = make_complaint()
    with refused(Blocked, "wrong_state"):
        transitions.act(complaint.pk, by=house.clerk)


# ------------------------------------------------------------------ outside


@pytest.mark.parametrize("channel", ["regulator", "consumer_association", "press", "social_media"])
def test_going_outside_later_raises_it_and_tells_the_leaders(make_complaint, house, channel):
    complaint = make_complaint()
    outside.record_gone_outside(complaint.pk, channel=channel, summary="A letter of the bureau", by=house.clerk)
    complaint.refresh_from_db()
    assert (complaint.severity_class, complaint.reach) == (SeverityClass.TWO, Reach.SERIOUS)
    assert complaint.suggests_crisis
    assert complaint.triage[-1]["rule"] == "outside"
    assert complaint.communications.get(direction="in").summary == "A letter of the bureau"
    told = Notification.objects.filter(code="complaint.crisis_suggested")
    assert {notice.recipient for notice in told} == {house.supervisor, house.manager}


@pytest.mark.parametrize(
    ("channel", "summary", "why"),
    [(Channel.PHONE, "x", "not_outside"), ("moon", "x", "not_outside"), (Channel.PRESS, " ", "no_summary")],
)
def test_going_outside_is_refused_when(make_complaint, house, channel, summary, why):
    complaint = make_complaint()
    with refused(Blocked, why):
        outside.record_gone_outside(complaint.pk, channel=channel, summary=summary, by=house.clerk)


def test_the_auditor_records_nothing_outside(make_complaint, house):
    complaint = make_complaint()
    with refused(PermissionDenied):
        outside.record_gone_outside(complaint.pk, channel="press", summary="x", by=house.auditor)
