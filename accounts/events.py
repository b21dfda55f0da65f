"""What this app announces."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Model, QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import Calendar, Department, User
from accounts.roles import names_of
from events.readers import Rule, let_read
from events.registry import announce

CALENDAR_CHANGED = announce("calendar.changed", _("{actor} changed the calendar"), icon="calendar")
DEPARTMENT_CREATED = announce("department.created", _("{actor} created the department"), icon="building-store")
DEPARTMENT_CHANGED = announce("department.changed", _("{actor} changed the department"), icon="building-store")
DEPARTMENT_CLOSED = announce("department.closed", _("{actor} closed the department"), icon="building-store")
USER_CREATED = announce("user.created", _("{actor} created the user"), icon="user-plus")
USER_CHANGED = announce("user.changed", _("{actor} changed the user"), icon="user")


def _granted(values: Mapping[str, Any]) -> str:
    return gettext("{actor} gave the role {role}").format(actor=values["actor"], role=names_of([values["role"]]))


def _revoked(values: Mapping[str, Any]) -> str:
    return gettext("{actor} took the role {role} away").format(actor=values["actor"], role=names_of([values["role"]]))


ROLE_GRANTED = announce("user.role_granted", _granted, icon="user-check")
ROLE_REVOKED = announce("user.role_revoked", _revoked, icon="user-minus")
AUTHORITY_DELEGATED = announce("user.authority_delegated", _("{actor} recorded an absence"), icon="user-share")
DELEGATION_ENDED = announce("user.delegation_ended", _("{actor} ended an absence"), icon="user-check")


def _house(model: type[Model]) -> Rule:
    """What happens to the house is for those who run it or look it over."""

    def rows(user: User) -> QuerySet[Model]:
        every: QuerySet[Model] = model._default_manager.all()
        return every if user.has_perm("accounts.read_house_log") else every.none()

    return rows


def _people(user: User) -> QuerySet[User]:
    """Everybody reads what happened to themselves."""
    everybody = User.objects.all()
    return everybody if user.has_perm("accounts.read_house_log") else everybody.filter(pk=user.pk)


let_read("user", _people)
let_read("department", _house(Department))
let_read("calendar", _house(Calendar))
KEY_CREATED = announce("user.api_key_created", _("{actor} made an API key"), icon="shield-lock")
KEY_REVOKED = announce("user.api_key_revoked", _("{actor} revoked an API key"), icon="shield-lock")
