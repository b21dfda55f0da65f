"""Pages by cursor: the place in the list is the last row seen, so rows that come in between shift nothing."""

import base64
import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext_lazy as _
from rest_framework.request import Request

from api.parsing import trouble_with
from api.problems import invalid

DEFAULT_LIMIT, MOST = 50, 200


@dataclass(frozen=True)
class Order:
    """By one column of the model, with nulls last, and by id among equals."""

    name: str
    column: str
    is_descending: bool
    is_nullable: bool

    @classmethod
    def of(cls, rows: QuerySet[Any], name: str, column: str) -> "Order":
        try:
            is_nullable = column != "pk" and bool(rows.model._meta.get_field(column).null)
        except FieldDoesNotExist as error:
            raise LookupError(f"{rows.model.__name__} cannot be ordered by {column}.") from error
        return cls(name, column, name.startswith("-"), is_nullable)


@dataclass(frozen=True)
class Place:
    """A row's place in the order, and whether the page lies before it."""

    value: str | None
    pk: int
    is_backwards: bool = False


@dataclass(frozen=True)
class Page:
    rows: list[Any]
    next: str | None
    previous: str | None

    @property
    def link(self) -> str:
        """RFC 8288."""
        links = [(self.next, "next"), (self.previous, "prev")]
        return ", ".join(f'<{url}>; rel="{rel}"' for url, rel in links if url)


def limit_of(text: str | None) -> int:
    if text is None:
        return DEFAULT_LIMIT
    if not (text.isascii() and text.isdigit() and len(text) < 4 and 1 <= int(text) <= MOST):
        raise invalid("limit", "invalid", _("The limit is a number from 1 to 200."))
    return int(text)


def page_of(rows: QuerySet[Any], order: Order, given: dict[str, str], request: Request) -> Page:
    """Cut one page out of the rows, with the addresses of its neighbours."""
    limit = limit_of(given.get("limit"))
    place = read_cursor(given["cursor"], order, rows) if "cursor" in given else None
    backwards = bool(place and place.is_backwards)
    if place:
        rows = rows.filter(_beyond(order, place, rows))
    found = list(rows.order_by(*_sorted_by(order, backwards))[: limit + 1])
    has_more = len(found) > limit
    found = found[:limit]
    if backwards:
        found.reverse()
    if not found:
        return Page([], None, None)
    has_next = backwards or has_more
    has_previous = has_more if backwards else place is not None
    return Page(
        found,
        _address(request, order, found[-1], is_backwards=False) if has_next else None,
        _address(request, order, found[0], is_backwards=True) if has_previous else None,
    )


def _sorted_by(order: Order, backwards: bool) -> list[Any]:
    down = order.is_descending != backwards
    column = F(order.column)
    # Nulls last; walking backwards they come first.
    nulls: dict[str, bool] = {}
    if order.is_nullable:
        nulls = {"nulls_first": True} if backwards else {"nulls_last": True}
    by = column.desc(**nulls) if down else column.asc(**nulls)
    return [by] if order.column == "pk" else [by, "-pk" if down else "pk"]


def _beyond(order: Order, place: Place, rows: QuerySet[Any]) -> Q:
    """What comes after the place, in the direction of the page."""
    down = order.is_descending != place.is_backwards
    side = "lt" if down else "gt"
    column, beyond_pk = order.column, Q(**{f"pk__{side}": place.pk})
    if column == "pk":
        return beyond_pk
    is_null = Q(**{f"{column}__isnull": True})
    if place.value is None:
        return (Q(**{f"{column}__isnull": False}) | is_null & beyond_pk) if place.is_backwards else is_null & beyond_pk
    value = rows.model._meta.get_field(column).to_python(place.value)
    # Said twice, so that an index on the column is walked from the place on.
    after = Q(**{f"{column}__{side}e": value}) & (Q(**{f"{column}__{side}": value}) | beyond_pk)
    return after | is_null if order.is_nullable and not place.is_backwards else after


def _address(request: Request, order: Order, row: Any, *, is_backwards: bool) -> str:
    field = None if order.column == "pk" else row._meta.get_field(order.column)
    value = None if field is None or getattr(row, field.attname) is None else field.value_to_string(row)
    cursor = write_cursor(order, Place(value, row.pk, is_backwards))
    kept = [(name, text) for name, text in request.query_params.items() if name != "cursor"]
    return f"{request.build_absolute_uri(request.path)}?{urlencode([*kept, ('cursor', cursor)])}"


def write_cursor(order: Order, place: Place) -> str:
    text = json.dumps([order.name, place.value, place.pk, int(place.is_backwards)], separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).rstrip(b"=").decode()


def read_cursor(text: str, order: Order, rows: QuerySet[Any]) -> Place:
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        name, value, pk, is_backwards = json.loads(raw.decode())
        place = Place(value, pk, bool(is_backwards))
        if name != order.name or type(pk) is not int or not 0 < pk < 2**63:
            raise ValueError(text)
        if value is not None:
            if not isinstance(value, str) or trouble_with(value):
                raise ValueError(text)
            if order.column != "pk":
                _check_value(rows, order, value)
    except (ValueError, TypeError, ValidationError, RecursionError, OverflowError) as error:
        raise invalid("cursor", "invalid", _("This cursor is not of this list.")) from error
    return place


def _check_value(rows: QuerySet[Any], order: Order, value: str) -> None:
    field = rows.model._meta.get_field(order.column)
    python = field.to_python(value)
    field.run_validators(python)
    field.get_prep_value(python)
