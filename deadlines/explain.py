"""Why this time? From when, in which calendar, what was skipped or paused, by which version of which rule.

Stored are the rule and the spans. The lines are made when somebody asks, and put into words when they are shown.
Source: DOMAIN.md 3.5.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from accounts.models import Calendar, clock_text
from core import clock
from core.formats import duration_text, when_text
from deadlines.calendars import reasons_of
from deadlines.course import MOVED, RESUMED, STRICTER, CalendarKey, Course, Span
from deadlines.kinds import kind_named, label
from deadlines.lengths import Length, parse_length
from deadlines.models import Deadline, State
from deadlines.timer import load_timers
from deadlines.working_time import ONE_DAY, WorkingCalendar, working_time_between
from policies.defaults import SPECS

MOST_DAYS = 31
Values = Mapping[str, Any]


@dataclass(frozen=True)
class Line:
    """One reason, as code and values; `text` in the reader's language and the calendar's time zone."""

    code: str
    values: Values
    zone: str

    @property
    def text(self) -> str:
        with timezone.override(ZoneInfo(self.zone)):
            return WORDS[self.code](self.values)


@dataclass(frozen=True)
class Explanation:
    deadline: Deadline
    lines: tuple[Line, ...]

    @property
    def title(self) -> str:
        return label(self.deadline.kind, self.deadline.about)


def explain(deadline: Deadline) -> Explanation:
    """Tell how the due time came about. Reads two or three rows, writes nothing."""
    timers, _shelf = load_timers([deadline])
    course = timers[0].course
    keys = {span.key for span in course.spans if span.key}
    names = dict(Calendar.objects.filter(pk__in={key.calendar_id for key in keys}).values_list("pk", "name"))
    told = _Told(deadline, course, names, reasons_of(keys))
    return Explanation(deadline, tuple(told.lines()))


@dataclass(frozen=True)
class _Told:
    row: Deadline
    course: Course
    names: Mapping[int, str]
    reasons: Mapping[CalendarKey, Mapping[Any, str]]

    def lines(self) -> Iterator[Line]:
        yield self._line("started", self.course.spans[0], at=self.row.started_at)
        yield self._line("fixed" if self.row.is_fixed else "rule", self.course.spans[0], **self._rule())
        before: Span | None = None
        for span in self.course.spans:
            yield from self._between(before, span)
            if before is None or before.key != span.key:
                yield self._clock(span)
            yield from self._days(span)
            before = span
        yield from self._end()

    def _line(self, code: str, span: Span, **values: Any) -> Line:
        return Line(code, values, self.course.calendar(span.key).zone)

    def _rule(self) -> dict[str, Any]:
        spec = SPECS.get(kind_named(self.row.kind).policy_key)
        return {
            "policy": spec.label if spec else self.row.kind,
            "version": self.row.policy_version,
            "length": parse_length(self.row.length),
            "severity_class": self.row.severity_class,
        }

    def _clock(self, span: Span) -> Line:
        if span.key is None:
            return self._line("around_the_clock", span)
        name = self.names.get(span.key.calendar_id, "")
        return self._line("calendar", span, calendar=name, zone=self.course.calendar(span.key).zone)

    def _between(self, before: Span | None, span: Span) -> Iterator[Line]:
        """What happened between two spans."""
        if before is None or before.to is None:
            return
        if span.why == RESUMED:
            yield self._line("paused", span, since=before.to, until=span.start)
        elif span.why in (MOVED, STRICTER):
            yield self._line(span.why, span, at=span.start)

    def _days(self, span: Span) -> Iterator[Line]:
        """The days on which it ran, with what was open, and those that were skipped."""
        end = span.to or self.course.due_at or clock.now()
        if span.key is None or end <= span.start:
            return
        calendar = self.course.calendar(span.key)
        day, last, shown = calendar.local_date(span.start), calendar.local_date(end), 0
        while day <= last:
            if shown == MOST_DAYS:
                yield self._line("more_days", span, count=(last - day).days + 1)
                return
            yield self._day(span, calendar, day, end)
            shown += 1
            day += ONE_DAY

    def _day(self, span: Span, calendar: WorkingCalendar, day: Any, end: datetime) -> Line:
        intervals = calendar.intervals_on(day)
        parts = [(max(o, span.start), min(c, end)) for o, c in intervals if c > span.start and o < end]
        counted = sum((working_time_between(start, to, calendar) for start, to in parts), timedelta())
        reason = self.reasons.get(span.key, {}).get(day, "") if span.key else ""
        code = "day" if intervals else "closed"
        return self._line(code, span, on=day, slots=calendar.slots_on(day), counted=counted, reason=reason)

    def _end(self) -> Iterator[Line]:
        span = self.course.last
        if self.row.state == State.PAUSED:
            yield self._line("stands_still", span, since=span.to)
        elif self.row.state == State.CANCELLED:
            yield self._line("cancelled", span)
        else:
            yield self._line("due", span, at=self.row.due_at)


def _length(length: Length) -> str:
    if length.is_same_day:
        hours = length.late / timedelta(hours=1)
        return _(
            "by the end of the working day of receipt; received in its last {hours} hours or later, of the next one"
        ).format(hours=f"{hours:g}")
    days = ngettext("{count} working day", "{count} working days", length.days).format(count=length.days)
    return " ".join([days] * bool(length.days) + [duration_text(length.time)] * bool(length.time))


def _rule(values: Values) -> str:
    version = values["version"]
    sentence = (
        _("“{policy}”, version {version}, for {severity_class}: {length}")
        if version
        else _("“{policy}”, as delivered, for {severity_class}: {length}")
    )
    named = _("class 2") if values["severity_class"] == 2 else _("class 1")
    return sentence.format(**{**values, "severity_class": named, "length": _length(values["length"])})


def _day(values: Values) -> str:
    text = _("{day}: open {slots}, {counted} counted").format(
        day=_date(values["on"]), slots=_slots(values), counted=duration_text(values["counted"])
    )
    return _with_reason(text, values)


def _slots(values: Values) -> str:
    return ", ".join(f"{clock_text(opens)}–{clock_text(closes)}" for opens, closes in values["slots"])


def _date(day: Any) -> str:
    return str(date_format(day, pgettext("date format", "D j M")))


def _with_reason(text: str, values: Values) -> str:
    return _("{text} ({reason})").format(text=text, reason=values["reason"]) if values["reason"] else text


def _instants(values: Values) -> dict[str, str]:
    return {name: when_text(value) for name, value in values.items() if isinstance(value, datetime)}


WORDS: Mapping[str, Callable[[Values], str]] = {
    "started": lambda v: _("Counted from {at}").format(**_instants(v)),
    "rule": _rule,
    "fixed": lambda v: _("It has its own date"),
    "around_the_clock": lambda v: _("Counted around the clock"),
    "calendar": lambda v: _("Counted in the opening hours “{calendar}” ({zone})").format(**v),
    "day": _day,
    "closed": lambda v: _with_reason(_("{day}: closed").format(day=_date(v["on"])), v),
    "more_days": lambda v: ngettext("and {count} more day", "and {count} more days", v["count"]).format(**v),
    "paused": lambda v: _("Paused from {since} until {until}").format(**_instants(v)),
    MOVED: lambda v: _("From {at} on in another department; what was used stays used").format(**_instants(v)),
    STRICTER: lambda v: _("A stricter rule holds since {at} and counts from then").format(**_instants(v)),
    "stands_still": lambda v: _("Paused since {since}").format(**_instants(v)),
    "cancelled": lambda v: _("No longer needed"),
    "due": lambda v: _("So it is due {at}").format(**_instants(v)),
}
