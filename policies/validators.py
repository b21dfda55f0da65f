"""What a policy's value may be. Each rule returns the clean value or says in a sentence what is wrong."""

import re
from collections.abc import Callable, Collection, Mapping
from decimal import Decimal
from itertools import pairwise
from typing import Any
from zoneinfo import available_timezones

from babel.numbers import list_currencies
from django.utils.translation import gettext_lazy as _

from core.errors import Sentence
from core.money import parse_amount

Rule = Callable[[Any], Any]

MOST_WORDS = 500
MOST_LETTERS = 60
CODE = re.compile(r"[a-z][a-z0-9_]{0,63}")
USERNAME = re.compile(r"[\w.@+-]{1,150}")


class Invalid(ValueError):
    """A value that a policy cannot have, with the sentence that says why."""

    def __init__(self, sentence: Sentence) -> None:
        super().__init__(str(sentence))
        self.sentence = sentence


def whole(least: int, most: int) -> Rule:
    """A whole number between two, both included."""

    def check(value: Any) -> int:
        # True is a whole number to Python.
        if isinstance(value, bool) or not isinstance(value, int):
            raise Invalid(_("Enter a whole number."))
        if not least <= value <= most:
            raise Invalid(_("Enter a number from {least} to {most}.").format(least=least, most=most))
        return value

    return check


def number(least: float, most: float) -> Rule:
    """A number between two, both included."""

    def check(value: Any) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise Invalid(_("Enter a number."))
        if not least <= value <= most:
            raise Invalid(_("Enter a number from {least} to {most}.").format(least=f"{least:g}", most=f"{most:g}"))
        return value

    return check


def amount(value: Any) -> str:
    """A sum in the house currency, kept as text so that no digit is lost."""
    if isinstance(value, bool) or not isinstance(value, int | str | Decimal):
        raise Invalid(_("Enter an amount such as 5000 or 199.90."))
    try:
        exact = parse_amount(str(value))
    except ValueError as error:
        raise Invalid(_("Enter an amount such as 5000 or 199.90.")) from error
    return format(exact.normalize(), "f")


def text(most: int, *, is_required: bool = False) -> Rule:
    """Some words on one or several lines."""

    def check(value: Any) -> str:
        if not isinstance(value, str) or "\x00" in value:
            raise Invalid(_("Enter text."))
        clean = value.strip()
        if is_required and not clean:
            raise Invalid(_("Enter text; this may not be empty."))
        if len(clean) > most:
            raise Invalid(_("Enter at most {most} characters.").format(most=most))
        return clean

    return check


def zone(value: Any) -> str:
    if not isinstance(value, str) or value not in available_timezones():
        raise Invalid(_("This time zone is not known. Write it like Asia/Shanghai."))
    return value


def currency(value: Any) -> str:
    if not isinstance(value, str) or value not in list_currencies():
        raise Invalid(_("Enter the three letters of a currency, such as CNY."))
    return value


def words(value: Any) -> list[str]:
    """A list of words or short phrases, each once."""
    if not isinstance(value, list) or not all(isinstance(word, str) for word in value):
        raise Invalid(_("Enter a list of words."))
    clean = list(dict.fromkeys(" ".join(word.replace("\x00", "").split()) for word in value))
    if "" in clean:
        raise Invalid(_("A word may not be empty."))
    if len(clean) > MOST_WORDS:
        raise Invalid(_("Enter at most {most} words.").format(most=MOST_WORDS))
    if longest := next((word for word in clean if len(word) > MOST_LETTERS), None):
        raise Invalid(_("“{word}…” is too long for a word.").format(word=longest[:20]))
    return clean


def codes(value: Any) -> list[str]:
    """A list of codes, such as those of categories."""
    return _each(value, CODE, _("“{word}” is not a code: use small letters, digits and underscores."))


def usernames(value: Any) -> list[str]:
    return _each(value, USERNAME, _("“{word}” is not a username."))


def _each(value: Any, pattern: re.Pattern[str], sentence: Any) -> list[str]:
    clean = words(value)
    for word in clean:
        if not pattern.fullmatch(word):
            raise Invalid(sentence.format(word=word))
    return clean


def some_of(*names: str) -> Rule:
    """Any number of these, each once, in this order."""

    def check(value: Any) -> list[str]:
        given = words(value)
        if unknown := [name for name in given if name not in names]:
            raise Invalid(
                _("“{name}” is not known here; possible are: {names}.").format(name=unknown[0], names=", ".join(names))
            )
        return [name for name in names if name in given]

    return check


def word_lists(*names: str) -> Rule:
    """One list of words under each of these names."""

    def check(value: Any) -> dict[str, list[str]]:
        table = mapping(value, names, required=names)
        return {name: words(table[name]) for name in names}

    return check


def limits(roles: tuple[str, ...]) -> Rule:
    """A sum for each role, in their order: who ranks higher may not have less."""

    def check(value: Any) -> dict[str, str]:
        if isinstance(value, dict) and (unknown := sorted(str(role) for role in value if role not in roles)):
            raise Invalid(_("There is no role {role} here.").format(role=unknown[0]))
        table = mapping(value, roles, required=roles)
        clean = {role: amount(table[role]) for role in roles}
        for lower, higher in pairwise(roles):
            if Decimal(clean[lower]) > Decimal(clean[higher]):
                raise Invalid(
                    _("The limit of {higher} may not be below that of {lower}.").format(higher=higher, lower=lower)
                )
        return clean

    return check


def mapping(value: Any, names: Collection[str], *, required: Collection[str] = ()) -> Mapping[str, Any]:
    """Check that a value is an object with some of these names and all the required ones."""
    if not isinstance(value, dict):
        raise Invalid(_("Enter an object in braces with these names: {names}.").format(names=", ".join(names)))
    if unknown := sorted(str(name) for name in value if name not in names):
        raise Invalid(
            _("“{name}” is not known here; possible are: {names}.").format(name=unknown[0], names=", ".join(names))
        )
    if absent := [name for name in required if name not in value]:
        raise Invalid(_("“{name}” is missing.").format(name=absent[0]))
    return value
