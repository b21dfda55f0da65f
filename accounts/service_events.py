"""What is told of service accounts, in timelines and behind the bell."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.roles import names_of
from events.notices import register_notice
from events.registry import announce


def _asked(values: Mapping[str, Any]) -> str:
    return _("{actor} asked for these roles: {roles}").format(actor=values["actor"], roles=_roles(values))


def _confirmed(values: Mapping[str, Any]) -> str:
    return _("{actor} confirmed these roles: {roles}").format(actor=values["actor"], roles=_roles(values))


def _refused(values: Mapping[str, Any]) -> str:
    return _("{actor} refused these roles: {roles}").format(actor=values["actor"], roles=_roles(values))


def _roles(values: Mapping[str, Any]) -> str:
    return names_of(values["roles"])


CREATED = announce(
    "user.service_account_created", gettext_lazy("{actor} created the service account"), icon="user-plus"
)
CHANGED = announce("user.service_account_changed", gettext_lazy("{actor} changed the service account"), icon="pencil")
STOPPED = announce("user.service_account_stopped", gettext_lazy("{actor} switched the service account off"), icon="ban")
STARTED = announce(
    "user.service_account_started", gettext_lazy("{actor} switched the service account on again"), icon="player-play"
)
ASKED = announce("user.rights_asked", _asked, icon="hourglass")
CONFIRMED = announce("user.rights_confirmed", _confirmed, icon="user-check")
REFUSED = announce("user.rights_refused", _refused, icon="user-off")

WAITS = register_notice(
    "service_account.rights_asked",
    gettext_lazy("The service account {account} waits for you to confirm its roles"),
    icon="hourglass",
)
TOLD_CONFIRMED = register_notice(
    "service_account.rights_confirmed", gettext_lazy("{by} confirmed the roles of {account}"), icon="user-check"
)
TOLD_REFUSED = register_notice(
    "service_account.rights_refused", gettext_lazy("{by} refused the roles of {account}"), icon="user-off"
)
