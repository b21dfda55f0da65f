from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from core import clock
from core.due import chip

NOW = datetime(2026, 11, 19, 2, 42, tzinfo=UTC)


def make_deadline(
    minutes_left: int, *, promised: int = 60, state: str = "pending", met_after: int | None = None
) -> SimpleNamespace:
    due_at = NOW + timedelta(minutes=minutes_left)
    started_at = due_at - timedelta(minutes=promised)
    met_at = started_at + timedelta(minutes=met_after) if met_after is not None else None
    return SimpleNamespace(due_at=due_at, started_at=started_at, state=state, met_at=met_at)


@pytest.mark.parametrize(
    ("left", "promised", "look", "words"),
    [
        (198, 300, "ok", "3 h 18 min left"),
        (31, 60, "ok", "31 min left"),
        (30, 60, "soon", "30 min left"),
        (12, 15, "soon", "12 min left"),
        # A fifth of a long promise is soon too.
        (59, 300, "soon", "59 min left"),
        (61, 300, "ok", "1 h 1 min left"),
        (-6, 60, "over", "Overdue 6 min"),
    ],
)
def test_chip_of_a_pending_deadline(left, promised, look, words):
    with clock.frozen(NOW):
        shown = chip(make_deadline(left, promised=promised))
    assert (shown.look, shown.words) == (look, words)
    assert shown.counts


def test_chip_names_the_time_for_those_without_scripts():
    with clock.frozen(NOW):
        assert chip(make_deadline(18)).until == "by 03:00"


@pytest.mark.parametrize(
    ("deadline", "look", "words"),
    [
        (make_deadline(0, promised=30, state="met", met_after=11), "met", "met, 11 min of 30 min"),
        (make_deadline(0, promised=30, state="met", met_after=72), "late", "met 42 min late"),
        (make_deadline(5, state="paused"), "paused", "Paused"),
        (make_deadline(5, state="cancelled"), "paused", "no longer needed"),
    ],
)
def test_chip_of_a_deadline_that_does_not_count(deadline, look, words):
    with clock.frozen(NOW):
        shown = chip(deadline)
    assert (shown.look, shown.words) == (look, words)
    assert not shown.counts


def test_breached_deadline_stays_overdue():
    with clock.frozen(NOW):
        assert chip(make_deadline(-90, state="breached")).words == "Overdue 1 h 30 min"


def test_pause_says_until_when():
    assert chip(make_deadline(5, state="paused"), note="remind Fri 10:00").words == "Paused, remind Fri 10:00"
