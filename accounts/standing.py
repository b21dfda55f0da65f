"""Who asks, read with all that each request wants to know of them: their place, roles and reach, in one statement."""

from typing import Any

from django.db.models import OuterRef, QuerySet

from accounts.models import Department, RoleGrant, User
from core.joined import joined, split
from policies.reading import current_mark, note_mark


def with_standing(rows: QuerySet[Any], user: str = "") -> QuerySet[Any]:
    """Read the standing along; `user` leads from a row to its user, as "user__" does, and is empty for users."""
    below = Department.objects.filter(path__startswith=OuterRef(f"{user}department__path"))
    related = f"{user}department__calendar"
    asking: QuerySet[Any] = rows.select_related(related).annotate(
        asking_roles=joined(RoleGrant.objects.filter(user=OuterRef(f"{user}pk")), "role"),
        asking_reach=joined(below, "pk"),
        asking_mark=current_mark(),
    )
    return asking


def stand(user: User, row: Any) -> User:
    """Put what `with_standing` read onto the user, and tell which state of the policies holds for this request."""
    user.__dict__["role_set"] = frozenset(split(row.asking_roles))
    user.__dict__["reach"] = tuple(sorted(int(pk) for pk in split(row.asking_reach)))
    note_mark(row.asking_mark)
    return user
