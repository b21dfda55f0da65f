"""Reading bodies strictly: UTF-8, JSON as its standard says, and only text that both databases keep."""

import json
import math
from collections.abc import Iterator, Mapping
from typing import IO, Any

from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import ParseError, UnsupportedMediaType
from rest_framework.parsers import BaseParser

from api.problems import invalid_fields
from core.errors import Sentence

UTF_8 = ("utf-8", "utf8")
# Deeper than any body of ours, and far from what Python can nest.
DEEPEST = 32
LARGEST = 2**63 - 1
LONGEST_NUMBER = 40


class StrictJSONParser(BaseParser):
    """Refuses what others let pass: other encodings, the same key twice, NaN, numbers without end, null bytes."""

    media_type = "application/json"

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        request = (parser_context or {})["request"]
        if request.content_params.get("charset", "utf-8").lower() not in UTF_8:
            raise UnsupportedMediaType(media_type or "", _("The body must be UTF-8."))
        value = read_json(stream.read())
        if errors := [{"field": path, "code": code, "message": words} for path, code, words in unkeepable(value)]:
            raise invalid_fields(errors)
        return value


def read_json(raw: bytes) -> Any:
    try:
        return json.loads(
            raw.decode("utf-8"),
            parse_constant=_no_constant,
            parse_int=_number,
            parse_float=_number,
            object_pairs_hook=_once_each,
        )
    except UnicodeDecodeError as error:
        raise ParseError(_("The body is not valid UTF-8.")) from error
    except json.JSONDecodeError as error:
        where = {"line": error.lineno, "column": error.colno}
        raise ParseError(_("The body is not valid JSON: line %(line)s, column %(column)s.") % where) from error
    except RecursionError as error:
        raise ParseError(_("The body is nested too deeply.")) from error


def _no_constant(name: str) -> float:
    raise ParseError(_("%(name)s is no number in JSON.") % {"name": name})


def _number(text: str) -> int | float:
    number: int | float = math.inf
    if len(text) <= LONGEST_NUMBER:
        number = float(text) if set(text) & set(".eE") else int(text)
    if not math.isfinite(number) or abs(number) > LARGEST:
        raise ParseError(_("The body has a number that is too large."))
    return number


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ParseError(_("The body names the same field twice."))
    return found


def unkeepable(value: Any, path: str = "", depth: int = 0) -> Iterator[tuple[str, str, Sentence]]:
    """Texts that cannot be kept: with null bytes, or with half of a pair of UTF-16. Yields path, code, sentence."""
    if depth > DEEPEST:
        raise ParseError(_("The body is nested too deeply."))
    if isinstance(value, str):
        if trouble := trouble_with(value):
            yield path, *trouble
    elif isinstance(value, dict):
        for name, inner in value.items():
            if trouble := trouble_with(name):
                yield path, *trouble
            else:
                yield from unkeepable(inner, f"{path}.{name}".lstrip("."), depth + 1)
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from unkeepable(inner, f"{path}.{index}".lstrip("."), depth + 1)


def trouble_with(text: str) -> tuple[str, Sentence] | None:
    if "\x00" in text:
        return "null_byte", _("A text must not hold null bytes.")
    if any("\ud800" <= sign <= "\udfff" for sign in text):
        return "not_utf8", _("This is not valid UTF-8.")
    return None
