"""Numbers are never reused; their year is the house's."""

from datetime import UTC, datetime

import pytest

from core.numbering import take_numbers

pytestmark = pytest.mark.django_db
NEW_YEAR_IN_SHANGHAI = datetime(2026, 12, 31, 16, 30, tzinfo=UTC)


def test_numbers_follow_each_other():
    at = datetime(2026, 6, 1, tzinfo=UTC)
    assert take_numbers("C", at=at, zone="UTC") == ["C-2026-000001"]
    assert take_numbers("C", at=at, zone="UTC", count=2) == ["C-2026-000002", "C-2026-000003"]


def test_series_count_for_themselves():
    at = datetime(2026, 6, 1, tzinfo=UTC)
    take_numbers("C", at=at, zone="UTC", count=7)
    assert take_numbers("CR", at=at, zone="UTC", digits=4) == ["CR-2026-0001"]


def test_the_year_is_that_of_the_house():
    assert take_numbers("C", at=NEW_YEAR_IN_SHANGHAI, zone="Asia/Shanghai") == ["C-2027-000001"]
    assert take_numbers("C", at=NEW_YEAR_IN_SHANGHAI, zone="Europe/London") == ["C-2026-000001"]
