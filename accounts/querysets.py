"""Named questions about people and departments."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.contrib.auth.models import UserManager
from django.db import models

if TYPE_CHECKING:
    # ruff reads no strings in brackets
    from accounts.models import ApiKey, Delegation, Department, User  # noqa: F401


class DepartmentQuerySet(models.QuerySet["Department"]):
    def below(self, department: "Department") -> "DepartmentQuerySet":
        """This department and all under it, by the prefix of its path."""
        return self.filter(path__startswith=department.path)

    def active(self) -> "DepartmentQuerySet":
        return self.filter(is_active=True)


class UserQuerySet(models.QuerySet["User"]):
    def active(self) -> "UserQuerySet":
        return self.filter(is_active=True)

    def with_role(self, *roles: str) -> "UserQuerySet":
        return self.filter(role_grants__role__in=roles).distinct()


class HouseUserManager(UserManager["User"]):
    """Users by name; nobody is ever created as a superuser."""

    def get_queryset(self) -> UserQuerySet:
        return UserQuerySet(self.model, using=self._db)

    def active(self) -> UserQuerySet:
        return self.get_queryset().active()

    def with_role(self, *roles: str) -> UserQuerySet:
        return self.get_queryset().with_role(*roles)


class DelegationQuerySet(models.QuerySet["Delegation"]):
    def running(self, now: datetime) -> "DelegationQuerySet":
        return self.filter(starts_at__lte=now, ends_at__gt=now)


class ApiKeyQuerySet(models.QuerySet["ApiKey"]):
    def valid(self, now: datetime) -> "ApiKeyQuerySet":
        """Neither revoked nor expired, and of somebody who still works here."""
        return self.filter(revoked_at=None, expires_at__gt=now, user__is_active=True)
