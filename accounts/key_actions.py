"""Every write on API keys."""

from collections.abc import Collection
from datetime import datetime, timedelta

from django.utils.translation import gettext_lazy as _

from accounts import events
from accounts.actions import require_house
from accounts.api_keys import SHOWN, hash_of, new_secret
from accounts.key_scopes import narrowed, scopes_of
from accounts.models import ApiKey, User
from accounts.service_accounts import NOT_CONFIRMED, is_confirmed
from core.actions import action
from core.errors import Blocked, Blocker, PermissionDenied
from events.log import record_event

MOST_DAYS = 730


@action
def create_api_key(
    user_id: int, *, name: str, scopes: Collection[str] = (), days: int = 365, now: datetime, by: User | None
) -> tuple[ApiKey, str]:
    """Make a key that acts as the user, and return it with its secret, which is kept nowhere.

    A person makes keys for themselves, an administrator for service accounts; `by` is None at the command line.
    No scopes: all that the user may. Raises Blocked for a wrong span, a scope that the user's roles never use,
    and an account that is closed or waits for a manager.
    """
    user = User.objects.select_for_update().get(pk=user_id)
    _check_maker(user, by)
    blockers = []
    if not user.is_active:
        blockers.append(Blocker("user_closed", _("This account is closed."), "user"))
    elif not is_confirmed(user):
        blockers.append(NOT_CONFIRMED)
    if not 1 <= days <= MOST_DAYS:
        text = _("A key lasts from 1 to %(most)s days.") % {"most": MOST_DAYS}
        blockers.append(Blocker("days_out_of_range", text, "days"))
    if set(scopes) - set(ApiKey.Scope.values):
        blockers.append(Blocker("unknown_scope", _("Scopes are read, write, sales and admin."), "scopes"))
    elif useless := set(scopes) - set(scopes_of(user.role_set)):
        text = _("The roles of this account never use the scope %(scopes)s.") % {"scopes": ", ".join(sorted(useless))}
        blockers.append(Blocker("scope_useless", text, "scopes"))
    if not name.strip():
        blockers.append(Blocker("name_missing", _("Say what the key is for."), "name"))
    if blockers:
        raise Blocked(blockers)
    secret = new_secret()
    key = ApiKey.objects.create(
        user=user,
        name=name.strip(),
        prefix=secret[:SHOWN],
        hash=hash_of(secret),
        scopes=narrowed(scopes, user.role_set),
        created_at=now,
        expires_at=now + timedelta(days=days),
    )
    record_event(
        events.KEY_CREATED, user, by=by, key_id=key.pk, scopes=key.scopes, expires_at=key.expires_at.isoformat()
    )
    return key, secret


def _check_maker(user: User, by: User | None) -> None:
    if by is None or by.pk == user.pk:
        return
    if not user.is_service_account:
        raise PermissionDenied("not_yours", _("People make keys for themselves."))
    require_house(by)


@action
def revoke_api_key(key_id: int, *, now: datetime, by: User | None) -> ApiKey:
    """End a key at once: one's own, or anybody's by an administrator. Ended twice is ended once."""
    key = ApiKey.objects.select_for_update(of=("self",)).select_related("user").get(pk=key_id)
    if by is not None and by.pk != key.user_id and not by.has_perm("accounts.manage_house"):
        raise PermissionDenied("not_yours", _("This is somebody else’s key."))
    if key.revoked_at is None:
        key.revoked_at = now
        key.save(update_fields=["revoked_at"])
        record_event(events.KEY_REVOKED, key.user, by=by, key_id=key.pk)
    return key
