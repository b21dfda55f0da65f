"""What happens to second factors: set up, taken off, reset by an administrator; each is an event.

Setting up is allauth's, which tells us once it has been saved.
"""

from typing import Any

from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added, authenticator_removed, authenticator_reset, authenticator_used
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.second_factor_secrets import encrypt_anew
from accounts.sessions import close_sessions
from core.actions import action
from core.errors import Blocked, Blocker, PermissionDenied
from events.log import record_event
from events.notices import notify, register_notice
from events.registry import announce

TOTP, CODES = Authenticator.Type.TOTP, Authenticator.Type.RECOVERY_CODES

SET_UP = announce("user.second_factor_set_up", _("{actor} set up a second factor"), icon="shield-lock")
TAKEN_OFF = announce("user.second_factor_taken_off", _("{actor} took the second factor off"), icon="shield-lock")
RESET = announce("user.second_factor_reset", _("{actor} reset the user’s second factor"), icon="shield-lock")
CODES_MADE = announce("user.recovery_codes_made", _("{actor} made new recovery codes"), icon="shield-lock")
CODE_USED = announce("user.recovery_code_used", _("{actor} used a recovery code"), icon="shield-lock")
TOLD = register_notice(
    "second_factor_reset",
    _("Your second factor was reset, and you were signed out everywhere. Set it up again."),
    icon="shield-lock",
)


@action
def reset_second_factor(user_id: int, *, by: User | None) -> User:
    """Take away the second factor and recovery codes of somebody who lost them, and end their sessions.

    `by` is None at the command line. Raises Blocked when there is nothing to take away, and PermissionDenied
    for one's own: whoever sits at an administrator's open page must not get past their second factor.
    """
    if by is not None and not by.has_perm("accounts.manage_house"):
        raise PermissionDenied("not_administrator", _("Only an administrator changes this."))
    if by is not None and by.pk == user_id:
        raise PermissionDenied("own_second_factor", _("Somebody else must reset your second factor."))
    user = User.objects.select_for_update().get(pk=user_id)
    taken, _by_model = Authenticator.objects.filter(user=user).delete()
    if not taken:
        raise Blocked([Blocker("no_second_factor", _("There is no second factor to reset."))])
    close_sessions(user)
    event = record_event(RESET, user, by=by)
    notify([user], TOLD, key=f"second_factor_reset:{event.pk}", url="/profile/", at=event.at)
    return user


@action
def _note(type_: str, user: User, keep: str | None) -> None:
    """Record what a user did to their own, and end their sessions elsewhere, which did not see it."""
    if keep is not None:
        close_sessions(user, keep=keep)
    record_event(type_, user, by=user)


@receiver(authenticator_added)
def second_factor_added(request: HttpRequest, user: User, authenticator: Authenticator, **_signal: Any) -> None:
    if authenticator.type == TOTP:
        # The code that was just shown is as good as one that would be asked for: the recovery codes come next.
        record_authentication(request, user, "mfa", id=authenticator.pk, type=TOTP.value, reauthenticated=True)
        _note(SET_UP, user, request.session.session_key or "")


@receiver(authenticator_removed)
def second_factor_removed(request: HttpRequest, user: User, authenticator: Authenticator, **_signal: Any) -> None:
    if authenticator.type == TOTP:
        _note(TAKEN_OFF, user, request.session.session_key or "")


@receiver(authenticator_reset)
def recovery_codes_made(user: User, **_signal: Any) -> None:
    _note(CODES_MADE, user, None)


@receiver(authenticator_used)
def second_factor_used(user: User, authenticator: Authenticator, **_signal: Any) -> None:
    encrypt_anew(user.pk)
    if authenticator.type == CODES:
        _note(CODE_USED, user, None)
