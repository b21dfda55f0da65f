"""What was there when the backup began is there after a restore, here or elsewhere. Source: RELIABILITY.md P11."""

import os
import stat
import subprocess
import sys
import textwrap
from contextlib import closing
from pathlib import Path

import psycopg2
import pytest
from django.conf import settings
from django.db import connection

from tests.core.backup_places import ask, empty_place, refused
from tests.crash.place import ROOT, SERVER, wait_until

OUTBOX = "events_outboxmessage"
# A restore signs everybody out, marks what waited, and renews what Django writes itself.
CHANGED = {OUTBOX, "django_session"}
on_postgresql = pytest.mark.skipif(not SERVER, reason="is about PostgreSQL: run with DATABASE_URL=postgres://…")


@pytest.fixture(scope="module")
def house():
    """A house that works, with a file that belongs to it."""
    with empty_place() as place:
        place.manage("migrate", "-v", "0")
        ask(place, "fill", count=6)
        kept = place.folder / "attachments" / "ab"
        kept.mkdir(parents=True)
        (kept / "one.bin").write_bytes(bytes(range(256)) * 50)
        for passing in ("cache", "broker", "backups"):
            (place.folder / passing).mkdir(exist_ok=True)
            (place.folder / passing / "x").write_text("passing")
        yield place


@pytest.fixture(scope="module")
def backup(house, tmp_path_factory):
    file = tmp_path_factory.mktemp("backups") / "house.backup"
    said = house.manage("backup", str(file))
    assert "The secret keys are not in it" in said
    return file


@pytest.fixture
def empty():
    with empty_place() as place:
        yield place


def signing_like(house):
    """The one secret that a backup does not bring along and a proof of the log needs."""
    return {"EVENTS_SIGNING_KEY": (house.folder / "events_key").read_text().strip()}


@pytest.fixture(scope="module")
def other(house, backup):
    """Another machine, with what the restore said there."""
    with empty_place() as place:
        place.environment |= signing_like(house)
        place.said = place.manage("restore", str(backup))
        yield place


def differing(house, other):
    before, after = ask(house, "content"), ask(other, "content")
    assert before.keys() == after.keys(), "neither more nor less"
    return {table for table in before if before[table] != after[table]}


def test_a_restore_on_another_machine_brings_everything_back(house, other):
    assert ask(house, "sessions") == 1
    assert differing(house, other) == CHANGED
    assert "files: 1." in other.said
    assert "as they were written" in other.said, "the log was proved"
    assert "1 checkpoints" in other.said
    assert ask(other, "sessions") == 0, "a backup opens nobody's session"
    file = other.folder / "attachments" / "ab" / "one.bin"
    assert file.read_bytes() == bytes(range(256)) * 50
    # As the product writes what is added to a complaint.
    assert stat.S_IMODE(file.stat().st_mode) == 0o640
    # Nothing is left of the unpacking.
    assert not [path for path in other.folder.iterdir() if path.name.startswith(".")]


def test_what_waited_to_be_sent_is_not_sent_again(other):
    assert "3 deliveries that waited then are marked as perhaps sent" in other.said
    found = ask(other, "outbox")
    assert found["letter:0"] == ["sent", ""]
    for key in ("letter:1", "letter:2", "letter:3"):
        state, why = found[key]
        assert state == "unknown"
        assert "perhaps sent since" in why


def test_a_house_with_people_in_it_is_replaced_only_when_told_to(house, backup, other):
    """And, since this one is said to be a move, what waited is sent from here."""
    ask(
        other,
        "alter",
        statements=[
            "UPDATE accounts_user SET name = 'Somebody else'",
            # Of a later version; that it points into ours must not keep ours from being replaced.
            "CREATE TABLE of_a_later_version (id integer REFERENCES accounts_user (id))",
        ],
    )
    before = ask(other, "content")
    assert "This installation is not empty" in refused(other, "restore", str(backup))
    assert ask(other, "content") == before
    other.manage("restore", str(backup), "--replace", "--move")
    assert differing(house, other) == {"django_session"}
    assert {state for state, _why in ask(other, "outbox").values()} == {"sent", "pending"}


