import json
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from uuid import UUID

import pytest
from django.utils.translation import gettext_lazy
from hypothesis import given
from hypothesis import strategies as st

from core.money import Money
from events.canonical import canonical, event_hash, instant_text

EAST = timezone(timedelta(hours=8))


def test_canonical_form_is_pinned_to_the_byte():
    """Whoever changes this breaks every chain ever written."""
    values = {
        "to": "closed",
        "amount": Decimal("5000.00"),
        "words": '退款 "x"\n\u2028é\x00',
        "due_at": datetime(2026, 3, 1, 16, 0, tzinfo=EAST),
        "count": 3,
        "is_vip": True,
        "nothing": None,
        "nested": {"b": [1, "二"], "a": {}},
    }
    assert canonical(values) == (
        '{"amount":"5000.00","count":3,"due_at":"2026-03-01T08:00:00.000000+00:00","is_vip":true,'
        '"nested":{"a":{},"b":[1,"二"]},"nothing":null,"to":"closed","words":"退款 \\"x\\"\\n\u2028é\\u0000"}'
    )


def test_hash_is_pinned():
    at = instant_text(datetime(2026, 3, 1, 8, 0, 0, 5, tzinfo=UTC))
    first = event_hash("complaint:7", 1, "complaint.lodged", 3, at, canonical({"channel": "电话"}), "")
    second = event_hash("complaint:7", 2, "complaint.taken", None, at, canonical({}), first)
    assert at == "2026-03-01T08:00:00.000005+00:00"
    assert first == "4c7a457e6a0370d5e030c4c6cc7577264f2ce4547f95b7b1dd68e197e90e3213"
    assert second == "e69e06f212ec16c0cb904837388dfee4216be94b49a19f9760284f8ccd079360"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Decimal("1E+3"), '"1000"'),
        (Decimal("0.10"), '"0.10"'),
        (date(2026, 2, 28), '"2026-02-28"'),
        (timedelta(minutes=90), '"P0DT01H30M00S"'),
        (UUID(int=1), '"00000000-0000-0000-0000-000000000001"'),
        (Money(Decimal("9.50"), "CNY"), '{"amount":"9.50","currency":"CNY"}'),
        ({"b", "a"}, '["a","b"]'),
        ((1, 2), "[1,2]"),
    ],
)
def test_plain_values_have_one_text(value, text):
    assert canonical(value) == text


@pytest.mark.parametrize("value", [object(), gettext_lazy("Supervisor"), b"bytes", 1 + 2j])
def test_what_has_no_fixed_text_is_refused(value):
    with pytest.raises(TypeError, match="An event cannot hold"):
        canonical({"value": value})


@pytest.mark.parametrize(
    "value",
    [float("nan"), float("inf"), Decimal("NaN"), "\ud800", datetime(2026, 3, 1)],  # noqa: DTZ001
)
def test_what_no_database_could_hold_is_refused(value):
    with pytest.raises(ValueError):  # noqa: PT011
        canonical({"value": value})


TEXT = st.text(st.characters(exclude_categories=["Cs"]))
PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
)


@given(st.dictionaries(TEXT, PLAIN, max_size=5))
def test_canonical_text_reads_back_and_does_not_depend_on_order(values):
    text = canonical(values)
    assert json.loads(text) == values
    assert canonical(dict(reversed(values.items()))) == text
