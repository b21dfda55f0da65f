"""Weeks, shares and differences in words."""

from datetime import date, timedelta

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from core.formats import duration_text
from insights.periods import Week


def week_text(week: Week) -> str:
    """Write Week 47, 16 Nov – 22 Nov 2026."""
    return _("Week %(number)s, %(days)s") % {"number": week.number, "days": days_text(week)}


def days_text(week: Week) -> str:
    short, long = pgettext("date format", "j M"), pgettext("date format", "j M Y")
    if week.monday.year != week.sunday.year:
        return f"{date_format(week.monday, long)} – {date_format(week.sunday, long)}"
    first, last = date_format(week.monday, short), date_format(week.sunday, short)
    days = {"first": first, "last": last, "year": week.sunday.year}
    return pgettext("days of a week", "%(first)s – %(last)s %(year)s") % days


def day_text(day: date) -> str:
    return str(date_format(day, pgettext("date format", "j M")))


def percent(share: float | None) -> str:
    return "–" if share is None else f"{share * 100:.0f} %"


def length(value: timedelta | None) -> str:
    return "–" if value is None else duration_text(value)


def difference(now: int, before: int) -> str:
    """Write 9 fewer, 2 more, as many."""
    count = abs(now - before)
    if now == before:
        return _("as many")
    if now < before:
        return ngettext("%(count)s fewer", "%(count)s fewer", count) % {"count": count}
    return ngettext("%(count)s more", "%(count)s more", count) % {"count": count}


def points(now: float, before: float) -> str:
    """Write 3 points more."""
    count = round(now * 100) - round(before * 100)
    if count == 0:
        return _("as before")
    words = ngettext("%(count)s point less", "%(count)s points less", -count)
    if count > 0:
        words = ngettext("%(count)s point more", "%(count)s points more", count)
    return words % {"count": abs(count)}
