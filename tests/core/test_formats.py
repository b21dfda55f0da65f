from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone, translation

from core import clock
from core.formats import clip_text, duration_text, is_chinese, money_text, time_text, when_text
from core.money import Money

NOW = datetime(2026, 11, 19, 2, 42, tzinfo=UTC)


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        (Decimal("3800"), "¥3,800"),
        (Decimal("3800.50"), "¥3,800.50"),
        (Decimal("0"), "¥0"),
        (Decimal("-12"), "−¥12"),
        (Money(Decimal("20000.00"), "EUR"), "€20,000"),
        (Money(Decimal("1"), "CHF"), "CHF 1"),
    ],
)
def test_money_is_written_without_empty_decimals(amount, text):
    assert money_text(amount) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 s"),
        (59, "59 s"),
        (60, "1 min"),
        (3599, "59 min"),
        (3600, "1 h"),
        (8040, "2 h 14 min"),
        (86400, "1 d"),
        (97200, "1 d 3 h"),
        (-372, "6 min"),
    ],
)
def test_duration_is_never_rounded_up(seconds, text):
    assert duration_text(timedelta(seconds=seconds)) == text


def test_instant_is_written_in_the_readers_zone():
    with clock.frozen(NOW), timezone.override("Asia/Shanghai"):
        assert when_text(NOW) == "19 Nov, 10:42"
        assert time_text(NOW) == "10:42"
        assert when_text(NOW - timedelta(days=365)) == "19 Nov 2025, 10:42"
        assert time_text(NOW + timedelta(days=1)) == "20 Nov, 10:42"
        assert when_text(date(2026, 11, 24)) == "24 Nov"
    with clock.frozen(NOW), timezone.override("America/New_York"):
        assert when_text(NOW) == "18 Nov, 21:42"


def test_year_is_the_readers_too():
    new_year_in_shanghai = datetime(2026, 12, 31, 17, 0, tzinfo=UTC)
    with clock.frozen(new_year_in_shanghai), timezone.override("Asia/Shanghai"), translation.override("en"):
        assert when_text(new_year_in_shanghai) == "1 Jan, 01:00"


@pytest.mark.parametrize(
    ("text", "length", "clipped"),
    [
        ("short", 10, "short"),
        ("a long sentence", 7, "a long…"),
        ("line\n\nbreaks  go", 40, "line breaks go"),
        ("天窗配置与合同不符", 5, "天窗配置…"),
    ],
)
def test_text_is_clipped(text, length, clipped):
    assert clip_text(text, length) == clipped


def test_clip_never_cuts_inside_a_joined_emoji():
    family = "👨\u200d👩\u200d👧"
    assert clip_text(f"ab{family}xyz", 5) == "ab…"
    assert clip_text("abe\u0301fgh", 4) == "ab…"


@pytest.mark.parametrize(
    ("text", "answer"), [("保养后 oil 灯亮了", True), ("The VIP 王芳 called", False), ("", False), ("123", False)]
)
def test_chinese_is_told_from_english(text, answer):
    assert is_chinese(text) is answer
