"""Pieces of a page that are drawn once for each value they show, and kept for the next time it is shown."""

import secrets
from collections.abc import Hashable, Iterable
from functools import cache, lru_cache
from typing import Any

from django.template.loader import get_template
from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString

from core.formats import Manner, manner

KEPT = 2048
# Never sent to anybody, so nobody can write one.
_SECRET = secrets.token_hex(16)


def drawn(template: str, /, **values: Hashable) -> SafeString:
    """Draw `template` with these values and nothing else, or give back what an equal call drew.

    What is equal must look equal, so give plain values or frozen dataclasses of them: no model, which is equal
    by its key, and no safe text within, which is equal to unsafe text. The reader's language, zone and day count
    too. What changes sooner (time left) or belongs to one request (tokens, addresses) is left to `filled`.
    """
    return drawn_for(manner(), template, **values)


@lru_cache(maxsize=KEPT, typed=True)
def drawn_for(_reader: Manner, template: str, /, **values: Hashable) -> SafeString:
    """As `drawn`, for lists, which find out once how their reader reads."""
    return draw(template, values)


def draw(template: str, values: dict[str, Any]) -> SafeString:
    """Draw `template` now, and keep nothing."""
    return SafeString(get_template(template).render(values))


@cache
def gap(name: str) -> SafeString:
    """A place in a drawn piece that each request fills."""
    return format_html("<!--{} {}-->", _SECRET, name)


def filled(piece: SafeString, **pieces: SafeString) -> SafeString:
    """Put what belongs to this moment into the gaps of a drawn piece."""
    text = str(piece)
    for name, what in pieces.items():
        text = text.replace(gap(name), what)
    return SafeString(text)


def with_words(piece: SafeString, placeholder: str, words: str) -> SafeString:
    """Put words in place of others that stand for them, escaped."""
    return SafeString(str(piece).replace(placeholder, escape(words)))


def together(pieces: Iterable[SafeString]) -> SafeString:
    """Put pieces one after the other."""
    return format_html_join("", "{}", ((piece,) for piece in pieces))
