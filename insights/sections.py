"""What other apps add to a week: recurring causes, money. Each brings a function; what has nothing is not shown.

The app that knows the matter lies below and knows nothing of weeks, so it is registered here, from `apps.py`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from accounts.models import Department, User
from core.errors import Sentence
from insights.periods import Span, Week


@dataclass(frozen=True)
class Row:
    """One line: what it is, where it leads, and a text for each further column."""

    name: str
    url: str
    cells: tuple[str, ...] = ()


@dataclass(frozen=True)
class Section:
    """One part of the page, of the mail and of the API's answer. `columns` names the first column too."""

    name: str
    title: Sentence
    columns: tuple[Sentence, ...]
    rows: tuple[Row, ...]
    note: Sentence = ""


@dataclass(frozen=True)
class Asked:
    """For whom, of which departments (those below included), and of which time in each of them, by its id."""

    user: User
    departments: Sequence[Department]
    week: Week
    spans: dict[int, Span]


# Begins each list with `.visible_to(user)`, and costs statements by section, not by row or department.
SectionFunction = Callable[[Asked], Section | None]
_functions: list[tuple[int, SectionFunction]] = []


def register_section(function: SectionFunction, *, order: int = 50) -> None:
    """Have the function asked for its part of each week; None, or no rows, leaves it out."""
    _functions.append((order, function))
    _functions.sort(key=lambda each: each[0])


def sections(asked: Asked) -> list[Section]:
    found = [function(asked) for _order, function in _functions]
    return [each for each in found if each is not None and each.rows]
