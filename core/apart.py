"""Conditions of which one is enough, read one by one in one statement: each by its index, no further than shown.

Under a plain OR a database walks through everybody's rows in the order asked for, and filters.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db.models import BooleanField, ExpressionWrapper, Q, QuerySet
from django.db.models.expressions import RawSQL
from django.db.models.sql.where import WhereNode


class AnyOf(ExpressionWrapper):  # type: ignore[type-arg]
    """The conditions joined by OR, which `apart` finds again."""

    def __init__(self, *conditions: Q) -> None:
        super().__init__(reduce(or_, conditions), BooleanField())


@dataclass(frozen=True)
class Statement:
    """A SELECT with its values."""

    sql: str
    values: tuple[Any, ...]


def whole(rows: QuerySet[Any]) -> list[Statement]:
    """The queryset as one statement, or none when it can have no rows."""
    try:
        return [Statement(*rows.query.sql_with_params())]
    except EmptyResultSet:
        return []


def apart(rows: QuerySet[Any]) -> list[Statement]:
    """Return one statement for each condition of the queryset's `AnyOf`; without one, the queryset as it is.

    Together they have the rows of the queryset, some of them twice; a cut to a length is a cut of each.
    """
    any_of, found = _any_of(rows.query.where), whole(rows)
    return [part for one in found for part in _parts(rows, one, any_of)] if any_of else found


def _parts(rows: QuerySet[Any], asked: Statement, any_of: AnyOf) -> Iterator[Statement]:
    compiler = rows.query.get_compiler(rows.db)
    text, replaced = compiler.compile(any_of)
    if asked.sql.count(text) > 1:
        # Of which is which there is no telling, and one of them is enough for an index.
        yield asked
        return
    before, after = asked.sql.split(text)
    place = before.count("%s")
    first, last = asked.values[:place], asked.values[place + len(replaced) :]
    for condition in any_of.expression.children:
        try:
            sql, values = compiler.compile(condition)
        except EmptyResultSet:
            continue
        yield Statement(f"{before}{sql}{after}", (*first, *values, *last))


def ids_in(found: Statement) -> RawSQL:
    """The column `pk` of a statement, for an IN."""
    return RawSQL(f"SELECT pk FROM ({found.sql}) page", found.values)  # noqa: S608, S611


def _any_of(where: WhereNode) -> AnyOf | None:
    # A condition that is an expression stands in the query as the left side of "is true".
    conditions = (getattr(child, "lhs", None) for child in where.children)
    return next((each for each in conditions if isinstance(each, AnyOf)), None)


def merged(parts: Sequence[Statement], order: str, limit: int) -> Statement | None:
    """The first rows of all parts in this order, each row once; None when no part can have any."""
    if len(parts) < 2:
        return parts[0] if parts else None
    each = " UNION ".join(f"SELECT * FROM ({part.sql}) part" for part in parts)  # noqa: S608
    sql = f"SELECT * FROM ({each}) merged ORDER BY {order} LIMIT {int(limit)}"  # noqa: S608
    return Statement(sql, tuple(value for part in parts for value in part.values))
