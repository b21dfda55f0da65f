"""Signed statements over the whole log, so that its end cannot be cut off unnoticed. docs/decisions/0006."""

import hashlib
import hmac
import logging
from collections.abc import Iterator

from django.conf import settings
from django.db import connection, transaction

from core import clock
from events.canonical import canonical, instant_text
from events.models import Event, EventCheckpoint

logger = logging.getLogger(__name__)

CHUNK = 5000
LOCK_MILLISECONDS = 2000


def take_checkpoint() -> EventCheckpoint | None:
    """Sign all events up to now; None when nothing happened since the last checkpoint.

    Raises OperationalError when writers do not let go within two seconds: the next hour tries again.
    """
    until = _settled_id()
    last = EventCheckpoint.objects.order_by("number").last()
    since = last.last_event_id if last else 0
    if until <= since:
        return None
    digest, count = digest_of(last.digest if last else "", hashed_rows(since, until))
    checkpoint = EventCheckpoint(
        number=last.number + 1 if last else 1,
        at=clock.now(),
        last_event_id=until,
        event_count=(last.event_count if last else 0) + count,
        digest=digest,
        previous_signature=last.signature if last else "",
    )
    checkpoint.signature = signature_of(checkpoint)
    # When two take one at once, the unique number lets one through.
    checkpoint.save(force_insert=True)
    # A copy outside the database, which whoever changes the database does not reach: `verify_events --expect`.
    logger.info(
        "Event checkpoint %s: %s events, signature %s", checkpoint.number, checkpoint.event_count, checkpoint.signature
    )
    return checkpoint


def _settled_id() -> int:
    """Return the highest id below which no event can still appear.

    PostgreSQL gives ids before commit, so a lower one may become visible later: the lock waits for the
    writers of this moment and is given back at once. On SQLite the only writer is this transaction.
    """
    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute(f"SET LOCAL lock_timeout = {LOCK_MILLISECONDS}")
                cursor.execute(f"LOCK TABLE {Event._meta.db_table} IN SHARE MODE")
        last = Event.objects.order_by("-pk").values_list("pk", flat=True).first()
    return last or 0


def hashed_rows(since: int, until: int) -> Iterator[tuple[int, str]]:
    """The ids and hashes of the events after one id up to another, by id."""
    rows = Event.objects.filter(pk__gt=since, pk__lte=until).order_by("pk").values_list("pk", "hash")
    return rows.iterator(chunk_size=CHUNK)


def digest_of(previous: str, rows: Iterator[tuple[int, str]]) -> tuple[str, int]:
    """Carry a digest on over these rows; returns it with their number."""
    digest, count = hashlib.sha256(previous.encode()), 0
    for event_id, event_hash in rows:
        digest.update(f"{event_id}:{event_hash}\n".encode())
        count += 1
    return digest.hexdigest(), count


def signature_of(checkpoint: EventCheckpoint) -> str:
    """Return the HMAC-SHA256 over every column but itself."""
    text = canonical(
        {
            "number": checkpoint.number,
            "at": instant_text(checkpoint.at),
            "last_event_id": checkpoint.last_event_id,
            "event_count": checkpoint.event_count,
            "digest": checkpoint.digest,
            "previous_signature": checkpoint.previous_signature,
        }
    )
    return hmac.new(settings.EVENTS_SIGNING_KEY.encode(), text.encode(), hashlib.sha256).hexdigest()
