"""The database itself refuses to change the past: triggers on SQLite and PostgreSQL."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

UPDATE, DELETE, REPLACE, TRUNCATE = "update", "delete", "replace", "truncate"
FUNCTION = "refuse_to_change_the_past"
FUNCTION_BODY = (
    "BEGIN RAISE EXCEPTION '% is append-only.', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation'; END"
)

_tables: dict[str, frozenset[str]] = {}


def append_only(table: str, *, may_update: bool = False) -> None:
    """Ask that rows of a table stay for ever, and unchanged unless `may_update`; called from `apps.py`."""
    _tables[table] = frozenset({DELETE, TRUNCATE} if may_update else {UPDATE, DELETE, REPLACE, TRUNCATE})


def install(using: str = "default", **_signal: Any) -> None:
    """Create every trigger that is missing or differs, on tables that exist. Called after each migration."""
    connection = connections[using]
    if not (absent := missing(using)):
        return
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                f"CREATE OR REPLACE FUNCTION {FUNCTION}() RETURNS trigger LANGUAGE plpgsql AS $${FUNCTION_BODY}$$"
            )
        wanted = _wanted(connection)
        for name in absent:
            table, _kind = wanted[name]
            _drop(connection, cursor, table, name)
            cursor.execute(_create(connection, table, name))


def missing(using: str = "default") -> list[str]:
    """Name the triggers that are not there, switched off, or not what they should be."""
    connection = connections[using]
    wanted = _wanted(connection)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT tgname, tgenabled, prosrc FROM pg_trigger JOIN pg_proc ON pg_proc.oid = tgfoid"
                " JOIN pg_class ON pg_class.oid = tgrelid"
                " WHERE NOT tgisinternal AND relnamespace = current_schema()::regnamespace"
            )
            good = {name for name, enabled, body in cursor.fetchall() if enabled in "OA" and body == FUNCTION_BODY}
        else:
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
            good = {
                name
                for name, sql in cursor.fetchall()
                if name in wanted and sql == _create(connection, wanted[name][0], name)
            }
    return sorted(wanted.keys() - good)


@contextmanager
def lifted(using: str = "default") -> Iterator[None]:
    """Take the triggers away inside the block: only for a test suite that must empty its database."""
    connection = connections[using]
    with connection.cursor() as cursor:
        for name, (table, _kind) in _wanted(connection).items():
            _drop(connection, cursor, table, name)
    try:
        yield
    finally:
        install(using)


def _wanted(connection: BaseDatabaseWrapper) -> dict[str, tuple[str, str]]:
    """Map the name of each trigger that should exist to its table and kind."""
    not_here = {REPLACE} if connection.vendor == "postgresql" else {TRUNCATE}
    there = set(connection.introspection.table_names())
    return {
        f"{table}_no_{kind}": (table, kind)
        for table, kinds in _tables.items()
        if table in there
        for kind in sorted(kinds - not_here)
    }


def _drop(connection: BaseDatabaseWrapper, cursor: Any, table: str, name: str) -> None:
    on_table = f" ON {connection.ops.quote_name(table)}" if connection.vendor == "postgresql" else ""
    cursor.execute(f"DROP TRIGGER IF EXISTS {connection.ops.quote_name(name)}{on_table}")


def _create(connection: BaseDatabaseWrapper, table: str, name: str) -> str:
    quote = connection.ops.quote_name
    kind = name.rpartition("_no_")[2]
    if connection.vendor == "postgresql":
        each = "STATEMENT" if kind == TRUNCATE else "ROW"
        return (
            f"CREATE TRIGGER {quote(name)} BEFORE {kind.upper()} ON {quote(table)}"
            f" FOR EACH {each} EXECUTE FUNCTION {FUNCTION}()"
        )
    refuse = f"BEGIN SELECT RAISE(ABORT, '{table} is append-only.'); END"
    if kind == REPLACE:
        # INSERT OR REPLACE removes the old row without asking the DELETE trigger.
        when = f"WHEN EXISTS (SELECT 1 FROM {quote(table)} WHERE id = NEW.id) "  # noqa: S608
        return f"CREATE TRIGGER {quote(name)} BEFORE INSERT ON {quote(table)} {when}{refuse}"
    return f"CREATE TRIGGER {quote(name)} BEFORE {kind.upper()} ON {quote(table)} {refuse}"
