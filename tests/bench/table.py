"""Goals beside figures, and the table in docs/PERFORMANCE.md. Figures are judged here, never by a failing test."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.crash.place import ROOT

PAGE = ROOT / "docs" / "PERFORMANCE.md"
HEAD = "| # | what | figure | goal | ratio | |\n| --- | --- | --- | --- | --- | --- |"


@dataclass(frozen=True)
class Goal:
    """A limit on a ratio; with `at_least` the ratio must not be below it. `against` names what it is a ratio to."""

    limit: float
    against: str
    at_least: bool = False

    @property
    def words(self) -> str:
        return f"{'≥' if self.at_least else '≤'} {self.limit:g} {self.against}"


@dataclass(frozen=True)
class Row:
    """One line: a figure in words, and its ratio to what the goal names. Without a goal it only tells."""

    number: str
    what: str
    figure: str
    goal: Goal | None = None
    ratio: float | None = None

    def line(self) -> str:
        if self.goal is None or self.ratio is None:
            return f"| {self.number} | {self.what} | {self.figure} | | | |"
        shown = f"{self.ratio:,.2f}" if self.ratio < 100 else f"{self.ratio:,.0f}"
        said = verdict(self.goal, self.ratio)
        return f"| {self.number} | {self.what} | {self.figure} | {self.goal.words} | {shown} | {said} |"


def verdict(goal: Goal, ratio: float) -> str:
    """Reached, or by which part of the limit it was missed."""
    missed = (goal.limit - ratio if goal.at_least else ratio - goal.limit) / goal.limit
    return "reached" if missed <= 0 else f"missed by {max(1, round(missed * 100))} %"


def lines_of(rows: Sequence[Row]) -> list[str]:
    return [HEAD, *(row.line() for row in rows)]


def write(name: str, lines: Sequence[str], page: Path = PAGE) -> None:
    """Replace what stands between the two markers of this name. Raises LookupError when they are not there."""
    start, end = f"<!-- {name} begins -->", f"<!-- {name} ends -->"
    text = page.read_text()
    if start not in text or end not in text:
        raise LookupError(f"{page} has no place for {name}.")
    new = "\n".join([start, *lines, end])
    page.write_text(re.sub(f"{re.escape(start)}.*?{re.escape(end)}", lambda _: new, text, flags=re.DOTALL))
    print("\n".join(["", name, *lines]))  # noqa: T201
