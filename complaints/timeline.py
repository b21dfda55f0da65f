"""What happened on a complaint, newest first, by day, with the words that were said. Few statements in all."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from complaints.codes import Counterpart
from complaints.events import (
    CLOCK_EXTENDED,
    COMMUNICATED,
    CREATED,
    DESK_CHANGED,
    MATTER_ANSWERED,
    NOT_SENT,
    NOTED,
    REPORT_CONFIRMED,
    SENT,
    TRANSITIONED,
    WAITING,
)
from complaints.models import Attachment, CaseQuestion, Communication, Complaint, DeskChange, StageRecord, Wait
from complaints.timeline_together import Words, words_together
from complaints.words import talk_details
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
    # Of a talk: how long, with whom, until when it was an interim answer; and what came of what was sent.
    details: str = ""
    talk: Communication | None = None

    @property
    def is_alarm(self) -> bool:
        """A promise that was not kept, and who was told then; a message that did not leave."""
        return self.event.type in ("deadline.breached", "deadline.escalated", NOT_SENT)

    @property
    def delivery(self) -> str:
        """What has come of a message that was sent from here; empty for all else."""
        return self.talk.delivery_state if self.talk else ""

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
    """These events with the words that go with them: a statement for each kind of row that any of them names."""
    told: Told = {}
    for name, read in REFERRED.items():
        ids = _referred(events, name)
        told[name] = {row.pk: row for row in read(ids)} if ids else {}
    together = words_together(events)
    return [_with(together.get(event.pk), _entry(event, complaint, told)) for event in events]


def _with(words: Words | None, entry: Entry) -> Entry:
    if words is None:
        return entry
    return replace(entry, text=words.text, is_customer=words.is_customer, kind=words.kind)


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
def _files(ids: tuple[int, ...]) -> QuerySet[Attachment]:
    return Attachment.objects.filter(pk__in=ids).order_by()


@prepared
def _changes(ids: tuple[int, ...]) -> QuerySet[DeskChange]:
    return DeskChange.objects.filter(pk__in=ids).order_by()


@prepared
def _waits(ids: tuple[int, ...]) -> QuerySet[Wait]:
    return Wait.objects.filter(pk__in=ids).order_by()


# What an event may name, and how it is read.
Told = dict[str, dict[int, Any]]
REFERRED: dict[str, Callable[[tuple[int, ...]], Iterable[Any]]] = {
    "communication_id": _talks,
    "change_id": _changes,
    "attachment_id": _files,
    "wait_id": _waits,
    "stage_record_id": _stages,
    "question_id": _questions,
}


def _entry(event: Event, complaint: Complaint, told: Told) -> Entry:
    words, sign = describe(event), icon(event)
    named = {name: told[name].get(event.data.get(name, 0)) for name in REFERRED}
    if event.type == CREATED:
        return Entry(event, words, sign, complaint.description, is_customer=True, kind="customer")
    if event.type in SPOKEN and (talk := named["communication_id"]):
        return _of_talk(event, words, sign, talk)
    is_end = event.type == TRANSITIONED and event.data.get("name") in ("left", "withdraw", "void")
    # The record of an end keeps its words when the complaint is reopened.
    text = _text_of(named) or (complaint.end_reason if is_end else "")
    is_clock = event.type.startswith("deadline.")
    kind = "deadline" if is_clock else "customer" if event.type in WITH_THE_CUSTOMER else ""
    return Entry(event, words, sign, text, kind=kind)


def _text_of(named: dict[str, Any]) -> str:
    """What was written in the row that the event names."""
    return next((text(row) for name, text in TEXTS.items() if (row := named[name])), "")


TEXTS: dict[str, Callable[[Any], str]] = {
    "change_id": lambda change: change.note,
    "attachment_id": lambda file: file.name,
    "wait_id": lambda wait: wait.reason,
    "stage_record_id": lambda record: record.text,
    "question_id": lambda question: f"{question.question}\n{question.answer}".strip(),
}
WITH_THE_CUSTOMER = (DESK_CHANGED, WAITING, SENT, NOT_SENT)
SPOKEN = (COMMUNICATED, NOTED, MATTER_ANSWERED, CLOCK_EXTENDED)


def _of_talk(event: Event, words: str, sign: str, talk: Communication) -> Entry:
    is_note = talk.direction == "note"
    return Entry(
        event,
        words,
        sign,
        talk.summary,
        is_customer=talk.direction == "in" and talk.counterpart == Counterpart.CUSTOMER,
        is_note=is_note,
        kind="note" if is_note else "customer",
        details=talk_details(talk),
        talk=talk,
    )


def by_day(found: Iterable[Entry], zone: ZoneInfo) -> list[Day]:
    """Group entries by the date they had where the reader works."""
    days = groupby(found, key=lambda entry: entry.event.at.astimezone(zone).date())
    return [Day(on, list(group)) for on, group in days]
