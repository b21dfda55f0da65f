"""Public holidays with their make-up working days, from the `holidays` package into a calendar's exceptions."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

import holidays
from django.utils.translation import gettext_lazy as _

from accounts import events
from accounts.models import Calendar, CalendarException, User
from core.actions import action
from core.errors import Blocked, Blocker, PermissionDenied, Sentence
from events.log import record_event

# Where the government publishes each autumn which days of the next year are moved, and worked instead.
ARRANGED = ("CN",)
LANGUAGES = {"CN": ("zh_CN", "en_US")}
LONGEST_REASON = 80
DAY = timedelta(days=1)
SATURDAY = 5
MADE_UP = re.compile(r"substituted from (\d\d)/(\d\d)/(\d{4})")

Slots = list[list[int]]


@dataclass(frozen=True)
class HolidayImport:
    """How many dates are new, and what to look at again."""

    added: int
    warnings: tuple[Sentence, ...]


@dataclass(frozen=True)
class HolidayYear:
    """One year in one country: days off with their names, and the weekend days worked as which weekday.

    `is_arranged` False: the moved days of this year are not published yet, or not known to this version.
    """

    year: int
    off: dict[date, str]
    worked: dict[date, int]
    is_arranged: bool


def holiday_year(country: str, year: int) -> HolidayYear:
    """Pure. Raises Blocked for a country that is not known."""
    names: dict[date, list[str]] = {}
    instead: dict[date, int] = {}
    weekend_workdays: set[date] = set()
    for language in LANGUAGES.get(country, (None,)):
        try:
            found = holidays.country_holidays(country, years=year, language=language)
        except NotImplementedError as error:
            sentence = _("The holidays of this country are not known. Enter a code such as CN.")
            raise Blocked([Blocker("unknown_country", sentence, "country")]) from error
        weekend_workdays |= set(found.weekend_workdays)
        for day, name in found.items():
            if moved := MADE_UP.search(name):
                month, day_of_month, its_year = map(int, moved.groups())
                worked_on = date(its_year, month, day_of_month)
                instead[worked_on] = day.weekday()
                name = f"Day off, worked on {worked_on}"  # noqa: PLW2901
            names.setdefault(day, []).append(name)
    worked = {day: instead.get(day, -1) for day in sorted(weekend_workdays) if day.year == year}
    off = {day: _joined(told) for day, told in sorted(names.items()) if day.year == year}
    if country in ARRANGED:
        off |= _weekends_between(off, worked)
    return HolidayYear(year, off, worked, is_arranged=country not in ARRANGED or bool(worked))


def _joined(names: list[str]) -> str:
    """Both languages, since a calendar has one text for all who read it."""
    return " · ".join(dict.fromkeys(names))[:LONGEST_REASON]


def _weekends_between(off: dict[date, str], worked: dict[date, int]) -> dict[date, str]:
    """A weekend inside a long holiday is part of it, also for a shop that is open on others."""
    inside: dict[date, str] = {}
    for first, name in off.items():
        gap = []
        day = first + DAY
        while day not in off and day.weekday() >= SATURDAY and day not in worked:
            gap.append(day)
            day += DAY
        if day in off:
            inside |= dict.fromkeys(gap, name)
    return inside


@action
def import_public_holidays(calendar_id: int, years: Iterable[int], *, by: User | None) -> HolidayImport:
    """Close a calendar on the public holidays of its country, and open it on the make-up working days.

    Dates that are in the calendar already stay as they are: somebody may have changed them. Warns of each
    year whose arrangement is not published; import it again when it is. Raises Blocked for a calendar
    without a country.
    """
    if by is not None and not by.has_perm("accounts.manage_house"):
        raise PermissionDenied("not_administrator", _("Only an administrator changes this."))
    calendar = Calendar.objects.select_for_update().get(pk=calendar_id)
    if not calendar.country:
        raise Blocked([Blocker("no_country", _("Enter the country of public holidays first."), "country")])
    found = [holiday_year(calendar.country, year) for year in sorted(set(years))]
    known = set(calendar.exceptions.values_list("on", flat=True))
    days = [day for year in found for day in _exceptions(calendar, year) if day.on not in known]
    if days:
        CalendarException.objects.bulk_create(days)
        calendar.version += 1
        calendar.save(update_fields=["version"])
        record_event(events.CALENDAR_CHANGED, calendar, by=by, version=calendar.version)
    warnings = tuple(_not_published(calendar, year.year) for year in found if not year.is_arranged)
    return HolidayImport(len(days), warnings)


def _not_published(calendar: Calendar, year: int) -> str:
    sentence = _(
        "%(calendar)s: the make-up working days of %(year)s are not published, or newer than this program."
        " Only the holidays themselves are in. Import them again when they are out, or enter them by hand."
    )
    return sentence % {"calendar": calendar, "year": year}


def _exceptions(calendar: Calendar, year: HolidayYear) -> list[CalendarException]:
    weekly = _weekly(calendar)
    off = [CalendarException(calendar=calendar, on=day, slots=[], reason=name) for day, name in year.off.items()]
    worked = [
        CalendarException(calendar=calendar, on=day, slots=weekly.get(weekday) or _usual(weekly), reason=MAKE_UP)
        for day, weekday in year.worked.items()
    ]
    return sorted(off + worked, key=lambda exception: exception.on)


MAKE_UP = "调休上班 · Make-up working day"


def _weekly(calendar: Calendar) -> dict[int, Slots]:
    weekly: dict[int, Slots] = {}
    for slot in calendar.slots.all():
        weekly.setdefault(slot.weekday, []).append([slot.opens, slot.closes])
    return weekly


def _usual(weekly: dict[int, Slots]) -> Slots:
    """The hours most working days have, for a make-up day that does not say which day it replaces."""
    hours = Counter(repr(slots) for weekday, slots in weekly.items() if weekday < SATURDAY)
    most = hours.most_common(1)
    return next((slots for slots in weekly.values() if most and repr(slots) == most[0][0]), [])
