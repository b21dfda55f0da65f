"""Files that people sent go into a backup and come back as they lay there."""

from pathlib import Path

from django.core.management import call_command

from core import clock
from core.backup.files import FOLDER, SENT, kept_files, put_back
from core.files import storage
from core.management.commands import backup
from tests.house import WORKING_HOUR


def test_they_are_kept_with_their_modes(settings, tmp_path, db):
    settings.DATA_DIR = tmp_path / "data"
    settings.DATA_DIR.mkdir()
    source = tmp_path / "source"
    source.write_bytes(b"a photo")
    with clock.frozen(WORKING_HOUR):
        name = storage.new_name(clock.now())
    storage.put(name, source)
    assert SENT == storage.FOLDER
    kept = dict(kept_files(settings.DATA_DIR, with_keys=False))
    assert set(kept) == {f"{FOLDER}/{SENT}/{name}"}
    unpacked = tmp_path / "unpacked" / FOLDER / SENT / name
    unpacked.parent.mkdir(parents=True)
    Path(kept[f"{FOLDER}/{SENT}/{name}"]).replace(unpacked)
    assert put_back(tmp_path / "unpacked") == 1
    back = settings.DATA_DIR / SENT / name
    assert (back.read_bytes(), oct(back.stat().st_mode & 0o777)) == (b"a photo", "0o640")
    with storage.opened(name) as file:
        assert file.read() == b"a photo"


def test_with_a_bucket_the_backup_says_that_they_are_not_in_it(settings, tmp_path, db, monkeypatch, capsys):
    settings.FILES_URL = "s3://files"
    made = type("Made", (), {"counts": {}, "parts": [0], "engine": "x"})
    monkeypatch.setattr(backup, "back_up", lambda target, with_keys: (target.write_bytes(b"") and made) or made)
    call_command("backup", str(tmp_path / "x.backup"))
    assert "are not in it: they are in the bucket" in capsys.readouterr().out
