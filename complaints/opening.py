"""Until when the desk is open, in one sentence."""

from datetime import datetime
from functools import lru_cache

from django.db import transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from accounts.models import Calendar
from deadlines.calendars import working_calendar
from deadlines.working_time import NoWorkingTime, WorkingCalendar, next_opening

FULL_DAY = 24 * 60


def calendar_at(calendar: Calendar) -> WorkingCalendar:
    """Its opening hours. A version of a calendar never changes, so a process reads it once."""
    return _version(calendar.pk, calendar.version)


@lru_cache(maxsize=64)
def _version(pk: int, version: int) -> WorkingCalendar:
    # The first to ask keeps a copy of the version, under a lock.
    with transaction.atomic():
        return working_calendar(Calendar(pk=pk, version=version))


def opening_words(calendar: WorkingCalendar, now: datetime) -> str:
    """Say until when it is open, or when it opens next; nothing when it never does."""
    today = calendar.local_date(now)
    if calendar.slots_on(today) == ((0, FULL_DAY),):
        return _("The desk is open around the clock.")
    for opens, closes in calendar.intervals_on(today):
        if opens <= now < closes:
            return _("The desk is open until {time}.").format(time=f"{closes.astimezone(calendar.tz):%H:%M}")
    try:
        opens = next_opening(now, calendar).astimezone(calendar.tz)
    except NoWorkingTime:
        return ""
    if opens.date() == today:
        return _("The desk is closed and opens at {time}.").format(time=f"{opens:%H:%M}")
    when = date_format(opens, pgettext("date format", "l j F, H:i"))
    return _("The desk is closed and opens on {day}.").format(day=when)
