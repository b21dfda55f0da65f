"""How each engine gives its content away as one state of one moment, and takes it back."""

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Protocol

from django.contrib.sessions.models import Session
from django.db import connection, transaction
from django.db.backends.postgresql.client import DatabaseClient

from core.backup.archive import BackupFault

# Who holds a session is signed in, so sessions stay behind: after a restore everybody signs in again.
SESSIONS = Session._meta.db_table
PROGRAMS = {
    "pg_dump": "give the database away",
    "pg_restore": "read the backup",
    "psql": "write it into the database",
}

# With the parts that search tables are made of, and without what is SQLite's own.
SQLITE_TABLES = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"

Counts = dict[str, int]


class Store(Protocol):
    """A database as a whole. `part` names the file it becomes in an archive."""

    engine: str
    part: str

    def dump(self, target: Path) -> Counts:
        """Write all rows of one moment into a new file, while others go on writing; how many of each table."""
        ...

    def load(self, source: Path) -> None:
        """Put a dump in the place of everything that is there: all of it, or after a fault nothing."""
        ...


def store() -> Store:
    """Return the store of this installation's database."""
    return PostgresStore() if connection.vendor == "postgresql" else SqliteStore()


def count_rows(tables: list[str], ask: Callable[[str], int]) -> Counts:
    """Count the rows of each table but the sessions."""
    return {table: ask(f'SELECT count(*) FROM "{table}"') for table in sorted(tables) if table != SESSIONS}  # noqa: S608


def counts_now() -> Counts:
    """Count what is in the database now, as `dump` does."""
    with connection.cursor() as cursor:

        def ask(sql: str) -> int:
            cursor.execute(sql)
            return int(cursor.fetchone()[0])

        return count_rows(tables_now(), ask)


def tables_now() -> list[str]:
    if connection.vendor == "postgresql":
        return connection.introspection.table_names()
    with connection.cursor() as cursor:
        # Introspection hides nothing but SQLite's own, and the parts of search tables count too.
        cursor.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'")
        return [name for (name,) in cursor.fetchall()]


class SqliteStore:
    """By SQLite's own backup call, never by copying the file: what is still in the log beside it would be missing."""

    engine, part = "sqlite", "database.sqlite3"

    def dump(self, target: Path) -> Counts:
        try:
            return self._dump(target)
        except sqlite3.Error as error:
            raise BackupFault(f"SQLite could not give its content away ({error}).") from error

    def _dump(self, target: Path) -> Counts:
        with closing(sqlite3.connect(target, isolation_level=None)) as copy:
            with closing(self._connect()) as live:
                # All pages in one step, so that no writer comes in between; readers and writers go on.
                live.backup(copy)
            copy.execute("PRAGMA journal_mode=DELETE")
            # What is deleted must not stay behind in free pages.
            copy.execute("PRAGMA secure_delete=ON")
            tables = [
                name
                for (name,) in copy.execute(
                    "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
                )
            ]
            if SESSIONS in tables:
                copy.execute(f'DELETE FROM "{SESSIONS}"')  # noqa: S608
            faults = [row[0] for row in copy.execute("PRAGMA quick_check(1)") if row[0] != "ok"]
            if faults:
                raise BackupFault(f"The database is damaged: {faults[0]}. Restore an earlier backup.")
            return count_rows(tables, lambda sql: int(copy.execute(sql).fetchone()[0]))

    def load(self, source: Path) -> None:
        connection.close()
        try:
            with closing(sqlite3.connect(source)) as dump, closing(self._connect()) as live:
                # One transaction of SQLite: a crash in the middle leaves what was there.
                dump.backup(live)
        except sqlite3.Error as error:
            raise BackupFault(f"SQLite did not take the backup ({error}); nothing was changed.") from error

    def _connect(self) -> sqlite3.Connection:
        name = str(connection.settings_dict["NAME"])
        return sqlite3.connect(name, timeout=20, uri=name.startswith("file:"))


class PostgresStore:
    """By pg_dump and psql, which come with PostgreSQL."""

    engine, part = "postgresql", "database.pgdump"

    def dump(self, target: Path) -> Counts:
        program = found("pg_dump")
        with one_state() as snapshot:
            run(
                program,
                "--format=custom", "--no-owner", "--no-privileges",
                f"--exclude-table-data={SESSIONS}", f"--snapshot={snapshot}", f"--file={target}",
            )  # fmt: skip
            return counts_now()

    def load(self, source: Path) -> None:
        restore, psql = found("pg_restore"), found("psql")
        self.refuse_while_in_use()
        script, emptying = source.with_suffix(".sql"), source.with_suffix(".empty.sql")
        run(
            restore,
            "--no-owner",
            "--no-privileges",
            "--clean",
            "--if-exists",
            f"--file={script}",
            str(source),
            is_local=True,
        )
        emptying.write_text(self._emptying(), encoding="utf-8")
        connection.close()
        run(
            psql,
            "--no-psqlrc", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1", "--output=/dev/null",
            f"--file={emptying}", f"--file={script}",
        )  # fmt: skip

    def refuse_while_in_use(self) -> None:
        """Raise BackupFault when somebody else is connected: they would write in between, or wait for us for ever."""
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
            )
            (others,) = cursor.fetchone()
        if others:
            raise BackupFault(
                f"{others} other connections use the database: stop web, worker and beat first, and close every psql."
            )

    def _emptying(self) -> str:
        """Also tables that the backup does not know, which a later migration would stumble over."""
        quote = connection.ops.quote_name
        tables = ", ".join(quote(table) for table in connection.introspection.table_names())
        return f"DROP TABLE IF EXISTS {tables} CASCADE;\n" if tables else ""


@contextmanager
def one_state() -> Iterator[str]:
    """Let all reads inside see one state, and give its name to programs that are to see the same."""
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        cursor.execute("SELECT pg_export_snapshot()")
        yield str(cursor.fetchone()[0])


def found(program: str) -> str:
    """Return the path of one of PostgreSQL's programs. Raises BackupFault when it is not there."""
    path = shutil.which(program)
    if path is None:
        raise BackupFault(
            f"{program} is needed to {PROGRAMS[program]}, and it is not on the PATH: install PostgreSQL's client"
            " programs (Debian: postgresql-client), of the server's version or a later one."
        )
    return path


def run(program: str, *arguments: str, is_local: bool = False) -> None:
    """Run one of PostgreSQL's programs on our database, or `is_local` on files alone.

    The password goes by the environment, since everybody on the machine can read arguments. Raises BackupFault.
    """
    environment: Mapping[str, str] = os.environ
    command = [program, *arguments]
    if not is_local:
        database: dict[str, Any] = connection.settings_dict
        (_psql, *address), secrets = DatabaseClient.settings_to_cmd_args_env(database, [])
        environment = {**os.environ, **(secrets or {})}
        # Never a question on the terminal, in place of a fault.
        command = [program, "--no-password", *arguments, *address]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        lines = [line for line in done.stderr.strip().splitlines() if line] or ["it said nothing"]
        raise BackupFault(f"{Path(program).name} failed, and nothing was changed: {lines[0]}")
