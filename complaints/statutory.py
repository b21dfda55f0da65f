"""Statutory clocks: when each is due, in days of the law and not in opening hours. Pure but for reading the policy.

The day it starts on is not counted, and the last day counts to its end. Working days are those of the country of the
department's calendar, with its make-up working days. Source: DOMAIN.md 3.5; docs/decisions/0009.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from accounts.holidays import HolidayYear, holiday_year
from accounts.models import Calendar
from policies.reading import policy

ANSWER_BY = "answer_by"
LETTER, ACCEPTED, RECORDED = "letter", "accepted", "recorded"
ONE_DAY = timedelta(days=1)
SATURDAY = 5
# The last moment of a day that is shown as that day.
END_OF_DAY = time(23, 59, 59)


@dataclass(frozen=True)
class Rule:
    """One rule of the policy. `about` of a deadline is its code, and the matter's id where one started it."""

    code: str
    name: str
    starts: str
    senders: tuple[str, ...]
    days: int
    longer_days: int
    count: str

    def about(self, matter_id: int | None = None) -> str:
        return about(self.code, matter_id)

    @property
    def length(self) -> str:
        return length_text(self.days, self.count)

    def is_usual_time(self, started_at: datetime, due_at: datetime) -> bool:
        """Whether a clock that runs so long could still be given the longer time."""
        between = (self.days + self.longer_days) / 2
        days = (due_at - started_at) / ONE_DAY
        return bool(self.longer_days) and days < (between if self.count == "calendar" else between * 7 / 5)


def about(code: str, matter_id: int | None = None) -> str:
    return f"{code}:{matter_id}" if matter_id else code


def rules(starts: str, sender: str = "") -> list[Rule]:
    """Those that are on and start so; of letters, those of this sender."""
    found = [rule for rule in _rules().values() if rule.starts == starts]
    return [rule for rule in found if starts == RECORDED or sender in rule.senders]


def rule_of(about: str) -> Rule | None:
    """The rule that a deadline is about; None for a regulator's own date, and for a rule that is gone or off."""
    return _rules().get(code_of(about))


def code_of(about: str) -> str:
    return about.partition(":")[0]


def matter_of(about: str) -> int | None:
    """The id of the matter that started it; None for the rules of every complaint."""
    _code, _colon, pk = about.partition(":")
    return int(pk) if pk.isdigit() else None


def name_of(about: str) -> str:
    """What a statutory clock is called, in the reader's language; one whose rule is gone by its code."""
    code = code_of(about)
    if code == ANSWER_BY:
        return _("Regulator’s answer date")
    told = policy("statutory.rules").get(code)
    return str(told["name"][_tongue()]) if told else code


def length_text(days: int, count: str) -> str:
    if count == "working":
        return ngettext("%(count)d legal working day", "%(count)d legal working days", days) % {"count": days}
    return ngettext("%(count)d calendar day", "%(count)d calendar days", days) % {"count": days}


def due_at(starts_on: date, days: int, count: str, calendar: Calendar) -> datetime:
    """The end of the last day, where the department is."""
    last = starts_on + timedelta(days=days) if count == "calendar" else working_day(starts_on, days, calendar.country)
    return end_of(last, calendar)


def end_of(day: date, calendar: Calendar) -> datetime:
    return datetime.combine(day, END_OF_DAY, ZoneInfo(calendar.time_zone)).astimezone(UTC)


def start_of(day: date, calendar: Calendar) -> datetime:
    return datetime.combine(day, time(), ZoneInfo(calendar.time_zone)).astimezone(UTC)


def working_day(after: date, count: int, country: str) -> date:
    """The `count`-th legal working day after a date."""
    days = _working_days(after, country)
    for _number in range(count - 1):
        next(days)
    return next(days)


def _working_days(after: date, country: str) -> Iterator[date]:
    day = after
    while True:
        day += ONE_DAY
        year = _year(country, day.year) if country else None
        is_weekday = day.weekday() < SATURDAY
        if (is_weekday and not (year and day in year.off)) or (year and day in year.worked):
            yield day


@lru_cache(maxsize=64)
def _year(country: str, year: int) -> HolidayYear:
    return holiday_year(country, year)


def _rules() -> dict[str, Rule]:
    return {
        code: Rule(
            code=code,
            name=told["name"][_tongue()],
            starts=told["starts"],
            senders=tuple(told.get("senders", ())),
            days=told["days"],
            longer_days=told.get("longer_days", 0),
            count=told["count"],
        )
        for code, told in policy("statutory.rules").items()
        if told["is_on"]
    }


def _tongue() -> str:
    return "zh" if (get_language() or "").startswith("zh") else "en"
