"""Whom the owner of a case may ask to talk to the customer: somebody of a higher level. Source: DOMAIN.md 3.4."""

from accounts.models import RoleGrant, User
from accounts.roles import LEADERS
from complaints.deadlines import readers
from complaints.models import Complaint


def seniors_of(complaint: Complaint, *, but: User) -> list[User]:
    """Supervisors and managers up the tree who may see it, nearest first; never whom it is about, nor `but`."""
    lineage = complaint.department.lineage
    grants = RoleGrant.objects.of_people().filter(role__in=LEADERS, user__department_id__in=lineage)
    grants = grants.select_related("user__department").prefetch_related("user__role_grants")
    people = {grant.user_id: grant.user for grant in grants if grant.user_id != but.pk}
    nearest = sorted(people.values(), key=lambda user: (lineage.index(user.department_id or 0), user.name))
    return readers(complaint, nearest)
