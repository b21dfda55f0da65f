"""Deciding on a proposal: approved, returned with a question, rejected. Never by who proposed it."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from accounts.models import User
from compensation import events
from compensation.actions.locking import locked_proposal, require_review
from compensation.actions.notices import tell_proposer
from compensation.actions.writing import references
from compensation.approvers import Approver, approves_as
from compensation.codes import ProposalState
from compensation.deadlines import APPROVAL, DECISION_TOLD
from compensation.models import Proposal
from compensation.workflow import PROPOSAL
from complaints.actions.locking import save
from complaints.deadlines import open_one
from core import clock
from core.actions import action
from core.errors import Blocked, Blocker, Conflict, PermissionDenied, Sentence
from deadlines.actions import meet_deadline
from events.log import record_event

TRANSITIONS = {
    "approved": ("approve", events.APPROVED),
    "returned": ("return", events.RETURNED),
    "rejected": ("reject", events.REJECTED),
}


@action
def approve_proposal(proposal_id: int, *, note: str = "", by: User) -> Proposal:
    """Say yes to exactly these remedies. Starts the promise that the customer is told."""
    return _decide(proposal_id, "approved", note, "", by)


@action
def return_proposal(proposal_id: int, *, question: str, by: User) -> Proposal:
    """Send it back with a question, which a new version answers."""
    return _decide(proposal_id, "returned", question, _("Write the question that it comes back with."), by)


@action
def reject_proposal(proposal_id: int, *, reason: str, by: User) -> Proposal:
    """Say no to it, with the reason."""
    return _decide(proposal_id, "rejected", reason, _("Write the reason in one sentence."), by)


def _decide(proposal_id: int, decision: str, note: str, wanted: Sentence, by: User) -> Proposal:
    proposal = locked_proposal(proposal_id, by=by)
    approver = _require_approver(proposal, by)
    _require_undecided(proposal)
    require_review(proposal.complaint)
    if wanted and not note.strip():
        raise Blocked([Blocker("no_words", wanted, "question" if decision == "returned" else "reason")])
    now = clock.now()
    name, kind = TRANSITIONS[decision]
    # Who acts for a leader has the right of the day, not of their role.
    PROPOSAL.advance(proposal, name, None if approver.acts_for else by)
    _keep(proposal, approver, note, now)
    absent = {"acts_for": str(approver.acts_for), "acts_for_id": approver.acts_for.pk} if approver.acts_for else {}
    complaint = proposal.complaint
    event = record_event(kind, complaint, by=by, at=now, decision=decision, **references(proposal), **absent)
    meet_deadline(APPROVAL, complaint, at=now, by=by)
    if decision == "approved":
        open_one(complaint, DECISION_TOLD, at=now, by=by)
    save(complaint, at=now)
    tell_proposer(proposal, decision, event, now)
    return proposal


def _keep(proposal: Proposal, approver: Approver, note: str, now: datetime) -> None:
    proposal.approver, proposal.approver_for = approver.person, approver.acts_for
    proposal.decided_at = proposal.updated_at = now
    proposal.decision_note = note.strip()
    proposal.save(update_fields=["state", "approver", "approver_for", "decided_at", "updated_at", "decision_note"])


def _require_approver(proposal: Proposal, by: User) -> Approver:
    if proposal.proposer_id == by.pk:
        raise PermissionDenied("own_proposal", _("You proposed this. Somebody else must decide it."))
    approver = approves_as(proposal, by)
    if approver is None:
        sentence = _("A supervisor or manager of this department, or of one above it, decides on a proposal.")
        raise PermissionDenied("not_in_line", sentence)
    return approver


def _require_undecided(proposal: Proposal) -> None:
    if proposal.state == ProposalState.SUBMITTED:
        return
    if proposal.state == ProposalState.DRAFT:
        raise Blocked([Blocker("not_submitted", _("This proposal is still a draft. Its writer submits it first."))])
    sentence: Sentence = _("This proposal is decided already.")
    if proposal.approver is not None:
        told = {"name": proposal.decided_by, "state": proposal.get_state_display()}
        sentence = _("%(name)s has decided already: %(state)s.") % told
    raise Conflict("already_decided", sentence, current=proposal)
