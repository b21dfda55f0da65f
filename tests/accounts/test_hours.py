"""Hours as people write them, in both keyboards."""

from datetime import date

import pytest

from accounts.actions import CalendarDay
from accounts.hours import days_text, hours_text, read_days, read_hours


@pytest.mark.parametrize(
    ("text", "slots"),
    [
        ("09:00-12:00, 13:30-18:00", [(540, 720), (810, 1080)]),
        ("13:30-18:00；9:00～12:00", [(540, 720), (810, 1080)]),
        ("9：00－12：00，13：00至18：00", [(540, 720), (780, 1080)]),
        ("00:00-24:00", [(0, 1440)]),
        ("9:00-12:00,12:00-18:00", [(540, 720), (720, 1080)]),
        ("", []),
        ("closed", []),
        ("休息", []),
    ],
)
def test_hours(text, slots):
    assert list(read_hours(text)) == slots


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("nine to five", "are no hours"),
        ("9-12", "are no hours"),
        ("12:00-9:00", "does not open before it closes"),
        ("9:00-9:00", "does not open before it closes"),
        ("9:00-24:01", "does not open before it closes"),
        ("9:60-10:00", "does not open before it closes"),
        ("9:00-13:00, 12:00-18:00", "overlap"),
    ],
)
def test_what_are_no_hours(text, sentence):
    with pytest.raises(ValueError, match=sentence):
        read_hours(text)


def test_written_back_as_read():
    assert hours_text(read_hours("9:00-12:00,13:30-18:00")) == "09:00-12:00, 13:30-18:00"
    days = [CalendarDay(date(2026, 10, 1), [], "国庆节"), CalendarDay(date(2026, 10, 10), [(540, 1080)], "调休上班")]
    text = days_text(days)
    assert text == "2026-10-01 | closed | 国庆节\n2026-10-10 | 09:00-18:00 | 调休上班"
    assert read_days(text) == days
    assert read_days("2026-10-10｜9：00－18：00｜调休上班\n\n2026-10-01 | 休息 | 国庆节\n") == days


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("2026-10-01 | closed | a\nOct 2 | closed | b", "Line 2 must be"),
        ("2026-02-30 | closed | a", "Line 1 must be"),
        ("2026-10-01 | noon | a", "Line 1 must be.*“noon” are no hours"),
        ("2026-10-01 | closed | a\n2026-10-01 | closed | b", "Line 2: 2026-10-01 is there twice"),
    ],
)
def test_what_are_no_days(text, sentence):
    with pytest.raises(ValueError, match=sentence):
        read_days(text)
