"""Proof that nobody changed the log: every chain, every head, every checkpoint, every old text."""

import hmac
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.db import connection, transaction
from django.db.models import Exists, OuterRef, TextField
from django.db.models.functions import Cast

from events import triggers
from events.canonical import GENESIS, event_hash, instant_text
from events.checkpoints import CHUNK, digest_of, hashed_rows, signature_of
from events.log import text_digest
from events.models import Event, EventCheckpoint, EventHead, TextRevision

COLUMNS = (
    "subject_type",
    "subject_id",
    "seq",
    "pk",
    "type",
    "actor_id",
    "at_text",
    "data_text",
    "previous_hash",
    "hash",
)
ENDS_AT_ONCE = 500


@dataclass
class Tally:
    """What was looked at."""

    events: int = 0
    subjects: int = 0
    checkpoints: int = 0
    texts: int = 0
    last: EventCheckpoint | None = None


@dataclass(frozen=True)
class ChainEnd:
    subject_type: str
    subject_id: int
    seq: int
    hash: str
    event_id: int


@contextmanager
def snapshot() -> Iterator[None]:
    """Let all reads inside see one state, without keeping any writer waiting."""
    if connection.in_atomic_block:
        yield
    elif connection.vendor == "postgresql":
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield
    else:
        # `atomic` would begin IMMEDIATE and so take the one write lock.
        with connection.cursor() as cursor:
            cursor.execute("BEGIN DEFERRED")
            try:
                yield
            finally:
                cursor.execute("ROLLBACK")


def problems(tally: Tally) -> Iterator[str]:
    """Yield a sentence for the first bad row of each chain, and for everything else that is wrong."""
    for name in triggers.missing(connection.alias):
        yield f"The trigger {name} is missing or was altered."
    yield from broken_chains(tally)
    yield from broken_checkpoints(tally)
    yield from altered_texts(tally)


def broken_chains(tally: Tally) -> Iterator[str]:
    ends: list[ChainEnd] = []
    subject: tuple[str, int] | None = None
    end: ChainEnd | None = None
    is_broken = False
    read_instant = _read_instant()
    for row in _rows():
        tally.events += 1
        subject_type, subject_id, seq, event_id = row[:4]
        if (subject_type, subject_id) != subject:
            tally.subjects += 1
            if end is not None and not is_broken:
                ends.append(end)
            if len(ends) >= ENDS_AT_ONCE:
                yield from wrong_heads(ends)
                ends = []
            subject, end, is_broken = (subject_type, subject_id), None, False
        if is_broken:
            continue
        if why := _what_is_wrong(row, end, read_instant):
            is_broken = True
            yield f"Event {event_id} ({subject_type}:{subject_id}, number {seq}): {why}"
        end = ChainEnd(subject_type, subject_id, seq, row[9], event_id)
    if end is not None and not is_broken:
        ends.append(end)
    yield from wrong_heads(ends)
    yield from heads_without_events()


def _rows() -> Iterator[Any]:
    """Every event as a tuple of COLUMNS, chain by chain, read in pieces."""
    in_order = Event.objects.order_by("subject_type", "subject_id", "seq")
    if connection.vendor == "postgresql":
        columns = tuple("at" if name == "at_text" else name for name in COLUMNS)
        return in_order.values_list(*columns).iterator(chunk_size=CHUNK)
    # SQLite stores an instant as text, in which any byte may have been changed: compare the text itself.
    return in_order.annotate(at_text=Cast("at", TextField())).values_list(*COLUMNS).iterator(chunk_size=CHUNK)


def _read_instant() -> Callable[[Any], str]:
    return instant_text if connection.vendor == "postgresql" else _instant_in_sqlite


def _instant_in_sqlite(text: Any) -> str:
    """Turn what SQLite holds ("2026-03-01 08:00:00.5…" in UTC) into the hashed form, without forgiving anything."""
    date, _space, time = str(text).partition(" ")
    if time.endswith(".000000"):
        raise ValueError(text)
    return f"{date}T{time}+00:00" if "." in time else f"{date}T{time}.000000+00:00"


