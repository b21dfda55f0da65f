"""Querysets that are built and compiled once for each shape, then run again with the values of each call.

What a page asks is small: Django takes longer to build and compile it than the database to answer.
"""

import copy
import functools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import Any, Generic, ParamSpec, TypeVar

from django.core.exceptions import EmptyResultSet
from django.db import connections
from django.db.models import QuerySet
from django.utils.translation import get_language

P = ParamSpec("P")
Row = TypeVar("Row")

# Kept for each function; of more than these the longest unused is compiled anew.
SHAPES = 64
# What may differ between two calls of one shape.
VALUES = (int, str, datetime)
# What is asked of a query while its rows are read: the columns' names, and by watchers how many rows may come.
READ_OF_QUERIES = ("selected", "extra_select", "values_select", "annotation_select", "low_mark", "high_mark")
# Numbers above all that is written into queries, and still within a column of 32 bits.
FIRST_MARK = 1_900_000_000
MARK_DAY = datetime(2900, 1, 1, tzinfo=UTC)
MARKS_APART = 10_000


def prepared(build: Callable[P, QuerySet[Any, Row]]) -> "Prepared[P, Row]":
    """Make a function that builds a queryset into one that returns its rows as a list.

    It takes whole numbers, texts and aware datetimes as values, and passes them on as they are: reckoning is done
    before the call. What else it takes (None, yes or no, members of an Enum; what is empty or 0) is part of the shape,
    and so is how many there are in a tuple; dataclasses and tuples are looked into. Nothing but these and the language
    may make a difference. Raises RuntimeError where a value did not reach the statement (of a dataclass, which comes
    whole, some need not), where something else in it depends on the call, and where nothing can be found.
    """
    return Prepared(build)


def padded(ids: Sequence[int]) -> tuple[int, ...]:
    """The same ids for an IN, the last one repeated up to a power of two: few shapes for any number of them."""
    if not ids:
        return ()
    return (*ids, *[ids[-1]] * ((1 << (len(ids) - 1).bit_length()) - len(ids)))


class Prepared(Generic[P, Row]):
    def __init__(self, build: Callable[P, QuerySet[Any, Row]]) -> None:
        functools.update_wrapper(self, build)
        self.build = build
        self.plan = functools.lru_cache(maxsize=SHAPES)(self._plan)

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> list[Row]:
        return list(self.rows(*args, **kwargs))

    def rows(self, *args: P.args, **kwargs: P.kwargs) -> QuerySet[Any, Row]:
        """Not to be handed on: whatever is asked of it further is refused."""
        values: list[Any] = []
        shape = _shape_of((args, tuple(kwargs.values())), values)
        return self.plan(shape, tuple(kwargs), get_language()).rows(values)

    def _plan(self, shape: Any, names: tuple[str, ...], _language: str | None) -> "Plan":
        def build(values: Sequence[Any]) -> QuerySet[Any, Any]:
            args, named = _filled(shape, iter(values))
            return self.build(*args, **dict(zip(names, named, strict=True)))

        return Plan(build, list(_slots(shape)))


class Plan:
    """What one shape asks; compiled at the first use of each database."""

    def __init__(
        self, build: Callable[[Sequence[Any]], QuerySet[Any, Any]], slots: Sequence[tuple[type, bool]]
    ) -> None:
        self.build = build
        self.kinds = [kind for kind, _is_needed in slots]
        self.needed = {value for value, (_kind, is_needed) in enumerate(slots) if is_needed}
        self.example = build(self._marks(0))
        self.statements: dict[str, Statement] = {}

    def rows(self, values: Sequence[Any]) -> QuerySet[Any, Any]:
        example: Any = self.example
        rows = type(example)(model=example.model, query=_Query(self, values), using=example._db)
        rows._iterable_class, rows._fields = example._iterable_class, example._fields
        rows._prefetch_related_lookups = example._prefetch_related_lookups
        return rows  # type: ignore[no-any-return]

    def statement(self, using: str) -> "Statement":
        if using not in self.statements:
            once, again = self._marks(1), self._marks(2)
            statement = Statement(using, self.build(once), once, self.build(again), again)
            if not self.needed <= {value for _position, value in statement.places}:
                raise RuntimeError(f"A value did not reach the statement: {statement.sql}")
            self.statements[using] = statement
        return self.statements[using]

    def _marks(self, build: int) -> list[Any]:
        return [_mark(kind, build * MARKS_APART + place) for place, kind in enumerate(self.kinds)]


class _Query:
    """Stands where a queryset has its query, for reading rows and nothing else."""

    def __init__(self, plan: Plan, values: Sequence[Any]) -> None:
        self.plan, self.values = plan, values

    def get_compiler(self, using: str) -> Any:
        return self.plan.statement(using).compiler(self.values)

    def __getattr__(self, name: str) -> Any:
        if name not in READ_OF_QUERIES:
            raise RuntimeError(f"A prepared query is whole: {name}.")
        return getattr(self.plan.example.query, name)


