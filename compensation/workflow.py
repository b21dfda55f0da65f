"""A proposal's steps as a table, and what a plan needs before it is carried out. Source: DOMAIN.md 3.4, 4."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from compensation.codes import Consideration, ProposalState
from compensation.models import Proposal
from complaints.case_page import MET_WORDS
from complaints.models import Complaint
from complaints.next_bar import WHERE_WORDS
from complaints.workflow import AGREE
from core.errors import Blocker
from core.workflow import Transition, Workflow

LEAST_COMPARED = 2


def lines_written(proposal: Proposal) -> Blocker | None:
    lines = list(proposal.lines.all())
    if lines and all(line.description for line in lines):
        return None
    if lines:
        return Blocker("line_not_described", _("Say of each remedy what exactly the customer gets."), "lines")
    return Blocker("no_lines", _("Choose at least one remedy."), "lines")


def remedies_compared(proposal: Proposal) -> Blocker | None:
    if len(proposal.alternatives) >= LEAST_COMPARED or proposal.only_remedy_reason:
        return None
    sentence = _("Compare at least two remedies with what each costs in the end, or write why there is no other.")
    return Blocker("not_compared", sentence, "alternatives")


def considerations_answered(proposal: Proposal) -> Blocker | None:
    if all(proposal.considerations.get(name) for name in Consideration.values):
        return None
    return Blocker("not_considered", _("Answer the five considerations."), "considerations")


PROPOSAL = Workflow(
    {
        "submit": Transition(
            (ProposalState.DRAFT,),
            ProposalState.SUBMITTED,
            "compensation.propose",
            _("Ask for approval"),
            (lines_written, remedies_compared, considerations_answered),
        ),
        "approve": Transition(
            (ProposalState.SUBMITTED,), ProposalState.APPROVED, "compensation.decide", _("Approve it")
        ),
        "return": Transition(
            (ProposalState.SUBMITTED,), ProposalState.RETURNED, "compensation.decide", _("Return it with a question")
        ),
        "reject": Transition((ProposalState.SUBMITTED,), ProposalState.REJECTED, "compensation.decide", _("Reject it")),
        "accept": Transition(
            (ProposalState.APPROVED,), ProposalState.ACCEPTED, "compensation.propose", _("The customer accepts it")
        ),
        "decline": Transition(
            (ProposalState.APPROVED,), ProposalState.DECLINED, "compensation.propose", _("The customer declines it")
        ),
    }
)


def live_proposal(complaint: Complaint) -> Proposal | None:
    """The one that counts: at most one is live."""
    return next((proposal for proposal in complaint.proposals.all() if proposal.is_live), None)


def _of_case(complaint: Complaint, part: str = "#proposal") -> str:
    return f"{complaint.get_absolute_url()}{part}"


def proposal_written(complaint: Complaint) -> Blocker | None:
    if live_proposal(complaint):
        return None
    sentence = _("Compare the options and write a proposal.")
    return Blocker("no_proposal", sentence, reverse("compensation:write", args=[complaint.number]))


def proposal_approved(complaint: Complaint) -> Blocker | None:
    proposal = live_proposal(complaint)
    if proposal and proposal.state in (ProposalState.APPROVED, ProposalState.ACCEPTED):
        return None
    sentences = {
        ProposalState.DRAFT: _("The proposal is not submitted yet. Ask for its approval."),
        ProposalState.SUBMITTED: _("The proposal is not approved yet."),
        ProposalState.RETURNED: _("The proposal came back with a question. Answer it in a new version."),
    }
    state = ProposalState(proposal.state) if proposal else None
    sentence = sentences[state] if state else _("No proposal is approved.")
    return Blocker("not_approved", sentence, _of_case(complaint))


def customer_accepted(complaint: Complaint) -> Blocker | None:
    proposal = live_proposal(complaint)
    if proposal and proposal.state == ProposalState.ACCEPTED:
        return None
    sentence = _("The customer has not accepted an offer. Make it, then record the answer.")
    return Blocker("not_accepted", sentence, _of_case(complaint))


def register() -> None:
    """Called once from `apps.py`, when all apps are loaded."""
    AGREE.require("plan_agreed", proposal_written, proposal_approved, customer_accepted)
    MET_WORDS.update(
        {
            proposal_written: _("A proposal is written."),
            proposal_approved: _("The proposal is approved."),
            customer_accepted: _("The customer accepted the offer."),
        }
    )
    WHERE_WORDS.update(
        {
            "no_proposal": _("Write a proposal"),
            "not_approved": _("See the proposal"),
            "not_accepted": _("Record the answer"),
        }
    )
