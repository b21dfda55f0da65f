"""Reading a file record by record: its encoding, its lines, and what is no record. Never the whole file at once."""

import codecs
import csv
import re
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from io import TextIOWrapper
from pathlib import Path
from typing import BinaryIO

BLOCK = 1 << 20
# Nobody writes so long a line; it is a file of another kind.
LONGEST_LINE = 1_000_000
BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
# What "surrogateescape" makes of bytes that the encoding does not know.
UNDECODED = re.compile("[\udc80-\udcff]")


class UnfitFile(ValueError):
    """Nothing of the file can be taken; the text is a sentence that says why."""


@dataclass(frozen=True)
class Record:
    """The values of one record by column, and the lines it stands on."""

    line: int
    values: dict[str, str]


@dataclass(frozen=True)
class Refused:
    """What cannot be taken, where it stands and why."""

    line: int
    external_id: str
    reason: str


def found_encoding(path: Path) -> str:
    """Tell the encoding by its mark, or by what reads the whole file: UTF-8, then GB18030.

    Raises UnfitFile where neither does.
    """
    with path.open("rb") as file:
        start = file.read(4)
        for mark, name in BOMS:
            if start.startswith(mark):
                return name
        faults = []
        for name in ("utf-8", "gb18030"):
            file.seek(0)
            fault = _first_fault(file, name)
            if fault is None:
                return name
            faults.append(f"{name} fails at byte {fault:,}")
    raise UnfitFile(
        f'The encoding of {path.name} is not clear: {", ".join(faults)}. Name it in the mapping (encoding = "…");'
        " then only the rows with wrong bytes are refused."
    )


def _first_fault(file: BinaryIO, encoding: str) -> int | None:
    decoder = codecs.getincrementaldecoder(encoding)()
    read = 0
    while True:
        block = file.read(BLOCK)
        try:
            decoder.decode(block, final=not block)
        except UnicodeDecodeError as error:
            return read + error.start
        if not block:
            return None
        read += len(block)


class _Lines(Iterator[str]):
    """Gives a csv reader one line after the other, and takes back what a stray quote swallowed."""

    def __init__(self, file: TextIOWrapper) -> None:
        self._file = file
        self._returned: deque[str] = deque()
        self.number = 0
        self.taken: list[str] = []

    def __next__(self) -> str:
        line = self._returned.popleft() if self._returned else self._file.readline(LONGEST_LINE)
        if not line:
            raise StopIteration
        if len(line) == LONGEST_LINE:
            raise UnfitFile(f"Line {self.number + 1:,} has over {LONGEST_LINE:,} characters. Is it the right file?")
        self.number += 1
        self.taken.append(line)
        return line

    def return_all_but_first(self) -> None:
        self._returned.extendleft(reversed(self.taken[1:]))
        self.number -= len(self.taken) - 1


class Table:
    """An open file, its header read. Iterating gives records, and refusals for what is none."""

    def __init__(
        self, file: BinaryIO, *, encoding: str, delimiter: str, is_quoted: bool, header: tuple[str, ...] = ()
    ) -> None:
        self.encoding = encoding
        self._file = file
        # "strict" for UTF-16, whose wrong halves cannot be escaped.
        errors = "strict" if encoding == "utf-16" else "surrogateescape"
        self._lines = _Lines(TextIOWrapper(file, encoding=encoding, errors=errors, newline=""))
        self._quoting = csv.QUOTE_MINIMAL if is_quoted else csv.QUOTE_NONE
        self._delimiter = delimiter
        self._reader = self._new_reader()
        self.header = header or self._header()

    @property
    def bytes_read(self) -> int:
        return self._file.tell()

    def __iter__(self) -> Iterator[Record | Refused]:
        try:
            while (cells := self._next()) is not None:
                if isinstance(cells, Refused):
                    yield cells
                elif cells:
                    yield Record(self._first_line, dict(zip(self.header, cells, strict=True)))
        except UnicodeDecodeError as error:
            raise UnfitFile(f"The file is not {self.encoding} from line {self._lines.number + 1:,} on.") from error

    def _new_reader(self) -> Iterator[list[str]]:
        # "strict": a quote in the middle of a value ends in an error, not in a value that eats the next rows.
        return csv.reader(self._lines, delimiter=self._delimiter, quoting=self._quoting, strict=True)  # type: ignore[arg-type]

    def _next(self) -> list[str] | Refused | None:
        """The cells of the next record ([] for an empty line), a refusal, or None at the end."""
        self._lines.taken.clear()
        self._first_line = self._lines.number + 1
        try:
            cells = next(self._reader)
        except StopIteration:
            return None
        except csv.Error as error:
            return self._refuse(f"The line cannot be split into columns ({error}).")
        if not any(cell.strip() for cell in cells):
            return []
        if len(cells) != len(self.header):
            return self._refuse(f"The row has {len(cells)} columns instead of {len(self.header)}.")
        if any(map(UNDECODED.search, cells)):
            return Refused(self._first_line, "", f"The row holds bytes that are no {self.encoding}.")
        return cells

    def _refuse(self, reason: str) -> Refused:
        """Refuse the first line only: a quote that is never closed must not take the good rows below with it."""
        self._lines.return_all_but_first()
        self._reader = self._new_reader()
        return Refused(self._first_line, "", reason)

    def _header(self) -> tuple[str, ...]:
        try:
            cells = next(self._reader, [])
        except csv.Error as error:
            raise UnfitFile(f"The first line cannot be split into columns ({error}).") from error
        header = tuple(cell.strip().removeprefix("\ufeff").strip() for cell in cells)
        if not any(header):
            raise UnfitFile("The file has no header: its first line is empty.")
        return header


def open_table(
    file: BinaryIO, *, encoding: str, delimiter: str, is_quoted: bool, header: tuple[str, ...], columns: set[str]
) -> Table:
    """Open and check before the first row: the header names each of `columns` exactly once. Raises UnfitFile."""
    try:
        table = Table(file, encoding=encoding, delimiter=delimiter, is_quoted=is_quoted, header=header)
    except UnicodeDecodeError as error:
        raise UnfitFile(f"The file is not {encoding}.") from error
    where = "The mapping’s header" if header else f"The file, read as {encoding},"
    if missing := sorted(columns - set(table.header)):
        there = _quoted(UNDECODED.sub("?", name) for name in table.header)
        raise UnfitFile(f"{where} has no column {_quoted(missing)}. It has {there}.")
    if twice := sorted(name for name in columns if table.header.count(name) > 1):
        raise UnfitFile(f"{where} has the column {_quoted(twice)} more than once.")
    return table


def _quoted(names: Iterable[str]) -> str:
    return ", ".join(f"“{name}”" for name in names)
