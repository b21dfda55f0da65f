"""Opening hours as people write them: "09:00-12:00, 13:30-18:00", one line a date for what differs."""

import itertools
import re
from collections.abc import Iterable, Sequence
from datetime import date

from django.utils.translation import gettext as _

from accounts.actions import CalendarDay, Slots
from accounts.models import MINUTES_A_DAY, clock_text

CLOSED = ("", "closed", "休息", "-", "–")
_SLOT = re.compile(r"(\d{1,2}):(\d{2})\s*(?:-|–|—|~|to|至|到)\s*(\d{1,2}):(\d{2})")
# What a Chinese keyboard writes for the same signs.
_SIGNS = str.maketrans("：，、；～－｜", ":,,,~-|")


def read_hours(text: str) -> Slots:
    """Return slots in minutes after midnight, in order; none for a closed day. Raises ValueError with a sentence."""
    text = text.translate(_SIGNS).strip()
    if text.lower() in CLOSED:
        return []
    slots: list[tuple[int, int]] = []
    for part in filter(None, (part.strip() for part in re.split("[,;]", text))):
        found = _SLOT.fullmatch(part)
        if found is None:
            raise ValueError(_("“%(part)s” are no hours. Write them like 09:00-12:00, 13:30-18:00.") % {"part": part})
        opens_hour, opens_minute, closes_hour, closes_minute = map(int, found.groups())
        opens, closes = opens_hour * 60 + opens_minute, closes_hour * 60 + closes_minute
        if max(opens_minute, closes_minute) > 59 or closes > MINUTES_A_DAY or opens >= closes:
            raise ValueError(_("“%(part)s” does not open before it closes on the same day.") % {"part": part})
        slots.append((opens, closes))
    slots.sort()
    if any(first[1] > second[0] for first, second in itertools.pairwise(slots)):
        raise ValueError(_("“%(text)s” has hours that overlap.") % {"text": text})
    return slots


def hours_text(slots: Iterable[Sequence[int]]) -> str:
    return ", ".join(f"{clock_text(opens)}-{clock_text(closes)}" for opens, closes in slots)


def read_days(text: str) -> list[CalendarDay]:
    """Read lines such as "2026-10-01 | closed | National Day". Raises ValueError naming the line."""
    days: dict[date, CalendarDay] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        day = _read_day(number, line)
        if day.on in days:
            raise ValueError(_("Line %(number)s: %(on)s is there twice.") % {"number": number, "on": day.on})
        days[day.on] = day
    return sorted(days.values(), key=lambda day: day.on)


def _read_day(number: int, line: str) -> CalendarDay:
    on, _bar, rest = line.replace("｜", "|").partition("|")
    hours, _bar, reason = rest.partition("|")
    told = _("Line %(number)s must be: date | hours or closed | reason.") % {"number": number}
    try:
        day = date.fromisoformat(on.strip())
    except ValueError as error:
        raise ValueError(told) from error
    try:
        slots = read_hours(hours)
    except ValueError as error:
        raise ValueError(f"{told} {error}") from error
    return CalendarDay(day, slots, reason.strip()[:80])


def days_text(days: Iterable[CalendarDay]) -> str:
    return "\n".join(f"{day.on} | {hours_text(day.slots) or _('closed')} | {day.reason}" for day in days)
