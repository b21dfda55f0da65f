"""The proposal on the page of its complaint: read with it, and drawn in its place."""

from typing import Any, cast

from django.http import HttpRequest

from accounts.models import User
from compensation.approvers import may_decide
from compensation.codes import ProposalState
from compensation.models import Proposal
from compensation.workflow import live_proposal
from complaints.case_page import PARTS
from complaints.codes import SeverityClass, State
from complaints.models import Complaint
from core.slots import register_slot


def proposal_on_case(request: HttpRequest, complaint: Complaint) -> dict[str, Any] | None:
    """The live proposal, or the last one; None where there is none and none is wanted.

    `complaint` came from `find_case`, with its proposals.
    """
    if complaint.severity_class != SeverityClass.TWO:
        return None
    shown = live_proposal(complaint) or next(iter(complaint.proposals.all()), None)
    is_in_review = complaint.state == State.REVIEW
    if shown is None and not is_in_review:
        return None
    user = cast(User, request.user)
    may_write = is_in_review and user.has_perm("compensation.propose")
    return {
        "complaint": complaint,
        "proposal": shown,
        "is_mine": shown is not None and shown.proposer_id == user.pk,
        "may_write": may_write,
        "may_decide": is_in_review and shown is not None and may_decide(shown, user),
        "may_answer": may_write and shown is not None and shown.state == ProposalState.APPROVED,
    }


def register() -> None:
    """Called once from `apps.py`."""
    rows = Proposal.objects.select_related("proposer", "approver", "approver_for").prefetch_related("lines")
    PARTS["proposals"] = rows
    register_slot("complaint.progress", "compensation/_proposal.html", proposal_on_case)
