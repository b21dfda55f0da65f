"""Where people are signed in: allauth's list of it, kept true, and ended by those whose sessions they are.

A session is a row of Django's; without it the next request is nobody's. The list beside it says which browser it is.
"""

import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.signals import password_changed, password_reset, password_set, user_logged_in
from allauth.usersessions.models import UserSession
from django.contrib.auth import HASH_SESSION_KEY
from django.contrib.auth.signals import user_logged_out
from django.contrib.sessions.models import Session
from django.db.models import QuerySet
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext_lazy as _

from accounts.browsers import browser_words, is_handheld
from accounts.models import User
from core.actions import action
from core.errors import Sentence
from core.housekeeping import hourly
from events.log import record_event
from events.registry import announce

PASSWORD_CHANGED = announce("user.password_changed", _("{actor} changed the password"), icon="lock")
SESSION_ENDED = announce("user.session_ended", _("{actor} ended a sign-in elsewhere"), icon="logout")
SESSIONS_ENDED = announce("user.sessions_ended", _("{actor} ended {count} sign-ins elsewhere"), icon="logout")


LONGEST_PROGRAM = UserSession._meta.get_field("user_agent").max_length


@dataclass(frozen=True)
class OpenSession:
    """One place where somebody is signed in, in words."""

    pk: int
    words: Sentence
    icon: str
    address: str
    began_at: datetime
    seen_at: datetime
    is_this: bool


def open_sessions(user: User, *, this: str, untouched_since: datetime) -> list[OpenSession]:
    """Those whose next request would be the user's: this one first, then as they were last touched."""
    rows = UserSession.objects.filter(user=user, last_seen_at__gte=untouched_since).order_by("-last_seen_at")
    listed = list(rows)
    alive = _alive(user, [row.session_key for row in listed])
    found = [_told(row, this=this) for row in listed if row.session_key in alive]
    return sorted(found, key=lambda each: not each.is_this)


def _alive(user: User, keys: Iterable[str]) -> set[str]:
    """A password that was changed elsewhere leaves the rows of the old one behind, which open nothing."""
    now = user.get_session_auth_hash()
    stored = Session.objects.filter(session_key__in=keys, expire_date__gt=datetime.now(UTC))
    return {
        row.session_key for row in stored if constant_time_compare(row.get_decoded().get(HASH_SESSION_KEY, ""), now)
    }


def _told(row: UserSession, *, this: str) -> OpenSession:
    return OpenSession(
        pk=row.pk,
        words=browser_words(row.user_agent),
        icon="device-mobile" if is_handheld(row.user_agent) else "device-desktop",
        address=row.ip,
        began_at=row.created_at,
        seen_at=row.last_seen_at,
        is_this=row.session_key == this,
    )


def note_touch(request: HttpRequest, at: float) -> None:
    """Remember that somebody touched a page of this session, from where and with what."""
    key, seen_at = request.session.session_key, datetime.fromtimestamp(at, UTC)
    address = get_adapter().get_client_ip(request)
    if UserSession.objects.filter(session_key=key).update(last_seen_at=seen_at, ip=address):
        return
    program = request.headers.get("User-Agent", "")[:LONGEST_PROGRAM]
    row = UserSession(
        session_key=key, user=request.user, ip=address, user_agent=program, created_at=seen_at, last_seen_at=seen_at
    )
    # Two first requests may come at the same moment.
    UserSession.objects.bulk_create([row], ignore_conflicts=True)


def close_sessions(user: User, *, keep: str = "") -> int:
    """Sign somebody out everywhere, or everywhere but in the session with the key `keep`. Returns how many ended."""
    rows = UserSession.objects.filter(user=user).exclude(session_key=keep)
    return _close(rows)


def _close(rows: QuerySet[UserSession]) -> int:
    keys = list(rows.values_list("session_key", flat=True))
    ended: int = Session.objects.filter(session_key__in=keys).delete()[0]
    rows.filter(session_key__in=keys).delete()
    return ended


@action
def end_session(session_id: int, *, by: User) -> None:
    """Sign oneself out somewhere else. Raises UserSession.DoesNotExist for somebody else's session."""
    row = UserSession.objects.select_for_update().get(pk=session_id, user=by)
    _close(UserSession.objects.filter(pk=row.pk))
    record_event(SESSION_ENDED, by, by=by)


@action
def end_other_sessions(*, keep: str, by: User) -> int:
    """Sign oneself out everywhere but in the session with the key `keep`. Returns how many were ended."""
    ended = close_sessions(by, keep=keep)
    if ended:
        record_event(SESSIONS_ENDED, by, by=by, count=ended)
    return ended


@action
def _password_changed(user: User, keep: str) -> None:
    close_sessions(user, keep=keep)
    record_event(PASSWORD_CHANGED, user, by=user)


@receiver([password_changed, password_set])
def own_password_changed(request: HttpRequest, user: User, **_signal: Any) -> None:
    # The session goes on under a new key.
    note_touch(request, time.time())
    _password_changed(user, request.session.session_key or "")


@receiver(password_reset)
def own_password_reset(user: User, **_signal: Any) -> None:
    # Whoever has it from a mail is not signed in by it.
    _password_changed(user, "")


@receiver(user_logged_in)
def signed_in(request: HttpRequest, **_signal: Any) -> None:
    # At once: who signs in and then waits is signed out from elsewhere too.
    note_touch(request, time.time())


@receiver(user_logged_out)
def signed_out(request: HttpRequest, **_signal: Any) -> None:
    UserSession.objects.filter(session_key=request.session.session_key).delete()


@hourly
def forget_ended_sessions() -> None:
    """Addresses and browsers are kept no longer than the sign-in they belong to."""
    UserSession.objects.exclude(session_key__in=Session.objects.values("session_key")).delete()
