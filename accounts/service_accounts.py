"""Questions about service accounts: whether one may act, and who confirms what it may."""

from collections.abc import Collection

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import Department, RightsRequest, ServiceAccount, User
from accounts.roles import HOUSE_WIDE, Role
from core.errors import Blocker

NOT_CONFIRMED = Blocker(
    "account_not_confirmed",
    _("No manager has confirmed the roles of this service account, or they were withdrawn. Its keys open nothing."),
)


def is_confirmed(user: User) -> bool:
    """A person always; a program while it holds a role, since only a manager's word gives it one."""
    return not user.is_service_account or bool(user.role_set)


def is_house_wide(roles: Collection[str]) -> bool:
    return not set(roles).isdisjoint(HOUSE_WIDE)


def confirmers(department: Department, roles: Collection[str], *, but: User | None) -> QuerySet[User]:
    """The managers who may confirm these roles there, who asked left out; those of the head office for all the house.

    The same rule as `RightsRequest.objects.decidable_by`.
    """
    above = department.lineage
    places = above[-1:] if is_house_wide(roles) else above
    managers = User.objects.people().active().with_role(Role.MANAGER).filter(department__in=places)
    return managers.exclude(pk=but.pk) if but else managers


def waiting_request(account: ServiceAccount) -> RightsRequest | None:
    rows = account.requests.filter(state=RightsRequest.State.WAITING)
    return rows.select_related("department", "asked_by").first()


def awaiting(user: User) -> int:
    """How many requests wait for this manager's word: one query."""
    return RightsRequest.objects.decidable_by(user).count()
