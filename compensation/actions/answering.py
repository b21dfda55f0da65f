"""What the customer says to an approved proposal."""

from django.utils.translation import gettext_lazy as _

from accounts.models import User
from compensation import events
from compensation.actions.locking import locked_proposal, require_permission, require_review
from compensation.actions.writing import references
from compensation.codes import ProposalState
from compensation.deadlines import DECISION_TOLD
from compensation.models import Proposal
from compensation.workflow import PROPOSAL
from complaints.actions.agree import move_on
from complaints.actions.locking import save
from core import clock
from core.actions import action
from core.errors import Blocked, Blocker, Conflict
from deadlines.actions import meet_deadline
from events.log import record_event


@action
def accept_proposal(proposal_id: int, *, note: str = "", goes_on: bool = False, by: User) -> Proposal:
    """The customer takes it. With `goes_on` the case goes on to *Execute* in the same step."""
    proposal = _answer(proposal_id, "accept", note, by)
    if goes_on:
        move_on(proposal.complaint, "plan_agreed", by=by, at=clock.now())
    return proposal


@action
def decline_proposal(proposal_id: int, *, note: str = "", by: User) -> Proposal:
    """The customer does not take it; the case stays in *Review options*, and another proposal may be written."""
    return _answer(proposal_id, "decline", note, by)


def _answer(proposal_id: int, name: str, note: str, by: User) -> Proposal:
    require_permission(by, "compensation.propose")
    proposal = locked_proposal(proposal_id, by=by)
    complaint = proposal.complaint
    if proposal.answered_at is not None:
        raise Conflict("already_decided", _("The customer’s answer is recorded already."), current=proposal)
    require_review(complaint)
    if proposal.state != ProposalState.APPROVED:
        sentence = _("Nothing is promised before it is approved. Ask for the approval first.")
        raise Blocked([Blocker("not_approved", sentence, link=f"{complaint.get_absolute_url()}#proposal")])
    now = clock.now()
    PROPOSAL.advance(proposal, name, by)
    proposal.answered_at = proposal.updated_at = now
    proposal.answer_recorded_by, proposal.answer_note = by, note.strip()
    proposal.save(update_fields=["state", "answered_at", "updated_at", "answer_recorded_by", "answer_note"])
    kind = events.ACCEPTED if name == "accept" else events.DECLINED
    record_event(kind, complaint, by=by, at=now, **references(proposal))
    meet_deadline(DECISION_TOLD, complaint, at=now, by=by)
    save(complaint, at=now)
    return proposal
