"""Adding and measuring working time undo each other, in every zone and on the days on which the clock changes."""

from datetime import timedelta

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from deadlines.working_time import (
    NoWorkingTime,
    add_working_time,
    end_of_working_day,
    is_open,
    local_to_utc,
    next_opening,
    same_day_end,
    working_time_between,
)
from tests.deadlines.strategies import calendars_with_start, lengths

MICROSECOND = timedelta(microseconds=1)
many = settings(max_examples=100, deadline=None)


def due_or_skip(start, length, cal):
    try:
        return add_working_time(start, length, cal)
    except NoWorkingTime:
        assume(False)


@many
@given(calendars_with_start(), lengths)
def test_between_undoes_add(calendar_and_start, length):
    cal, start = calendar_and_start
    due = due_or_skip(start, length, cal)
    assert due >= start
    assert working_time_between(start, due, cal) == length


@many
@given(calendars_with_start(), lengths)
def test_add_is_the_earliest(calendar_and_start, length):
    cal, start = calendar_and_start
    due = due_or_skip(start, length, cal)
    if length:
        assert working_time_between(start, due - MICROSECOND, cal) == length - MICROSECOND


@many
@given(calendars_with_start(), st.timedeltas(timedelta(0), timedelta(days=12)))
def test_add_undoes_between_inside_and_at_the_end_of_a_slot(calendar_and_start, away):
    cal, start = calendar_and_start
    end = start + away
    assume(is_open(end - MICROSECOND, cal) and end > start)
    assert add_working_time(start, working_time_between(start, end, cal), cal) == end


@many
@given(calendars_with_start(), lengths, lengths)
def test_two_lengths_one_after_the_other_are_their_sum(calendar_and_start, first, second):
    cal, start = calendar_and_start
    middle = due_or_skip(start, first, cal)
    assert due_or_skip(middle, second, cal) == due_or_skip(start, first + second, cal)


@many
@given(
    calendars_with_start(),
    st.timedeltas(timedelta(0), timedelta(days=9)),
    st.timedeltas(timedelta(0), timedelta(days=9)),
)
def test_measured_in_parts_it_is_the_same(calendar_and_start, first, second):
    cal, start = calendar_and_start
    middle, end = start + first, start + first + second
    whole = working_time_between(start, end, cal)
    assert whole == working_time_between(start, middle, cal) + working_time_between(middle, end, cal)
    assert timedelta(0) <= whole <= end - start


@many
@given(calendars_with_start())
def test_intervals_never_overlap_and_never_run_backwards(calendar_and_start):
    cal, start = calendar_and_start
    first = cal.local_date(start) - timedelta(days=3)
    intervals = [i for days in range(7) for i in cal.intervals_on(first + timedelta(days=days))]
    edges = [edge for interval in intervals for edge in interval]
    assert edges == sorted(edges)
    assert all(opens < closes for opens, closes in intervals)


@many
@given(calendars_with_start(), st.integers(0, 1439), st.integers(1, 60))
def test_wall_time_becomes_instants_in_its_own_order(calendar_and_start, minute, later):
    cal, start = calendar_and_start
    day = cal.local_date(start)
    early, late = local_to_utc(day, minute, cal.tz), local_to_utc(day, min(1440, minute + later), cal.tz)
    assert early <= late
    wall = early.astimezone(cal.tz)
    # Where the wall time exists, it is that time; the first of two.
    if (wall.date(), wall.hour * 60 + wall.minute) == (day, minute):
        assert wall.fold == 0


@many
@given(calendars_with_start())
def test_next_opening_is_open_and_nothing_before_it_is(calendar_and_start):
    cal, start = calendar_and_start
    try:
        opens = next_opening(start, cal)
    except NoWorkingTime:
        assume(False)
    assert is_open(opens, cal)
    assert working_time_between(start, opens, cal) == timedelta(0)


@many
@given(calendars_with_start())
def test_same_day_ends_with_a_working_day_and_leaves_two_hours(calendar_and_start):
    cal, start = calendar_and_start
    try:
        end, ordinary = same_day_end(start, cal), end_of_working_day(start, cal)
    except NoWorkingTime:
        assume(False)
    assert end >= ordinary > start
    assert not is_open(end, cal) or cal.local_date(end) != cal.local_date(end - MICROSECOND)
    same_date = cal.local_date(end - MICROSECOND) == cal.local_date(start)
    assert end - start > timedelta(hours=2) or not same_date
