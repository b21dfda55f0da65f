"""Keys of programs. A key is its user: whoever presents it may what the user may, within the key's scopes."""

import hashlib
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any, cast

import structlog
from django.db import DatabaseError, connection, transaction
from django.db.models import Q, QuerySet

from accounts.models import ApiKey
from accounts.standing import stand, with_standing
from core.prepared import prepared

logger = structlog.get_logger(__name__)

# So that a key that leaked is recognised by scanners and by people.
MARK = "ck_"
SHOWN = len(MARK) + 8
LONGEST = 100
USED_EVERY = timedelta(hours=1)
PATIENCE_SECONDS = 0.05


def new_secret() -> str:
    """256 random bits: nobody guesses it, so one plain hash is enough to keep."""
    return f"{MARK}{secrets.token_urlsafe(32)}"


def hash_of(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def find_key(secret: str, *, now: datetime) -> ApiKey | None:
    """The key that is valid at `now`, with its user and what each request needs of them: one statement."""
    if not secret.startswith(MARK) or len(secret) > LONGEST or not secret.isascii():
        return None
    key = next(iter(_valid_key(hash_of(secret), now)), None)
    if key is not None:
        stand(key.user, key)
    return key


@prepared
def _valid_key(hash: str, now: datetime) -> QuerySet[ApiKey]:  # noqa: A002
    return with_standing(ApiKey.objects.valid(now).filter(hash=hash), "user__")[:1]


def mark_used(key: ApiKey, *, now: datetime) -> None:
    """Remember that the key is in use, at most once an hour; who cannot write now does not wait."""
    if key.last_used_at is not None and now - key.last_used_at < USED_EVERY:
        return
    try:
        with _impatient(), transaction.atomic():
            unmarked = Q(last_used_at=None) | Q(last_used_at__lte=now - USED_EVERY)
            ApiKey.objects.filter(unmarked, pk=key.pk).update(last_used_at=now)
    except DatabaseError as error:
        logger.info("key_not_marked", error=type(error).__name__)


@contextmanager
def _impatient() -> Iterator[None]:
    """On SQLite all writers wait for one lock, and a reader must not wait for it on our account."""
    if connection.vendor != "sqlite":
        yield
        return
    with cast(Any, connection).patience(PATIENCE_SECONDS):
        yield
