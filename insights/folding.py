"""The figures of a week, folded from the events of complaints. Pure: the same events give the same week for ever.

Each figure is the list of complaints behind it, so a figure and its list cannot say different things.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from statistics import median

from complaints.codes import State
from complaints.deadlines import FIRST_RESPONSE, RESOLVED
from insights.courses import Course, Happening, Promised
from insights.periods import Span


@dataclass(frozen=True)
class Standing:
    """How an open complaint stood when the week was over."""

    state: str
    severity_class: int
    owner_id: int | None
    created_at: datetime
    due: Promised | None
    is_overdue: bool


@dataclass
class Figures:
    """What is known of a week: which complaints each figure counts, once for each time it happened."""

    cases: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    lengths: dict[str, list[timedelta]] = field(default_factory=lambda: defaultdict(list))
    standing: dict[int, Standing] = field(default_factory=dict)

    def add(self, figure: str, case: int) -> None:
        self.cases[figure].append(case)

    def of(self, figure: str) -> list[int]:
        return self.cases.get(figure, [])

    def count(self, figure: str) -> int:
        return len(self.of(figure))

    def sum(self, *figures: str) -> int:
        return sum(self.count(figure) for figure in figures)

    def share(self, good: str, *others: str) -> float | None:
        """How much of all these is `good`; None of nothing."""
        whole = self.sum(good, *others)
        return self.count(good) / whole if whole else None

    def named(self, family: str) -> dict[str, int]:
        """The counts of a family by the rest of their names: "promise" has first_response.kept and others."""
        start = f"{family}."
        return {name.removeprefix(start): len(found) for name, found in self.cases.items() if name.startswith(start)}

    @property
    def is_empty(self) -> bool:
        """Nothing was open, and nothing happened."""
        return not any(self.cases.values())

    def join(self, other: "Figures") -> None:
        """Take in the week of another department."""
        for name, found in other.cases.items():
            self.cases[name].extend(found)
        for name, lengths in other.lengths.items():
            self.lengths[name].extend(lengths)
        self.standing.update(other.standing)


def joined(weeks: Iterable[Figures]) -> Figures:
    whole = Figures()
    for each in weeks:
        whole.join(each)
    return whole


def middle(lengths: Sequence[timedelta]) -> timedelta | None:
    return timedelta(seconds=median(each.total_seconds() for each in lengths)) if lengths else None


def nine_in_ten(lengths: Sequence[timedelta]) -> timedelta | None:
    """The 90th percentile: the shortest length that nine in ten do not exceed."""
    return sorted(lengths)[math.ceil(len(lengths) * 0.9) - 1] if lengths else None


def fold(figures: Figures, case: int, history: Sequence[Happening], span: Span, department_id: int) -> None:
    """Add what one complaint was to a department's week. `history` is its chain, in order.

    A talk is recorded as of when it was, after the fact, so an event counts when it stood in the chain: no earlier
    than those before it. Then a week that is over does not change by what is written down later.
    """
    counting = _Counting(figures, case, span, department_id)
    latest = None
    for happening in history:
        latest = happening.at if latest is None else max(latest, happening.at)
        if latest >= span.end:
            break
        counting.take(happening, latest)
    counting.finish()


class _Counting:
    def __init__(self, figures: Figures, case: int, span: Span, department_id: int) -> None:
        self.figures, self.case, self.span, self.department_id = figures, case, span, department_id
        self.course = Course()
        self.was_open: bool | None = None
        self.found: list[tuple[str, datetime]] = []
        self.resolutions: list[timedelta] = []

    def take(self, happening: Happening, at: datetime) -> None:
        if self.was_open is None and at >= self.span.start:
            self.was_open = self._is_open_here()
        was_here, was_open = self._is_here(), self.course.is_open
        names = self.course.apply(happening)
        if at < self.span.start:
            return
        if was_here and not self._is_here():
            names = ["left"] if was_open else []
        elif not self._is_here() or (was_here and "arrived" in names):
            names = []
        self.found += [(name, at) for name in names]
        if "closed" in names:
            self._closed()

    def _is_here(self) -> bool:
        return self.course.department_id == self.department_id

    def _is_open_here(self) -> bool:
        return self.course.is_open and self._is_here()

    def _closed(self) -> None:
        """What is asked of each end: settled in time, after how long, and how content the customer was."""
        at = self.found[-1][1]
        resolved = self.course.latest(RESOLVED)
        if resolved is not None:
            # The end cancels what was not kept, right after it.
            is_late = resolved.is_late or resolved.is_overdue(at)
            self.found.append((f"closed.{'late' if is_late else 'in_time'}", at))
            if resolved.met_at is not None:
                self.resolutions.append(resolved.met_at - resolved.started_at)
        self.found.append((f"after.{self.course.after or 'unknown'}", at))
        self.found.append((f"before.{self.course.before or 'unknown'}", at))

    def finish(self) -> None:
        course = self.course
        if self.was_open is None:
            self.was_open = self._is_open_here()
        if course.is_imported or course.state == State.VOIDED:
            return
        add = self.figures.add
        self.figures.lengths["resolution"] += self.resolutions
        for name, at in self.found:
            add(name, self.case)
            if name in ("received", "closed"):
                add(f"day.{self.span.day_of(at)}.{name}", self.case)
        if self.was_open:
            add("open_at_start", self.case)
        if any(name == "received" for name, _at in self.found):
            self._first_response()
        if self._is_here():
            self._overdue_promises()
        if self._is_open_here():
            self._still_there()

    def _first_response(self) -> None:
        promised = self.course.first(FIRST_RESPONSE)
        if promised is None:
            return
        if promised.met_at is not None:
            self.figures.add(f"first_response.{'late' if promised.is_late else 'in_time'}", self.case)
            self.figures.lengths["first_response"].append(promised.met_at - promised.started_at)
        elif promised.is_open:
            is_late = promised.is_overdue(self.span.end)
            self.figures.add(f"first_response.{'late' if is_late else 'waiting'}", self.case)

    def _overdue_promises(self) -> None:
        """Also on what has ended: an oral report may wait for its confirmation."""
        for each in self.course.promises.values():
            if each.is_overdue(self.span.end):
                self.figures.add(f"promise.{each.kind}.overdue", self.case)

    def _still_there(self) -> None:
        course, figures, end = self.course, self.figures, self.span.end
        due = course.next_due()
        is_overdue = due is not None and due.is_overdue(end)
        figures.add("open", self.case)
        figures.add(f"open.{course.severity_class}", self.case)
        if self.was_open:
            figures.add("still_open", self.case)
        if is_overdue:
            figures.add("overdue", self.case)
        figures.standing[self.case] = Standing(
            course.state, course.severity_class, course.owner_id, course.created_at or end, due, is_overdue
        )
