"""Who owns and recorded a complaint, and the sale it is about: read beside it.

PostgreSQL plans a statement the longer the more tables it joins: with these three, five times as long as it reads.
"""

from typing import Any

from django.db.models import OuterRef, QuerySet

from accounts.models import RoleGrant, User
from complaints.models import Complaint
from core.joined import joined, split
from core.prepared import prepared
from customers.models import Sale


def read_around(complaint: Complaint) -> None:
    """Put owner and recorder with their roles, and the sale, onto a complaint that was read without them."""
    ids = tuple({pk for pk in (complaint.owner_id, complaint.recorded_by_id) if pk is not None})
    people: dict[int | None, Any] = {row.pk: _with_roles(row) for row in _people(ids)} if ids else {}
    complaint.owner, complaint.recorded_by = people.get(complaint.owner_id), people.get(complaint.recorded_by_id)
    complaint.sale = _sale(complaint.sale_id)[0] if complaint.sale_id is not None else None


def _with_roles(row: Any) -> User:
    row.__dict__["role_set"] = frozenset(split(row.held))
    user: User = row
    return user


@prepared
def _people(ids: tuple[int, ...]) -> QuerySet[User]:
    held = joined(RoleGrant.objects.filter(user=OuterRef("pk")), "role")
    return User.objects.filter(pk__in=ids).annotate(held=held).order_by()


@prepared
def _sale(pk: int) -> QuerySet[Sale]:
    return Sale.objects.filter(pk=pk)
