"""Writing the log. Every change of the business ends here. Source: DESIGN.md, One way for a change to happen."""

import hashlib
import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.db.models import Model

from core import clock
from events.canonical import GENESIS, canonical, event_hash, instant_text
from events.models import Event, EventHead, TextRevision
from events.querysets import EventQuerySet
from events.registry import announced
from events.subscribe import tell_subscribers


def record_event(
    type: str,  # noqa: A002
    subject: Model,
    /,
    *,
    by: AbstractBaseUser | None,
    at: datetime | None = None,
    **data: Any,
) -> Event:
    """Append one event to the subject's chain and run the subscribers, all in the caller's transaction.

    `by` is None for the system; `at` defaults to now. `data` holds references and values, never
    a person's words. Raises RuntimeError outside a transaction and LookupError for a type nobody announced.
    """
    _check(type)
    write_waiting()
    head = _locked_head(subject)
    event = _event(type, subject, head.seq + 1, head.hash, by, at or clock.now(), data)
    event.save(force_insert=True)
    head.seq, head.hash, head.last_event_id = event.seq, event.hash, event.pk
    head.save(update_fields=["seq", "hash", "last_event_id"])
    tell_subscribers(event, subject)
    return event


def record_first_event(
    type: str,  # noqa: A002
    subject: Model,
    /,
    *,
    by: AbstractBaseUser | None,
    at: datetime | None = None,
    **data: Any,
) -> Event:
    """As `record_event`, of a subject that this transaction has made: there is no chain to look for.

    Within `written_together` it waits, and has no id before it is written.
    """
    _check(type)
    event = _event(type, subject, 1, GENESIS, by, at or clock.now(), data)
    if (waiting := _waiting.get()) is None:
        write_first_events([(event, subject)])
    else:
        waiting.append((event, subject))
    return event


def record_first_events(
    type: str,  # noqa: A002
    items: Sequence[tuple[Model, Mapping[str, Any]]],
    /,
    *,
    by: AbstractBaseUser | None,
    at: datetime | None = None,
) -> list[Event]:
    """Write the first event of many subjects at once, for imports. Subscribers are not called.

    Raises IntegrityError when one of the subjects has events already.
    """
    _check(type)
    write_waiting()
    now = at or clock.now()
    events = [_event(type, subject, 1, GENESIS, by, now, data) for subject, data in items]
    _write_first(events)
    return events


def _write_first(events: Sequence[Event]) -> None:
    Event.objects.bulk_create(events)
    EventHead.objects.bulk_create(head_after(event) for event in events)


def head_after(event: Event) -> EventHead:
    """The head of a chain that ends with this event."""
    return EventHead(
        subject_type=event.subject_type,
        subject_id=event.subject_id,
        seq=event.seq,
        hash=event.hash,
        last_event_id=event.pk,
    )


# First events that are recorded, and not written yet.
Waiting = list[tuple[Event, Model]]
_waiting: ContextVar[Waiting | None] = ContextVar("first_events_waiting", default=None)


@contextmanager
def written_together() -> Iterator[None]:
    """Inside, first events wait for those that follow, and are written with them: two statements for all.

    Each is written before whatever is recorded after it, and in the transaction of the block in any case.
    """
    token = _waiting.set([])
    try:
        yield
        write_waiting()
    finally:
        _waiting.reset(token)


def take_waiting() -> Waiting:
    """The first events that wait, for whoever writes them now and tells their subscribers."""
    waiting = _waiting.get() or []
    taken = waiting[:]
    waiting.clear()
    return taken


def write_waiting() -> None:
    """Write what waits, before anything that is recorded after it."""
    if waiting := take_waiting():
        write_first_events(waiting)


def write_first_events(recorded: Waiting) -> None:
    _write_first([event for event, _ in recorded])
    for event, subject in recorded:
        tell_subscribers(event, subject)


def record_text_change(
    type: str,  # noqa: A002
    subject: Model,
    old_texts: Mapping[str, str],
    /,
    *,
    by: AbstractBaseUser | None,
    at: datetime | None = None,
    **data: Any,
) -> Event:
    """Record that personal fields changed: the event gets their names and salted digests, TextRevision the old texts.

    `old_texts` maps field names to what stood there before. The digests are `data["texts"]`.
    """
    salts = {field: secrets.token_hex(16) for field in old_texts}
    digests = {field: text_digest(salts[field], text) for field, text in old_texts.items()}
    event = record_event(type, subject, by=by, at=at, texts=digests, **data)
    TextRevision.objects.bulk_create(
        TextRevision(
            subject_type=event.subject_type,
            subject_id=event.subject_id,
            field=field,
            text=text,
            salt=salts[field],
            event=event,
        )
        for field, text in old_texts.items()
    )
    return event


def text_digest(salt: str, text: str) -> str:
    return hashlib.sha256(f"{salt}{text}".encode()).hexdigest()


def timeline(subject: Model) -> EventQuerySet:
    """Everything that happened to a subject, newest first."""
    return Event.objects.of(subject).select_related("actor").order_by("-seq")


def _check(name: str) -> None:
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("An event is recorded in the transaction of the change it tells of.")
    if name not in announced():
        raise LookupError(f"Nobody announces the event {name}.")


def _locked_head(subject: Model) -> EventHead:
    if subject.pk is None:
        raise ValueError("An event's subject must be saved first.")
    key = {"subject_type": subject._meta.model_name, "subject_id": subject.pk}
    locked = EventHead.objects.select_for_update()
    head = locked.filter(**key).first()
    if head is None:
        # Two first events at once: the second insert waits for the first one's commit, then finds its row.
        EventHead.objects.bulk_create([EventHead(**key)], ignore_conflicts=True)
        head = locked.get(**key)
    return head


def _event(
    name: str,
    subject: Model,
    seq: int,
    previous_hash: str,
    by: AbstractBaseUser | None,
    at: datetime,
    data: Mapping[str, Any],
) -> Event:
    event = Event(
        subject_type=str(subject._meta.model_name),
        subject_id=subject.pk,
        seq=seq,
        type=name,
        actor_id=None if by is None else by.pk,
        at=at,
        data_text=canonical(data),
        previous_hash=previous_hash,
    )
    if by is not None:
        event.actor = by  # type: ignore[assignment]
    event.hash = event_hash(event.subject, seq, name, event.actor_id, instant_text(at), event.data_text, previous_hash)
    return event
