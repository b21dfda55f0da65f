"""How an action on a proposal begins: its complaint locked first, then the proposal, both still visible."""

from django.utils.translation import gettext_lazy as _

from accounts.models import User
from compensation.models import Proposal
from complaints.actions.locking import locked_together, require_open
from complaints.codes import State
from complaints.models import Complaint
from core.errors import Blocked, Blocker, PermissionDenied, Sentence


def locked_proposal(proposal_id: int, *, by: User) -> Proposal:
    """Lock the complaint, then the proposal. Raises Proposal.DoesNotExist also for one that is hidden from `by`."""
    complaint_id = Proposal.objects.filter(pk=proposal_id).values_list("complaint_id", flat=True).first()
    if complaint_id is None:
        raise Proposal.DoesNotExist
    try:
        (complaint,) = locked_together([complaint_id], by=by)
    except Complaint.DoesNotExist as error:
        raise Proposal.DoesNotExist from error
    rows = Proposal.objects.select_for_update(of=("self",)).select_related("proposer", "approver", "approver_for")
    proposal = rows.get(pk=proposal_id)
    proposal.complaint = complaint
    return proposal


def require_permission(by: User, permission: str) -> None:
    if not by.has_perm(permission):
        raise PermissionDenied


def require_review(complaint: Complaint) -> None:
    """Proposals are written, decided and answered while the options are compared."""
    require_open(complaint)
    if complaint.state == State.REVIEW:
        return
    sentence: Sentence = _("Proposals belong to the stage “Review options”. Take the case there first.")
    raise Blocked([Blocker("not_in_review", sentence, link=f"{complaint.get_absolute_url()}#progress")])
