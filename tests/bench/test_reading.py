"""The arithmetic of the bench: what is read from /proc, percentiles, verdicts, and the table."""

import os
from collections import defaultdict
from dataclasses import replace

import pytest

from tests.bench.cpu import TICKS, cpu_seconds, family, pss_in, seconds_in
from tests.bench.measuring import Asked, Cost, percentile, run
from tests.bench.report import SEARCHES, Measured, follow_the_rows, rows
from tests.bench.table import Goal, Row, lines_of, verdict, write


def test_cpu_counts_own_time_and_that_of_buried_children():
    stat = f"7 (post (gres) x) S 1 7 7 0 -1 0 0 0 0 0 {10 * TICKS} {5 * TICKS} {2 * TICKS} {1 * TICKS} 20 0 1"
    assert seconds_in(stat) == 18


def test_cpu_of_this_process_grows_with_work():
    before = cpu_seconds(os.getpid())
    while cpu_seconds(os.getpid()) < before + 0.05:
        sum(range(10_000))
    assert family(os.getpid())[0].pid == os.getpid()


def test_memory_is_read_in_mebibytes():
    assert pss_in("00400000-7fff [rollup]\nRss:  90000 kB\nPss:  66560 kB\nPss_Dirty: 1 kB\n") == 65


@pytest.mark.parametrize(("share", "value"), [(0.0, 1), (0.5, 3), (0.95, 4), (1.0, 4)])
def test_percentile(share, value):
    assert percentile([4, 1, 3, 2], share) == value


@pytest.mark.parametrize(
    ("goal", "ratio", "said"),
    [
        (Goal(3.5, "× bare page"), 3.5, "reached"),
        (Goal(3.5, "× bare page"), 4.2, "missed by 20 %"),
        (Goal(3.5, "× bare page"), 3.501, "missed by 1 %"),
        (Goal(0.85, "×", at_least=True), 0.9, "reached"),
        (Goal(0.85, "×", at_least=True), 0.425, "missed by 50 %"),
    ],
)
def test_verdict(goal, ratio, said):
    assert verdict(goal, ratio) == said


class FakeSite:
    """Each request takes a hundredth of a second of CPU."""

    def __init__(self) -> None:
        self.used = 0.0

    def ask(self, asked: Asked) -> float:
        self.used += 0.01
        return 0.02

    def cpu(self) -> float:
        return self.used


@pytest.mark.parametrize("clients", [1, 4])
def test_run_counts_cpu_a_request(clients):
    cost = Cost()
    run(FakeSite(), iter([Asked("/")] * 30), 20, cost, clients)
    assert cost.cpu_ms == pytest.approx(10)
    assert cost.wall_ms(0.5) == 20
    assert len(cost.walls) == 20


def costs(**cpu: float) -> defaultdict[str, Cost]:
    found: defaultdict[str, Cost] = defaultdict(lambda: Cost([10.0], [0.01], [50.0]))
    return found | {name: Cost([value], [0.01], [50.0]) for name, value in cpu.items()}


@pytest.fixture
def measured():
    counts = {name: [9, 9] for name in ("queue", "detail", "create", "search", "get")}
    return Measured(
        (10_000, 100_000),
        costs(),
        costs(queue=42.0) | {SEARCHES[2]: Cost([60.0], [0.06], [50.0])},
        costs(page=10.0),
        deep_page=400,
        statements=(counts, counts),
        recall={"found": 9, "there": 9, "words": 3},
        sweeps=({"cpu": 1.0}, {"fired": 1000.0, "cpu": 1.2, "seconds": 2.0, "statements": 14, "batch": 200}),
        memory={"large": (60.0, 63.0), "bare": (30.0, 30.0)},
        memory_requests=5000,
    )


def test_rows_judge_each_goal(measured):
    lines = lines_of(rows(measured))
    assert any(line.startswith("| 1 | queue page") and line.endswith("| 4.20 | missed by 20 % |") for line in lines)
    assert any("search for 退款, the worst" in line and "| 6.00 |" in line for line in lines)
    assert any("statements of a batch" in line and "missed by 40 %" in line for line in lines)
    assert any("1,000 due" in line and line.endswith("| 1.20 | reached |") for line in lines)


def test_statements_that_follow_the_rows_are_named(measured):
    assert follow_the_rows(measured) == []
    grown = {**measured.statements[1], "search": [18, 9], "get": [7, 8]}
    found = follow_the_rows(replace(measured, statements=(measured.statements[0], grown)))
    assert found == ["search: 9 statements, 18 for twice the rows"]


def test_table_replaces_only_its_own_place(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("a\n<!-- one begins -->\nold\n<!-- one ends -->\nb\n<!-- two begins -->\nkept\n<!-- two ends -->\n")
    write("one", lines_of([Row("1", r"what \1", "3 ms")]), page)
    text = page.read_text()
    assert "old" not in text
    assert r"| 1 | what \1 | 3 ms | | | |" in text
    assert "b\n<!-- two begins -->\nkept\n" in text
    with pytest.raises(LookupError):
        write("three", [], page)
