"""Which cards fit a complaint, and which come first: a pure function over plain values. Source: DOMAIN.md 3.7."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from complaints.codes import Situation
from complaints.guidance.content import Content

# What the record itself tells; the others are about what somebody is just going to do, and rule no card out.
TOLD = frozenset(
    {
        Situation.CALMING, Situation.DANGER, Situation.LEGAL, Situation.PRESS, Situation.REGULATOR, Situation.ONLINE,
        Situation.OVER_OUR_HEADS, Situation.GROUP, Situation.ON_BEHALF, Situation.PARTNER, Situation.PHONE,
        Situation.MESSAGE,
    }
)  # fmt: skip
# People first, then the mood, then the matter.
URGENT = (Situation.DANGER.value, Situation.CALMING.value)
STEP, TYPE, CATEGORY, SITUATION = "step", "type", "category", "situation"
WEIGHTS = {STEP: 8, TYPE: 4, CATEGORY: 2, SITUATION: 1}


@dataclass(frozen=True)
class Card:
    """A card as it is kept for reading. `category_ids`: its categories and all below them."""

    pk: int
    position: int
    content: Content
    category_ids: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Case:
    """What of a complaint decides which cards fit."""

    step: str = ""
    temperament: str = ""
    category_ids: frozenset[int] = frozenset()
    situations: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Match:
    """A card that fits, and for what: some of step, type and category, and the situations both know."""

    card: Card
    reasons: frozenset[str]
    situations: frozenset[str] = field(default_factory=frozenset)

    @property
    def weight(self) -> int:
        return sum(WEIGHTS[reason] for reason in self.reasons)

    @property
    def place(self) -> tuple[int, int, int, int]:
        """The best first: the step counts for more than the type, the type for more than the category.

        Among equals the card about just this comes before one that is about more.
        """
        named = self.card.content
        breadth = len(named.steps) + len(named.temperaments) + len(named.categories)
        return -self.weight, breadth, self.card.position, self.card.pk

    @property
    def is_urgent(self) -> bool:
        return bool(self.situations & set(URGENT))


def fitting(cards: Iterable[Card], case: Case) -> list[Match]:
    """The cards that fit, best first: one for each thing that is known of the case leads, the others follow.

    A card fits when nothing that it names is otherwise here, and something of it is here. Danger to people and a
    heated customer come before the step in hand: 先处理心情，再处理事情.
    """
    matches = sorted(filter(None, (match(card, case) for card in cards)), key=lambda one: one.place)
    lead = leading(matches)
    return [*lead, *(one for one in matches if one not in lead)]


def match(card: Card, case: Case) -> Match | None:
    content = card.content
    reasons = set()
    for reason, named, is_here in (
        (STEP, content.steps, case.step in content.steps),
        (TYPE, content.temperaments, case.temperament in content.temperaments),
        (CATEGORY, content.categories, bool(card.category_ids & case.category_ids)),
    ):
        if named and not is_here:
            return None
        if named:
            reasons.add(reason)
    told = TOLD.intersection(content.situations)
    shared = frozenset(told & case.situations)
    if told and not shared:
        return None
    if shared:
        reasons.add(SITUATION)
    return Match(card, frozenset(reasons), shared) if reasons else None


def leading(matches: Collection[Match]) -> list[Match]:
    """Of sorted matches the best for each urgent situation, then for step, type, category and other situations."""
    lead: list[Match] = []
    for situation in URGENT:
        _add_first(lead, (one for one in matches if situation in one.situations))
    for reason in WEIGHTS:
        _add_first(lead, (one for one in matches if reason in one.reasons))
    return lead


def _add_first(lead: list[Match], found: Iterable[Match]) -> None:
    best = next(iter(found), None)
    if best is not None and best not in lead:
        lead.append(best)
