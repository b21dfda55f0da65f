"""How stored values become words: in the language and the time zone that are active when they are read."""

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime, tzinfo
from decimal import Decimal, InvalidOperation
from typing import Any

from django.conf import settings
from django.utils import formats, timezone, translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from core.formats import listed_text, money_text, when_text

logger = logging.getLogger(__name__)

# A translated sentence with {named} values, or a function of the values where words depend on them.
Words = str | Promise | Callable[[Mapping[str, Any]], str]

MONEY = {"amount", "currency"}


class _Values(dict[str, str]):
    def __missing__(self, name: str) -> str:
        return "…"


def told(name: str, words: Words, values: Mapping[str, Any]) -> str:
    """Like `fill`, but what cannot be told is shown by its name: one odd old row must not take a whole page down."""
    try:
        return fill(words, values)
    except Exception:
        logger.exception("The words of %s do not fit its values", name)
        return name


def fill(words: Words, values: Mapping[str, Any]) -> str:
    """Put values into a sentence; one that is missing (an older event) becomes an ellipsis.

    By its name a value ending in `_at` is an instant and one ending in `_on` a date; an object of
    amount and currency is money, and one with the name of a program says that it is one. Instants are shown in
    the active time zone. A function gets instants, dates and money in words too, and everything else as it is
    stored, to decide upon.
    """
    if callable(words) and not isinstance(words, Promise):
        return words({name: show(name, value) if _needs_form(name, value) else value for name, value in values.items()})
    return str(words).format_map(_Values((name, show(name, value)) for name, value in values.items()))


def _needs_form(name: str, value: Any) -> bool:
    is_moment = isinstance(value, str) and name.endswith(("_at", "_on"))
    return is_moment or (isinstance(value, dict) and set(value) == MONEY)


def show(name: str, value: Any) -> str:  # noqa: PLR0911
    """Write one stored value for a reader."""
    match value:
        case None:
            return "–"
        case bool():
            return _("yes") if value else _("no")
        case {"program": name}:
            return _("%(name)s (program)") % {"name": name}
        case {"amount": amount, "currency": currency} if set(value) == MONEY:
            return _sum(amount, currency)
        case str() if name.endswith(("_at", "_on")):
            return _moment(name, value)
        case int() | float() | Decimal():
            return formats.localize(value)
        case list() | tuple():
            return listed_text(show("", one) for one in value)
    return str(value)


def _sum(amount: Any, currency: str) -> str:
    try:
        return money_text(Decimal(str(amount)), currency)
    except InvalidOperation:
        return f"{amount} {currency}"


def _moment(name: str, text: str) -> str:
    try:
        if name.endswith("_on"):
            return when_text(date.fromisoformat(text))
        at = datetime.fromisoformat(text)
    except ValueError:
        return text
    return when_text(at) if at.tzinfo else text


_zone_of: Callable[[Any], tzinfo | None] = lambda user: None  # noqa: E731


def reader_zone_from(read: Callable[[Any], tzinfo | None]) -> None:
    """Let an upper app (accounts) say in which time zone a user reads."""
    global _zone_of  # noqa: PLW0603
    _zone_of = read


@contextmanager
def reading_as(user: Any) -> Iterator[None]:
    """Write for this user inside the block, as for a mail: in their language and time zone."""
    language = getattr(user, "language", "") or settings.LANGUAGE_CODE
    with translation.override(language), timezone.override(_zone_of(user)):
        yield
