"""A proposal from the draft to the customer's answer: who may, what is missing, which clocks run. DOMAIN.md 4."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from accounts.actions import delegate_authority
from accounts.roles import Role
from compensation.actions.answering import accept_proposal, decline_proposal
from compensation.actions.deciding import approve_proposal, reject_proposal, return_proposal
from compensation.actions.writing import Line, Written, submit_proposal, write_proposal
from compensation.codes import LIVE
from compensation.models import Proposal
from complaints.actions import agree, classes, talks, transitions
from complaints.codes import State
from complaints.models import Complaint
from core import clock
from core.errors import Blocked, Conflict, PermissionDenied
from deadlines.actions import fire_due_deadlines
from deadlines.models import Deadline
from events.models import Event, Notification
from tests.complaints.cases import (
    COMPARED,
    END,
    FACTS,
    FIVE,
    WHOLE,
    approved,
    at_details,
    at_evaluate,
    at_execute,
    at_review,
    submitted,
)
from tests.complaints.refusals import refused
from tests.house import make_user


def deadline(complaint: Complaint, kind: str) -> str:
    row = Deadline.objects.of(complaint).filter(kind=kind).order_by("-pk").first()
    return row.state if row else ""


def told(code: str) -> set[str]:
    return set(Notification.objects.filter(code=code).values_list("recipient__username", flat=True))


def versions(complaint: Complaint) -> list[tuple[int, str]]:
    return list(complaint.proposals.order_by("pk").values_list("version", "state"))


# ------------------------------------------------------------------ written


def test_a_draft_may_be_incomplete_and_is_changed_in_place(house, at_work):
    complaint = at_review(house)
    first = write_proposal(complaint.pk, Written([Line("apology")]), by=house.handler)
    again = write_proposal(complaint.pk, WHOLE, expected=(first.pk, 1), by=house.handler)
    assert (again.pk, again.number, again.version, again.revision) == (first.pk, "P-2026-000001", 1, 2)
    assert list(again.lines.values_list("kind", "description", "group")) == [
        ("service_upgrade", "Ceramic coating", "material"),
        ("apology", "In person", "moral"),
    ]
    assert again.alternatives == COMPARED
    assert again.considerations == FIVE


def test_two_who_write_at_once_see_each_other(house, at_work):
    complaint = at_review(house)
    draft = write_proposal(complaint.pk, WHOLE, by=house.handler)
    write_proposal(complaint.pk, WHOLE, expected=(draft.pk, 1), by=house.handler)
    with refused(Conflict, "stale"):
        write_proposal(complaint.pk, WHOLE, expected=(draft.pk, 1), by=house.handler)


def test_a_colleagues_draft_is_written_anew_in_ones_own_name(house, at_work):
    complaint = at_review(house)
    draft = write_proposal(complaint.pk, WHOLE, by=house.handler)
    with refused(PermissionDenied, "not_your_draft"):
        submit_proposal(draft.pk, by=house.colleague)
    mine = write_proposal(complaint.pk, WHOLE, by=house.colleague)
    assert (mine.number, mine.version, mine.proposer) == (draft.number, 2, house.colleague)
    assert versions(complaint) == [(1, "superseded"), (2, "draft")]


@pytest.mark.parametrize(
    ("written", "why"),
    [
        (Written([Line("gold")]), "unknown_remedy"),
        (Written([Line("apology", group="loud")]), "unknown_group"),
        (Written([Line("apology")] * 21), "too_many_lines"),
        (Written(alternatives=[{"description": "A car", "cost": " "}]), "not_costed"),
        (Written(alternatives=[COMPARED[0]] * 11), "too_many_compared"),
        (Written(considerations={"weather": "fine"}), "unknown_consideration"),
    ],
)
def test_what_cannot_be_kept_is_refused(house, at_work, written, why):
    complaint = at_review(house)
    with refused(Blocked, why):
        write_proposal(complaint.pk, written, by=house.handler)


@pytest.mark.parametrize("begin", [at_details, at_execute, at_evaluate])
def test_proposals_belong_to_the_review(house, at_work, begin):
    complaint = begin(house)
    with refused(Blocked, "not_in_review"):
        write_proposal(complaint.pk, WHOLE, by=house.handler)


# ------------------------------------------------------------------ submitted


@pytest.mark.parametrize(
    ("written", "why"),
    [
        (Written([], COMPARED, "", FIVE), ["no_lines"]),
        (Written([Line("refund")], COMPARED, "", FIVE), ["line_not_described"]),
        (Written(WHOLE.lines, COMPARED[:1], "", FIVE), ["not_compared"]),
        (Written(WHOLE.lines, COMPARED, "", {**FIVE, "demand": " "}), ["not_considered"]),
        (Written(), ["no_lines", "not_compared", "not_considered"]),
    ],
)
def test_it_is_not_submitted_without(house, at_work, written, why):
    draft = write_proposal(at_review(house).pk, written, by=house.handler)
    with refused(Blocked) as refusal:
        submit_proposal(draft.pk, by=house.handler)
    assert [each.code for each in refusal.value.blockers] == why


def test_one_remedy_alone_needs_the_reason_why_there_is_no_other(house, at_work):
    alone = Written(WHOLE.lines, (), "The fee itself is what hurts.", FIVE)
    draft = write_proposal(at_review(house).pk, alone, by=house.handler)
    assert submit_proposal(draft.pk, by=house.handler).state == "submitted"


def test_the_approval_is_asked_for_in_time_and_climbs_when_nobody_decides(house, at_work):
    complaint = at_review(house)
    submitted(house, complaint)
    assert deadline(complaint, "approval") == "pending"
    assert told("proposal.asked") == {"supervisor"}
    row = Deadline.objects.of(complaint).get(kind="approval")
    assert row.due_at == at_work + timedelta(hours=4)
    with clock.frozen(row.due_at):
        fire_due_deadlines(100, clock.now())
    rung = Notification.objects.filter(key__startswith=f"deadline:{row.pk}:")
    assert set(rung.values_list("recipient__username", flat=True)) == {"manager"}


def test_a_supervisors_own_proposal_goes_to_the_manager(house, at_work):
    complaint = at_review(house)
    draft = write_proposal(complaint.pk, WHOLE, by=house.supervisor)
    submit_proposal(draft.pk, by=house.supervisor)
    assert told("proposal.asked") == {"manager"}


def test_what_waits_for_its_decision_does_not_change(house, at_work):
    complaint = at_review(house)
    proposal = submitted(house, complaint)
    with refused(Conflict, "with_approver"):
        write_proposal(complaint.pk, WHOLE, by=house.handler)
    with refused(Conflict, "not_a_draft"):
        submit_proposal(proposal.pk, by=house.handler)


# ------------------------------------------------------------------ decided


def test_approved_it_is_told_to_the_customer_in_time(house, at_work):
    complaint = at_review(house)
    proposal = approved(house, complaint)
    assert (proposal.state, proposal.approver, proposal.decided_at) == ("approved", house.supervisor, at_work)
    assert (deadline(complaint, "approval"), deadline(complaint, "decision_told")) == ("met", "pending")
    assert told("proposal.approved") == {"handler"}
    talks.record_communication(complaint.pk, direction="out", medium="phone", summary="Told her", by=house.handler)
    assert deadline(complaint, "decision_told") == "met"


def test_returned_it_is_answered_in_a_new_version(house, at_work):
    complaint = at_review(house)
    proposal = submitted(house, complaint)
    with refused(Blocked, "no_words"):
        return_proposal(proposal.pk, question=" ", by=house.supervisor)
    return_proposal(proposal.pk, question="Can the workshop do it?", by=house.supervisor)
    assert deadline(complaint, "approval") == "met"
    submitted(house, complaint)
    assert versions(complaint) == [(1, "superseded"), (2, "submitted")]
    assert complaint.proposals.get(version=1).decision_note == "Can the workshop do it?"
    assert deadline(complaint, "approval") == "pending"


def test_rejected_with_a_reason_and_written_again(house, at_work):
    complaint = at_review(house)
    proposal = submitted(house, complaint)
    with refused(Blocked, "no_words"):
        reject_proposal(proposal.pk, reason="", by=house.supervisor)
    reject_proposal(proposal.pk, reason="Too much", by=house.supervisor)
    write_proposal(complaint.pk, WHOLE, by=house.handler)
    assert versions(complaint) == [(1, "rejected"), (2, "draft")]


DECISIONS = [
    lambda pk, by: approve_proposal(pk, by=by),
    lambda pk, by: return_proposal(pk, question="Why?", by=by),
    lambda pk, by: reject_proposal(pk, reason="No", by=by),
]


@pytest.mark.parametrize("decide", DECISIONS)
def test_nobody_decides_on_their_own(house, at_work, decide):
    complaint = at_review(house)
    draft = write_proposal(complaint.pk, WHOLE, by=house.supervisor)
    submit_proposal(draft.pk, by=house.supervisor)
    with refused(PermissionDenied, "own_proposal"):
        decide(draft.pk, house.supervisor)
    decide(draft.pk, house.manager)


@pytest.mark.parametrize("decide", DECISIONS)
def test_only_who_stands_in_the_line_decides(house, at_work, decide):
    complaint = at_review(house)
    proposal = submitted(house, complaint)
    for who in (house.colleague, house.clerk, house.auditor):
        with refused(PermissionDenied, "not_in_line"):
            decide(proposal.pk, who)
    with refused(Proposal.DoesNotExist):
        decide(proposal.pk, house.east_supervisor)
    # Who only owns it from elsewhere reads it, and decides nothing.
    Complaint.objects.filter(pk=complaint.pk).update(owner=house.east_supervisor)
    with refused(PermissionDenied, "not_in_line"):
        decide(proposal.pk, house.east_supervisor)


@pytest.mark.parametrize("decide", DECISIONS)
def test_whom_it_is_about_does_not_even_see_it(house, at_work, decide):
    complaint = at_review(house)
    proposal = submitted(house, complaint)
    complaint.subject_rows.create(user=house.supervisor)
    with refused(Proposal.DoesNotExist):
        decide(proposal.pk, house.supervisor)


@pytest.mark.parametrize("first", DECISIONS)
@pytest.mark.parametrize("second", DECISIONS)
def test_what_is_decided_is_decided(house, at_work, first, second):
    proposal = submitted(house, at_review(house))
    first(proposal.pk, house.supervisor)
    with refused(Conflict, "already_decided"):
        second(proposal.pk, house.manager)


def test_who_acts_for_a_leader_who_is_away_decides_with_both_names(house, at_work):
    complaint = at_review(house)
    proposal = submitted(house, complaint)
    until = at_work + timedelta(days=1)
    delegate_authority(house.supervisor.pk, delegate=house.colleague, starts_at=at_work, ends_at=until, by=None)
    approve_proposal(proposal.pk, by=house.colleague)
    proposal.refresh_from_db()
    assert (proposal.approver, proposal.approver_for) == (house.colleague, house.supervisor)
    event = Event.objects.of(complaint).get(type="proposal.approved")
    assert event.data["acts_for"] == str(house.supervisor)


def test_nobody_approves_for_who_proposed_it(house, at_work):
    complaint = at_review(house)
    draft = write_proposal(complaint.pk, WHOLE, by=house.supervisor)
    submit_proposal(draft.pk, by=house.supervisor)
    until = at_work + timedelta(days=1)
    delegate_authority(house.supervisor.pk, delegate=house.colleague, starts_at=at_work, ends_at=until, by=None)
    with refused(PermissionDenied, "not_in_line"):
        approve_proposal(draft.pk, by=house.colleague)


def test_a_program_decides_nothing(house, at_work):
    proposal = submitted(house, at_review(house))
    program = make_user("program", house.west, Role.SUPERVISOR, is_service_account=True)
    with refused(PermissionDenied, "not_in_line"):
        approve_proposal(proposal.pk, by=program)


# ------------------------------------------------------------------ answered


def test_accepted_it_takes_the_case_on_in_the_same_press(house, at_work):
    complaint = at_review(house)
    proposal = approved(house, complaint)
    accept_proposal(proposal.pk, note="She is glad.", goes_on=True, by=house.handler)
    complaint.refresh_from_db()
    proposal.refresh_from_db()
    assert (complaint.state, proposal.state, proposal.answer_note) == (State.EXECUTE, "accepted", "She is glad.")
    assert deadline(complaint, "decision_told") == "met"


def test_accepted_alone_waits_for_the_next_press(house, at_work):
    complaint = at_review(house)
    accept_proposal(approved(house, complaint).pk, by=house.handler)
    complaint.refresh_from_db()
    assert complaint.state == State.REVIEW
    agree.go_on(complaint.pk, "plan_agreed", by=house.handler)
    complaint.refresh_from_db()
    assert complaint.state == State.EXECUTE


def test_declined_it_stays_in_review_and_another_is_written(house, at_work):
    complaint = at_review(house)
    proposal = approved(house, complaint)
    decline_proposal(proposal.pk, note="Too little", by=house.handler)
    complaint.refresh_from_db()
    assert complaint.state == State.REVIEW
    with refused(Blocked, "no_proposal"):
        agree.go_on(complaint.pk, "plan_agreed", by=house.handler)
    write_proposal(complaint.pk, WHOLE, by=house.handler)
    assert versions(complaint) == [(1, "declined"), (2, "draft")]


@pytest.mark.parametrize("answer", [accept_proposal, decline_proposal])
def test_nothing_is_promised_before_it_is_approved_and_nothing_answered_twice(house, at_work, answer):
    complaint = at_review(house)
    proposal = submitted(house, complaint)
    with refused(Blocked, "not_approved"):
        answer(proposal.pk, by=house.handler)
    approve_proposal(proposal.pk, by=house.supervisor)
    with refused(PermissionDenied):
        answer(proposal.pk, by=house.auditor)
    answer(proposal.pk, by=house.handler)
    with refused(Conflict, "already_decided"):
        accept_proposal(proposal.pk, by=house.handler)


def test_an_approved_one_is_superseded_by_a_new_version_and_never_changes(house, at_work):
    complaint = at_review(house)
    proposal = approved(house, complaint)
    write_proposal(complaint.pk, Written([Line("refund", "All of it")]), by=house.handler)
    assert versions(complaint) == [(1, "superseded"), (2, "draft")]
    assert [line.kind for line in Proposal.objects.get(pk=proposal.pk).lines.all()] == ["service_upgrade", "apology"]
    assert deadline(complaint, "decision_told") == "cancelled"
    with refused(Blocked, "not_approved"):
        accept_proposal(proposal.pk, by=house.handler)


# ------------------------------------------------------------------ the case goes back, or ends


@pytest.mark.parametrize(
    ("begin", "name"),
    [
        (at_execute, "not_accepted"),
        (at_execute, "new_facts"),
        (at_evaluate, "dissatisfied"),
        (at_evaluate, "new_facts"),
    ],
)
def test_a_step_back_undoes_the_plan(house, at_work, begin, name):
    complaint = begin(house)
    agree.go_back(complaint.pk, name, reason="Why", by=house.handler)
    assert versions(complaint) == [(1, "superseded")]


def test_what_was_not_carried_out_is_carried_out_as_agreed(house, at_work):
    complaint = at_evaluate(house)
    agree.go_back(complaint.pk, "not_fulfilled", reason="Why", by=house.handler)
    assert versions(complaint) == [(1, "accepted")]


def test_new_facts_take_back_what_waits_for_approval_and_leave_a_draft(house, at_work):
    complaint = at_review(house)
    write_proposal(complaint.pk, WHOLE, by=house.handler)
    agree.go_back(complaint.pk, "new_facts", reason="Why", by=house.handler)
    assert versions(complaint) == [(1, "draft")]
    agree.confirm_details(complaint.pk, by=house.handler, **FACTS)
    submitted(house, complaint)
    agree.go_back(complaint.pk, "new_facts", reason="Why", by=house.handler)
    assert versions(complaint) == [(1, "superseded")]
    assert deadline(complaint, "approval") == "cancelled"


def test_lowered_to_the_desk_nothing_of_it_is_live(house, at_work):
    complaint = at_review(house)
    submitted(house, complaint)
    classes.lower_class(complaint.pk, reason="Small", by=house.supervisor)
    assert versions(complaint) == [(1, "superseded")]


def test_an_ended_case_has_nothing_to_decide(house, at_work):
    complaint = at_review(house)
    proposal = submitted(house, complaint)
    transitions.withdraw(complaint.pk, reason="Gone", by=house.handler, **END)
    with refused(Conflict, "already_ended"):
        approve_proposal(proposal.pk, by=house.supervisor)
    assert not Proposal.objects.awaiting(house.supervisor).exists()
    assert deadline(complaint, "approval") == "cancelled"


# ------------------------------------------------------------------ whose inbox


def test_what_waits_for_whom(house, at_work):
    proposal = submitted(house, at_review(house))
    for who, sees in (
        (house.supervisor, True),
        (house.manager, True),
        (house.director, True),
        (house.handler, False),
        (house.east_supervisor, False),
        (house.auditor, False),
        (house.administrator, False),
    ):
        assert (who, list(Proposal.objects.awaiting(who))) == (who, [proposal] if sees else [])
    until = at_work + timedelta(days=1)
    delegate_authority(house.supervisor.pk, delegate=house.colleague, starts_at=at_work, ends_at=until, by=None)
    assert list(Proposal.objects.awaiting(house.colleague)) == [proposal]
    approve_proposal(proposal.pk, by=house.manager)
    assert not Proposal.objects.awaiting(house.supervisor).exists()


# ------------------------------------------------------------------ what the database refuses


@pytest.mark.parametrize(
    "wrong",
    [
        {"approver": "handler"},
        {"approver": "supervisor", "approver_for": "handler"},
        {"approver": "supervisor", "decided_at": None},
        {"state": "approved", "approver": None, "decided_at": None},
        {"answered_at": "now"},
    ],
)
def test_the_database_keeps_the_promises(house, at_work, wrong):
    proposal = submitted(house, at_review(house))
    values = {"decided_at": at_work if "approver" in wrong else None, **wrong}
    for name, value in values.items():
        setattr(proposal, name, getattr(house, value) if name.startswith("approver") and value else value)
    if proposal.answered_at == "now":
        proposal.answered_at = at_work
    with pytest.raises(IntegrityError), transaction.atomic():
        proposal.save()


@pytest.mark.parametrize("state", LIVE)
def test_one_is_live_at_a_time(house, at_work, state):
    complaint = at_review(house)
    proposal = submitted(house, complaint)
    second = Proposal(complaint=complaint, number=proposal.number, version=2, state=state, proposer=house.handler)
    second.created_at = second.updated_at = at_work
    if state in ("approved", "accepted"):
        second.approver, second.decided_at = house.supervisor, at_work
    with pytest.raises(IntegrityError), transaction.atomic():
        second.save()
