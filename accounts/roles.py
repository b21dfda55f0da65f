"""Roles and what each may do. Source: DOMAIN.md 2.

An app adds its own rows with `allow` from its `permissions.py`, so this file knows no upper app.
"""

from collections.abc import Collection

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.errors import PermissionDenied
from core.formats import listed_text


class Role(models.TextChoices):
    FRONT_DESK = "front_desk", _("Front desk")
    HANDLER = "handler", _("Handler")
    SALES_CONSULTANT = "sales_consultant", _("Sales consultant")
    SALES_MANAGER = "sales_manager", _("Sales manager")
    SERVICE_ADVISOR = "service_advisor", _("Service advisor")
    SUPERVISOR = "supervisor", _("Supervisor")
    MANAGER = "manager", _("Manager")
    AUDITOR = "auditor", _("Auditor")
    ADMINISTRATOR = "administrator", _("Administrator")
    DEPARTMENT_STAFF = "department_staff", _("Department staff")


def names_of(roles: Collection[str]) -> str:
    """Roles in words, in the house's order."""
    return listed_text(role.label for role in Role if role.value in roles)


# Who works with customers and their complaints.
CASE_ROLES = (
    Role.FRONT_DESK,
    Role.HANDLER,
    Role.SALES_CONSULTANT,
    Role.SALES_MANAGER,
    Role.SERVICE_ADVISOR,
    Role.SUPERVISOR,
    Role.MANAGER,
)
LEADERS = (Role.SUPERVISOR, Role.MANAGER)
# These reach the whole house, whatever the department.
HOUSE_WIDE = (Role.AUDITOR, Role.ADMINISTRATOR)

_allowed: dict[str, frozenset[str]] = {}


def allow(permission: str, *roles: Role) -> None:
    """Give a permission ("complaints.lodge_complaint") to roles."""
    _allowed[permission] = _allowed.get(permission, frozenset()) | {role.value for role in roles}


def roles_with(permission: str) -> frozenset[str]:
    return _allowed.get(permission, frozenset())


def refused(permission: str) -> PermissionDenied:
    """A refusal that says whose it is, so that one knows whom to ask."""
    roles = names_of(roles_with(permission))
    return PermissionDenied(message=_("Only these roles do this: %(roles)s. Ask one of them.") % {"roles": roles})


def permissions() -> dict[str, frozenset[str]]:
    """The whole table, for the rights test."""
    return dict(_allowed)


allow("accounts.manage_house", Role.ADMINISTRATOR)
allow("accounts.read_house_log", Role.MANAGER, Role.AUDITOR, Role.ADMINISTRATOR)
allow("accounts.view_service_accounts", Role.MANAGER, Role.AUDITOR, Role.ADMINISTRATOR)
allow("accounts.confirm_rights", Role.MANAGER)
allow("accounts.delegate_own", *CASE_ROLES)
allow("policies.change_policies", Role.MANAGER)
allow("policies.view_policies", Role.MANAGER, Role.AUDITOR, Role.ADMINISTRATOR)
