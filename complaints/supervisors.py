"""Who can be told of a class 1 complaint: supervisors and managers who are there, the nearest first."""

from datetime import datetime

from accounts.duty import absences
from accounts.models import RoleGrant, User
from accounts.roles import LEADERS, Role
from complaints.models import Complaint


def people_to_tell(complaint: Complaint, *, by: User, now: datetime) -> list[User]:
    """Present leaders up the tree who may confirm it; never who reports, nor whom it is about. Four statements.

    Who acts for somebody absent stands in their place, if they are a leader too.
    """
    lineage = complaint.department.lineage
    grants = RoleGrant.objects.filter(role__in=LEADERS, user__department_id__in=lineage, user__is_active=True)
    rank = {place: at for at, place in enumerate(lineage)}
    nearest = sorted(
        grants.select_related("user__department").prefetch_related("user__role_grants"),
        key=lambda grant: (rank[grant.user.department_id or 0], grant.role != Role.SUPERVISOR, grant.user.name),
    )
    leaders = {grant.user_id for grant in nearest}
    away = absences(now) if nearest else {}
    subjects = set(complaint.subject_rows.values_list("user_id", flat=True))
    # Of a restricted one only its named readers may hear.
    readers = set(complaint.named_readers.values_list("pk", flat=True)) if complaint.is_restricted else leaders
    found: dict[int, User] = {}
    for grant in nearest:
        holder: User | None = grant.user
        if grant.user_id in away:
            holder = away[grant.user_id]
        if holder is None or holder.pk in away or holder.pk not in leaders & readers or holder.pk == by.pk:
            continue
        head_id = holder.department.head_id if holder.department else None
        if not subjects & {holder.pk, grant.user_id, head_id}:
            found.setdefault(holder.pk, holder)
    return list(found.values())
