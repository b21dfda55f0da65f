"""The run over a file: check it as a whole, then take it in batches, each of them whole or not at all.

A run that was cut off, or that is started twice, leaves one complaint per id: run it again and it goes on.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from django.core.exceptions import ValidationError
from django.db import DataError, IntegrityError

from accounts.models import Department, User
from complaints.actions.categories import add_categories
from complaints.actions.import_rows import MOST_ROWS, import_rows, present_ids
from complaints.categories import starter_codes
from complaints.importing.mapping import Mapping, known_mappings, load_mapping
from complaints.importing.reading import Refused, Table, UnfitFile, found_encoding, open_table
from complaints.importing.report import Progress, Report
from complaints.importing.rows import ImportedRow, RowRefused, id_of, read_row
from complaints.models import Category
from core import clock
from core.errors import Blocked, DomainError

# A column of free text would fill the tree with thousands.
MOST_NEW_CATEGORIES = 200
# What a single row may be refused for when it is written.
REFUSALS = (DomainError, ValidationError, DataError, IntegrityError)


@dataclass
class Summary:
    """What a run did, or would do when it is tried dry."""

    read: int = 0
    added: int = 0
    present: int = 0
    refused: int = 0
    new_categories: int = 0


def mapping_for(path: Path) -> Mapping:
    """The only known mapping whose columns the file has. Raises UnfitFile when that is none or several."""
    encoding = found_encoding(path)
    fitting = []
    for mapping in map(load_mapping, known_mappings()):
        # One that brings its own header would fit any file without one.
        if mapping.header:
            continue
        try:
            check_header(path, mapping, encoding)
        except UnfitFile:
            continue
        fitting.append(mapping)
    if len(fitting) == 1:
        return fitting[0]
    if fitting:
        raise UnfitFile(f"Several mappings fit: {', '.join(one.name for one in fitting)}. Choose one with --mapping.")
    known = ", ".join(known_mappings())
    raise UnfitFile(
        f"No known mapping fits this file ({known}). Choose one with --mapping, or name your own .toml file."
    )


def check_header(path: Path, mapping: Mapping, encoding: str) -> None:
    with path.open("rb") as file:
        _open(file, mapping, encoding)


def _open(file: BinaryIO, mapping: Mapping, encoding: str) -> Table:
    return open_table(
        file,
        encoding=encoding,
        delimiter=mapping.delimiter,
        is_quoted=mapping.is_quoted,
        header=mapping.header,
        columns=mapping.columns,
    )


class ImportRun:
    """One run over one file. `is_dry` writes nothing but the report."""

    def __init__(
        self, path: Path, mapping: Mapping, *, report: Report, progress: Progress, is_dry: bool, by: User | None
    ) -> None:
        self.path, self.mapping, self.by = path, mapping, by
        self.report, self.progress, self.is_dry = report, progress, is_dry
        self.encoding = mapping.encoding or found_encoding(path)
        self.summary = Summary()
        self._known_categories: set[str] = set()
        self._tried: set[str] = set()

    def check(self) -> None:
        """Refuse the file or the mapping as a whole, before the first row. Raises UnfitFile."""
        check_header(self.path, self.mapping, self.encoding)
        departments = set(Department.objects.active().values_list("code", flat=True))
        if not departments:
            raise UnfitFile("There is no department yet. Run `manage.py setup` first.")
        department = self.mapping.department
        self._require("department", {*department.values.values(), department.default}, departments)
        self._known_categories = {*Category.objects.values_list("code", flat=True), *starter_codes()}
        category = self.mapping.category
        named = {*category.values.values(), category.default, category.parent}
        self._require("category", named, self._known_categories)

    def _require(self, what: str, named: Iterable[str | None], known: set[str]) -> None:
        if unknown := sorted(one for one in named if one and one not in known):
            raise UnfitFile(
                f"The mapping {self.mapping.name} names the {what} {', '.join(unknown)}, which is not there."
                f" There are {', '.join(sorted(known)[:40])}."
            )

    def run(self) -> Summary:
        with self.path.open("rb") as file:
            table = _open(file, self.mapping, self.encoding)
            batch: list[ImportedRow] = []
            for row in self._rows(table):
                batch.append(row)
                if len(batch) == MOST_ROWS:
                    self._take(batch)
                    batch = []
            self._take(batch)
        self.progress.end()
        return self.summary

    def _rows(self, table: Table) -> Iterator[ImportedRow]:
        for record in table:
            self.summary.read += 1
            self.progress.show(self.summary.read, table.bytes_read)
            if isinstance(record, Refused):
                self._refuse(record)
                continue
            try:
                yield read_row(record.line, record.values, self.mapping, clock.now())
            except RowRefused as refusal:
                self._refuse(Refused(record.line, id_of(record.values, self.mapping), str(refusal)))

    def _refuse(self, refused: Refused) -> None:
        self.summary.refused += 1
        self.report.add(refused)

    def _take(self, batch: list[ImportedRow]) -> None:
        # Asked once more under the transaction; here it spares the work on what is there already.
        present = set(present_ids(self.mapping.source, [row.external_id for row in batch]))
        new = [row for row in batch if row.external_id not in present]
        self.summary.present += len(batch) - len(new)
        if not new:
            return
        self._add_categories(new)
        if self.is_dry:
            self._count(new)
            return
        try:
            self._write(new)
        except REFUSALS:
            # One row spoils its batch, or another import was faster: one by one, so that only what is bad stays out.
            for row in new:
                self._take_alone(row)

    def _write(self, rows: list[ImportedRow]) -> None:
        taken = import_rows(self.mapping.source, rows, by=self.by)
        self.summary.added += taken.added
        self.summary.present += taken.present

    def _take_alone(self, row: ImportedRow) -> None:
        try:
            self._write([row])
        except REFUSALS as refusal:
            if present_ids(self.mapping.source, [row.external_id]):
                self.summary.present += 1
            else:
                self._refuse(Refused(row.line, row.external_id, sentence_of(refusal)))

    def _count(self, rows: list[ImportedRow]) -> None:
        for row in rows:
            if row.external_id in self._tried:
                self.summary.present += 1
            else:
                self.summary.added += 1
                self._tried.add(row.external_id)

    def _add_categories(self, rows: list[ImportedRow]) -> None:
        asked = (row.new_category for row in rows)
        wanted = {one.code: one for one in asked if one and one.code not in self._known_categories}
        if not wanted:
            return
        self.summary.new_categories += len(wanted)
        if self.summary.new_categories > MOST_NEW_CATEGORIES:
            raise UnfitFile(
                f"“{self.mapping.category.columns[-1]}” would make more than {MOST_NEW_CATEGORIES} new categories."
                " Name a column with fewer different values, or leave `parent` out of the mapping."
            )
        if not self.is_dry:
            add_categories(wanted.values(), by=self.by)
        self._known_categories |= set(wanted)


def sentence_of(refusal: Exception) -> str:
    """Put what the action or the database refused into one line."""
    if isinstance(refusal, Blocked):
        return " ".join(str(blocker.message) for blocker in refusal.blockers)
    if isinstance(refusal, DomainError):
        return str(refusal.message)
    if isinstance(refusal, ValidationError):
        return " ".join(refusal.messages)
    return f"The database refused it: {str(refusal).splitlines()[0]}"
