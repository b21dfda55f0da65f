"""A throw-away installation: its own folder, database, port and processes, to be killed at will.

Nothing here asks Django in the test's own process; every look at the database is a program run in the
installation (tests/crash/programs.py), so that what is counted is what was committed.
"""

import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psutil
import psycopg2

ROOT = Path(__file__).resolve().parents[2]
# The database given from outside chooses the engine; each installation gets one of its own on that server.
SERVER = os.environ.get("DATABASE_URL", "")


def engine() -> str:
    return "PostgreSQL" if SERVER.startswith("postgres") else "SQLite"


class Place:
    """One installation of the product."""

    def __init__(self, folder: Path, database_url: str) -> None:
        self.folder = folder
        self.port = free_port()
        kept = {key: value for key, value in os.environ.items() if key not in ("REDIS_URL", "DJANGO_SETTINGS_MODULE")}
        self.environment = {
            **kept,
            "DATA_DIR": str(folder),
            "DATABASE_URL": database_url,
            "PORT": str(self.port),
            "DEMO": "0",
            "PYTHONPATH": str(ROOT),
            "EMAIL_URL": f"filemail:///{folder / 'mail'}",
            "SECRET_KEY": "crash-tests-only",
            "EVENTS_SIGNING_KEY": "crash-tests-only",
        }
        self.processes: list[subprocess.Popen[bytes]] = []

    def manage(self, *arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]
        return done.stdout

    def timed(self, *arguments: str) -> float:
        """Run a management command; how many seconds it took, its start included."""
        start = time.monotonic()
        self.manage(*arguments)
        return time.monotonic() - start

    def ask(self, program: str, **values: Any) -> Any:
        """Run one of tests/crash/programs.py and return what it printed as JSON."""
        return self.ask_module("tests.crash.programs", program, values)

    def ask_module(self, module: str, program: str, values: dict[str, Any]) -> Any:
        """As `ask`, with the programs of another module."""
        done = subprocess.run(
            [sys.executable, "-m", module, program, json.dumps(values)],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]
        return json.loads(done.stdout.splitlines()[-1])

    def start(self, *arguments: str, **environment: str) -> subprocess.Popen[bytes]:
        """Start `python …` in the installation; what it says goes to a file beside the database."""
        log = (self.folder / "log.txt").open("ab")
        process = subprocess.Popen(
            [sys.executable, *arguments],
            cwd=ROOT,
            env={**self.environment, **environment},
            stdout=log,
            stderr=log,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
        log.close()
        self.processes.append(process)
        return process

    def start_program(self, program: str, **values: Any) -> subprocess.Popen[bytes]:
        return self.start("-m", "tests.crash.programs", program, json.dumps(values))

    def log(self) -> str:
        return (self.folder / "log.txt").read_text(errors="replace")

    def wipe_broker(self) -> None:
        messages = self.folder / "broker" / "messages"
        for message in messages.glob("*") if messages.is_dir() else ():
            message.unlink(missing_ok=True)

    def mails(self) -> list[str]:
        """The Message-ID of each mail that really left, doubles included."""
        found = []
        for file in sorted((self.folder / "mail").glob("*")):
            lines = file.read_text(errors="replace").splitlines()
            found += [line.partition(":")[2].strip() for line in lines if line.startswith("Message-ID:")]
        return found

    def stop(self) -> None:
        for process in self.processes:
            if process.poll() is None:
                kill_tree(process.pid)
            process.wait()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def kill_tree(pid: int) -> None:
    """Kill a process and all below it, at once and without mercy."""
    try:
        parent = psutil.Process(pid)
        for process in [*parent.children(recursive=True), parent]:
            kill(process.pid)
    except psutil.NoSuchProcess:
        return


def kill(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def children(process: subprocess.Popen[bytes]) -> dict[str, int]:
    """What the supervising parent runs now, by name: web, worker, beat."""
    names = {"gunicorn": "web", "worker": "worker", "beat": "beat"}
    found = {}
    for child in psutil.Process(process.pid).children():
        try:
            line = child.cmdline()
        except psutil.NoSuchProcess:
            continue
        for word, name in names.items():
            if word in line:
                found[name] = child.pid
    return found


def wait_until(condition: Any, seconds: float, what: str) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"Not within {seconds} s: {what}"
        time.sleep(0.2)


@contextmanager
def installation(server: str = SERVER) -> Iterator[Place]:
    """A migrated installation with the fictional house in it, on that server or on files; gone afterwards."""
    with empty_place(server) as place:
        place.manage("migrate", "-v", "0")
        place.ask("settle")
        yield place


@contextmanager
def empty_place(server: str = SERVER, name: str = "crash") -> Iterator[Place]:
    """A folder and a database without a table, gone afterwards; `name` is how both begin."""
    folder = Path(tempfile.mkdtemp(prefix=f"{name}-"))
    database = f"{name}_{secrets.token_hex(4)}"
    database_url = ""
    try:
        if server:
            with _asking(server) as cursor:
                cursor.execute(f"CREATE DATABASE {database}")
            database_url = urlunsplit(urlsplit(server)._replace(path=f"/{database}"))
        place = Place(folder, database_url)
        try:
            yield place
        finally:
            place.stop()
    finally:
        if server:
            with _asking(server) as cursor:
                cursor.execute(f"DROP DATABASE IF EXISTS {database} WITH (FORCE)")
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _asking(server: str) -> Iterator[Any]:
    connection = psycopg2.connect(server)
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            yield cursor
    finally:
        connection.close()
