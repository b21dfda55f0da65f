"""How long a promise runs, as policies write it: PT15M, P1D (working days), same_day. Pure. Source: DOMAIN.md 3.5."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

from deadlines.working_time import (
    SAME_DAY_LATE,
    WorkingCalendar,
    same_day_end,
    working_day_length,
    working_time_between,
)

SAME_DAY = "same_day"
_FORM = re.compile(
    r"P(?:(?P<days>\d{1,4})D)?(?:T(?=\d)(?:(?P<hours>\d{1,5})H)?(?:(?P<minutes>\d{1,7})M)?(?:(?P<seconds>\d{1,9}(?:\.\d{6})?)S)?)?"
)
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True)
class Length:
    """So many working days and so much time, or "by the end of the working day of receipt"."""

    text: str
    days: int = 0
    time: timedelta = timedelta(0)
    is_same_day: bool = False
    late: timedelta = SAME_DAY_LATE

    def in_calendar(self, calendar: WorkingCalendar, started_at: datetime) -> timedelta:
        """Return the open time this is in a calendar, for a promise made at `started_at`. Raises NoWorkingTime."""
        if self.is_same_day:
            return working_time_between(started_at, same_day_end(started_at, calendar, self.late), calendar)
        return self.days * working_day_length(calendar) + self.time if self.days else self.time


@lru_cache(maxsize=512)
def parse_length(text: str) -> Length:
    """Read a length. "same_day:3" is the same-day rule with three late hours. Raises ValueError for anything else."""
    name, _, late_hours = text.partition(":")
    if name == SAME_DAY:
        return Length(text, is_same_day=True, late=timedelta(hours=float(late_hours)) if late_hours else SAME_DAY_LATE)
    match = _FORM.fullmatch(text)
    if match is None:
        raise ValueError(f"This is no length of a promise: {text}.")
    whole, _, micro = (match["seconds"] or "0").partition(".")
    time = timedelta(
        hours=int(match["hours"] or 0),
        minutes=int(match["minutes"] or 0),
        seconds=int(whole),
        microseconds=int(micro or 0),
    )
    length = Length(text, days=int(match["days"] or 0), time=time)
    if not length.days and not length.time:
        raise ValueError("A promise lasts longer than nothing.")
    return length


def exact_length(time: timedelta) -> Length:
    """Return the length of a promise that has its own date. Raises ValueError unless it is positive."""
    micros = time // _MICROSECOND
    if micros <= 0:
        raise ValueError("A promise lasts longer than nothing.")
    return parse_length(f"PT{micros // 1_000_000}.{micros % 1_000_000:06d}S")
