"""Pauses, other departments and other rules against a model that walks minute by minute. DOMAIN.md 3.5."""

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from deadlines.course import CalendarKey, Course
from deadlines.lengths import parse_length
from deadlines.working_time import WorkingCalendar, is_open

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
OFFICE, STORE = CalendarKey(1, 1), CalendarKey(2, 1)
BOOK = {
    OFFICE: WorkingCalendar("UTC", (((540, 720), (780, 1020)),) * 5 + ((), ())),
    STORE: WorkingCalendar("UTC", (((600, 1320),),) * 7),
}
DAYS_LATER = 60

# When (minutes after the one before) it is paused, goes on, or moves to the other department.
steps = st.lists(st.tuples(st.integers(0, 900), st.sampled_from(["pause", "resume", "store", "office"])), max_size=6)
# In minutes, which are the same amount in every calendar.
lengths = st.integers(1, 2400)


def walked(length: int, told: list[tuple[datetime, str]]) -> datetime | None:
    """The simple model: count open minutes while the clock runs, and look at each whether it is used up."""
    at, left, runs, key = START, length, True, OFFICE
    waiting = list(told)
    while at < START + timedelta(days=DAYS_LATER):
        while waiting and waiting[0][0] <= at:
            _when, what = waiting.pop(0)
            runs = what != "pause" if what in ("pause", "resume") else runs
            key = {"store": STORE, "office": OFFICE}.get(what, key)
        if runs and is_open(at, BOOK[key]):
            left -= 1
        at += MINUTE
        if left == 0:
            return at
    return None


def applied(length: int, told: list[tuple[datetime, str]]) -> Course:
    """The same by the course, as the actions do it: where it goes on is where it is then."""
    course = Course.begin(parse_length(f"PT{length}M"), START, OFFICE, BOOK)
    key = OFFICE
    for at, what in told:
        if what == "pause":
            course = course.paused(at)
        elif what == "resume":
            course = course if course.is_running else course.resumed(at, key)
        else:
            key = {"store": STORE, "office": OFFICE}[what]
            course = course.moved(at, key)
    return course


@settings(max_examples=150, deadline=None)
@given(lengths, steps)
def test_the_course_ends_when_the_model_does(length, after):
    told, at = [], START
    for minutes, what in after:
        at += minutes * MINUTE
        told.append((at, what))
    ends = walked(length, told)
    course = applied(length, told)
    assert course.due_at == ends if ends is not None else course.due_at is None


@settings(max_examples=150, deadline=None)
@given(lengths, steps, st.integers(0, 4000))
def test_what_is_used_never_shrinks_and_a_pause_uses_nothing(length, after, minutes):
    told, at = [], START
    for more, what in after:
        at += more * MINUTE
        told.append((at, what))
    course = applied(length, told)
    later = at + minutes * MINUTE
    assert course.used(later) >= course.used(at)
    if not course.is_running:
        assert course.used(later) == course.used(at)
        assert course.left(later) == course.left(at)


@settings(max_examples=100, deadline=None)
@given(lengths, st.integers(0, 3000), st.integers(1, 3000))
def test_a_wait_puts_the_end_off_by_the_open_time_it_took(length, begins, lasts):
    course = Course.begin(parse_length(f"PT{length}M"), START, OFFICE, BOOK)
    begin = START + begins * MINUTE
    end = begin + lasts * MINUTE
    waited = course.paused(begin).resumed(end, OFFICE)
    if course.used(begin) >= 1:
        assert waited.due_at == course.due_at
    else:
        assert waited.used(end) == course.used(begin)
        assert waited.due_at is not None
        assert waited.due_at >= course.due_at