def _what_is_wrong(row: Any, before: ChainEnd | None, read_instant: Callable[[Any], str]) -> str:
    subject_type, subject_id, seq, event_id, name, actor_id, at, data, previous_hash, stored = row
    expected = 1 if before is None else before.seq + 1
    if seq != expected:
        return f"number {expected} was expected here; events were deleted, inserted or renumbered."
    if previous_hash != (GENESIS if before is None else before.hash):
        return "it does not continue the event before it; one of the two was altered or replaced."
    try:
        computed = event_hash(
            f"{subject_type}:{subject_id}", seq, name, actor_id, read_instant(at), data, previous_hash
        )
    except (TypeError, ValueError, AttributeError):
        computed = ""
    if computed != stored:
        return "its content does not match its hash; it was altered."
    if before is not None and event_id <= before.event_id:
        return "its id is not above that of the event before it; it was renumbered."
    return ""


def wrong_heads(ends: list[ChainEnd]) -> Iterator[str]:
    """Compare the ends of chains with their heads: a missing end shows here."""
    heads: dict[tuple[str, int], EventHead] = {}
    for subject_type in {end.subject_type for end in ends}:
        ids = [end.subject_id for end in ends if end.subject_type == subject_type]
        for head in EventHead.objects.filter(subject_type=subject_type, subject_id__in=ids):
            heads[subject_type, head.subject_id] = head
    for end in ends:
        last = heads.get((end.subject_type, end.subject_id))
        where = f"Event {end.event_id} ({end.subject_type}:{end.subject_id}, number {end.seq})"
        if last is None:
            yield f"{where}: its subject has no head; the event was inserted, or the head deleted."
        elif (last.seq, last.hash, last.last_event_id) != (end.seq, end.hash, end.event_id):
            yield f"{where}: number {last.seq} was the last of its subject; the end was cut off or replaced."


def heads_without_events() -> Iterator[str]:
    events = Event.objects.filter(subject_type=OuterRef("subject_type"), subject_id=OuterRef("subject_id"))
    for head in EventHead.objects.filter(~Exists(events)).order_by("pk").iterator():
        yield f"Subject {head}: its {head.seq} events were deleted."


def broken_checkpoints(tally: Tally) -> Iterator[str]:
    before = EventCheckpoint(number=0, last_event_id=0, event_count=0, digest="", signature="")
    checkpoints = EventCheckpoint.objects.order_by("number").iterator(chunk_size=CHUNK)
    while True:
        try:
            if not (found := list(islice(checkpoints, 1))):
                return
        except (TypeError, ValueError):
            yield f"Checkpoint {before.number + 1} cannot be read; it was altered."
            return
        checkpoint = found[0]
        tally.checkpoints += 1
        tally.last = checkpoint
        if why := _what_is_wrong_with(checkpoint, before):
            yield f"Checkpoint {checkpoint.number}: {why}"
            return
        before = checkpoint


def _what_is_wrong_with(checkpoint: EventCheckpoint, before: EventCheckpoint) -> str:
    if checkpoint.number != before.number + 1:
        return f"number {before.number + 1} is missing."
    try:
        is_signed = hmac.compare_digest(signature_of(checkpoint).encode(), checkpoint.signature.encode())
    except (TypeError, ValueError, AttributeError):
        is_signed = False
    if not is_signed:
        return "its signature is not ours; it was altered, or the signing key is another one."
    if checkpoint.previous_signature != before.signature:
        return "it does not continue the checkpoint before it."
    since, until = before.last_event_id, checkpoint.last_event_id
    digest, count = digest_of(before.digest, hashed_rows(since, until))
    signed = checkpoint.event_count - before.event_count
    if count != signed:
        return f"it signed {signed} events with ids from {since + 1} to {until}, but {count} are there."
    if digest != checkpoint.digest:
        return f"the events with ids from {since + 1} to {until} are not those it signed."
    return ""


def altered_texts(tally: Tally) -> Iterator[str]:
    """Compare the kept old texts with the digests in their events. An erased one has nothing to compare."""
    kept = TextRevision.objects.filter(erased_at=None).select_related("event").order_by("pk")
    for revision in kept.iterator(chunk_size=CHUNK):
        tally.texts += 1
        try:
            digest = revision.event.data["texts"][revision.field]
        except (ValueError, KeyError, TypeError):
            digest = ""
        if digest != text_digest(revision.salt, revision.text):
            yield f"Old text {revision.pk} ({revision}): it is not the one that event {revision.event_id} tells of."


def unexpected(checkpoint: EventCheckpoint | None, number: int, signature: str) -> str:
    """Compare with a checkpoint that was written down elsewhere; empty when it is still there."""
    if EventCheckpoint.objects.filter(number=number, signature=signature).exists():
        return ""
    last = checkpoint.number if checkpoint else 0
    return (
        f"Checkpoint {number} with the expected signature is not there (the last one is {last}); the end was cut off."
    )
