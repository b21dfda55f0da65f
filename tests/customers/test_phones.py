"""Phones as people write them: compared by one form, shown as is usual here."""

import pytest

from customers.phones import beginnings, looks_like_phone, normalized_phone, show_phone


@pytest.mark.parametrize(
    "typed",
    [
        "13805716620",
        "138 0571 6620",
        "138-0571-6620",
        "１３８０５７１６６２０",
        "+86 138 0571 6620",
        "0086-138-0571-6620",
        "86 13805716620",
        "013805716620",
        " (138) 0571.6620 ",
        "138 0571 6620 ext. 12",
        "13805716620转801",
        "١٣٨٠٥٧١٦٦٢٠",
    ],
)
def test_one_phone_in_any_writing(typed):
    assert normalized_phone(typed) == "+8613805716620"


@pytest.mark.parametrize(
    ("typed", "region", "normalized"),
    [
        ("0571-88881234转 801", None, "+8657188881234"),
        ("0571-123-809", None, "0571123809"),
        ("021-62345678-809", None, "+862162345678"),
        ("12315", None, "12315"),
        ("8888 1234", None, "88881234"),
        ("400-820-8820", None, "+864008208820"),
        ("(202) 555-0123", "US", "+12025550123"),
        ("+1 202 555 0123", None, "+12025550123"),
        ("call me", None, ""),
        ("", None, ""),
        ("9" * 500, None, "9" * 40),
        ("\0\ud800", None, ""),
    ],
)
def test_normalized(typed, region, normalized):
    assert normalized_phone(typed, region) == normalized


@pytest.mark.parametrize(
    ("stored", "shown"),
    [
        ("+8613805716620", "138 0571 6620"),
        ("１３８０５７１６６２０", "138 0571 6620"),
        ("0571-88881234", "0571 8888 1234"),
        ("+12025550123", "+1 202-555-0123"),
        ("12315", "12315"),
        ("8888 1234 (office)", "8888 1234 (office)"),
        ("", ""),
    ],
)
def test_shown(stored, shown):
    assert show_phone(stored) == shown


def test_a_number_from_abroad_shows_its_country():
    assert show_phone("+8613805716620", "US") == "+86 138 0571 6620"


@pytest.mark.parametrize(
    ("text", "is_phone"),
    [
        ("1380", True),
        ("+86 138", True),
        ("（138）0571", True),
        ("138", False),
        ("C-2026-000123", False),
        ("王芳 1380571", False),
        ("", False),
        ("----", False),
    ],
)
def test_looks_like_a_phone(text, is_phone):
    assert looks_like_phone(text) is is_phone


@pytest.mark.parametrize(
    ("typed", "begins"),
    [
        ("1380", ["1380", "861380"]),
        ("0571", ["0571", "86571"]),
        ("+86 138", ["86138"]),
        ("0086138", ["86138"]),
    ],
)
def test_beginnings(typed, begins):
    assert beginnings(typed) == begins
