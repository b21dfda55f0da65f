"""What this app announces."""

from django.utils.translation import gettext_lazy as _

from events.registry import announce

CALENDAR_CHANGED = announce("calendar.changed", _("{actor} changed the calendar"), icon="calendar")
DEPARTMENT_CREATED = announce("department.created", _("{actor} created the department"), icon="building-store")
DEPARTMENT_CHANGED = announce("department.changed", _("{actor} changed the department"), icon="building-store")
DEPARTMENT_CLOSED = announce("department.closed", _("{actor} closed the department"), icon="building-store")
USER_CREATED = announce("user.created", _("{actor} created the user"), icon="user-plus")
USER_CHANGED = announce("user.changed", _("{actor} changed the user"), icon="user")
ROLE_GRANTED = announce("user.role_granted", _("{actor} gave the role {role}"), icon="user-check")
ROLE_REVOKED = announce("user.role_revoked", _("{actor} took the role {role} away"), icon="user-minus")
AUTHORITY_DELEGATED = announce("user.authority_delegated", _("{actor} recorded an absence"), icon="user-share")
DELEGATION_ENDED = announce("user.delegation_ended", _("{actor} ended an absence"), icon="user-check")
