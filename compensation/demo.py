"""What the demonstration's stories do with proposals. Its data stands with the complaints, in `complaints/demo`."""

from accounts.models import User
from compensation.actions import answering, deciding, writing
from compensation.actions.writing import Line, Written
from compensation.codes import Consideration, ProposalState
from compensation.models import Proposal
from complaints.demo.stories import DEEDS, Given


def propose(complaint_id: int, by: User, given: Given) -> object:
    """Write it and ask for its approval; answers stand in the order of the five considerations."""
    written = Written(
        lines=[Line(kind, description) for kind, description in given["lines"]],
        alternatives=[{"description": text, "cost": cost} for text, cost in given.get("alternatives", [])],
        only_remedy_reason=given.get("only_remedy_reason", ""),
        considerations=dict(zip(Consideration.values, given["considerations"], strict=True)),
    )
    return writing.submit_proposal(writing.write_proposal(complaint_id, written, by=by).pk, by=by)


def _one(complaint_id: int, state: str) -> int:
    return Proposal.objects.live().get(complaint=complaint_id, state=state).pk


def approve(complaint_id: int, by: User, given: Given) -> object:
    return deciding.approve_proposal(_one(complaint_id, ProposalState.SUBMITTED), by=by, **given)


def accept(complaint_id: int, by: User, given: Given) -> object:
    return answering.accept_proposal(_one(complaint_id, ProposalState.APPROVED), goes_on=True, by=by, **given)


DEEDS.update({"propose": propose, "approve": approve, "accept": accept})
