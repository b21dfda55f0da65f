"""Filters of lists, checked strictly: what is unknown or cannot be read is refused, never ignored."""

import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from rest_framework.request import Request

from api.fields import parse_instant
from api.parsing import trouble_with
from api.problems import invalid, invalid_fields

LONGEST = 200


class Filter:
    """One parameter: how it is read and what it selects. `lookup` is a lookup of the ORM."""

    schema: Mapping[str, Any] = {"type": "string", "minLength": 1, "maxLength": LONGEST}

    def __init__(self, lookup: str, description: str) -> None:
        self.lookup, self.description = lookup, description

    def read(self, text: str) -> Any:
        """The value, or ValueError."""
        return text

    def apply(self, rows: QuerySet[Any], value: Any) -> QuerySet[Any]:
        return rows.filter(**{self.lookup: value})


class YesNoFilter(Filter):
    schema = {"type": "boolean"}

    def read(self, text: str) -> bool:
        return {"true": True, "false": False}[text]


class IdFilter(Filter):
    schema = {"type": "integer", "format": "int64", "minimum": 1, "maximum": 2**63 - 1}

    def read(self, text: str) -> int:
        if not (text.isascii() and text.isdigit() and len(text) < 20 and 1 <= int(text) < 2**63):
            raise ValueError(text)
        return int(text)


class InstantFilter(Filter):
    """`updated_since=`, `due_before=`: an instant with its offset. A + in it must be sent as %2B."""

    schema = {"type": "string", "format": "date-time"}

    def read(self, text: str) -> Any:
        instant = parse_instant(text)
        if instant is None or instant.tzinfo is None:
            raise ValueError(text)
        return instant


class DayFilter(Filter):
    """A date, YYYY-MM-DD."""

    schema = {"type": "string", "format": "date"}

    def read(self, text: str) -> Any:
        if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
            raise ValueError(text)
        return date.fromisoformat(text)


class CodeFilter(Filter):
    """One of the contract's words."""

    def __init__(self, lookup: str, description: str, choices: Iterable[str]) -> None:
        super().__init__(lookup, description)
        self.choices = tuple(choices)
        self.schema = {"type": "string", "enum": list(self.choices)}

    def read(self, text: str) -> str:
        if text not in self.choices:
            raise ValueError(text)
        return text


def one_each(request: Request, known: Iterable[str]) -> dict[str, str]:
    """The parameters by name. Refuses unknown ones, the same one twice, and what no text column keeps."""
    allowed, found = set(known), {}
    errors: list[dict[str, Any]] = []
    for name, values in request.query_params.lists():
        if name not in allowed:
            errors.append({"field": name, "code": "unknown_parameter", "message": _("There is no such parameter.")})
        elif len(values) != 1:
            errors.append({"field": name, "code": "repeated", "message": _("Give it once.")})
        elif trouble := trouble_with(values[0]):
            errors.append({"field": name, "code": trouble[0], "message": trouble[1]})
        elif not values[0].strip() or len(values[0]) > (4 * LONGEST if name == "cursor" else LONGEST):
            errors.append({"field": name, "code": "invalid", "message": _("This value is empty or too long.")})
        else:
            found[name] = values[0]
    if errors:
        raise invalid_fields(errors)
    return found


def filtered(rows: QuerySet[Any], filters: Mapping[str, Filter], given: Mapping[str, str]) -> QuerySet[Any]:
    for name, each in filters.items():
        if name in given:
            try:
                value = each.read(given[name])
            except (ValueError, LookupError) as error:
                raise invalid(name, "invalid", _("This value cannot be read.")) from error
            rows = each.apply(rows, value)
    return rows
