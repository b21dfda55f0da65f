"""In all tests a prepared query is held against the plain one: the same statement, with the same values.

Building the plain one costs a quarter of a page's time. So each shape is held against it at its first calls and then
now and then, and each word that it is called with (a state, a role, a number) at its own first calls.
"""

from collections import Counter
from collections.abc import Iterator
from typing import Any
from unittest.mock import patch

import pytest
from django.db.models import QuerySet

from core.prepared import Prepared

FIRST_CALLS, NOW_AND_THEN = 3, 16
calls: Counter[Any] = Counter()


@pytest.fixture(autouse=True)
def prepared_as_plain() -> Iterator[None]:
    with patch.object(Prepared, "__call__", call):
        yield


def call(self: Prepared[Any, Any], *args: Any, **kwargs: Any) -> list[Any]:
    rows = self.rows(*args, **kwargs)
    if not is_turn(rows):
        return list(rows)
    # Django asks for nothing twice in one list, and padded ids are repeated.
    if not any(isinstance(each, tuple) and len(set(each)) < len(each) for each in args):
        assert asked(rows) == asked(self.build(*args, **kwargs))
    return list(rows)


def is_turn(rows: QuerySet[Any, Any]) -> bool:
    query: Any = rows.query
    called = (query.plan, tuple(value for value in query.values if isinstance(value, str)))
    calls[called] += 1
    return calls[called] <= FIRST_CALLS or calls[called] % NOW_AND_THEN == 0


def asked(rows: QuerySet[Any, Any]) -> Any:
    sql, params = rows.query.get_compiler(rows.db).as_sql()
    return sql, tuple(params)
