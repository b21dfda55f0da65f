"""Weeks in their own zones, across daylight saving and the turn of the year."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from insights.periods import Week, starts_at

LONDON, SHANGHAI = ZoneInfo("Europe/London"), ZoneInfo("Asia/Shanghai")
NEW_YORK, BEIRUT = ZoneInfo("America/New_York"), ZoneInfo("Asia/Beirut")


@pytest.mark.parametrize(
    ("text", "monday"),
    [
        ("2026-W47", date(2026, 11, 16)),
        ("2026-W01", date(2025, 12, 29)),
        ("2026-W53", date(2026, 12, 28)),
        ("2020-W53", date(2020, 12, 28)),
    ],
)
def test_weeks_are_numbered_as_by_iso_8601(text, monday):
    week = Week.parse(text)
    assert (week.monday, str(week)) == (monday, text)
    assert week.after().before() == week


@pytest.mark.parametrize("text", ["", "2026-W54", "2025-W53", "2026-W00", "2026-47", "W47", "1999-W10", "2026-W4７"])
def test_what_is_no_week_is_refused(text):
    with pytest.raises(ValueError, match="Invalid week"):
        Week.parse(text)


@pytest.mark.parametrize(
    ("week", "zone", "hours"),
    [
        ("2026-W13", LONDON, 167),
        ("2026-W43", LONDON, 169),
        ("2026-W47", LONDON, 168),
        ("2026-W10", NEW_YORK, 167),
        ("2026-W44", NEW_YORK, 169),
        ("2026-W47", SHANGHAI, 168),
    ],
)
def test_a_week_has_as_many_hours_as_the_clocks_there_give_it(week, zone, hours):
    span = Week.parse(week).span(zone)
    assert span.end - span.start == timedelta(hours=hours)
    assert span.start.astimezone(zone).strftime("%a %H:%M") == span.end.astimezone(zone).strftime("%a %H:%M")
    assert span.end == Week.parse(week).after().span(zone).start


def test_each_place_begins_at_its_own_midnight():
    assert Week.parse("2026-W47").span(SHANGHAI).start == datetime(2026, 11, 15, 16, tzinfo=UTC)
    assert Week.parse("2026-W47").span(LONDON).start == datetime(2026, 11, 16, tzinfo=UTC)


def test_an_hour_that_is_left_out_is_the_next_one():
    """In Beirut the clocks go from midnight to one o'clock."""
    assert starts_at(date(2026, 3, 29), BEIRUT).astimezone(BEIRUT).strftime("%d %H:%M") == "29 01:00"


def test_an_hour_that_comes_twice_is_its_first():
    assert starts_at(date(2026, 11, 1), NEW_YORK, 1) == datetime(2026, 11, 1, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("instant", "week"),
    [
        (datetime(2026, 11, 15, 15, 59, tzinfo=UTC), "2026-W46"),
        (datetime(2026, 11, 15, 16, 0, tzinfo=UTC), "2026-W47"),
        (datetime(2026, 11, 22, 15, 59, tzinfo=UTC), "2026-W47"),
    ],
)
def test_which_week_it_is_depends_on_where(instant, week):
    assert str(Week.at(instant, SHANGHAI)) == week


def test_a_running_week_goes_as_far_as_now():
    span = Week.parse("2026-W47").span(SHANGHAI)
    now = datetime(2026, 11, 18, 2, tzinfo=UTC)
    assert span.until(now).end == now
    assert span.until(now + timedelta(days=30)) == span
    assert span.until(datetime(2026, 1, 1, tzinfo=UTC)).end == span.start
