"""Weeks as calendars count them (ISO 8601), and the instants they begin and end at in a place."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

WEEK = timedelta(days=7)
WRITTEN = re.compile(r"([0-9]{4})-W([0-9]{2})")
# Before this nobody kept complaints here, and a year that computers stumble over is no use to anybody.
FIRST_YEAR, LAST_YEAR = 2000, 2999


@dataclass(frozen=True, order=True)
class Week:
    """One ISO week by its Monday."""

    monday: date

    @classmethod
    def of(cls, day: date) -> "Week":
        return cls(day - timedelta(days=day.weekday()))

    @classmethod
    def at(cls, instant: datetime, zone: ZoneInfo) -> "Week":
        """The week that an instant lies in, there."""
        return cls.of(instant.astimezone(zone).date())

    @classmethod
    def parse(cls, text: str) -> "Week":
        """Read 2026-W47. Raises ValueError for what is no week."""
        match = WRITTEN.fullmatch(text)
        if match is None or not FIRST_YEAR <= int(match[1]) <= LAST_YEAR:
            raise ValueError(f"Invalid week: {text}")
        return cls(date.fromisocalendar(int(match[1]), int(match[2]), 1))

    def __str__(self) -> str:
        return f"{self.year}-W{self.number:02d}"

    @property
    def year(self) -> int:
        return self.monday.isocalendar().year

    @property
    def number(self) -> int:
        return self.monday.isocalendar().week

    @property
    def sunday(self) -> date:
        return self.monday + timedelta(days=6)

    def days(self) -> list[date]:
        return [self.monday + timedelta(days=at) for at in range(7)]

    def after(self, weeks: int = 1) -> "Week":
        return Week(self.monday + weeks * WEEK)

    def before(self, weeks: int = 1) -> "Week":
        return Week(self.monday - weeks * WEEK)

    def span(self, zone: ZoneInfo) -> "Span":
        """From Monday 00:00 to the next Monday 00:00 there: 167 or 169 hours where the clocks change."""
        return Span(starts_at(self.monday, zone), starts_at(self.after().monday, zone), zone)


@dataclass(frozen=True)
class Span:
    """A half-open time in one zone."""

    start: datetime
    end: datetime
    zone: ZoneInfo

    def until(self, now: datetime) -> "Span":
        """As much of it as is over by now."""
        return Span(self.start, min(self.end, max(self.start, now)), self.zone)

    def day_of(self, instant: datetime) -> int:
        """Which day of the week it is there: 0 is Monday."""
        return instant.astimezone(self.zone).weekday()


def starts_at(day: date, zone: ZoneInfo, hour: int = 0) -> datetime:
    """An hour of a day there, in UTC; of an hour that comes twice the first, and for one that is left out the next."""
    return datetime.combine(day, time(hour), tzinfo=zone).astimezone(UTC)
