"""Working time: the arithmetic of opening hours. Pure; it knows no model and reads no clock.

Slots are written in local wall time and become intervals of UTC, so a day on which the clock changes is as long as it
really was. Everything is exact to the microsecond. Source: DOMAIN.md 3.5.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

# Opening and closing in minutes after local midnight; 1440 is the midnight that ends the day.
Slot = tuple[int, int]
Slots = tuple[Slot, ...]
MINUTES_A_DAY = 24 * 60
MIDNIGHT = time(0)
Interval = tuple[datetime, datetime]

ZERO = timedelta(0)
ONE_DAY = timedelta(days=1)
SAME_DAY_LATE = timedelta(hours=2)
# A calendar that stays closed longer than this is a mistake, not a calendar.
MOST_CLOSED_DAYS = 400
LONGEST = timedelta(days=3660)
_CACHED_DAYS = 4000


class NoWorkingTime(ValueError):
    """The calendar does not open within 400 days."""


@dataclass(frozen=True, eq=False)
class WorkingCalendar:
    """When somebody works: slots for each weekday (Monday first), and days that differ.

    An exception replaces its day: no slots is a holiday, other slots are a part-day closure or a make-up working day.
    Raises ValueError for slots that overlap, run backwards or stand in the wrong order.
    """

    zone: str
    weekly: tuple[Slots, ...]
    exceptions: Mapping[date, Slots] = field(default_factory=dict)
    _days: dict[date, tuple[tuple[Interval, ...], timedelta]] = field(default_factory=dict, init=False, repr=False)

    def __post_init__(self) -> None:
        if len(self.weekly) != 7:
            raise ValueError("A week has seven days.")
        for slots in (*self.weekly, *self.exceptions.values()):
            check_slots(slots)
        ZoneInfo(self.zone)

    @property
    def tz(self) -> ZoneInfo:
        return ZoneInfo(self.zone)

    def slots_on(self, day: date) -> Slots:
        """Return the slots of a local date as they are written, in wall time."""
        exception = self.exceptions.get(day)
        return self.weekly[day.weekday()] if exception is None else exception

    def intervals_on(self, day: date) -> tuple[Interval, ...]:
        """Return what is really open on a local date, in UTC, without empty intervals."""
        return self._day(day)[0]

    def open_time_on(self, day: date) -> timedelta:
        return self._day(day)[1]

    def local_date(self, instant: datetime) -> date:
        return instant.astimezone(self.tz).date()

    def _day(self, day: date) -> tuple[tuple[Interval, ...], timedelta]:
        known = self._days.get(day)
        if known is not None:
            return known
        intervals = tuple(
            (opens, closes)
            for slot in self.slots_on(day)
            if (opens := local_to_utc(day, slot[0], self.tz)) < (closes := local_to_utc(day, slot[1], self.tz))
        )
        answer = intervals, sum((closes - opens for opens, closes in intervals), ZERO)
        if len(self._days) >= _CACHED_DAYS:
            self._days.clear()
        self._days[day] = answer
        return answer


def check_slots(slots: Sequence[Slot]) -> None:
    """Raise ValueError unless the slots of a day follow each other without overlap; they may touch."""
    end = 0
    for opens, closes in slots:
        if not end <= opens < closes <= MINUTES_A_DAY:
            raise ValueError(f"A slot overlaps, runs backwards or leaves the day: {opens} to {closes} minutes.")
        end = closes


def always_open(zone: str) -> WorkingCalendar:
    """Return a calendar that never closes; its days are those of the zone."""
    return WorkingCalendar(zone, (((0, MINUTES_A_DAY),),) * 7)


ALWAYS_OPEN = always_open("UTC")


@lru_cache(maxsize=20_000)
def local_to_utc(day: date, minute: int, tz: tzinfo) -> datetime:
    """Turn wall time into an instant: the first of two when the clock goes back, the next valid one when it skips.

    Never runs backwards, so slots that do not overlap on the wall never overlap in UTC.
    """
    wall = datetime.combine(day, MIDNIGHT) + timedelta(minutes=minute)
    # Python reads a time inside a gap with the offset from before it, and with fold=1 with the one from after it.
    first = wall.replace(tzinfo=tz).astimezone(UTC)
    if first.astimezone(tz).replace(tzinfo=None) == wall:
        return first
    return _offset_change(wall.replace(tzinfo=tz, fold=1).astimezone(UTC), first, tz)


def _offset_change(before: datetime, after: datetime, tz: tzinfo) -> datetime:
    """Return the first instant in (before, after] with the offset that holds at `after`."""
    offset = after.astimezone(tz).utcoffset()
    step = timedelta(microseconds=1)
    while after - before > step:
        middle = before + (after - before) // 2
        if middle.astimezone(tz).utcoffset() == offset:
            after = middle
        else:
            before = middle
    return after


def add_working_time(start: datetime, length: timedelta, calendar: WorkingCalendar) -> datetime:
    """Return the earliest instant by which `length` of open time has passed since `start`, in UTC.

    Closing time rather than the next opening; no length at all stays where it is. Inverse of working_time_between.
    Raises ValueError for a naive start, a negative length or one over ten years, NoWorkingTime when 400 days bring
    no opening.
    """
    start = _utc(start)
    if length < ZERO:
        raise ValueError("A length of working time is not negative.")
    if length > LONGEST:
        raise ValueError("No promise runs for more than ten years.")
    if length == ZERO:
        return start
    left = length
    for opens, closes in _open_from(start, calendar):
        if left <= closes - opens:
            return opens + left
        left -= closes - opens
    raise NoWorkingTime(_never_opens(calendar, start))


def working_time_between(start: datetime, end: datetime, calendar: WorkingCalendar) -> timedelta:
    """Return the open time between two instants.

    Inverse of add_working_time. Raises ValueError for naive instants or when `end` is earlier.
    """
    start, end = _utc(start), _utc(end)
    if end < start:
        raise ValueError("The end comes before the start.")
    first, last = calendar.local_date(start) - ONE_DAY, calendar.local_date(end) + ONE_DAY
    # Two days at either side may be cut by start and end; what lies between counts whole.
    total, day = ZERO, first
    while day <= last:
        intervals, whole = calendar._day(day)
        if whole and (intervals[0][0] < start or intervals[-1][1] > end):
            whole = sum((max(ZERO, min(c, end) - max(o, start)) for o, c in intervals), ZERO)
        total += whole
        day += ONE_DAY
    return total


def is_open(instant: datetime, calendar: WorkingCalendar) -> bool:
    """Whether somebody works at this instant; closing time itself is closed."""
    instant = _utc(instant)
    day = calendar.local_date(instant)
    return any(o <= instant < c for d in (day - ONE_DAY, day, day + ONE_DAY) for o, c in calendar.intervals_on(d))


def next_opening(instant: datetime, calendar: WorkingCalendar) -> datetime:
    """Return the instant itself when somebody works then, else when they open next. Raises NoWorkingTime."""
    instant = _utc(instant)
    for opens, _ in _open_from(instant, calendar):
        return opens
    raise NoWorkingTime(_never_opens(calendar, instant))


def end_of_working_day(instant: datetime, calendar: WorkingCalendar) -> datetime:
    """Return when the working day of this instant ends; when it is closed or over, the end of the next one."""
    instant = _utc(instant)
    for _, end in _working_days_from(calendar.local_date(instant), calendar):
        if end > instant:
            return end
    raise NoWorkingTime(_never_opens(calendar, instant))


def same_day_end(received: datetime, calendar: WorkingCalendar, late: timedelta = SAME_DAY_LATE) -> datetime:
    """Return the end of the working day of receipt.

    What is received in the last two hours of it or later, or on a closed day, has until the end of the next one.
    """
    received = _utc(received)
    received_on = calendar.local_date(received)
    for day, end in _working_days_from(received_on, calendar):
        if day > received_on or received < end - late:
            return end
    raise NoWorkingTime(_never_opens(calendar, received))


def working_day_length(calendar: WorkingCalendar) -> timedelta:
    """Return how long a working day is as a length: the most frequent open time of the ordinary open weekdays.

    Of two that are as frequent, the longer. Raises NoWorkingTime when no weekday is open.
    """
    lengths = Counter(length for slots in calendar.weekly if (length := wall_length(slots)))
    if not lengths:
        raise NoWorkingTime("No weekday is open.")
    return max(lengths, key=lambda length: (lengths[length], length))


def wall_length(slots: Slots) -> timedelta:
    """Return the open time of slots on a day on which the clock does not change."""
    return timedelta(minutes=sum(closes - opens for opens, closes in slots))


def _open_from(start: datetime, calendar: WorkingCalendar) -> Iterator[Interval]:
    """Yield what is open from `start` on; ends when 400 days in a row bring nothing, or with the last year."""
    # Where the clock goes back over midnight, the slots of the day before may still run.
    day, closed_days = calendar.local_date(start) - ONE_DAY, -1
    try:
        while closed_days <= MOST_CLOSED_DAYS:
            intervals = calendar.intervals_on(day)
            if intervals and intervals[-1][1] > start:
                closed_days = 0
                for opens, closes in intervals:
                    if closes > start:
                        yield max(opens, start), closes
            closed_days += 1
            day += ONE_DAY
    except OverflowError:
        return


def _working_days_from(day: date, calendar: WorkingCalendar) -> Iterator[tuple[date, datetime]]:
    """Yield working days with the instant at which each ends; ends as _open_from does."""
    closed_days = 0
    try:
        while closed_days <= MOST_CLOSED_DAYS:
            intervals = calendar.intervals_on(day)
            closed_days += 1
            if intervals:
                closed_days = 0
                yield day, intervals[-1][1]
            day += ONE_DAY
    except OverflowError:
        return


def _utc(instant: datetime) -> datetime:
    if instant.tzinfo is None:
        raise ValueError("An instant needs a time zone.")
    if not 2 <= instant.year <= 9997:
        raise ValueError("No calendar reaches the first and the last years.")
    return instant.astimezone(UTC)


def _never_opens(calendar: WorkingCalendar, instant: datetime) -> str:
    return f"The calendar does not open within {MOST_CLOSED_DAYS} days of {instant.isoformat()} ({calendar.zone})."
