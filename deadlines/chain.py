"""Writing events and notices of many subjects at once: what the log does one by one, in a handful of statements."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Model

from accounts.models import User
from deadlines.rows import overwrite
from events.canonical import canonical, event_hash, instant_text
from events.digest import mail_at_once, plan_digests
from events.log import head_after, take_waiting, write_waiting
from events.models import Event, EventHead, Notification
from events.notice_words import notice_kind
from events.notices import people_of
from events.registry import announced
from events.subscribe import tell_subscribers

Ref = tuple[str, int]


@dataclass(frozen=True)
class Entry:
    """One event to be written."""

    type: str
    subject: Model
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def ref(self) -> Ref:
        return str(self.subject._meta.model_name), self.subject.pk


def record_events(entries: Sequence[Entry], *, by: User | None, at: datetime) -> list[Event]:
    """Append the events to their subjects' chains in the order given, then run the subscribers.

    The same rules as `record_event`: in the caller's transaction, and only types that are announced.
    """
    if not entries:
        return []
    _check(entries)
    write_waiting()
    heads = _locked_heads({entry.ref for entry in entries})
    events = _linked(heads, entries, by, at)
    Event.objects.bulk_create(events)
    _end_with(heads, events)
    overwrite(heads.values(), ["seq", "hash", "last_event_id"])
    _tell(events, entries)
    return events


def begin_chains(entries: Sequence[Entry], *, by: User | None, at: datetime) -> list[Event]:
    """As `record_events`, of subjects that this transaction has made: there are no chains to look for.

    First events that wait are written along, before these. Raises IntegrityError when one of the subjects has
    events already.
    """
    _check(entries)
    waiting = take_waiting()
    heads = {entry.ref: EventHead(subject_type=entry.ref[0], subject_id=entry.ref[1]) for entry in entries}
    events = _linked(heads, entries, by, at)
    Event.objects.bulk_create([*(event for event, _ in waiting), *events])
    _end_with(heads, events)
    EventHead.objects.bulk_create([*(head_after(event) for event, _ in waiting), *heads.values()])
    for event, subject in waiting:
        tell_subscribers(event, subject)
    _tell(events, entries)
    return events


def _check(entries: Sequence[Entry]) -> None:
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("An event is recorded in the transaction of the change it tells of.")
    if unknown := {entry.type for entry in entries} - announced():
        raise LookupError(f"Nobody announces {sorted(unknown)}.")


def _linked(heads: Mapping[Ref, EventHead], entries: Sequence[Entry], by: User | None, at: datetime) -> list[Event]:
    return [_next_event(heads[entry.ref], entry, by, at) for entry in entries]


def _end_with(heads: Mapping[Ref, EventHead], events: Sequence[Event]) -> None:
    """Set in the heads the ids, which events have once they are inserted."""
    for event in events:
        heads[event.subject_type, event.subject_id].last_event_id = event.pk


def _tell(events: Sequence[Event], entries: Sequence[Entry]) -> None:
    for event, entry in zip(events, entries, strict=True):
        tell_subscribers(event, entry.subject)


def _locked_heads(refs: set[Ref]) -> dict[Ref, EventHead]:
    """Lock the heads of the chains by their ids; a subject's first event makes its head."""
    found = _heads(refs)
    if missing := sorted(refs - set(found)):
        EventHead.objects.bulk_create(
            (EventHead(subject_type=name, subject_id=pk) for name, pk in missing), ignore_conflicts=True
        )
        found |= _heads(set(missing))
    return found


def _heads(refs: set[Ref]) -> dict[Ref, EventHead]:
    heads: dict[Ref, EventHead] = {}
    for name in sorted({name for name, _ in refs}):
        rows = EventHead.objects.select_for_update().filter(
            subject_type=name, subject_id__in=[pk for other, pk in refs if other == name]
        )
        heads |= {(row.subject_type, row.subject_id): row for row in rows.order_by("subject_id")}
    return heads


def _next_event(head: EventHead, entry: Entry, by: User | None, at: datetime) -> Event:
    event = Event(
        subject_type=head.subject_type,
        subject_id=head.subject_id,
        seq=head.seq + 1,
        type=entry.type,
        actor=by,
        at=at,
        data_text=canonical(dict(entry.facts)),
        previous_hash=head.hash,
    )
    event.hash = event_hash(
        event.subject, event.seq, event.type, event.actor_id, instant_text(at), event.data_text, head.hash
    )
    head.seq, head.hash = event.seq, event.hash
    return event


@dataclass(frozen=True)
class Notice:
    """One notice to be rung at several people."""

    recipients: Iterable[User]
    code: str
    key: str
    url: str
    values: Mapping[str, Any]


def notify_many(notices: Sequence[Notice], *, at: datetime) -> None:
    """Ring at everybody once for each key; mail waits for one digest a person, unless the notice cannot wait."""
    rows: dict[tuple[int, str], tuple[User, Notification]] = {}
    for notice in notices:
        text = canonical(dict(notice.values))
        for user in people_of(notice.recipients):
            row = Notification(
                recipient_id=user.pk, code=notice.code, key=notice.key, url=notice.url, at=at, values_text=text
            )
            rows[user.pk, notice.key] = user, row
    if not rows:
        return
    # In one order everywhere, so that two who notify the same people do not wait for each other.
    pairs = [rows[key] for key in sorted(rows)]
    Notification.objects.bulk_create([row for _, row in pairs], ignore_conflicts=True)
    urgent = [(user, row) for user, row in pairs if (kind := notice_kind(row.code)) and kind.is_mailed_at_once]
    mail_at_once(urgent)
    waiting = {user.pk: user for user, row in pairs if (user, row) not in urgent}
    plan_digests(waiting.values(), at)
