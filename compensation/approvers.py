"""Who may decide on a proposal, on their own authority or for a leader who is away."""

from dataclasses import dataclass

from accounts.models import User
from accounts.roles import LEADERS
from compensation.codes import ProposalState
from compensation.models import Proposal
from complaints.supervisors import leader_stood_in_for
from core import clock


@dataclass(frozen=True)
class Approver:
    person: User
    acts_for: User | None = None


def approves_as(proposal: Proposal, user: User) -> Approver | None:
    """As whom this user may decide; None when they may not.

    A leader of the complaint's department or of one above it, who reads the complaint; not one who only logged it
    from elsewhere. Never who proposed it, nor for them.
    """
    if proposal.proposer_id == user.pk or user.is_service_account:
        return None
    if user.has_role(*LEADERS):
        return Approver(user) if _is_in_line(proposal, user) else None
    leader = leader_stood_in_for(proposal.complaint, user, reporter=proposal.proposer, now=clock.now())
    if leader is not None and _is_in_line(proposal, leader):
        return Approver(user, leader)
    return None


def _is_in_line(proposal: Proposal, user: User) -> bool:
    return user.department_id in proposal.complaint.department.lineage


def may_decide(proposal: Proposal, user: User) -> bool:
    """Whether the buttons are shown. Asks nothing for most, who can decide nothing."""
    return proposal.state == ProposalState.SUBMITTED and approves_as(proposal, user) is not None
