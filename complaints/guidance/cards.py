"""The cards as pages read them: kept by each process until one of them changes.

They are few and change seldom, and each complaint's page wants some, so the page reads only their mark, along with
the complaint.
"""

from collections.abc import Iterable, Iterator, Sequence
from uuid import UUID

from django.db.models import Subquery

from complaints.guidance.content import content_of
from complaints.guidance.fit import Card
from complaints.models import Category, GuidanceCard, GuidanceMark

# What this process read last, and under which mark: replaced as a whole, since threads share it.
_kept: tuple[UUID, tuple[Card, ...]] | None = None


def current_mark() -> Subquery:
    """The mark of the cards as they are, to be read along with a complaint; null as long as there is no card."""
    return Subquery(GuidanceMark.objects.order_by("pk").values("mark")[:1])


def cards_under(mark: UUID | None) -> tuple[Card, ...]:
    """The cards in use under this mark: no statement when this process has them.

    A mark that is read before the cards is never newer than they are.
    """
    global _kept  # noqa: PLW0603
    if mark is None:
        return ()
    kept = _kept
    if kept is None or kept[0] != mark:
        kept = _kept = mark, tuple(_read())
    return kept[1]


def _read() -> Iterator[Card]:
    tree = list(Category.objects.order_by().values_list("pk", "code", "parent_id"))
    for row in GuidanceCard.objects.in_use():
        yield Card(row.pk, row.position, content_of(row), frozenset(_with_below(row.categories, tree)))


def _with_below(codes: Iterable[str], tree: Sequence[tuple[int, str, int | None]]) -> set[int]:
    """The ids of these categories and of all below them."""
    wanted = set(codes)
    found: set[int] = set()
    level = {pk for pk, code, _parent in tree if code in wanted}
    while level - found:
        found |= level
        level = {pk for pk, _code, parent in tree if parent in level}
    return found
