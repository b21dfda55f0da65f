"""A week folded from histories written by hand. Source: DOMAIN.md 3.6, 8; docs/decisions/0010-weeks.md."""

from datetime import timedelta

import pytest

from deadlines import events as clocks
from insights.folding import middle, nine_in_ten
from tests.insights.conftest import THERE, at, clock, created, given, met, moved, opened, to_department, week_of

OLD = created(at(-3), owner_id=1)
CLOSED = moved(at(2), "reported", "closed")

TABLE = {
    "received and open": ([created(at(1))], {"received": 1, "received.1": 1, "open": 1, "open.1": 1}),
    "received as class 2": ([created(at(1), 2)], {"received": 1, "received.2": 1, "open": 1, "open.2": 1}),
    "the first instant counts": ([created(at(0, 0))], {"received": 1, "received.1": 1, "open": 1, "open.1": 1}),
    "the last instant does not": ([created(at(7, 0))], {}),
    "before the week": ([OLD], {"open_at_start": 1, "still_open": 1, "open": 1, "open.1": 1}),
    "before it, closed in it": ([OLD, CLOSED], {"open_at_start": 1, "closed": 1, "closed.1": 1}),
    "closed before it": ([created(at(-3)), moved(at(-1), "left", "closed")], {}),
    "closed after it": (
        [OLD, moved(at(8), "reported", "closed")],
        {"open_at_start": 1, "still_open": 1, "open": 1, "open.1": 1},
    ),
    "declined is an end": (
        [created(at(-3), 2), moved(at(1), "declined", "declined", 2)],
        {"open_at_start": 1, "closed": 1, "closed.2": 1},
    ),
    "closed and reopened": (
        [OLD, CLOSED, moved(at(3), "reopen", "listen")],
        {"open_at_start": 1, "closed": 1, "closed.1": 1, "reopened": 1, "open": 1, "open.1": 1, "still_open": 1},
    ),
    "logged by mistake counts nowhere": ([created(at(1)), moved(at(2), "void", "voided")], {}),
    "taken, then handed over": (
        [created(at(-3)), given(at(1), 4), given(at(2), 5), given(at(2), 5)],
        {"open_at_start": 1, "taken": 1, "given": 1, "still_open": 1, "open": 1, "open.1": 1},
    ),
    "put back for the department is neither": (
        [OLD, given(at(1), None)],
        {"open_at_start": 1, "still_open": 1, "open": 1, "open.1": 1},
    ),
    "stages forward and back": (
        [created(at(-3), 2), moved(at(1), "acted", "get_details", 2), moved(at(2), "new_facts", "get_details", 2)],
        {"open_at_start": 1, "stage": 1, "back": 1, "still_open": 1, "open": 1, "open.2": 1},
    ),
    "raised": (
        [OLD, moved(at(1), "raise", "act", 2)],
        {"open_at_start": 1, "raised": 1, "still_open": 1, "open": 1, "open.2": 1},
    ),
    "lowered": (
        [created(at(-3), 2), moved(at(1), "lower", "listen", 1)],
        {"open_at_start": 1, "lowered": 1, "still_open": 1, "open": 1, "open.1": 1},
    ),
    "moved away": ([OLD, to_department(at(1), THERE)], {"open_at_start": 1, "left": 1}),
    "moved away before": ([OLD, to_department(at(-1), THERE)], {}),
    "moved away, closed there": ([OLD, to_department(at(1), THERE), CLOSED], {"open_at_start": 1, "left": 1}),
}


@pytest.mark.parametrize(("history", "expected"), TABLE.values(), ids=TABLE)
def test_what_one_complaint_is_to_a_week(counts, history, expected):
    assert counts(history) == expected


def test_what_moved_counts_where_it_arrived(counts):
    history = [OLD, to_department(at(1), THERE), moved(at(2), "reported", "closed")]
    assert counts(history, department_id=THERE) == {"arrived": 1, "closed": 1, "closed.1": 1}


def test_an_imported_complaint_counts_nowhere(counts):
    imported = OLD._replace(type="complaint.imported")
    assert counts([imported, given(at(1), 4)]) == {}


# ------------------------------------------------------------ promises

RESPONSE, RESOLVED = 11, 12
DUE = at(1, 10, 30)


@pytest.mark.parametrize(
    ("history", "figure", "promise"),
    [
        ([met(at(1, 10, 20), RESPONSE, DUE)], "in_time", "kept"),
        ([met(at(1, 11), RESPONSE, DUE)], "late", "late"),
        ([], "late", "overdue"),
        ([clock(clocks.CANCELLED, at(1, 10, 5), RESPONSE, DUE)], None, None),
        ([clock(clocks.CANCELLED, at(2), RESPONSE, DUE)], None, "late"),
        ([clock(clocks.RECOMPUTED, at(1, 10, 5), RESPONSE, at(9))], "waiting", None),
    ],
    ids=["kept", "late", "overdue", "not needed", "not needed any more when it was late", "due after the week"],
)
def test_first_response_of_what_was_received(history, figure, promise):
    figures = week_of([created(at(1)), opened(at(1), RESPONSE, "first_response", DUE), *history])
    assert figures.named("first_response") == ({figure: 1} if figure else {})
    assert figures.named("promise") == ({f"first_response.{promise}": 1} if promise else {})


