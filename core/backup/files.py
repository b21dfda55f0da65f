"""Which files of the data folder belong to a backup."""

import shutil
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.db import connection

FOLDER = "files"
# What people sent, as core.files.storage keeps it; a bucket has backups of its own.
SENT = "attachments"
KEYS = ("secret_key", "events_key")
# What one run of the product makes for itself, and what would put backups into backups.
PASSING = ("broker", "cache", "running.lock", "backups")


def kept_files(folder: Path, *, with_keys: bool) -> Iterator[tuple[str, Path]]:
    """Yield name and path of everything in the data folder that must come back, by name.

    What is not known to be passing is kept, so that no later kind of file is forgotten. Links are not followed.
    """
    database = Path(str(connection.settings_dict["NAME"])).name if connection.vendor == "sqlite" else ""
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder)
        first = name.parts[0]
        if path.is_symlink() or not path.is_file() or first in PASSING or first.startswith("."):
            continue
        if database and first.startswith(database) and first[len(database) :] in ("", "-wal", "-shm", "-journal"):
            continue
        if str(name) in KEYS and not with_keys:
            continue
        yield f"{FOLDER}/{name.as_posix()}", path


def put_back(unpacked: Path) -> int:
    """Move the files of an unpacked archive into the data folder; how many they were."""
    source = unpacked / FOLDER
    count = 0
    for path in sorted(source.rglob("*")) if source.is_dir() else ():
        if path.is_file():
            target = Path(settings.DATA_DIR) / path.relative_to(source)
            is_sent = target.relative_to(settings.DATA_DIR).parts[0] == SENT
            target.parent.mkdir(mode=0o750 if is_sent else 0o700, parents=True, exist_ok=True)
            path.chmod(0o640 if is_sent else 0o600)
            # Whole under its name, also where the data folder is on another disk.
            partial = target.with_name(f".{target.name}.restored")
            shutil.move(path, partial)
            partial.replace(target)
            count += 1
    return count
