"""SQLite that waits for its turn outside of SQLite.

SQLite waits for a lock inside a call, with the mutex of its connection held. Meanwhile the garbage collector of the
thread that has the lock may meet a forgotten cursor of that very connection and wait for its mutex: both stand still
until one gives up, 20 seconds later. So a statement that cannot begin comes back at once and is tried again.
"""

import random
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from django.db.backends.sqlite3 import base

T = TypeVar("T")

LEAST_PAUSE, LONGEST_PAUSE = 0.001, 0.05
GROWTH = 1.5


class Connection(sqlite3.Connection):
    """Knows for how many seconds its statements are tried."""

    patience = 0.0


class PatientCursor(base.SQLiteCursorWrapper):
    """Tries again what could not begin. Inside a transaction nothing waits: it took the lock when it began."""

    connection: Connection

    def execute(self, query: str, params: Any = None) -> Any:
        return self._patiently(lambda: super(PatientCursor, self).execute(query, params))

    def executemany(self, query: str, param_list: Iterable[Any]) -> Any:
        rows = list(param_list)
        return self._patiently(lambda: super(PatientCursor, self).executemany(query, rows))

    def _patiently(self, send: Callable[[], T]) -> T:
        # What was slept is added up, since the clock may stand still in a test.
        slept, pause = 0.0, LEAST_PAUSE
        while True:
            try:
                return send()
            except sqlite3.OperationalError as error:
                if not is_busy(error) or self.connection.in_transaction or slept >= self.connection.patience:
                    raise
            # Those who wait come at different moments.
            nap = random.uniform(pause / 2, pause)  # noqa: S311
            time.sleep(nap)
            slept, pause = slept + nap, min(pause * GROWTH, LONGEST_PAUSE)


def is_busy(error: sqlite3.OperationalError) -> bool:
    """Whether somebody else has the lock; the low byte tells, the others say why."""
    return error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY


class DatabaseWrapper(base.DatabaseWrapper):
    """`timeout` is how many seconds a statement is tried, as with Django's own."""

    def get_new_connection(self, conn_params: dict[str, Any]) -> Connection:
        connection: Connection = super().get_new_connection({**conn_params, "factory": Connection})
        connection.patience = conn_params.get("timeout", 5.0)
        connection.execute("PRAGMA busy_timeout = 0")
        return connection

    @contextmanager
    def patience(self, seconds: float) -> Iterator[None]:
        """Try what is asked inside for so long only."""
        self.ensure_connection()
        connection: Connection = self.connection
        usual, connection.patience = connection.patience, seconds
        try:
            yield
        finally:
            connection.patience = usual

    def create_cursor(self, name: str | None = None) -> PatientCursor:
        cursor: PatientCursor = self.connection.cursor(factory=PatientCursor)
        return cursor
