"""The promises about proposals: decided in time, and told to the customer. Source: DOMAIN.md 3.5."""

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from accounts.models import User
from compensation.codes import ProposalState
from compensation.models import Proposal
from complaints.deadlines import after_changes, lock_complaint, lock_complaints, recipients, recipients_of
from complaints.models import Complaint
from deadlines.kinds import DeadlineKind, register_kind

APPROVAL = "approval"
DECISION_TOLD = "decision_told"


def waits_for_approval(complaint: Complaint) -> bool:
    return complaint.is_open and complaint.proposals.filter(state=ProposalState.SUBMITTED).exists()


def waits_to_be_told(complaint: Complaint) -> bool:
    return complaint.is_open and complaint.proposals.filter(state=ProposalState.APPROVED).exists()


def approvers_of(complaints: Sequence[Complaint], rung: str) -> dict[int, list[User]]:
    """Who could decide: whoever is told on the rung, but not who proposed it."""
    waiting = Proposal.objects.filter(complaint__in=complaints, state=ProposalState.SUBMITTED)
    proposers = set(waiting.values_list("complaint_id", "proposer_id"))
    told = recipients_of(complaints, rung)
    return {pk: [user for user in users if (pk, user.pk) not in proposers] for pk, users in told.items()}


def approvers(complaint: Complaint, rung: str) -> list[User]:
    return approvers_of([complaint], rung)[complaint.pk]


def register() -> None:
    """Declare the kinds; called once from `apps.py`."""
    for name, label, still_due, told_one, told in (
        (APPROVAL, _("Proposal decided"), waits_for_approval, approvers, approvers_of),
        (DECISION_TOLD, _("Decision told to the customer"), waits_to_be_told, recipients, recipients_of),
    ):
        register_kind(
            DeadlineKind(
                name=name,
                label=label,
                policy_key=f"deadline.{name}",
                subject_type="complaint",
                lock=lock_complaint,
                lock_many=lock_complaints,
                still_due=still_due,
                recipients=told_one,
                recipients_many=told,
                url=Complaint.get_absolute_url,
                after_changes=after_changes,
            )
        )
