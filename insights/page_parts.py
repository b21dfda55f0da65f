"""The lines of a week's page: plain values with the addresses of the lists behind them."""

from dataclasses import dataclass

from complaints.lines import Line
from insights import charts
from insights.figures import Figure
from insights.folding import Figures, Standing

# (what is good, what else belongs to the whole)
Parts = tuple[tuple[str, ...], tuple[str, ...]]
RESPONSE: Parts = (("first_response.in_time",), ("first_response.late",))
IN_TIME: Parts = (("closed.in_time",), ("closed.late",))
CONTENT: Parts = (("after.satisfied", "after.loyal"), ("after.dissatisfied", "after.basically_satisfied"))
# The columns of departments side by side.
BESIDE = ("open_at_start", "received", "closed", "open", "overdue")


def share_of(figures: Figures, parts: Parts) -> float | None:
    good, others = parts
    whole = figures.sum(*good, *others)
    return figures.sum(*good) / whole if whole else None


@dataclass(frozen=True)
class Count:
    """A figure with the list behind it."""

    label: str
    count: int
    url: str


@dataclass(frozen=True)
class Tile:
    """One of the six on top. `look` is "ok", "bad" or "mut" for the words of the difference."""

    figure: Figure
    value: str
    url: str
    change: str = ""
    look: str = "mut"
    note: str = ""


@dataclass(frozen=True)
class PromiseLine:
    label: str
    kept: Count
    late: Count
    overdue: Count
    share: str


@dataclass(frozen=True)
class TimeLine:
    label: str
    cohort: str
    median: str
    p90: str
    share: str
    count: int


@dataclass(frozen=True)
class CauseLine:
    """One category: how many were received by it, how many are about it too, and the share of all up to here."""

    label: str
    main: Count
    further: Count
    running: str
    bar: charts.Bar


@dataclass(frozen=True)
class LadderLine:
    label: str
    before: Count
    after: Count
    bar: charts.Bar


@dataclass(frozen=True)
class OpenLine:
    """One that was open on Monday already, as it stood when the week was over."""

    line: Line
    standing: Standing
    owner: str
    stage: str
    promise: str


@dataclass(frozen=True)
class PlaceLine:
    """One department beside the others."""

    name: str
    depth: int
    url: str
    cells: tuple[Count, ...]
    response: str
    resolved: str
    satisfied: str
