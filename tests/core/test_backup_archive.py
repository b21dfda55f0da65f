"""A file that is not whole, or not ours, is refused before anything is touched."""

import gzip
import io
import json
import sqlite3
import tarfile
from types import SimpleNamespace

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from core.backup.archive import MANIFEST, BackupFault, Manifest, new_archive, unpack
from core.backup.stores import found, run

CONTENT = bytes(range(256)) * 400


def manifest(**changes):
    engine = "postgresql" if connection.vendor == "postgresql" else "sqlite"
    values = {
        "engine": engine, "made_at": "2026-03-04T01:02:03+00:00", "version": "0.1.0", "migrations": [], "counts": {},
        "signing_key": "0",
    }  # fmt: skip
    return Manifest(**values | changes)


@pytest.fixture
def archive(tmp_path):
    source = tmp_path / "source"
    source.write_bytes(CONTENT)
    file = tmp_path / "whole.backup"
    with new_archive(file) as writer:
        writer.add("database", source)
        writer.add("files/a/b.txt", source)
        writer.close(manifest())
    return file


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "unpacked"
    folder.mkdir()
    return folder


def test_what_is_whole_comes_out_as_it_went_in(archive, folder):
    read = unpack(archive, folder)
    assert [part.name for part in read.parts] == ["database", "files/a/b.txt"]
    assert (folder / "database").read_bytes() == CONTENT
    assert (folder / "files/a/b.txt").read_bytes() == CONTENT


