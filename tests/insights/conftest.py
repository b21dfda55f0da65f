"""Histories written by hand, and people who look at figures."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from complaints import events as told
from deadlines import events as clocks
from insights.courses import Happening
from insights.folding import Figures, fold
from insights.periods import Week

SHANGHAI = ZoneInfo("Asia/Shanghai")
# 16 to 22 November 2026; a Wednesday in it is tests.house.WORKING_HOUR.
WEEK = Week.parse("2026-W47")
SPAN = WEEK.span(SHANGHAI)
HERE, THERE = 7, 8


def at(day: int, hour: int = 10, minute: int = 0) -> datetime:
    """A time of the week in Shanghai: day 0 is its Monday, -1 the Sunday before it."""
    local = datetime(2026, 11, 16, hour, minute, tzinfo=SHANGHAI) + timedelta(days=day)
    return local.astimezone(UTC)


def created(when: datetime, severity_class: int = 1, **data: Any) -> Happening:
    return Happening(told.CREATED, when, {"department_id": HERE, "severity_class": severity_class, **data})


def moved(when: datetime, name: str, to: str, severity_class: int = 1, **data: Any) -> Happening:
    return Happening(told.TRANSITIONED, when, {"name": name, "to": to, "severity_class": severity_class, **data})


def given(when: datetime, owner_id: int | None) -> Happening:
    return Happening(told.ASSIGNED, when, {"owner_id": owner_id})


def to_department(when: datetime, department_id: int) -> Happening:
    return Happening("complaint.moved", when, {"department_id": department_id})


def opened(when: datetime, deadline: int, kind: str, due_at: datetime) -> Happening:
    data = {"deadline": deadline, "kind": kind, "started_at": when.isoformat(), "due_at": due_at.isoformat()}
    return Happening(clocks.OPENED, when, data)


def met(when: datetime, deadline: int, due_at: datetime, *, met_at: datetime | None = None) -> Happening:
    met_at = met_at or when
    data = {
        "deadline": deadline,
        "due_at": due_at.isoformat(),
        "met_at": met_at.isoformat(),
        "is_late": met_at > due_at,
    }
    return Happening(clocks.MET, when, data)


def clock(what: str, when: datetime, deadline: int, due_at: datetime) -> Happening:
    return Happening(what, when, {"deadline": deadline, "due_at": due_at.isoformat()})


def week_of(*histories: Sequence[Happening], department_id: int = HERE) -> Figures:
    figures = Figures()
    for case, history in enumerate(histories, start=1):
        fold(figures, case, history, SPAN, department_id)
    return figures


@pytest.fixture
def counts() -> Callable[..., dict[str, int]]:
    """The figures of these histories that are not 0; days and the ladder's unknown steps left out."""

    def count(*histories: Sequence[Happening], department_id: int = HERE) -> dict[str, int]:
        found = week_of(*histories, department_id=department_id).cases
        dull = ("day.", "after.unknown", "before.unknown")
        return {name: len(cases) for name, cases in found.items() if not name.startswith(dull)}

    return count