def test_a_backup_taken_while_complaints_come_in_is_one_moment(house, tmp_path, empty):
    stop, file = tmp_path / "stop", tmp_path / "busy.backup"
    written = stop.with_suffix(".done")

    def numbers():
        return written.read_text().split() if written.exists() else []

    writer = subprocess.Popen(
        [sys.executable, "-m", "tests.core.backup_programs", "lodge_until", f'{{"stop": "{stop}"}}'],
        cwd=ROOT, env=house.environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        wait_until(lambda: len(numbers()) >= 3, 60, "the first complaints")
        before = set(numbers())
        house.manage("backup", str(file))
        count = len(numbers())
        wait_until(lambda: len(numbers()) > count, 30, "a complaint after the backup")
    finally:
        stop.touch()
        _out, said = writer.communicate(timeout=60)
    assert writer.returncode == 0, said[-2000:]
    empty.environment |= signing_like(house)
    assert "as they were written" in empty.manage("restore", str(file))
    found = ask(empty, "numbers")
    assert before <= set(found), "what was saved before it began"
    assert set(found) < set(ask(house, "numbers"))
    assert ask(empty, "created") == len(found), "no complaint without its event, no event without its complaint"


def test_the_keys_come_along_on_request_only(house, backup, tmp_path, empty):
    file = tmp_path / "with-keys.backup"
    house.manage("backup", str(file), "--with-keys")
    # A house that was given another key cannot prove the log, and says which setting is to blame.
    said = refused(empty, "restore", str(backup))
    assert "its signature is not ours" in said
    assert "EVENTS_SIGNING_KEY is another one" in said
    assert "as they were written" in empty.manage("restore", str(file), "--replace")
    for name in ("secret_key", "events_key"):
        assert (empty.folder / name).read_text() == (house.folder / name).read_text()


def test_a_backup_overwrites_nothing_and_is_its_owners_alone(house, backup):
    assert stat.S_IMODE(backup.stat().st_mode) == 0o600
    before = backup.read_bytes()
    assert "exists already" in refused(house, "backup", str(backup))
    assert backup.read_bytes() == before
    assert [path.name for path in backup.parent.iterdir()] == [backup.name]


HOLD = """
    import sys
    from pathlib import Path
    from core.running import only_one
    with only_one(Path(sys.argv[1]), "http://localhost:8000"):
        print("held", flush=True)
        sys.stdin.read()
"""


def test_what_is_running_is_not_restored_under_its_feet(backup, empty):
    running = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(HOLD), str(empty.folder)],
        env=os.environ | {"PYTHONPATH": str(settings.BASE_DIR)},
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert running.stdout.readline() == "held\n"
        assert "stop it first" in refused(empty, "restore", str(backup))
    finally:
        running.kill()
        running.communicate()


@on_postgresql
def test_a_database_that_somebody_uses_is_not_restored(backup, empty):
    with closing(psycopg2.connect(empty.environment["DATABASE_URL"])):
        assert "1 other connections use the database" in refused(empty, "restore", str(backup))


@on_postgresql
def test_programs_that_are_missing_are_named(house, backup, tmp_path, empty):
    bare = str(Path(sys.executable).parent)
    said = refused(house, "backup", str(tmp_path / "none.backup"), PATH=bare)
    assert "pg_dump is needed" in said
    assert "postgresql-client" in said
    assert list(tmp_path.iterdir()) == []
    assert "pg_restore is needed" in refused(empty, "restore", str(backup), PATH=bare)


def test_an_installation_that_was_never_set_up_has_nothing_to_back_up(empty, tmp_path):
    assert "never set up" in refused(empty, "backup", str(tmp_path / "x.backup"))
    assert list(tmp_path.iterdir()) == []


def test_these_tests_ran_on_the_engine_they_say():
    assert bool(SERVER) == (connection.vendor == "postgresql")
