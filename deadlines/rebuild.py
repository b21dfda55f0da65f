"""Deadlines from their events: folding a subject's chain gives the rows as they are stored."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Model

from deadlines import events
from deadlines.calendars import Shelf, shelf_of
from deadlines.course import Course, Key, key_of
from deadlines.kinds import kind_named
from deadlines.ladder import Ladder, Reached, Rung, ladder_of
from deadlines.lengths import parse_length
from deadlines.models import Deadline
from deadlines.timer import Rule, Timer
from events.models import Event
from policies.reading import remembered, value_of

# What a failing timer notes about itself is no event.
DERIVED = (
    "kind", "subject_type", "subject_id", "about", "department_id", "severity_class", "policy_version", "length",
    "is_fixed", "clock", "has_own_clock", "calendar_id", "calendar_version", "started_at", "due_at", "spans", "state",
    "met_at", "breached_at", "next_fire_at", "reached", "round", "put_off", "generation",
)  # fmt: skip


def rebuild(subject: Model) -> dict[int, Deadline]:
    """Fold a subject's events back into deadlines, by id. Nothing is written."""
    chain = Event.objects.of(subject).filter(type__startswith="deadline.").order_by("seq")
    return fold(chain)


def differences(subject: Model) -> list[str]:
    """Where the stored rows are not what the events say; empty when all is well."""
    stored = {row.pk: row for row in Deadline.objects.of(subject)}
    folded = rebuild(subject)
    found = [f"deadline {pk} has no events" for pk in sorted(set(stored) - set(folded))]
    found += [f"deadline {pk} is missing" for pk in sorted(set(folded) - set(stored))]
    for pk in sorted(set(stored) & set(folded)):
        for name in DERIVED:
            is_so, should_be = getattr(stored[pk], name), getattr(folded[pk], name)
            if is_so != should_be:
                found.append(f"deadline {pk}: {name} is {is_so!r}, the events say {should_be!r}")
    return found


def fold(chain: Iterable[Event]) -> dict[int, Deadline]:
    chain = list(chain)
    with remembered():
        folding = _Folding(shelf_of({_key(event.data) for event in chain}, []))
        for event in chain:
            folding.apply(event)
    return {pk: timer.row for pk, timer in folding.timers.items()}


class _Folding:
    def __init__(self, shelf: Shelf) -> None:
        self.shelf = shelf
        self.timers: dict[int, Timer] = {}
        self.steps: Mapping[str, Callable[[Timer, Event], object]] = {
            events.MET: lambda timer, event: timer.meet(_instant(event.data["met_at"])),
            events.CANCELLED: lambda timer, event: timer.cancel(),
            events.PAUSED: lambda timer, event: timer.pause(_instant(event.data["changed_at"])),
            events.RESUMED: self._resume,
            events.RECOMPUTED: self._recompute,
            events.BREACHED: self._fire,
            events.ESCALATED: self._fire,
        }

    def apply(self, event: Event) -> None:
        if event.type == events.OPENED:
            self.timers[event.data["deadline"]] = self._open(event)
        elif event.type in self.steps:
            self.steps[event.type](self.timers[event.data["deadline"]], event)

    def _open(self, event: Event) -> Timer:
        told = event.data
        row = Deadline(
            pk=told["deadline"],
            kind=told["kind"],
            subject_type=event.subject_type,
            subject_id=event.subject_id,
            about=told.get("about", ""),
            department_id=told["department_id"],
            severity_class=told["severity_class"],
            policy_version=told["policy_version"],
            is_fixed=told["is_fixed"],
            clock=told["clock"],
            has_own_clock=told["has_own_clock"],
            calendar_id=told["calendar_id"],
            calendar_version=told["calendar_version"],
            started_at=_instant(told["started_at"]),
            due_at=_instant(told["due_at"]),
            put_off=timedelta(0),
        )
        course = Course.begin(parse_length(told["length"]), row.started_at, _key(told), self.shelf.book)
        timer = Timer(row, course, _ladder(row.kind, row.policy_version))
        timer.open()
        return timer

    def _resume(self, timer: Timer, event: Event) -> None:
        timer.resume(_instant(event.data["changed_at"]), _key(event.data))

    def _recompute(self, timer: Timer, event: Event) -> None:
        told, at = event.data, _instant(event.data["changed_at"])
        if told["change"] == "moved":
            timer.move(at, told["department_id"], _key(told))
            return
        version = told["policy_version"]
        rule = Rule(version, told["length"], told["clock"], _ladder(timer.row.kind, version))
        timer.recount(at, rule, told["severity_class"], told["clock"], is_own=told["has_own_clock"], key=_key(told))

    def _fire(self, timer: Timer, event: Event) -> None:
        told = event.data
        if "round" not in told:
            timer.breach()
            return
        found = Reached(
            rung=Rung(told["rung"], ""),
            planned_at=_instant(told["planned_at"]),
            passed_over=tuple(Rung(at, "") for at in told["passed_over"]),
            put_off=timedelta(microseconds=told["put_off"]),
        )
        timer.fire(found, told["reached"], told["told"], told["recipient_ids"])


def _key(told: Mapping[str, Any]) -> Key:
    return key_of(told.get("calendar_id"), told.get("calendar_version"))


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _ladder(kind: str, version: int) -> Ladder:
    return ladder_of(value_of(kind_named(kind).policy_key, version))
