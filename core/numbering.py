"""Numbers such as C-2026-000123: never reused, gaps allowed. Source: DOMAIN.md 3.1, 10.11."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import connection


def take_numbers(series: str, *, at: datetime, zone: str, count: int = 1, digits: int = 6) -> list[str]:
    """Take the next `count` numbers of the series, in the year that `at` has in the house's time zone.

    The counter's row stays locked until the caller's transaction ends, so take numbers late.
    """
    year = at.astimezone(ZoneInfo(zone)).year
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO core_counter (series, year, last) VALUES (%s, %s, %s) "
            "ON CONFLICT (series, year) DO UPDATE SET last = core_counter.last + excluded.last RETURNING last",
            [series, year, count],
        )
        (last,) = cursor.fetchone()
    return [f"{series}-{year}-{number:0{digits}d}" for number in range(last - count + 1, last + 1)]


def take_running_number(series: str) -> str:
    """Take the next number of a series that counts through all years, such as K-31."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO core_counter (series, year, last) VALUES (%s, 0, 1) "
            "ON CONFLICT (series, year) DO UPDATE SET last = core_counter.last + 1 RETURNING last",
            [series],
        )
        (last,) = cursor.fetchone()
    return f"{series}-{last}"
