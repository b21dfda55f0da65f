"""Amounts as people write them."""

import re
from decimal import Decimal

import pytest

from core.money import parse_amount


@pytest.mark.parametrize(
    ("typed", "amount"),
    [
        ("1,200", "1200.00"),
        ("¥3 800.50", "3800.50"),
        ("１２００", "1200.00"),
        ("0", "0.00"),
        ("999999999999.99", "999999999999.99"),
    ],
)
def test_amounts_are_read_as_written(typed, amount):
    assert parse_amount(typed) == Decimal(amount)


@pytest.mark.parametrize("typed", ["", "-1", "1e308", "NaN", "Infinity", "1.234", "ten", "1000000000000", "1.2.3", "."])
def test_what_is_no_amount_is_refused(typed):
    with pytest.raises(ValueError, match=f"^{re.escape(typed)}$|DivisionUndefined|InvalidOperation"):
        parse_amount(typed)
