"""What the customer's words suggest to tick, and from which word. Source: DOMAIN.md 10.5.

A suggestion is shown with its word and never ticked again after a clerk unticked it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from core.search import found_words


@dataclass(frozen=True)
class Suggestions:
    """Codes to tick with the word that suggests each."""

    danger: tuple[str, ...]
    threats: dict[str, str]
    demands: dict[str, str]


def suggest(
    text: str,
    *,
    danger: Mapping[str, Iterable[str]],
    threats: Mapping[str, Iterable[str]],
    demands: Mapping[str, Iterable[str]],
) -> Suggestions:
    """Look for the words of the policies `words.danger`, `words.threats` and `words.demands`."""
    return Suggestions(
        danger=tuple(word for words in danger.values() for word in found_words(text, words)),
        threats=_first_words(text, threats),
        demands=_first_words(text, demands),
    )


def _first_words(text: str, table: Mapping[str, Iterable[str]]) -> dict[str, str]:
    found = {code: found_words(text, words) for code, words in table.items()}
    return {code: words[0] for code, words in found.items() if words}
