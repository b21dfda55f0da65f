"""From what was measured to the lines of the table. The goals and their numbers are written out here."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.bench import texts
from tests.bench.measuring import Cost
from tests.bench.table import Goal, Row

SEARCHES = [f"search {word}" for word in texts.WORDS]


@dataclass
class Measured:
    """Everything of one run. `small` and `large` are the product's two sizes."""

    sizes: tuple[int, int]
    small: Mapping[str, Cost]
    large: Mapping[str, Cost]
    bare: Mapping[str, Cost]
    deep_page: int = 0
    statements: tuple[dict[str, list[int]], dict[str, list[int]]] = field(default_factory=lambda: ({}, {}))
    recall: dict[str, Any] = field(default_factory=dict)
    sweeps: tuple[dict[str, float], dict[str, float]] = field(default_factory=lambda: ({}, {}))
    # MiB of one web worker by site: at the start, and after many requests.
    memory: dict[str, tuple[float, float]] = field(default_factory=dict)
    memory_requests: int = 0


def rows(run: Measured) -> list[Row]:
    worst = max(SEARCHES, key=lambda name: run.large[name].cpu_ms)
    return [
        *costs(run, "1", "queue page, 50 rows, at a store", "queue", "page", 3.5, 1.2),
        *statements(run, "1", "queue", 10),
        *costs(run, "1", "the same at head office, which sees all", "hotline", "page", 3.5, 1.2),
        *costs(run, "2", "a complaint with 20 events", "detail", "row", 12, 1.1),
        *statements(run, "2", "detail", 12),
        *costs(run, "3", "create through the API", "create", "insert", 10, 1.2),
        *statements(run, "3", "create", 20),
        *throughput(run),
        *costs(run, "5", f"{worst.replace('search', 'search for')}, the worst of four words", worst, "page", 5, 1.6),
        *(Row("5", name.replace("search", "search for"), figure(run.large[name])) for name in SEARCHES),
        *statements(run, "5", "search", 10),
        *recalled(run),
        Row("7", "dashboard: there is no such screen yet", "–"),
        *costs(run, "9", "GET one complaint through the API", "get", "row", 5, 1.1),
        *statements(run, "9", "get", 6),
        deep(run),
        *swept(run),
        *memory(run),
        *(Row("", f"bare: {name}", figure(run.bare[name])) for name in ("row", "page", "insert")),
    ]


def figure(cost: Cost) -> str:
    return f"{cost.cpu_ms:.1f} ms CPU, wall {cost.wall_ms(0.5):.1f} (p95 {cost.wall_ms(0.95):.1f}) ms"


def costs(run: Measured, number: str, what: str, name: str, bare: str, most: float, growth: float) -> list[Row]:
    large, small = run.large[name], run.small[name]
    few, many = run.sizes
    return [
        Row(number, what, figure(large), Goal(most, f"× bare {bare}"), large.cpu_ms / run.bare[bare].cpu_ms),
        Row(
            number,
            f"growth, {few:,} to {many:,}",
            f"{small.cpu_ms:.1f} → {large.cpu_ms:.1f} ms CPU",
            Goal(growth, "×"),
            large.cpu_ms / small.cpu_ms,
        ),
    ]


def statements(run: Measured, number: str, name: str, most: int) -> list[Row]:
    small, large = (counts[name] for counts in run.statements)
    words = f"{large[0]}; {large[1]} with half the rows; {small[0]} of {run.sizes[0]:,}"
    return [Row(number, "statements", words, Goal(most, "statements"), float(large[0]))]


def throughput(run: Measured) -> list[Row]:
    large, small, insert = run.large["create at 8"], run.small["create at 8"], run.bare["insert at 8"]
    told = f"{large.rate:.0f} a second"
    few, many = run.sizes
    return [
        Row("4", "create at 8 clients", told, Goal(0.1, "× bare insert", at_least=True), large.rate / insert.rate),
        Row(
            "4",
            f"growth, {few:,} to {many:,}",
            f"{small.rate:.0f} → {large.rate:.0f} a second",
            Goal(0.85, "×", at_least=True),
            large.rate / small.rate,
        ),
    ]


def recalled(run: Measured) -> list[Row]:
    found = run.recall
    words = f"{found['found']:,} of {found['there']:,} hits of ILIKE, {found['words']} words"
    goal = Goal(1, "of ILIKE's", at_least=True)
    return [Row("6", "recall for 1 to 4 Chinese characters", words, goal, found["found"] / found["there"])]


def deep(run: Measured) -> Row:
    first, last = run.large["hotline"], run.large["deep"]
    what = f"page {run.deep_page:,} of the queue, against the first"
    return Row("10", what, figure(last), Goal(1.3, "× page 1"), last.cpu_ms / first.cpu_ms)


def swept(run: Measured) -> list[Row]:
    small, large = run.sweeps
    words = f"{large['cpu']:.1f} s CPU, {large['seconds']:.1f} s; {small['cpu']:.1f} s of {run.sizes[0]:,}"
    goal = Goal(1.5, "×")
    batch = f"{large['statements']:.0f} for {large['batch']:.0f}"
    return [
        Row("11", f"sweep with {large['fired']:,.0f} due, growth", words, goal, large["cpu"] / small["cpu"]),
        Row("11", "statements of a batch", batch, Goal(10, "statements"), large["statements"]),
    ]


def memory(run: Measured) -> list[Row]:
    start, end = run.memory["large"]
    bare = run.memory["bare"][1]
    after = f"{run.memory_requests:,} requests"
    return [
        Row("13", f"memory of a web worker after {after}", f"{end:.0f} MiB", Goal(2.5, "× bare"), end / bare),
        Row("13", "growth since its start", f"{start:.0f} → {end:.0f} MiB", Goal(1.1, "×"), end / start),
    ]


def follow_the_rows(run: Measured) -> list[str]:
    """Requests that take more statements for twice the rows. One fewer may be right: no further page, no count."""
    return [
        f"{name}: {few} statements, {usual} for twice the rows"
        for counts in run.statements
        for name, (usual, few) in counts.items()
        if usual > few
    ]
