"""The course of a promise: pauses, other departments, looser and stricter rules. DOMAIN.md 3.5, without a database."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from deadlines.course import CalendarKey, Course
from deadlines.lengths import exact_length, parse_length
from deadlines.working_time import NoWorkingTime, WorkingCalendar, always_open, working_time_between
from tests.deadlines.strategies import calendars_with_start

OFFICE, STORE, NIGHT, NEWER = CalendarKey(1, 1), CalendarKey(2, 1), CalendarKey(3, 1), CalendarKey(1, 2)
BOOK = {
    OFFICE: WorkingCalendar("UTC", (((540, 1020),),) * 5 + ((), ())),  # 9-17, eight hours
    STORE: WorkingCalendar("UTC", (((600, 1320),),) * 7),  # 10-22, twelve hours
    NIGHT: WorkingCalendar("UTC", (((1320, 1440),),) * 7),  # 22-24
    NEWER: WorkingCalendar("UTC", (((540, 1080),),) * 5 + ((), ())),  # 9-18
}


def at(text):
    return datetime.fromisoformat(f"2026-03-{text}").replace(tzinfo=UTC)


def begin(length, start="02 09:00", key=OFFICE):
    return Course.begin(parse_length(length), at(start), key, BOOK)


# ------------------------------------------------------------ lengths


@pytest.mark.parametrize(
    ("text", "days", "time"),
    [
        ("PT15M", 0, timedelta(minutes=15)),
        ("PT4H", 0, timedelta(hours=4)),
        ("PT1H30M", 0, timedelta(minutes=90)),
        ("P5D", 5, timedelta(0)),
        ("P1DT2H", 1, timedelta(hours=2)),
        ("PT0.000001S", 0, timedelta(microseconds=1)),
    ],
)
def test_reads_lengths(text, days, time):
    length = parse_length(text)
    assert (length.days, length.time, length.is_same_day) == (days, time, False)


@pytest.mark.parametrize("text", ["", "P", "PT", "15M", "PT0M", "P-1D", "P1W", "PT1.5H", "same_days", "same_day:x"])
def test_refuses_what_is_no_length(text):
    with pytest.raises(ValueError, match=r"."):
        parse_length(text)


def test_an_exact_length_is_read_back():
    odd = timedelta(days=3, microseconds=7)
    assert parse_length(exact_length(odd).text).time == odd
    with pytest.raises(ValueError, match="longer than nothing"):
        exact_length(timedelta(0))


# ------------------------------------------------------------ due times


@pytest.mark.parametrize(
    ("length", "start", "due"),
    [
        ("PT30M", "02 16:50", "03 09:20"),
        ("P1D", "02 11:00", "03 11:00"),
        ("P5D", "02 09:00", "06 17:00"),
        ("same_day", "02 09:00", "02 17:00"),
        ("same_day", "02 15:00", "03 17:00"),
        ("same_day:1", "02 15:30", "02 17:00"),
        ("same_day", "07 12:00", "09 17:00"),
    ],
)
def test_due_time(length, start, due):
    assert begin(length, start).due_at == at(due)


def test_around_the_clock_does_not_know_nights():
    assert begin("PT30M", "02 23:50", key=None).due_at == at("03 00:20")


def test_promise_with_its_own_date_ends_then():
    assert Course.until(at("20 23:59"), at("02 09:00")).due_at == at("20 23:59")


def test_rungs_are_shares_of_working_time():
    course = begin("P5D")
    assert course.instant(0.8) == at("05 17:00")
    assert course.instant(2.0) == at("13 17:00")
    assert course.instant(0.8, timedelta(hours=1)) == at("06 10:00")


# ------------------------------------------------------------ pauses


def test_pause_stops_the_clock_and_the_rest_runs_on():
    course = begin("P1D").paused(at("02 11:00"))
    assert course.due_at is None
    assert course.left(at("05 11:00")) == timedelta(hours=6)
    assert course.resumed(at("04 16:00"), OFFICE).due_at == at("05 14:00")


def test_pause_after_the_end_leaves_the_due_time():
    course = begin("PT30M").paused(at("02 11:00"))
    assert course.due_at == at("02 09:30")
    assert course.instant(2.0) == at("02 10:00")
    assert course.instant(5.0) is None


def test_resumed_while_closed_counts_from_the_opening():
    assert begin("P1D").paused(at("02 11:00")).resumed(at("03 22:00"), OFFICE).due_at == at("04 15:00")


# ------------------------------------------------------------ other departments


def test_used_time_stays_used_in_another_department():
    # Two of five days are used; three days of twelve hours remain.
    course = begin("P5D").moved(at("03 17:00"), STORE)
    assert course.used(at("03 17:00")) == pytest.approx(0.4)
    assert course.due_at == at("06 17:00")  # 5 h on the 3rd, 12 on the 4th and 5th, 7 on the 6th


def test_hours_stay_hours_in_another_department():
    assert begin("PT4H").moved(at("02 11:00"), STORE).due_at == at("02 13:00")


def test_moving_within_one_calendar_changes_nothing():
    course = begin("P5D")
    assert course.moved(at("03 17:00"), OFFICE) is course


def test_end_of_the_working_day_is_that_of_the_new_department():
    assert begin("same_day").moved(at("02 11:00"), STORE).due_at == at("02 22:00")
    # Closing earlier there: the end of its day still, but not of a day that is over.
    late = Course.begin(parse_length("same_day"), at("02 10:30"), STORE, BOOK)
    assert late.moved(at("02 11:00"), OFFICE).due_at == at("02 17:00")
    assert late.moved(at("02 18:00"), OFFICE).due_at == at("02 22:00")


# ------------------------------------------------------------ looser and stricter


def test_looser_rule_counts_from_the_original_start():
    course, outcome = begin("P1D").recounted(at("02 15:00"), parse_length("P5D"), OFFICE)
    assert (course.due_at, outcome) == (at("06 17:00"), "looser")


def test_stricter_rule_counts_from_the_change():
    course, outcome = begin("P5D").recounted(at("04 09:00"), parse_length("P1D"), OFFICE)
    assert (course.due_at, outcome) == (at("04 17:00"), "stricter")


def test_stricter_rule_is_never_due_later_than_before():
    before = begin("P5D")
    course, outcome = before.recounted(at("06 16:00"), parse_length("P3D"), OFFICE)
    assert (course, outcome) == (before, "kept")


def test_looser_rule_counts_the_pauses_too():
    paused = begin("P1D").paused(at("02 11:00")).resumed(at("03 11:00"), OFFICE)
    course, _ = paused.recounted(at("03 12:00"), parse_length("P2D"), OFFICE)
    assert course.due_at == at("04 17:00")


def test_rule_that_changes_while_it_is_paused():
    paused = begin("P1D").paused(at("02 11:00"))
    looser, outcome = paused.recounted(at("03 10:00"), parse_length("P2D"), OFFICE)
    assert (outcome, looser.left(at("03 10:00"))) == ("looser", timedelta(hours=14))
    stricter, outcome = paused.recounted(at("03 10:00"), parse_length("PT2H"), OFFICE)
    assert (outcome, stricter.left(at("03 10:00"))) == ("stricter", timedelta(hours=2))
    assert stricter.resumed(at("04 09:00"), OFFICE).due_at == at("04 11:00")


def test_longer_opening_hours_count_from_the_change():
    # From the start it would now end at 10 on the 3rd, which is stricter; from the change later than before.
    course, outcome = begin("PT10H").recounted(at("02 13:00"), parse_length("PT10H"), NEWER)
    assert (course.due_at, outcome) == (at("03 11:00"), "kept")


def test_a_closure_entered_afterwards_counts_from_the_start():
    closed = WorkingCalendar("UTC", BOOK[OFFICE].weekly, {at("02 00:00").date(): ((720, 1020),)})
    course = Course.begin(parse_length("PT4H"), at("02 09:00"), OFFICE, BOOK | {NEWER: closed})
    course, outcome = course.recounted(at("02 12:00"), parse_length("PT4H"), NEWER)
    assert (course.due_at, outcome) == (at("02 16:00"), "looser")


def test_looser_after_stricter_counts_from_the_first_start():
    course, _ = begin("P5D").recounted(at("03 09:00"), parse_length("P1D"), OFFICE)
    course, outcome = course.recounted(at("03 12:00"), parse_length("P4D"), OFFICE)
    assert (course.due_at, outcome) == (at("05 17:00"), "looser")


def test_clock_may_change_to_around_the_clock_and_back():
    working = begin("PT30M", "02 16:50")
    urgent, _ = working.recounted(at("02 18:00"), parse_length("PT30M"), None)
    assert urgent.due_at == at("02 18:30")
    again, _ = urgent.recounted(at("02 18:10"), parse_length("PT30M"), OFFICE)
    assert again.due_at == at("03 09:20")


def test_operations_never_run_backwards_when_the_clock_was_set_back():
    course = begin("P1D").paused(at("02 11:00")).resumed(at("02 10:00"), OFFICE)
    assert course.due_at == at("02 17:00")


def test_is_written_and_read_back():
    course, _ = begin("P5D").paused(at("02 11:00")).recounted(at("03 10:00"), parse_length("P1D"), NEWER)
    course = course.resumed(at("04 09:00"), STORE)
    assert Course.from_json(course.length.text, course.spans_as_json(), BOOK) == course


# ------------------------------------------------------------ properties

many = settings(max_examples=60, deadline=None)
KEY, OTHER = CalendarKey(1, 1), CalendarKey(2, 1)


@st.composite
def courses(draw):
    cal, start = draw(calendars_with_start())
    other = draw(calendars_with_start([cal.zone]))[0]
    length = draw(st.sampled_from(["PT15M", "PT4H", "P1D", "P5D", "same_day"]))
    return Course.begin(parse_length(length), start, KEY, {KEY: cal, OTHER: other})


def due(course):
    try:
        return course.due_at
    except NoWorkingTime:
        assume(False)


moments = st.timedeltas(timedelta(0), timedelta(days=4))
shares = st.floats(0, 0.999)


def some_time_before(course, share):
    first = due(course)
    return first, course.last.start + (first - course.last.start) * share


@many
@given(courses(), shares, moments)
def test_pausing_gives_back_exactly_what_was_left(course, share, pause):
    first, at = some_time_before(course, share)
    resumed = course.paused(at).resumed(at + pause, KEY)
    calendar = course.calendar(KEY)
    assert working_time_between(at, first, calendar) == working_time_between(at + pause, due(resumed), calendar)


@many
@given(courses(), shares)
def test_resuming_at_once_changes_nothing(course, share):
    first, at = some_time_before(course, share)
    again = course.paused(at).resumed(at, KEY)
    assert due(again) == first


@many
@given(courses(), shares, st.sampled_from(["PT1M", "PT30M", "PT8H", "P1D", "P9D", "same_day"]))
def test_changed_rule_is_never_due_in_the_past_and_a_stricter_never_later(course, share, length):
    first, at = some_time_before(course, share)
    try:
        changed, outcome = course.recounted(at, parse_length(length), KEY)
    except NoWorkingTime:
        assume(False)
    assert due(changed) > at
    assert {"looser": due(changed) > first, "stricter": due(changed) < first, "kept": due(changed) == first}[outcome]


@many
@given(courses(), shares)
def test_moving_keeps_what_was_used(course, share):
    assume(not course.length.is_same_day)
    _first, at = some_time_before(course, share)
    moved = course.moved(at, OTHER)
    assert moved.used(at) == course.used(at)
    assert due(moved) > at


@many
@given(courses(), st.floats(0.01, 3), st.floats(0.01, 3))
def test_rungs_come_in_their_order(course, one, other):
    due(course)
    low, high = sorted([one, other])
    try:
        assert course.instant(low) <= course.instant(high)
    except NoWorkingTime:
        assume(False)


@many
@given(courses())
def test_always_open_is_plain_arithmetic(course):
    assume(not course.length.is_same_day)
    plain = Course.begin(course.length, course.last.start, KEY, {KEY: always_open(course.calendar(KEY).zone)})
    assert due(plain) == plain.last.start + (course.length.time or timedelta(days=course.length.days))
