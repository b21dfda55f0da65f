"""Throw-away installations to back up and to restore into."""

import json
import secrets
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg2

from tests.crash.place import ROOT, SERVER, Place


@contextmanager
def empty_place() -> Iterator[Place]:
    """An installation that nobody set up yet: an empty folder and, on PostgreSQL, an empty database."""
    folder = Path(tempfile.mkdtemp(prefix="backup-"))
    name = f"backup_{secrets.token_hex(4)}"
    place = Place(folder, urlunsplit(urlsplit(SERVER)._replace(path=f"/{name}")) if SERVER else "")
    # Without them it makes its own and keeps them in its folder.
    del place.environment["SECRET_KEY"], place.environment["EVENTS_SIGNING_KEY"]
    try:
        on_server(f"CREATE DATABASE {name}")
        yield place
    finally:
        place.stop()
        on_server(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        shutil.rmtree(folder, ignore_errors=True)


def on_server(sql: str) -> None:
    if SERVER:
        with closing(psycopg2.connect(SERVER)) as connection:
            connection.autocommit = True
            connection.cursor().execute(sql)


def ask(place: Place, program: str, **values: Any) -> Any:
    """Run one of tests/core/backup_programs.py inside a place and return its answer."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.core.backup_programs", program, json.dumps(values)],
        cwd=ROOT, env=place.environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]
    return json.loads(done.stdout.splitlines()[-1])


def refused(place: Place, *arguments: str, **environment: str) -> str:
    """Run a command that must fail without a traceback, and return what it said."""
    done = subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT, env=place.environment | environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1, done.stdout[-2000:] + done.stderr[-4000:]
    assert "Traceback" not in done.stderr
    return done.stdout + done.stderr
