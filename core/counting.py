"""Several counts in one statement."""

from typing import Any

from django.db import connection
from django.db.models import QuerySet

from core.apart import Statement, whole


def count_all(**rows: QuerySet[Any] | Statement | None) -> dict[str, int]:
    """Count each of these, which may be cut to a length: never more of a table than a figure shows; None has none."""
    counts = dict.fromkeys(rows, 0)
    asked = {name: found for name, each in rows.items() if (found := _statement(each))}
    if asked:
        each_counted = (f"(SELECT COUNT(*) FROM ({one.sql}) counted)" for one in asked.values())  # noqa: S608
        with connection.cursor() as cursor:
            values = [value for one in asked.values() for value in one.values]
            cursor.execute(f"SELECT {', '.join(each_counted)}", values)
            counts.update(zip(asked, cursor.fetchone(), strict=True))
    return counts


def _statement(rows: QuerySet[Any] | Statement | None) -> Statement | None:
    return next(iter(whole(rows.values("pk"))), None) if isinstance(rows, QuerySet) else rows
