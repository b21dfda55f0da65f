"""The SQL of both databases, and nothing else of them."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django.db.backends.base.base import BaseDatabaseWrapper

from core.search.query import Query

# How far back the newest matches are looked for before all of them are sorted.
WINDOW = 20_000
PAGE = 50

Row = tuple[int, str, str]
Condition = tuple[str, list[str]]


class Engine:
    """Statements on a search table; `key` is its column of ids."""

    key: ClassVar[str]

    def __init__(self, connection: BaseDatabaseWrapper, table: str) -> None:
        self.connection = connection
        self.table = table

    def ask(self, statement: str, values: Sequence[Any], limit: int) -> list[int]:
        with self.connection.cursor() as cursor:
            cursor.execute(f"{statement} LIMIT {int(limit)}", values)
            return [row[0] for row in cursor.fetchall()]

    def where(self, query: Query) -> Condition:
        raise NotImplementedError

    def write(self, rows: Sequence[Row]) -> None:
        raise NotImplementedError

    def some(self, where: Condition, limit: int) -> list[int]:
        """Up to `limit` matches in any order; those that are few must not cost a walk through the table."""
        raise NotImplementedError

    def newest(self, where: Condition, limit: int) -> list[int]:
        """The matches with the highest ids, of many."""
        raise NotImplementedError

    def few_or_newest(self, where: Condition, limit: int, newest: int) -> tuple[list[int], bool]:
        """All matches where they are fewer than `limit`; else the newest of them, and True. Highest first."""
        found = self.some(where, limit)
        if len(found) < limit:
            return sorted(found, reverse=True), False
        return self.newest(where, newest), True

    def all_of(self, where: Condition) -> str:
        """A subquery with the ids of all matches, of many."""
        return f"SELECT {self.key} FROM {self.table} WHERE {where[0]}"  # noqa: S608


class SQLite(Engine):
    key = "rowid"

    def where(self, query: Query) -> Condition:
        words = query.render(lambda word, is_prefix: f'"{word}" *' if is_prefix else f'"{word}"', " AND ", " OR ")
        conditions = [f"{self.table} MATCH %s"] + ["instr(folded, %s) > 0"] * len(query.phrases)
        return " AND ".join(conditions), [words, *query.phrases]

    def write(self, rows: Sequence[Row]) -> None:
        with self.connection.cursor() as cursor:
            cursor.executemany(
                f"INSERT OR REPLACE INTO {self.table} (rowid, words, folded) VALUES (%s, %s, %s)",  # noqa: S608
                rows,
            )

    def some(self, where: Condition, limit: int) -> list[int]:
        return self.ask(f"SELECT rowid FROM {self.table} WHERE {where[0]}", where[1], limit)  # noqa: S608

    def newest(self, where: Condition, limit: int) -> list[int]:
        # FTS5 reads its matches backwards: the rest is never read.
        statement = f"SELECT rowid FROM {self.table} WHERE {where[0]} ORDER BY rowid DESC"  # noqa: S608
        return self.ask(statement, where[1], limit)


class PostgreSQL(Engine):
    key = "id"

    def where(self, query: Query) -> Condition:
        words = query.render(lambda word, is_prefix: f"'{word}':*" if is_prefix else f"'{word}'", " & ", " | ")
        conditions = ["words @@ %s::tsquery"] + ["strpos(folded, %s) > 0"] * len(query.phrases)
        return " AND ".join(conditions), [words, *query.phrases]

    def write(self, rows: Sequence[Row]) -> None:
        places = ", ".join(["(%s, array_to_tsvector(string_to_array(%s, ' ')), %s)"] * len(rows))
        with self.connection.cursor() as cursor:
            cursor.execute(
                f"INSERT INTO {self.table} (id, words, folded) VALUES {places} "  # noqa: S608
                "ON CONFLICT (id) DO UPDATE SET words = excluded.words, folded = excluded.folded",
                [value for row in rows for value in row],
            )

    def _through_index(self, where: Condition) -> str:
        # Planned on its own, for all rows: with ORDER BY or LIMIT inside, the planner walks the whole table for a
        # word that is nowhere. Rows are still fetched only until the limit outside.
        found = f"SELECT id FROM {self.table} WHERE {where[0]}"  # noqa: S608
        return f"WITH found AS MATERIALIZED ({found}) SELECT id FROM found"  # noqa: S608

    def some(self, where: Condition, limit: int) -> list[int]:
        return self.ask(self._through_index(where), where[1], limit)

    def few_or_newest(self, where: Condition, limit: int, newest: int) -> tuple[list[int], bool]:
        # Both questions in one statement; the second is not even begun where there are few.
        few = f"few AS MATERIALIZED (SELECT id FROM ({self._through_index(where)}) found LIMIT {int(limit)})"  # noqa: S608
        are_many = f"(SELECT count(*) FROM few) >= {int(limit)}"  # noqa: S608
        statement = (
            f"WITH {few} SELECT id, false FROM few UNION ALL "  # noqa: S608
            f"(SELECT id, true FROM {self.table} WHERE {are_many} AND {self._is_recent()} AND {where[0]} "
            f"ORDER BY id DESC LIMIT {int(newest)})"
        )
        with self.connection.cursor() as cursor:
            cursor.execute(statement, where[1] * 2)
            rows = cursor.fetchall()
        found = [pk for pk, is_recent in rows if not is_recent]
        if len(found) < limit:
            return sorted(found, reverse=True), False
        recent = sorted((pk for pk, is_recent in rows if is_recent), reverse=True)
        return recent if len(recent) == newest else self._newest_of_all(where, newest), True

    def newest(self, where: Condition, limit: int) -> list[int]:
        found = self._recent(where, limit)
        if len(found) == limit:
            return found
        return self._newest_of_all(where, limit)

    def _newest_of_all(self, where: Condition, limit: int) -> list[int]:
        return self.ask(f"{self._through_index(where)} ORDER BY id DESC", where[1], limit)

    def _is_recent(self) -> str:
        return f"id > (SELECT max(id) - {WINDOW} FROM {self.table})"  # noqa: S608

    def _recent(self, where: Condition, limit: int) -> list[int]:
        # Many matches are mostly among the newest rows too, and then a walk from the newest ends soon. Where they are
        # all old, it would read everything before them.
        walk = f"SELECT id FROM {self.table} WHERE {self._is_recent()} AND {where[0]} ORDER BY id DESC"  # noqa: S608
        return self.ask(walk, where[1], limit)

    def all_of(self, where: Condition) -> str:
        return super().all_of(where) if len(self._recent(where, PAGE)) == PAGE else self._through_index(where)


def engine_of(connection: BaseDatabaseWrapper, table: str) -> Engine:
    return PostgreSQL(connection, table) if connection.vendor == "postgresql" else SQLite(connection, table)
