"""How much one machine does in a second, beside a bare INSERT in the same run. Written into docs/PERFORMANCE.md.

Never a test of speed: the figures are of this machine, now; only their ratios travel.
"""

import csv
import statistics
from pathlib import Path

import pytest

from tests.bench.table import write as put
from tests.crash.place import Place, engine, installation

pytestmark = pytest.mark.bench

ROUNDS = 3
MAPPING = """
source = "bench"
language = "en"

[external_id]
column = "id"

[received]
column = "on"
formats = ["%Y-%m-%d"]
zone = "Asia/Shanghai"

[texts.description]
any_of = [["words"]]

[channel]
default = "import"

[department]
default = "west-store"

[state]
default = "closed"

[outcome]
default = "unknown"
"""


@pytest.fixture(scope="module")
def place():
    with installation() as made:
        yield made


def test_throughput(place: Place, tmp_path: Path):
    rates: dict[str, list[float]] = {"bare": [], "lodge": [], "sweep": []}
    # In alternating rounds, so that what else the machine does falls on all alike.
    for _ in range(ROUNDS):
        rates["bare"].append(place.ask("bare_inserts", count=500))
        rates["lodge"].append(place.ask("lodge_many", count=150))
        place.ask("plan", count=3000, lead=-7200.0, spread=100.0)
        drained = place.ask("drain")
        rates["sweep"].append(drained["count"] / drained["seconds"])
    statements = place.ask("statements")
    imported = import_rate(place, tmp_path, rows=3000)
    write(
        [
            ("one bare INSERT in a transaction of its own", middle(rates["bare"]), 1.0),
            ("a complaint lodged (triage, number, events, deadlines, search)", middle(rates["lodge"]), None),
            ("due deadlines fired, 3,000 overdue by two hours", middle(rates["sweep"]), None),
            ("rows imported, 3,000 closed ones, start of the program included", imported, None),
        ],
        statements,
    )


def middle(rates: list[float]) -> float:
    return statistics.median(rates)


def import_rate(place: Place, folder: Path, *, rows: int) -> float:
    """Rows a second of `import_complaints`, from start to end of the program."""
    table, mapping = folder / "rows.csv", folder / "bench.toml"
    with table.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["id", "on", "words"])
        for n in range(rows):
            writer.writerow(
                [n, "2025-03-01", f"The delivery of order {n} was late and nobody called. 客服一直没有回复 {n}"]
            )
    mapping.write_text(MAPPING)
    return rows / place.timed("import_complaints", str(table), "--mapping", str(mapping))


def write(rows: list[tuple[str, float, float | None]], statements: dict[str, int]) -> None:
    bare = rows[0][1]
    lines = ["| work | a second | of a bare INSERT |", "| --- | --- | --- |"]
    lines += [f"| {what} | {rate:,.0f} | {rate / bare:.2f} |" for what, rate, _ in rows]
    lines += ["", "| page | statements |", "| --- | --- |"]
    lines += [f"| {page} | {count} |" for page, count in statements.items()]
    put(engine(), lines)
