"""Many small values in one column of one statement, instead of a statement of their own."""

from typing import Any

from django.db.models import Aggregate, QuerySet, Subquery, TextField, Value
from django.db.models.functions import Cast


class _Joined(Aggregate):
    function = "STRING_AGG"
    template = "%(function)s(%(expressions)s, ',')"
    output_field = TextField()

    def as_sqlite(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        return self.as_sql(compiler, connection, function="GROUP_CONCAT", **extra)


def joined(rows: QuerySet[Any], column: str) -> Subquery:
    """A subquery with the values of one column as text, in no order; `split` reads it."""
    # A constant to group by: all rows are one group.
    grouped = rows.order_by().annotate(together=Value(1)).values("together")
    return Subquery(grouped.annotate(joined=_Joined(Cast(column, TextField()))).values("joined"))


def split(text: str | None) -> list[str]:
    return text.split(",") if text else []
