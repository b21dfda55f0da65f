"""Finding cards by words and by what they fit. They are few, so it is done in memory."""

from collections.abc import Iterable
from dataclasses import dataclass

from complaints.guidance.content import Content, content_of
from complaints.models import Category, GuidanceCard
from core.search import fold, parse_query


@dataclass(frozen=True)
class Wanted:
    """What somebody looks for; what is empty narrows nothing. A category finds the cards of those above it too."""

    words: str = ""
    step: str = ""
    temperament: str = ""
    category: str = ""
    situation: str = ""
    skill: str = ""

    @property
    def is_empty(self) -> bool:
        return self == Wanted()


@dataclass(frozen=True)
class Found:
    row: GuidanceCard
    content: Content


def find_cards(rows: Iterable[GuidanceCard], wanted: Wanted) -> list[Found]:
    """Those of the rows that fit, best first: with the words in the title, then naming the fewest other things."""
    query = parse_query(wanted.words)
    if wanted.words.strip() and not query:
        return []
    categories = _with_above(wanted.category) if wanted.category else frozenset()
    found = []
    for row in rows:
        content = content_of(row)
        if _fits(content, wanted, categories) and (not query or query.finds(content.words)):
            found.append(Found(row, content))
    words = fold(wanted.words).strip()
    found.sort(key=lambda one: (not _is_titled(one.content, words), _breadth(one.content, wanted), one.row.position))
    return found


def _fits(content: Content, wanted: Wanted, categories: frozenset[str]) -> bool:
    return all(
        not asked or asked in named
        for asked, named in (
            (wanted.step, content.steps),
            (wanted.temperament, content.temperaments),
            (wanted.situation, content.situations),
            (wanted.skill, content.skills),
        )
    ) and (not wanted.category or bool(categories.intersection(content.categories)))


def _with_above(category: str) -> frozenset[str]:
    above = dict(Category.objects.order_by().values_list("code", "parent__code"))
    found: list[str] = []
    here: str | None = category
    while here and here not in found:
        found.append(here)
        here = above.get(here)
    return frozenset(found)


def _is_titled(content: Content, words: str) -> bool:
    return bool(words) and any(words in fold(texts.title) for texts in content.both)


def _breadth(content: Content, wanted: Wanted) -> int:
    """A card about just what was asked for comes before one that is about more."""
    if wanted == Wanted(words=wanted.words):
        return 0
    return sum(len(side) for side in (content.steps, content.temperaments, content.categories, content.situations))