class Statement:
    """The SQL of one shape on one database, and where in its parameters the values stand.

    Two builds with different marks tell what is a value and what is not.
    """

    def __init__(
        self,
        using: str,
        rows: QuerySet[Any, Any],
        marks: Sequence[Any],
        others: QuerySet[Any, Any],
        other_marks: Sequence[Any],
    ) -> None:
        self.using = using
        self.compiled, self.sql, self.params = _compiled(rows, using)
        _compiler, sql, params = _compiled(others, using)
        if sql != self.sql or len(params) != len(self.params):
            raise RuntimeError(f"The statement depends on its values: {self.sql}")
        marks, other_marks = self._adapted(marks), self._adapted(other_marks)
        self.places: list[tuple[int, int]] = []
        for position, (one, other) in enumerate(zip(self.params, params, strict=True)):
            value = next((number for number, mark in enumerate(marks) if mark == one), None)
            if other != (one if value is None else other_marks[value]):
                raise RuntimeError(f"Parameter {position} depends on the call and is no value: {self.sql}")
            if value is not None:
                self.places.append((position, value))
        # A connection belongs to one thread, and so do the converters; which columns have any is the same for all.
        converters = self.compiled.get_converters([column for column, *_sql in self.compiled.select])
        self.converted = [(place, column) for place, (_converters, column) in converters.items()]
        self.compiled.connection = None

    def compiler(self, values: Sequence[Any]) -> Any:
        """Django's compiler as it is after compiling, with these values."""
        adapted, params = self._adapted(values), list(self.params)
        for position, value in self.places:
            params[position] = adapted[value]
        compiler = copy.copy(self.compiled)
        compiler.connection = connection = connections[self.using]
        compiler.as_sql = lambda: (self.sql, tuple(params))
        # Without naming the compiler, which would keep itself alive until garbage is collected.
        compiler.get_converters = lambda _columns: self._converters(connection)
        return compiler

    def _converters(self, connection: Any) -> dict[int, tuple[list[Any], Any]]:
        return {
            place: (connection.ops.get_db_converters(column) + column.get_db_converters(connection), column)
            for place, column in self.converted
        }

    def _adapted(self, values: Sequence[Any]) -> list[Any]:
        ops = connections[self.using].ops
        return [ops.adapt_datetimefield_value(value) if type(value) is datetime else value for value in values]


def _compiled(rows: QuerySet[Any, Any], using: str) -> tuple[Any, str, tuple[Any, ...]]:
    if rows.query.select_for_update:
        raise RuntimeError("Whether a lock may be taken is looked at while compiling.")
    compiler: Any = rows.query.get_compiler(using)
    try:
        sql, params = compiler.as_sql()
    except EmptyResultSet as error:
        raise RuntimeError("Nothing can be found this way: ask before.") from error
    return compiler, sql, tuple(params)


def _shape_of(argument: Any, values: list[Any]) -> Any:
    """What stays the same from call to call; what does not is added to `values`."""
    kind = type(argument)
    # Code asks `if phone`, so what is false is another shape, as None is.
    if kind in VALUES and argument:
        values.append(_checked(argument))
        return kind
    if kind is tuple:
        return kind, tuple([_shape_of(each, values) for each in argument])
    if is_dataclass(kind):
        return kind, tuple([_shape_of(getattr(argument, name), values) for name in _names(kind)])
    if argument is None or kind in (*VALUES, bool) or isinstance(argument, Enum):
        return kind, argument
    raise TypeError(f"A prepared query takes no {kind.__name__}.")


def _checked(value: Any) -> Any:
    if type(value) is datetime and value.tzinfo is None:
        raise ValueError("A time without a zone.")
    if type(value) is int and value.bit_length() > 63:
        raise OverflowError("No column holds so large a number.")
    return value


def _filled(shape: Any, values: Iterator[Any]) -> Any:
    """The argument of this shape with these values."""
    if shape in VALUES:
        return next(values)
    kind, inside = shape
    if kind is tuple:
        return tuple([_filled(each, values) for each in inside])
    if is_dataclass(kind):
        return kind(*[_filled(each, values) for each in inside])  # type: ignore[operator]
    return inside


def _slots(shape: Any, is_needed: bool = True) -> Iterator[tuple[type, bool]]:
    """What stands where a value belongs, and whether the statement must have it."""
    if shape in VALUES:
        yield shape, is_needed
    elif shape[0] is tuple or is_dataclass(shape[0]):
        for each in shape[1]:
            yield from _slots(each, is_needed and shape[0] is tuple)


def _mark(kind: type, number: int) -> Any:
    """A value that stands nowhere else."""
    if kind is datetime:
        return MARK_DAY + timedelta(days=number)
    return FIRST_MARK + number if kind is int else f"value {number}"


@functools.cache
def _names(kind: Any) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))
