"""What happened on a complaint, newest first, by day, with the words that were said. Two or three statements in all."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from complaints.events import (
    COMMUNICATED,
    CREATED,
    DESK_CHANGED,
    NOTED,
    QUESTION_ANSWERED,
    QUESTION_ASKED,
    REPORT_CONFIRMED,
    TRANSITIONED,
)
from complaints.models import CaseQuestion, Communication, Complaint, DeskChange, StageRecord
from core.prepared import padded, prepared
from events.log import timeline
from events.models import Event
from events.querysets import EventQuerySet
from events.registry import describe, icon

PAGE = 100
LAST_SEQ = 2**31 - 1


@dataclass(frozen=True)
class Entry:
    """One thing that happened: the sentence, and the words that go with it (a bubble when the customer's)."""

    event: Event
    words: str
    icon: str
    text: str = ""
    is_customer: bool = False
    is_note: bool = False
    kind: str = field(default="")

    @property
    def is_alarm(self) -> bool:
        """A promise that was not kept, and who was told then."""
        return self.event.type in ("deadline.breached", "deadline.escalated")

    @property
    def is_good(self) -> bool:
        is_confirmed = self.event.type == TRANSITIONED and self.event.data.get("name") == "details_confirmed"
        return self.event.type == REPORT_CONFIRMED or is_confirmed


@dataclass(frozen=True)
class Day:
    on: date
    entries: list[Entry]


def entries(complaint: Complaint, *, before: int | None = None) -> list[Entry]:
    """The newest hundred entries, or those before the sequence number `before`."""
    # What stands in an address may be larger than any number in the log.
    is_beyond = before is not None and before > LAST_SEQ
    return entries_of(complaint, _events(complaint.pk, None if is_beyond else before))


@prepared
def _events(complaint_id: int, before: int | None) -> EventQuerySet:
    rows = timeline(Complaint(pk=complaint_id))
    return (rows if before is None else rows.filter(seq__lt=before))[:PAGE]


def entries_of(complaint: Complaint, events: Sequence[Event]) -> list[Entry]:
    """These events with the words that go with them: at most four statements, one for each kind that is there."""
    talk_ids, change_ids = _referred(events, "communication_id"), _referred(events, "change_id")
    talks = {row.pk: row for row in _talks(talk_ids)} if talk_ids else {}
    changes = {row.pk: row for row in _changes(change_ids)} if change_ids else {}
    words = _words_of(events)
    return [_entry(event, complaint, talks, changes, words) for event in events]


def _words_of(events: Sequence[Event]) -> dict[tuple[str, int], str]:
    """What was written at moves of a case and at its questions, by kind and id."""
    stage_ids, question_ids = _referred(events, "stage_record_id"), _referred(events, "question_id")
    found = {("stage_record_id", row.pk): row.text for row in _stages(stage_ids)} if stage_ids else {}
    if question_ids:
        for row in _questions(question_ids):
            found["question_id", row.pk] = f"{row.question}\n{row.answer}".strip()
    return found


@prepared
def _stages(ids: tuple[int, ...]) -> QuerySet[StageRecord]:
    return StageRecord.objects.filter(pk__in=ids).order_by()


@prepared
def _questions(ids: tuple[int, ...]) -> QuerySet[CaseQuestion]:
    return CaseQuestion.objects.filter(pk__in=ids).order_by()


def _referred(events: Iterable[Event], name: str) -> tuple[int, ...]:
    return padded([event.data[name] for event in events if event.data.get(name)])


@prepared
def _talks(ids: tuple[int, ...]) -> QuerySet[Communication]:
    return Communication.objects.filter(pk__in=ids).order_by()


@prepared
def _changes(ids: tuple[int, ...]) -> QuerySet[DeskChange]:
    return DeskChange.objects.filter(pk__in=ids).order_by()


def _entry(
    event: Event,
    complaint: Complaint,
    talks: dict[int, Communication],
    changes: dict[int, DeskChange],
    written: dict[tuple[str, int], str],
) -> Entry:
    words, sign = describe(event), icon(event)
    if event.type == CREATED:
        return Entry(event, words, sign, complaint.description, is_customer=True, kind="customer")
    if event.type in (COMMUNICATED, NOTED) and (talk := talks.get(event.data["communication_id"])):
        return Entry(
            event,
            words,
            sign,
            talk.summary,
            is_customer=talk.direction == "in",
            is_note=talk.direction == "note",
            kind="note" if talk.direction == "note" else "customer",
        )
    if event.type == DESK_CHANGED and (change := changes.get(event.data["change_id"])):
        return Entry(event, words, sign, change.note, kind="customer")
    if event.type in (QUESTION_ASKED, QUESTION_ANSWERED) or "stage_record_id" in event.data:
        return Entry(event, words, sign, _written(event, written))
    if event.type == TRANSITIONED and event.data.get("name") in ("left", "withdraw", "void"):
        return Entry(event, words, sign, complaint.end_reason)
    return Entry(event, words, sign, kind="deadline" if event.type.startswith("deadline.") else "")


def _written(event: Event, written: dict[tuple[str, int], str]) -> str:
    """What stands in the records that the event refers to."""
    names = ("stage_record_id", "question_id")
    return next((text for name in names if (text := written.get((name, event.data.get(name, 0))))), "")


def by_day(found: Iterable[Entry], zone: ZoneInfo) -> list[Day]:
    """Group entries by the date they had where the reader works."""
    days = groupby(found, key=lambda entry: entry.event.at.astimezone(zone).date())
    return [Day(on, list(group)) for on, group in days]
