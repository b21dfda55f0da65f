"""The course of one promise: when its clock ran, in which calendar, and when it is due. Pure. Source: DOMAIN.md 3.5.

A course is a row of spans. Each span counts in its own calendar, as a share of what the whole promise would be there,
so "two of five working days are used" stays true in a department whose days are longer. Due times are never patched:
each operation returns a new course, and the due time is read from it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any, NamedTuple, Self

from deadlines.lengths import Length, exact_length, parse_length
from deadlines.working_time import ALWAYS_OPEN, WorkingCalendar, add_working_time, working_time_between

_MICROSECOND = timedelta(microseconds=1)
OPENED, PAUSED, RESUMED, MOVED, STRICTER = "opened", "paused", "resumed", "moved", "stricter"
LOOSER, KEPT = "looser", "kept"


class CalendarKey(NamedTuple):
    """One version of a calendar; None stands for around the clock."""

    calendar_id: int
    version: int


Key = CalendarKey | None
Book = Mapping[CalendarKey, WorkingCalendar]


@dataclass(frozen=True)
class Span:
    """A stretch in which the clock ran; `to` is None while it runs. What starts anew forgets what was used before."""

    start: datetime
    to: datetime | None
    key: Key
    why: str
    starts_anew: bool = False

    def as_json(self) -> dict[str, Any]:
        written = {
            "from": self.start.isoformat(),
            "to": self.to.isoformat() if self.to else None,
            "calendar_id": self.key.calendar_id if self.key else None,
            "version": self.key.version if self.key else None,
            "why": self.why,
        }
        return written | {"starts_anew": True} if self.starts_anew else written

    @classmethod
    def from_json(cls, written: Mapping[str, Any]) -> Self:
        return cls(
            start=datetime.fromisoformat(written["from"]),
            to=datetime.fromisoformat(written["to"]) if written["to"] else None,
            key=key_of(written["calendar_id"], written["version"]),
            why=written["why"],
            starts_anew=written.get("starts_anew", False),
        )


def key_of(calendar_id: int | None, version: int | None) -> Key:
    return None if calendar_id is None or version is None else CalendarKey(calendar_id, version)


@dataclass(frozen=True)
class Course:
    length: Length
    spans: tuple[Span, ...]
    book: Book

    @classmethod
    def begin(cls, length: Length, started_at: datetime, key: Key, book: Book) -> Self:
        return cls(length, (Span(started_at, None, key, OPENED),), book)

    @classmethod
    def until(cls, due_at: datetime, started_at: datetime) -> Self:
        """A promise with its own date, which runs around the clock. Raises ValueError for a date before its start."""
        return cls.begin(exact_length(due_at - started_at), started_at, None, {})

    @classmethod
    def from_json(cls, length: str, spans: list[dict[str, Any]], book: Book) -> Self:
        return cls(parse_length(length), tuple(Span.from_json(span) for span in spans), book)

    def spans_as_json(self) -> list[dict[str, Any]]:
        return [span.as_json() for span in self.spans]

    # ------------------------------------------------------------ questions

    @property
    def last(self) -> Span:
        return self.spans[-1]

    @property
    def is_running(self) -> bool:
        return self.last.to is None

    @property
    def counted(self) -> tuple[Span, ...]:
        """The spans since it last started anew."""
        for index in range(len(self.spans) - 1, 0, -1):
            if self.spans[index].starts_anew:
                return self.spans[index:]
        return self.spans

    def calendar(self, key: Key) -> WorkingCalendar:
        return ALWAYS_OPEN if key is None else self.book[key]

    def whole(self, key: Key) -> int:
        """The whole promise in one calendar, in microseconds."""
        return self.length.in_calendar(self.calendar(key), self.counted[0].start) // _MICROSECOND

    def used(self, at: datetime) -> Fraction:
        """Which share of the promise has been used at an instant; more than 1 when it is overdue."""
        return sum((self._share(span, at) for span in self.counted), Fraction())

    def _share(self, span: Span, until: datetime) -> Fraction:
        end = until if span.to is None else min(span.to, until)
        if end <= span.start:
            return Fraction()
        open_time = working_time_between(span.start, end, self.calendar(span.key))
        return Fraction(open_time // _MICROSECOND, self.whole(span.key))

    def instant(self, share: float | Fraction, extra: timedelta = timedelta(0)) -> datetime | None:
        """Return when that share is used up, and `extra` open time after it; None when it is paused before that."""
        left = as_fraction(share) + Fraction(extra // _MICROSECOND, self.whole(self.last.key))
        for span in self.counted:
            # Upwards: never early by a microsecond when calendars with days of other lengths were mixed.
            wanted = max(0, -(-left * self.whole(span.key) // 1))
            if span.to is not None:
                share_of_span = self._share(span, span.to)
                if share_of_span < left:
                    left -= share_of_span
                    continue
            return add_working_time(span.start, wanted * _MICROSECOND, self.calendar(span.key))
        return None

    @property
    def due_at(self) -> datetime | None:
        """When the promise is due; None while it is paused before that."""
        return self.instant(1)

    def left(self, at: datetime) -> timedelta:
        """What is left of it, in the open time of the last calendar."""
        return max(Fraction(), 1 - self.used(at)) * self.whole(self.last.key) // 1 * _MICROSECOND

    # ------------------------------------------------------------ operations

    def not_before_last(self, at: datetime) -> datetime:
        """Operations come one after the other, even when a clock was set back between them."""
        return max(at, self.last.to or self.last.start)

    def paused(self, at: datetime) -> Self:
        return self._closed(at)

    def resumed(self, at: datetime, key: Key) -> Self:
        return self._with(Span(self.not_before_last(at), None, key, RESUMED))

    def moved(self, at: datetime, key: Key) -> Self:
        """Let the rest run in another department's calendar; what was used stays used.

        The end of a working day is no amount that could be half used: it is counted anew in the other calendar.
        """
        if key == self.last.key or not self.is_running:
            return self
        if self.length.is_same_day:
            return self.recounted(at, self.length, key)[0]
        at = self.not_before_last(at)
        return self._closed(at)._with(Span(at, None, key, MOVED))

    def recounted(self, at: datetime, length: Length, key: Key) -> tuple[Self, str]:
        """Apply a changed rule or changed opening hours. Returns the course and "looser", "stricter" or "kept".

        A looser rule counts from the original start. A stricter one counts from the change, and where that would end
        later than before, the old course is kept: so it is never due later, and never in the past.
        `key` is the newest version of the present calendar, None when the promise now runs around the clock.
        """
        spans = tuple(replace(span, key=_key_after(span.key, key, length), starts_anew=False) for span in self.spans)
        looser = replace(self, length=length, spans=spans)
        if looser.ends_no_earlier_than(self, at):
            return looser, KEPT if self.ends_no_earlier_than(looser, at) else LOOSER
        at = self.not_before_last(at)
        anew = Span(
            at, None if self.is_running else at, _key_after(self.last.key, key, length), STRICTER, starts_anew=True
        )
        stricter = replace(self._closed(at)._with(anew), length=length)
        return (self, KEPT) if stricter.ends_no_earlier_than(self, at) else (stricter, STRICTER)

    def ends_no_earlier_than(self, other: "Course", at: datetime) -> bool:
        """Compare by due time, or by what is left where one of them is paused."""
        mine, theirs = self.due_at, other.due_at
        if mine is None or theirs is None:
            return self.left(at) >= other.left(at)
        return mine >= theirs

    def _closed(self, at: datetime) -> Self:
        if not self.is_running:
            return self
        return replace(self, spans=(*self.spans[:-1], replace(self.last, to=self.not_before_last(at))))

    def _with(self, span: Span) -> Self:
        return replace(self, spans=(*self.spans, span))


def _key_after(key: Key, now: Key, length: Length) -> Key:
    """Which calendar a span counts in after a change: spans of other departments keep theirs."""
    if now is None or key is None or length.is_same_day:
        return now
    return now if key.calendar_id == now.calendar_id else key


def as_fraction(share: float | Fraction) -> Fraction:
    """0.8 means four fifths, not the binary number nearest to it."""
    return share if isinstance(share, Fraction) else Fraction(str(share))
