"""From the calendars that people edit to working time: each version is kept as it was when it held."""

import json
from collections.abc import Collection, Iterable
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple

from django.db.models import F, OuterRef, Q, QuerySet, Subquery

from accounts.models import Calendar, Department
from deadlines.course import CalendarKey
from deadlines.models import CalendarSnapshot
from deadlines.working_time import MINUTES_A_DAY, Slots, WorkingCalendar

FULL_DAY = [[0, MINUTES_A_DAY]]


class Shelf(NamedTuple):
    """Calendars at hand: each by its version, and which version of a calendar holds now."""

    book: dict[CalendarKey, WorkingCalendar]
    current: dict[int, CalendarKey]


def working_calendar(calendar: Calendar) -> WorkingCalendar:
    """Return the opening hours that hold now."""
    shelf = shelf_of([], [calendar.pk])
    return shelf.book[shelf.current[calendar.pk]]


def with_hours(departments: QuerySet[Department]) -> QuerySet[Department]:
    """Read departments with their calendars and the opening hours that hold now, for `hours_at_hand`."""
    kept = CalendarSnapshot.objects.filter(calendar=OuterRef("calendar"), version=OuterRef("calendar__version"))
    return departments.select_related("calendar").annotate(hours=Subquery(kept.values("definition")[:1]))


def hours_at_hand(departments: Iterable[Department]) -> Shelf | None:
    """The present hours of these departments without a query; None where not all of them were read along."""
    shelf = Shelf({}, {})
    for department in departments:
        definition: str | None = department.__dict__.get("hours")
        if definition is None:
            return None
        key = CalendarKey(department.calendar_id, department.calendar.version)
        shelf.book[key], shelf.current[key.calendar_id] = parse(definition), key
    return shelf


def shelf_of(keys: Iterable[CalendarKey | None], current_ids: Collection[int]) -> Shelf:
    """Fetch calendars by version, and the present ones by id, with one query.

    Raises KeyError for a version that nothing was ever counted in, Calendar.DoesNotExist for an unknown id.
    """
    wanted = {key for key in keys if key is not None}
    shelf = Shelf({}, {})
    asked = Q(calendar_id__in=set(current_ids), version=F("calendar__version"))
    for key in wanted:
        asked |= Q(calendar_id=key.calendar_id, version=key.version)
    if wanted or current_ids:
        rows = CalendarSnapshot.objects.filter(asked).annotate(newest=F("calendar__version"))
        for row in rows:
            key = CalendarKey(row.calendar_id, row.version)
            shelf.book[key] = parse(row.definition)
            if row.version == row.newest:
                shelf.current[row.calendar_id] = key
    for calendar_id in set(current_ids) - set(shelf.current):
        key = keep_snapshot(calendar_id)
        shelf.current[calendar_id] = key
        shelf.book[key] = parse(CalendarSnapshot.objects.get(calendar_id=calendar_id, version=key.version).definition)
    if missing := wanted - set(shelf.book):
        raise KeyError(f"Nothing was ever counted in {sorted(missing)}.")
    return shelf


def keep_snapshot(calendar_id: int) -> CalendarKey:
    """Keep the present version; its row is locked, so that version and slots belong together."""
    calendar = Calendar.objects.select_for_update().get(pk=calendar_id)
    CalendarSnapshot.objects.bulk_create(
        [CalendarSnapshot(calendar=calendar, version=calendar.version, definition=write(calendar))],
        ignore_conflicts=True,
    )
    return CalendarKey(calendar.pk, calendar.version)


def write(calendar: Calendar) -> str:
    """Write a calendar's zone, weekly slots and exceptions as canonical JSON."""
    weekly: list[list[list[int]]] = [[] for _ in range(7)]
    for slot in calendar.slots.order_by("weekday", "opens"):
        weekly[slot.weekday].append([slot.opens, slot.closes])
    definition = {
        "zone": calendar.time_zone,
        "weekly": [FULL_DAY] * 7 if calendar.is_around_the_clock else weekly,
        "exceptions": {
            day.on.isoformat(): {"slots": sorted(day.slots), "reason": day.reason} for day in calendar.exceptions.all()
        },
    }
    return json.dumps(definition, sort_keys=True, ensure_ascii=False)


@lru_cache(maxsize=256)
def parse(definition: str) -> WorkingCalendar:
    """Read what `write` wrote. The same text is the same calendar, so it never needs to be forgotten."""
    written: dict[str, Any] = json.loads(definition)
    return WorkingCalendar(
        written["zone"],
        tuple(_slots(day) for day in written["weekly"]),
        {date.fromisoformat(on): _slots(day["slots"]) for on, day in written["exceptions"].items()},
    )


def reasons_of(keys: Iterable[CalendarKey]) -> dict[CalendarKey, dict[date, str]]:
    """Why the exceptional days of these versions differ, in the words of whoever entered them."""
    wanted = set(keys)
    rows = CalendarSnapshot.objects.filter(calendar_id__in={key.calendar_id for key in wanted})
    return {
        key: {date.fromisoformat(on): day["reason"] for on, day in json.loads(row.definition)["exceptions"].items()}
        for row in rows
        if (key := CalendarKey(row.calendar_id, row.version)) in wanted
    }


def _slots(pairs: list[list[int]]) -> Slots:
    return tuple((opens, closes) for opens, closes in pairs)
