"""The measures of bars: numbers for SVG, since a page may set no styles."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

FULL = 200
# The chart of a week: seven places beside each other, two bars in each.
WIDTH, HEIGHT, TOP, FOOT, LEFT = 640, 190, 18, 150, 20
PLACE = (WIDTH - LEFT) // 7
THICK = 26


@dataclass(frozen=True)
class Bar:
    """A bar in a row of a table; `width` is of 200."""

    width: int


def bar(value: int, most: int) -> Bar:
    """What is not nothing can be seen."""
    return Bar(max(2, round(FULL * value / most)) if value else 0)


@dataclass(frozen=True)
class DayFigures:
    """One day: its name, its date, and two figures with their lists."""

    name: str
    on: str
    received: Any
    closed: Any


@dataclass(frozen=True)
class Pillar:
    x: int
    y: int
    height: int
    label_x: int
    label_y: int
    look: str
    count: Any


@dataclass(frozen=True)
class DayPlace:
    day: DayFigures
    middle: int
    pillars: tuple[Pillar, ...]


@dataclass(frozen=True)
class Days:
    places: tuple[DayPlace, ...]
    width: int = WIDTH
    height: int = HEIGHT
    foot: int = FOOT


def days(rows: Sequence[DayFigures]) -> Days:
    most = max((each.count for row in rows for each in (row.received, row.closed)), default=0)
    return Days(tuple(_place(row, at, most) for at, row in enumerate(rows)))


def _place(row: DayFigures, at: int, most: int) -> DayPlace:
    middle = LEFT + at * PLACE + PLACE // 2
    pillars = (_pillar(row.received, middle - THICK - 1, "s1", most), _pillar(row.closed, middle + 1, "s2", most))
    return DayPlace(row, middle, pillars)


def _pillar(count: Any, x: int, look: str, most: int) -> Pillar:
    height = max(2, round((FOOT - TOP) * count.count / most)) if count.count else 0
    return Pillar(x, FOOT - height, height, x + THICK // 2, FOOT - height - 5, look, count)
