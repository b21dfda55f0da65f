"""Working time: example by example, in the words of DOMAIN.md 3.5."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from deadlines.working_time import (
    ALWAYS_OPEN,
    NoWorkingTime,
    WorkingCalendar,
    add_working_time,
    always_open,
    end_of_working_day,
    is_open,
    local_to_utc,
    next_opening,
    same_day_end,
    working_day_length,
    working_time_between,
)

MORNING, AFTERNOON = (9 * 60, 12 * 60), (14 * 60, 18 * 60)
FULL = (MORNING, AFTERNOON)
WEEK = (FULL,) * 5 + ((), ())
NEVER = WorkingCalendar("UTC", ((),) * 7)


def calendar(zone="UTC", weekly=WEEK, **exceptions):
    return WorkingCalendar(
        zone, weekly, {date.fromisoformat(day[1:].replace("_", "-")): s for day, s in exceptions.items()}
    )


def utc(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def local(cal, text):
    return datetime.fromisoformat(text).replace(tzinfo=cal.tz).astimezone(UTC)


# 2026-03-02 is a Monday.
@pytest.mark.parametrize(
    ("start", "minutes", "due"),
    [
        ("2026-03-02 09:00", 30, "2026-03-02 09:30"),
        ("2026-03-02 08:00", 30, "2026-03-02 09:30"),
        ("2026-03-02 11:45", 15, "2026-03-02 12:00"),  # closing time, not the next opening
        ("2026-03-02 11:45", 30, "2026-03-02 14:15"),
        ("2026-03-02 12:30", 30, "2026-03-02 14:30"),
        ("2026-03-06 17:50", 30, "2026-03-09 09:20"),  # over the weekend
        ("2026-03-07 12:00", 0, "2026-03-07 12:00"),  # zero stays where it is
        ("2026-03-02 09:00", 7 * 60, "2026-03-02 18:00"),
        ("2026-03-02 09:00", 5 * 7 * 60, "2026-03-06 18:00"),
        ("2026-03-02 09:00", 5 * 7 * 60 + 1, "2026-03-09 09:01"),
    ],
)
def test_adds_only_open_time(start, minutes, due):
    assert add_working_time(utc(start), timedelta(minutes=minutes), calendar()) == utc(due)


def test_holiday_part_day_closure_and_make_up_working_day():
    cal = calendar(_2026_03_03=(), _2026_03_04=(MORNING,), _2026_03_07=FULL)
    assert add_working_time(utc("2026-03-02 17:00"), timedelta(hours=2), cal) == utc("2026-03-04 10:00")
    assert working_time_between(utc("2026-03-03 00:00"), utc("2026-03-05 00:00"), cal) == timedelta(hours=3)
    assert working_time_between(utc("2026-03-07 00:00"), utc("2026-03-08 00:00"), cal) == timedelta(hours=7)
    assert add_working_time(utc("2026-03-06 18:00"), timedelta(hours=1), cal) == utc("2026-03-07 10:00")


def test_slot_may_end_at_midnight_and_go_on_the_next_day():
    night = calendar(weekly=(((0, 6 * 60), (20 * 60, 24 * 60)),) * 7)
    assert add_working_time(utc("2026-03-02 23:00"), timedelta(hours=2), night) == utc("2026-03-03 01:00")
    assert working_time_between(utc("2026-03-02 21:00"), utc("2026-03-03 07:00"), night) == timedelta(hours=9)


def test_exact_to_the_microsecond():
    odd = timedelta(hours=3, microseconds=1)
    due = add_working_time(utc("2026-03-02 09:00"), odd, calendar())
    assert due == utc("2026-03-02 14:00:00.000001")
    assert working_time_between(utc("2026-03-02 09:00"), due, calendar()) == odd


def test_answers_in_utc_whatever_zone_is_asked_in():
    tokyo = timezone(timedelta(hours=9))
    due = add_working_time(datetime(2026, 3, 2, 18, tzinfo=tokyo), timedelta(minutes=30), calendar())
    assert (due, due.tzinfo) == (utc("2026-03-02 09:30"), UTC)


def test_leap_day_is_a_day_like_any_other():
    assert add_working_time(utc("2028-02-28 17:00"), timedelta(hours=2), calendar()) == utc("2028-02-29 10:00")
    assert working_time_between(utc("2028-02-29 00:00"), utc("2028-03-01 00:00"), calendar()) == timedelta(hours=7)


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("Europe/London", "2026-03-29", 23),
        ("Europe/London", "2026-10-25", 25),
        ("America/New_York", "2026-03-08", 23),
        ("America/New_York", "2026-11-01", 25),
        ("Australia/Lord_Howe", "2026-10-04", 23.5),
        ("Australia/Lord_Howe", "2026-04-05", 24.5),
        ("Africa/Casablanca", "2026-02-15", 25),
        ("Africa/Casablanca", "2026-03-22", 23),
        ("Asia/Shanghai", "2026-03-29", 24),
        ("Asia/Kathmandu", "1986-01-01", 23.75),
        ("Pacific/Apia", "2011-12-30", 0),  # a day that never was
        ("America/St_Johns", "2010-11-07", 25),  # the clock went back over midnight
    ],
)
def test_day_is_as_long_as_it_really_was(zone, day, hours):
    cal = always_open(zone)
    on = date.fromisoformat(day)
    assert cal.open_time_on(on) == timedelta(hours=hours)
    starts, ends = local_to_utc(on, 0, cal.tz), local_to_utc(on, 24 * 60, cal.tz)
    assert working_time_between(starts, ends, cal) == timedelta(hours=hours)


def test_ambiguous_time_is_the_first_and_missing_time_the_next_valid_one():
    london = calendar("Europe/London", weekly=(((90, 180),),) * 7)
    assert london.intervals_on(date(2026, 10, 25))[0] == (utc("2026-10-25 00:30"), utc("2026-10-25 03:00"))
    assert london.intervals_on(date(2026, 3, 29))[0] == (utc("2026-03-29 01:00"), utc("2026-03-29 02:00"))


def test_slot_that_falls_into_the_missing_hour_does_not_open():
    new_york = calendar("America/New_York", weekly=(((125, 175),),) * 7)
    assert new_york.intervals_on(date(2026, 3, 8)) == ()
    assert add_working_time(local(new_york, "2026-03-08 00:00"), timedelta(minutes=1), new_york) == local(
        new_york, "2026-03-09 02:06"
    )


def test_never_open_is_an_error_and_not_a_loop():
    for question in (next_opening, end_of_working_day, same_day_end):
        with pytest.raises(NoWorkingTime):
            question(utc("2026-03-02 09:00"), NEVER)
    with pytest.raises(NoWorkingTime):
        add_working_time(utc("2026-03-02 09:00"), timedelta(microseconds=1), NEVER)
    with pytest.raises(NoWorkingTime):
        working_day_length(NEVER)
    assert add_working_time(utc("2026-03-02 09:00"), timedelta(0), NEVER) == utc("2026-03-02 09:00")
    assert working_time_between(utc("2026-03-02 09:00"), utc("2027-03-02 09:00"), NEVER) == timedelta(0)


def test_four_hundred_closed_days_are_the_most():
    start = utc("2026-03-02 00:00")
    opens_on = date(2026, 3, 2) + timedelta(days=400)
    assert (
        add_working_time(start, timedelta(hours=1), WorkingCalendar("UTC", ((),) * 7, {opens_on: FULL})).date()
        == opens_on
    )
    too_late = WorkingCalendar("UTC", ((),) * 7, {opens_on + timedelta(days=1): FULL})
    with pytest.raises(NoWorkingTime):
        add_working_time(start, timedelta(hours=1), too_late)
    # The same gap in the middle of a length.
    gap = WorkingCalendar(
        "UTC", ((),) * 7, {date(2026, 3, 2): (MORNING,), date(2026, 3, 2) + timedelta(days=401): FULL}
    )
    with pytest.raises(NoWorkingTime):
        add_working_time(start, timedelta(hours=4), gap)


@pytest.mark.parametrize(
    "slots",
    [((540, 540),), ((600, 540),), ((540, 720), (700, 800)), ((800, 900), (540, 600)), ((-1, 5),), ((0, 1441),)],
)
def test_refuses_slots_that_make_no_day(slots):
    with pytest.raises(ValueError, match="slot"):
        WorkingCalendar("UTC", (slots,) + ((),) * 6)
    with pytest.raises(ValueError, match="slot"):
        WorkingCalendar("UTC", ((),) * 7, {date(2026, 1, 1): slots})


def test_refuses_what_makes_no_sense():
    with pytest.raises(ValueError, match="seven"):
        WorkingCalendar("UTC", (FULL,) * 6)
    with pytest.raises(KeyError):  # ZoneInfoNotFoundError
        WorkingCalendar("Mars/Olympus", WEEK)
    with pytest.raises(ValueError, match="zone"):
        add_working_time(datetime(2026, 3, 2), timedelta(1), calendar())  # noqa: DTZ001
    with pytest.raises(ValueError, match="negative"):
        add_working_time(utc("2026-03-02 09:00"), timedelta(-1), calendar())
    with pytest.raises(ValueError, match="before"):
        working_time_between(utc("2026-03-03 09:00"), utc("2026-03-02 09:00"), calendar())
    with pytest.raises(ValueError, match="years"):
        add_working_time(datetime(9999, 1, 1, tzinfo=UTC), timedelta(1), calendar())
    with pytest.raises(ValueError, match="ten years"):
        add_working_time(utc("2026-03-02 09:00"), timedelta.max, ALWAYS_OPEN)


@pytest.mark.parametrize(
    ("at", "ends"),
    [
        ("2026-03-02 08:00", "2026-03-02 18:00"),
        ("2026-03-02 17:59", "2026-03-02 18:00"),
        ("2026-03-02 18:00", "2026-03-03 18:00"),
        ("2026-03-06 18:01", "2026-03-09 18:00"),
        ("2026-03-07 10:00", "2026-03-09 18:00"),
    ],
)
def test_end_of_working_day(at, ends):
    assert end_of_working_day(utc(at), calendar()) == utc(ends)


@pytest.mark.parametrize(
    ("received", "ends"),
    [
        ("2026-03-02 09:00", "2026-03-02 18:00"),
        ("2026-03-02 15:59:59", "2026-03-02 18:00"),
        ("2026-03-02 16:00", "2026-03-03 18:00"),  # in its last two hours
        ("2026-03-02 23:00", "2026-03-03 18:00"),  # or later
        ("2026-03-06 17:00", "2026-03-09 18:00"),
        ("2026-03-07 09:00", "2026-03-09 18:00"),  # on a closed day
    ],
)
def test_same_day_rule(received, ends):
    assert same_day_end(utc(received), calendar()) == utc(ends)


def test_same_day_counts_from_the_closing_time_of_a_shortened_day():
    cal = calendar(_2026_03_02=(MORNING,))
    assert same_day_end(utc("2026-03-02 09:59"), cal) == utc("2026-03-02 12:00")
    assert same_day_end(utc("2026-03-02 10:00"), cal) == utc("2026-03-03 18:00")


def test_same_day_is_the_local_day():
    shanghai = always_open("Asia/Shanghai")
    assert same_day_end(utc("2026-03-02 13:59"), shanghai) == utc("2026-03-02 16:00")
    assert same_day_end(utc("2026-03-02 14:00"), shanghai) == utc("2026-03-03 16:00")


def test_working_day_is_the_most_frequent_one_and_of_equals_the_longer():
    short, full = (MORNING,), FULL
    assert working_day_length(calendar(weekly=(full,) * 5 + (short, ()))) == timedelta(hours=7)
    assert working_day_length(calendar(weekly=(short,) * 3 + (full,) * 3 + ((),))) == timedelta(hours=7)
    assert working_day_length(ALWAYS_OPEN) == timedelta(hours=24)


def test_open_now_and_next_opening():
    assert is_open(utc("2026-03-02 09:00"), calendar())
    assert not is_open(utc("2026-03-02 12:00"), calendar())
    assert next_opening(utc("2026-03-02 10:00"), calendar()) == utc("2026-03-02 10:00")
    assert next_opening(utc("2026-03-06 18:00"), calendar()) == utc("2026-03-09 09:00")
