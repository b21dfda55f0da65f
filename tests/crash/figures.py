"""What the crash tests measured, written into docs/RELIABILITY.md beside the figures of the other database."""

import math
import re
from pathlib import Path

from tests.crash.place import ROOT, engine

PAGE = ROOT / "docs" / "RELIABILITY.md"
HEAD = "| test | what was done | result |\n| --- | --- | --- |\n"
measured: dict[str, tuple[str, str]] = {}


def measure(test: str, done: str, result: str) -> None:
    """Keep one row; printed at once, so that a run that is cut off tells what it had."""
    measured[test] = (done, result)
    print(f"\n{engine()} {test}: {done}: {result}")  # noqa: T201


def write(page: Path = PAGE) -> None:
    """Replace the rows of this run's tests in this engine's table; rows of other tests stay."""
    text = page.read_text()
    start, end = f"<!-- {engine()} begins -->", f"<!-- {engine()} ends -->"
    old = re.search(f"{start}(.*?){end}", text, re.DOTALL)
    assert old, f"{page} has no place for {engine()}"
    rows = dict(re.findall(r"^\| ((?:T\d+|API)\b[^|]*?) \| (.*) \|$", old.group(1), re.MULTILINE))
    rows |= {test: f"{done} | {result}" for test, (done, result) in measured.items()}
    table = HEAD + "".join(f"| {test} | {rest} |\n" for test, rest in sorted(rows.items(), key=_order))
    page.write_text(text.replace(old.group(0), f"{start}\n{table}{end}"))


def _order(row: tuple[str, str]) -> tuple[float, str]:
    """Timers by their number in TIMERS.md, then the API."""
    number = re.match(r"T(\d+)", row[0])
    return float(number[1]) if number else math.inf, row[0]
