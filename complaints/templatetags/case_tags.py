"""Small words of a complaint's pages."""

from datetime import date, datetime

from django import template
from django.template.defaultfilters import filesizeformat
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from complaints import words
from complaints.codes import RemedyKind
from complaints.models import Attachment
from core import clock, formats
from core.files.kinds import Group

register = template.Library()


@register.filter
def clock_time(value: datetime | None) -> str:
    """Write 10:42, or with the date when it was not today."""
    return formats.time_text(value) if value else "–"


@register.filter
def day_title(day: date) -> str:
    """Write Today, 19 November, or the weekday with the date, as the head of a day."""
    today = timezone.localdate(clock.now())
    plain = str(date_format(day, pgettext("date format", "j F")))
    if day == today:
        return _("Today, {day}").format(day=plain)
    if (today - day).days == 1:
        return _("Yesterday, {day}").format(day=plain)
    same_year = day.year == today.year
    pattern = pgettext("date format", "l, j F") if same_year else pgettext("date format", "l, j F Y")
    return str(date_format(day, pattern))


@register.filter
def remedies(codes: list[str]) -> str:
    """Name the kinds of a remedy."""
    return formats.listed_text(words.label(RemedyKind, code) for code in codes)


@register.filter
def file_facts(file: Attachment) -> str:
    """Write what kind of file it is, how large and how long: "PDF · 1.2 MB · 3 pages"."""
    facts = [str(Group(file.group).label), filesizeformat(file.size)]
    if file.pages:
        facts.append(ngettext("%(count)s page", "%(count)s pages", file.pages) % {"count": file.pages})
    if file.seconds:
        facts.append(f"{file.seconds // 60}:{file.seconds % 60:02}")
    return " · ".join(facts)
