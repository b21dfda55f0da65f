"""Named questions about people and departments."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.contrib.auth.models import UserManager
from django.db import models

if TYPE_CHECKING:
    # ruff reads no strings in brackets
    from accounts.models import (  # noqa: F401
        ApiKey,
        Delegation,
        Department,
        RightsRequest,
        RoleGrant,
        ServiceAccount,
        User,
    )


class DepartmentQuerySet(models.QuerySet["Department"]):
    def below(self, department: "Department") -> "DepartmentQuerySet":
        """This department and all under it, by the prefix of its path."""
        return self.filter(path__startswith=department.path)

    def active(self) -> "DepartmentQuerySet":
        return self.filter(is_active=True)


class UserQuerySet(models.QuerySet["User"]):
    def active(self) -> "UserQuerySet":
        return self.filter(is_active=True)

    def people(self) -> "UserQuerySet":
        """No programs: whoever is chosen, asked or told is a person."""
        return self.filter(is_service_account=False)

    def with_role(self, *roles: str) -> "UserQuerySet":
        return self.filter(role_grants__role__in=roles).distinct()


class HouseUserManager(UserManager["User"]):
    """Users by name; nobody is ever created as a superuser."""

    def get_queryset(self) -> UserQuerySet:
        return UserQuerySet(self.model, using=self._db)

    def active(self) -> UserQuerySet:
        return self.get_queryset().active()

    def people(self) -> UserQuerySet:
        return self.get_queryset().people()

    def with_role(self, *roles: str) -> UserQuerySet:
        return self.get_queryset().with_role(*roles)


class RoleGrantQuerySet(models.QuerySet["RoleGrant"]):
    def of_people(self) -> "RoleGrantQuerySet":
        """Of those who work here now, programs left out."""
        return self.filter(user__is_active=True, user__is_service_account=False)


class DelegationQuerySet(models.QuerySet["Delegation"]):
    def running(self, now: datetime) -> "DelegationQuerySet":
        return self.filter(starts_at__lte=now, ends_at__gt=now)


class ApiKeyQuerySet(models.QuerySet["ApiKey"]):
    def valid(self, now: datetime) -> "ApiKeyQuerySet":
        """Neither revoked nor expired, and of somebody who still works here."""
        return self.filter(revoked_at=None, expires_at__gt=now, user__is_active=True)


class ServiceAccountQuerySet(models.QuerySet["ServiceAccount"]):
    def visible_to(self, user: "User") -> "ServiceAccountQuerySet":
        """All of them for who runs the house, decides on them or looks it over; nobody else is asked about them."""
        return self if user.has_perm("accounts.view_service_accounts") else self.none()


class RightsRequestQuerySet(models.QuerySet["RightsRequest"]):
    def waiting(self) -> "RightsRequestQuerySet":
        return self.filter(state="waiting", account__user__is_active=True)

    def decidable_by(self, user: "User") -> "RightsRequestQuerySet":
        """What waits for this manager's word: of their part of the tree, and never what they asked for themselves."""
        department = user.department
        if department is None or not user.has_perm("accounts.confirm_rights"):
            return self.none()
        reach = models.Q(department__path__startswith=department.path)
        if not department.is_head_office:
            reach &= models.Q(is_house_wide=False)
        # Not `exclude`, which would leave out what nobody in particular asked for.
        others = models.Q(asked_by=None) | ~models.Q(asked_by=user)
        return self.waiting().filter(reach & others)
