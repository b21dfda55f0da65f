"""The report of refused rows, and a bar that shows how far it is."""

import csv
import sys
import time
from contextlib import suppress
from io import TextIOWrapper
from pathlib import Path
from types import TracebackType
from typing import Self, TextIO

from complaints.importing.reading import UNDECODED, Refused

EVERY_SECONDS = 0.2
EVERY_ROWS = 1_000
BAR = 30


class Report:
    """A CSV of refused rows: line, id, reason. Made with the first of them; an old one of the same name goes."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.count = 0
        self._file: TextIOWrapper | None = None

    def __enter__(self) -> Self:
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.path.unlink(missing_ok=True)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file:
            self._file.close()

    def add(self, refused: Refused) -> None:
        if self._file is None:
            # With its mark, or spreadsheets read Chinese as something else.
            self._file = self.path.open("w", encoding="utf-8-sig", newline="")
            self._writer = csv.writer(self._file)
            self._writer.writerow(["line", "id", "reason"])
        self.count += 1
        self._writer.writerow([refused.line, _harmless(refused.external_id), _harmless(refused.reason)])


def _harmless(text: str) -> str:
    """A spreadsheet must not take a value of the file for a formula."""
    text = UNDECODED.sub("?", text)
    return f"'{text}" if text[:1] in {"=", "+", "-", "@", "\t"} else text


class Progress:
    """On a terminal a bar; elsewhere a line every thousand rows."""

    def __init__(self, size: int, out: TextIO = sys.stderr) -> None:
        self._size = max(size, 1)
        self._out = out
        self._is_terminal = out.isatty()
        self._started = self._shown = time.monotonic()
        self._next_line = EVERY_ROWS

    def show(self, rows: int, bytes_read: int) -> None:
        now = time.monotonic()
        if self._is_terminal:
            if now - self._shown >= EVERY_SECONDS:
                self._shown = now
                self._say("\r" + self._bar(rows, bytes_read, now - self._started))
        elif rows >= self._next_line:
            self._next_line = rows - rows % EVERY_ROWS + EVERY_ROWS
            self._say(f"{rows:,} rows, {self._share(bytes_read):.0%}\n")

    def end(self) -> None:
        if self._is_terminal:
            self._say("\r" + " " * 79 + "\r")

    def _share(self, bytes_read: int) -> float:
        return min(1.0, bytes_read / self._size)

    def _bar(self, rows: int, bytes_read: int, seconds: float) -> str:
        share = self._share(bytes_read)
        full = round(share * BAR)
        rest = f"{seconds / share - seconds:,.0f} s left" if share > 0.02 else ""
        speed = rows / seconds if seconds else 0
        return f"[{'#' * full}{'.' * (BAR - full)}] {share:4.0%} {rows:,} rows, {speed:,.0f}/s, {rest}".ljust(79)

    def _say(self, text: str) -> None:
        with suppress(OSError):
            self._out.write(text)
            self._out.flush()