def test_a_backup_that_was_cut_off_is_refused_wherever_that_was(archive, folder, tmp_path):
    whole = archive.read_bytes()
    cut = tmp_path / "cut.backup"
    for length in [*range(0, len(whole), max(1, len(whole) // 60)), len(whole) - 8, len(whole) - 1]:
        cut.write_bytes(whole[:length])
        into = folder / str(length)
        into.mkdir(exist_ok=True)
        with pytest.raises(BackupFault) as refusal:
            unpack(cut, into)
        assert str(refusal.value).endswith((".", ")."))


def test_one_altered_byte_is_enough(archive, folder, tmp_path):
    whole = archive.read_bytes()
    broken = tmp_path / "broken.backup"
    # Behind the first ten bytes, some of which (its time of making, its system) mean nothing.
    for place in range(10, len(whole), max(1, len(whole) // 60)):
        changed = bytearray(whole)
        changed[place] ^= 0x20
        broken.write_bytes(changed)
        into = folder / str(place)
        into.mkdir()
        with pytest.raises(BackupFault):
            unpack(broken, into)


def packed(path, *entries):
    """An archive that somebody else made, its packing without fault."""
    with gzip.open(path, "wb") as file, tarfile.open(fileobj=file, mode="w|") as tar:
        for entry, content in entries:
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
    return path


def told(**changes):
    values = json.loads(json.dumps(vars(manifest()) | {"parts": []} | changes))
    return tarfile.TarInfo(MANIFEST), json.dumps(values).encode()


def part(name="database", size=3, sha256="ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"):
    return {"name": name, "bytes": size, "sha256": sha256}  # of b"abc"


def link(name, target):
    entry = tarfile.TarInfo(name)
    entry.type, entry.linkname = tarfile.SYMTYPE, target
    return entry, b""


def test_made_by_hand_it_can_be_whole(tmp_path, folder):
    file = packed(tmp_path / "x", (tarfile.TarInfo("database"), b"abc"), told(parts=[part()]))
    assert unpack(file, folder).parts[0].sha256 == part()["sha256"]


@pytest.mark.parametrize(
    ("entries", "words"),
    [
        ([(tarfile.TarInfo("database"), b"abd"), told(parts=[part()])], "is not what was put in"),
        ([(tarfile.TarInfo("database"), b"abc"), told(parts=[part(size=4)])], "is not what was put in"),
        ([told(parts=[part()])], "lacks database"),
        ([(tarfile.TarInfo("database"), b"abc"), told()], "its manifest knows nothing"),
        ([(tarfile.TarInfo("database"), b"abc")], "has no manifest"),
        ([(tarfile.TarInfo("../outside"), b"abc"), told()], "leads out of its folder"),
        ([(tarfile.TarInfo("files/../../outside"), b"abc"), told()], "leads out of its folder"),
        ([(tarfile.TarInfo("/tmp/outside"), b"abc"), told()], "leads out of its folder"),
        ([link("database", "/etc/passwd"), told()], "which is no file"),
        ([told(format=2)], "has format 2"),
        ([(tarfile.TarInfo(MANIFEST), b"{}")], "manifest cannot be read"),
        ([(tarfile.TarInfo(MANIFEST), b"\xff")], "manifest cannot be read"),
        ([told(parts=[{"name": "database"}])], "manifest cannot be read"),
        ([told(surprise=1)], "manifest cannot be read"),
    ],
)
def test_what_backup_did_not_make_is_refused(tmp_path, folder, entries, words):
    with pytest.raises(BackupFault, match=words):
        unpack(packed(tmp_path / "x", *entries), folder)
    assert not (tmp_path / "outside").exists()


@pytest.mark.parametrize("content", [b"", b"SQLite format 3\x00", b"\x1f\x8b", gzip.compress(b"no tar, only text")])
def test_another_kind_of_file_is_no_backup(tmp_path, folder, content):
    file = tmp_path / "x"
    file.write_bytes(content)
    with pytest.raises(BackupFault):
        unpack(file, folder)


def test_a_writer_that_fails_leaves_nothing(tmp_path):
    target = tmp_path / "half.backup"
    with pytest.raises(RuntimeError), new_archive(target):
        raise RuntimeError
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_to_is_told(tmp_path):
    with pytest.raises(BackupFault, match="No file can be written"), new_archive(tmp_path / "none" / "x"):
        pass


# ------------------------------------------------------------------ the command, up to where it would touch something


@pytest.fixture
def restore(settings, tmp_path, monkeypatch):
    """The command on a database that must not be touched."""
    data = tmp_path / "data"
    data.mkdir()
    settings.DATA_DIR = data

    def touched(*args):
        raise AssertionError("touched")

    for name in ("SqliteStore", "PostgresStore"):
        monkeypatch.setattr(f"core.backup.stores.{name}.load", touched)

    def run_it(file, **options):
        with pytest.raises(CommandError) as refusal:
            call_command("restore", str(file), **options)
        assert [path.name for path in data.iterdir()] == ["running.lock"], "nothing is left"
        return str(refusal.value)

    return run_it


@pytest.mark.django_db
def test_command_refuses_what_does_not_fit(restore, tmp_path):
    other = {"sqlite": "postgresql", "postgresql": "sqlite"}[manifest().engine]
    wrong = restore(packed(tmp_path / "wrong", told(engine=other)), replace=True)
    assert f"The backup is of {other}" in wrong
    assert "DATABASE_URL" in wrong
    later = restore(packed(tmp_path / "later", told(migrations=["complaints.9999_later"])), replace=True)
    assert "made by a later version (0.1.0, with complaints.9999_later)" in later
    assert "There is no file" in restore(tmp_path / "none", replace=True)
    assert "has no manifest" in restore(packed(tmp_path / "bare"), replace=True)


@pytest.mark.django_db
def test_command_refuses_a_house_with_people_in_it(house, restore, tmp_path):
    assert "not empty" in restore(packed(tmp_path / "x", told()))


# ------------------------------------------------------------------ the programs of PostgreSQL


def test_a_program_that_is_not_there_is_named(monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(BackupFault, match="pg_dump is needed to give the database away, and it is not on the PATH"):
        found("pg_dump")


def test_the_password_is_in_no_argument(monkeypatch, tmp_path):
    address = {"NAME": "db", "USER": "me", "PASSWORD": "hush", "HOST": "127.0.0.1", "PORT": "5432", "OPTIONS": {}}
    monkeypatch.setattr("core.backup.stores.connection", SimpleNamespace(settings_dict=address))
    spy = tmp_path / "spy"
    spy.write_text(f'#!/bin/sh\necho "$@" > {tmp_path}/arguments\necho "$PGPASSWORD" > {tmp_path}/password\n')
    spy.chmod(0o700)
    run(str(spy), "--file=x")
    assert (tmp_path / "arguments").read_text().split() == [
        "--no-password", "--file=x", "-U", "me", "-h", "127.0.0.1", "-p", "5432", "db",
    ]  # fmt: skip
    assert (tmp_path / "password").read_text() == "hush\n"


def test_a_program_that_fails_is_quoted(tmp_path):
    program = tmp_path / "pg_dump"
    program.write_text("#!/bin/sh\necho >&2 'server version: 17; pg_dump version: 15'\nexit 1\n")
    program.chmod(0o700)
    with pytest.raises(BackupFault, match=r"pg_dump failed.*server version: 17"):
        run(str(program), is_local=True)


def test_copying_the_file_would_have_lost_something(tmp_path):
    """The control of why SQLite is asked for its content: what is in its log is not in the file yet."""
    live = sqlite3.connect(tmp_path / "live", isolation_level=None)
    live.execute("PRAGMA journal_mode=WAL")
    live.execute("CREATE TABLE t (n)")
    live.execute("INSERT INTO t VALUES (1)")
    (tmp_path / "copied").write_bytes((tmp_path / "live").read_bytes())
    with pytest.raises(sqlite3.OperationalError):
        sqlite3.connect(tmp_path / "copied").execute("SELECT n FROM t").fetchall()
    asked = sqlite3.connect(tmp_path / "asked")
    live.backup(asked)
    assert asked.execute("SELECT n FROM t").fetchall() == [(1,)]
