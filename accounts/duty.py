"""Who is there to be asked: people with a role up the tree, with those away replaced. Source: DOMAIN.md 3.5."""

from collections.abc import Collection
from datetime import datetime

from django.utils.translation import gettext as _

from accounts.models import Delegation, Department, RoleGrant, User
from accounts.roles import Role


def on_duty(role: str, department: Department, *, now: datetime, exclude_ids: Collection[int] = ()) -> list[User]:
    """All present holders of `role` in the nearest department upwards that has one, delegates included.

    Somebody away counts as not present; who acts for them takes their place. A department where all
    are away or excluded is passed over. Returns [] where nobody is found.
    """
    lineage = department.lineage
    grants = list(
        RoleGrant.objects.of_people()
        .filter(role=role, user__department_id__in=lineage)
        .select_related("user__department")
        .prefetch_related("user__role_grants")
        .order_by("user_id")
    )
    away = absences(now) if grants else {}
    for place in lineage:
        holders = [grant.user for grant in grants if grant.user.department_id == place]
        present = _with_delegates(holders, away, set(exclude_ids))
        if present:
            return present
    return []


def present_in(department: Department, roles: Collection[str], *, now: datetime) -> list[User]:
    """All present holders of one of these roles in this very department, delegates included."""
    holders = User.objects.active().people().with_role(*roles).filter(department=department)
    found = list(holders.select_related("department").prefetch_related("role_grants").order_by("pk"))
    return _with_delegates(found, absences(now), set()) if found else []


def absences(now: datetime) -> dict[int, User | None]:
    """Who is away now, and who acts for them."""
    running = (
        Delegation.objects.running(now).select_related("delegate__department").prefetch_related("delegate__role_grants")
    )
    return {row.delegator_id: row.delegate for row in running}


def stands_in_for(user: User, *, now: datetime) -> list[User]:
    """Those away now for whom this user acts, with their roles and departments. At most two statements."""
    running = (
        Delegation.objects.running(now)
        .filter(delegate=user, delegator__is_active=True)
        .select_related("delegator__department")
        .prefetch_related("delegator__role_grants")
        .order_by("pk")
    )
    return [row.delegator for row in running]


def both_names(person: User, acts_for: User | None) -> str:
    """What a delegate does shows both names. Source: DOMAIN.md 2."""
    if acts_for is None:
        return str(person)
    return _("%(name)s (for %(absent)s)") % {"name": person, "absent": acts_for}


def _with_delegates(holders: list[User], away: dict[int, User | None], excluded: set[int]) -> list[User]:
    found: dict[int, User] = {}
    for holder in holders:
        actor = away.get(holder.pk, holder)
        # A delegate does not see a matter that the one they act for must not see.
        if actor is None or not actor.is_active or holder.pk in excluded or actor.pk in excluded:
            continue
        if actor.pk in away and actor.pk != holder.pk:
            continue
        found[actor.pk] = actor
    return list(found.values())


def head_office_managers(*, now: datetime, exclude_ids: Collection[int] = ()) -> list[User]:
    """Present managers of the head office."""
    root = Department.objects.filter(parent=None).first()
    return on_duty(Role.MANAGER, root, now=now, exclude_ids=exclude_ids) if root else []
