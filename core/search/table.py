"""Search tables: one row of words per subject, in SQLite's FTS5 or PostgreSQL's GIN, with the same answers."""

import re
from collections.abc import Iterable
from itertools import islice
from typing import TypeVar

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import Model, QuerySet
from django.db.models.expressions import RawSQL

from core.personal import personal
from core.search.engines import Engine, engine_of
from core.search.query import Query, parse_query
from core.search.words import MOST_CHARACTERS, encode, fold, tokens_of_folded

M = TypeVar("M", bound=Model)

# How many matches are read to put them in order; where there are more, only the newest are looked for.
PROBE = 1_001
BATCH = 500

_tables: dict[str, "SearchTable"] = {}


class Matches(list[int]):
    """Ids of what was found, newest first. `is_capped`: there are more, and these are only the newest."""

    def __init__(self, ids: Iterable[int] = (), *, is_capped: bool = False) -> None:
        super().__init__(ids)
        self.is_capped = is_capped


class SearchTable:
    """The search rows of one kind of subject. Its table is made by the migration operation CreateSearchTable.

    Rows hold what people wrote, so they are on the list of personal columns.
    """

    def __init__(self, name: str, *, using: str = DEFAULT_DB_ALIAS) -> None:
        if not re.fullmatch(r"[a-z][a-z0-9_]{0,40}", name):
            raise ValueError(f"{name!r} is no name for a search table.")
        self.name = name
        self.using = using
        _tables[name] = self
        personal(name, "words", "folded")

    @property
    def _engine(self) -> Engine:
        return engine_of(connections[self.using], self.name)

    def put(self, subject_id: int, *texts: str) -> None:
        """Make a subject found by these texts, and no longer by earlier ones."""
        # The line feed keeps the end of one text from making a word with the beginning of the next.
        self.put_many([(subject_id, "\n".join(texts))])

    def put_many(self, rows: Iterable[tuple[int, str]]) -> None:
        """Put many subjects at once, each with all its text. The last row of an id counts."""
        engine = self._engine
        remaining = iter(rows)
        while batch := dict(islice(remaining, BATCH)):
            engine.write([(subject_id, *_words_and_folded(text)) for subject_id, text in batch.items()])

    def delete(self, *subject_ids: int) -> None:
        """Forget subjects; those that are not there are passed over."""
        engine = self._engine
        with engine.connection.cursor() as cursor:
            cursor.executemany(
                f"DELETE FROM {self.name} WHERE {engine.key} = %s",  # noqa: S608
                [(subject_id,) for subject_id in subject_ids],
            )

    def clear(self) -> None:
        """Forget everything, for tests and before building the table anew."""
        with connections[self.using].cursor() as cursor:
            cursor.execute(f"DELETE FROM {self.name}")  # noqa: S608

    def match(self, typed: str | Query, *, limit: int = PROBE, newest: int = 50) -> Matches:
        """Return the ids found, highest first: all of them when they are fewer than `limit`, else the newest few.

        At most three statements, and mostly one, whose cost follows the matches and never the table.
        """
        query = parse_query(typed) if isinstance(typed, str) else typed
        if not query:
            return Matches()
        engine = self._engine
        found, is_capped = engine.few_or_newest(engine.where(query), limit, newest)
        return Matches(found, is_capped=is_capped)

    def search(self, queryset: QuerySet[M], typed: str | Query) -> QuerySet[M]:
        """Keep of a queryset what the query finds, highest id first (order it otherwise if you like).

        Asks one or two statements at once, to see whether there are few matches (then only those are
        looked at) or many. Nothing typed keeps everything; signs that no text is found by keep nothing.
        """
        query = parse_query(typed) if isinstance(typed, str) else typed
        rows = queryset.order_by("-pk")
        if not query:
            is_blank = isinstance(typed, str) and not typed.strip()
            return rows if is_blank else queryset.none()
        engine = self._engine
        where = engine.where(query)
        few = engine.some(where, PROBE)
        if len(few) < PROBE:
            return rows.filter(pk__in=few)
        return rows.filter(pk__in=RawSQL(engine.all_of(where), where[1]))  # noqa: S611


def clear_search_tables() -> None:
    """Empty every search table: a flush of the database between tests does not know them."""
    for table in _tables.values():
        if table.name in connections[table.using].introspection.table_names():
            table.clear()


def _words_and_folded(text: str) -> tuple[str, str]:
    folded = fold(text[:MOST_CHARACTERS])[:MOST_CHARACTERS]
    return " ".join(map(encode, tokens_of_folded(folded))), folded