def test_the_promise_of_an_older_one_is_no_first_response_of_this_week():
    figures = week_of([created(at(-3)), opened(at(-3), RESPONSE, "first_response", DUE), met(at(1), RESPONSE, DUE)])
    assert figures.named("first_response") == {}
    assert figures.named("promise") == {"first_response.kept": 1}


def test_how_long_it_took_runs_from_the_promise_to_the_contact():
    figures = week_of(
        [created(at(1)), opened(at(1), RESPONSE, "first_response", DUE), met(at(1, 10, 12), RESPONSE, DUE)]
    )
    assert figures.lengths["first_response"] == [timedelta(minutes=12)]


def test_what_is_written_down_later_counts_when_it_was_written_down():
    """A talk of Sunday that somebody records on Monday changes no week that is over; in time it was nevertheless."""
    due = at(8)
    note = moved(at(7, 9), "acted", "get_details", 2)
    history = [created(at(1), 2), opened(at(1), RESPONSE, "first_response", due), note]
    before = week_of(history).cases
    after = week_of([*history, met(at(6, 20), RESPONSE, due)]).cases
    assert before == after


@pytest.mark.parametrize(
    ("resolved", "figure"),
    [
        ([met(at(1), RESOLVED, at(2))], "in_time"),
        ([met(at(3), RESOLVED, at(2))], "late"),
        ([], "late"),
    ],
    ids=["kept", "late", "ended without it, after its time"],
)
def test_closed_in_time_goes_by_the_promise_to_resolve(resolved, figure):
    history = [created(at(-1)), opened(at(-1), RESOLVED, "resolved", at(2)), *resolved]
    figures = week_of([*history, moved(at(4), "reported", "closed")])
    assert figures.count(f"closed.{figure}") == 1
    assert len(figures.lengths["resolution"]) == len(resolved)


def test_ended_before_its_time_is_in_time_though_nothing_was_resolved():
    history = [created(at(-1)), opened(at(-1), RESOLVED, "resolved", at(5)), moved(at(2), "withdraw", "withdrawn")]
    figures = week_of(history)
    assert (figures.count("closed.in_time"), figures.lengths["resolution"]) == (1, [])


def test_a_paused_promise_is_not_overdue():
    history = [
        created(at(-1)),
        opened(at(-1), RESOLVED, "resolved", at(2)),
        clock(clocks.PAUSED, at(1), RESOLVED, at(2)),
    ]
    assert week_of(history).count("overdue") == 0
    running = week_of([*history, clock(clocks.RESUMED, at(3), RESOLVED, at(4))])
    assert (running.count("overdue"), running.count("promise.resolved.overdue")) == (1, 1)


def test_how_an_open_one_stood_when_the_week_was_over():
    history = [OLD, opened(at(-3), RESOLVED, "resolved", at(2)), opened(at(-3), RESPONSE, "answer", at(3))]
    later = [given(at(8), 9), met(at(8), RESOLVED, at(2)), moved(at(8), "listened", "apologise")]
    standing = week_of([*history, *later]).standing[1]
    assert (standing.state, standing.owner_id, standing.created_at) == ("listen", 1, at(-3))
    assert (standing.due.kind, standing.due.due_at, standing.is_overdue) == ("resolved", at(2), True)


# ------------------------------------------------------------ the ladder


def test_satisfaction_is_asked_of_what_was_closed():
    satisfied = moved(at(1), "satisfied", "thank", satisfaction="satisfied")
    figures = week_of([OLD, satisfied, CLOSED], [created(at(1)), satisfied])
    assert figures.named("after") == {"satisfied": 1}
    assert figures.named("before") == {"unknown": 1}


def test_before_and_after():
    confirmed = moved(at(1), "details_confirmed", "review", 2, satisfaction_before="dissatisfied")
    evaluated = moved(at(3), "evaluated", "closed", 2, satisfaction="loyal")
    figures = week_of([created(at(-3), 2), confirmed, evaluated])
    assert (figures.named("before"), figures.named("after")) == ({"dissatisfied": 1}, {"loyal": 1})


def test_who_left_told_nobody():
    satisfied = moved(at(1), "satisfied", "thank", satisfaction="satisfied")
    assert week_of([OLD, satisfied, moved(at(2), "left", "closed")]).named("after") == {"unknown": 1}


# ------------------------------------------------------------ figures of many


def test_days_are_those_of_the_place():
    """23:30 on Monday in Shanghai is 15:30 in Greenwich."""
    figures = week_of([created(at(0, 23, 30))], [created(at(1, 0))], [OLD, CLOSED])
    assert figures.named("day") == {"0.received": 1, "1.received": 1, "2.closed": 1}


@pytest.mark.parametrize(
    ("minutes", "half", "most"),
    [([5], 5, 5), ([1, 2], 1.5, 2), ([*range(1, 11)], 5.5, 9), ([*range(1, 12)], 6, 10), ([3, 3, 3, 90], 3, 90)],
)
def test_median_and_ninetieth_percentile(minutes, half, most):
    lengths = [timedelta(minutes=each) for each in reversed(minutes)]
    assert (middle(lengths), nine_in_ten(lengths)) == (timedelta(minutes=half), timedelta(minutes=most))
    assert (middle([]), nine_in_ten([])) == (None, None)
