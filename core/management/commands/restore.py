"""Brings an installation back from the file that `backup` made, here or on another machine."""

import subprocess
import sys
import tempfile
from argparse import ArgumentParser
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import BaseCommand, CommandError, call_command
from django.db import Error, connection, connections, transaction
from django.db.migrations.loader import MigrationLoader

from core.backup.after import Restored, take_steps
from core.backup.archive import BackupFault, Manifest, unpack
from core.backup.files import put_back
from core.backup.stores import Store, counts_now, store
from core.management.commands.backup import key_mark
from core.running import AlreadyRunning, only_one


class Command(BaseCommand):
    help = "Bring database and files back from a file that `backup` made. Stop web, worker and beat first."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--replace", action="store_true", help="throw away what this installation holds; it cannot be had back"
        )
        parser.add_argument(
            "--move",
            action="store_true",
            help="the installation the backup is of was stopped before: what waited to be sent is sent from here",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        folder = Path(settings.DATA_DIR)
        try:
            with only_one(folder, "a restore"), tempfile.TemporaryDirectory(dir=folder, prefix=".restore-") as unpacked:
                self.restore(options["file"], Path(unpacked), replaces=options["replace"], is_move=options["move"])
        except AlreadyRunning as error:
            raise CommandError("The product is running on this data folder: stop it first.") from error
        except BackupFault as fault:
            raise CommandError(str(fault)) from fault
        except Error as error:
            raise CommandError(f"The database refused: {str(error).strip()}") from error

    def restore(self, file: Path, unpacked: Path, *, replaces: bool, is_move: bool) -> None:
        target = store()
        manifest = unpack(file, unpacked)
        refuse(manifest, target, replaces=replaces)
        target.load(unpacked / target.part)
        compare(manifest)
        # Brings an older backup up to date, and puts back triggers that are missing.
        call_command("migrate", interactive=False, verbosity=0)
        made_at = datetime.fromisoformat(manifest.made_at)
        with transaction.atomic():
            steps = take_steps(Restored(made_at, is_move))
        files = put_back(unpacked)
        self.stdout.write(
            f"As of {made_at:%Y-%m-%d %H:%M:%S} UTC everything is back: {sum(manifest.counts.values())} rows of"
            f" {len(manifest.counts)} tables, files: {files}. Everybody signs in again."
        )
        for sentence in steps:
            self.stdout.write(sentence)
        connections.close_all()
        self.verify(manifest)

    def verify(self, manifest: Manifest) -> None:
        """Prove the log in a process of its own, since the keys may have come back just now."""
        done = subprocess.run(
            [sys.executable, "manage.py", "verify_events"],
            cwd=settings.BASE_DIR,
            capture_output=True,
            text=True,
            check=False,
        )
        self.stdout.write(done.stdout.strip())
        if done.returncode:
            self.stderr.write(done.stderr.strip())
            hint = ""
            if not manifest.with_keys and manifest.signing_key != key_mark(settings.EVENTS_SIGNING_KEY):
                hint = " EVENTS_SIGNING_KEY is another one than where the backup was made: set that one, and ask again."
            raise CommandError(f"Everything is back, but the log could not be proved to be as it was.{hint}")


def refuse(manifest: Manifest, target: Store, *, replaces: bool) -> None:
    """Raise BackupFault for a backup that does not fit here, before anything is touched."""
    if manifest.engine != target.engine:
        raise BackupFault(
            f"The backup is of {manifest.engine}, and this installation runs on {target.engine}: set DATABASE_URL to a"
            f" {manifest.engine} database."
        )
    known = {f"{app}.{name}" for app, name in MigrationLoader(None).disk_migrations}
    if later := sorted(set(manifest.migrations) - known):
        raise BackupFault(
            f"The backup was made by a later version ({manifest.version}, with {later[-1]}): install that one first."
        )
    if not replaces and somebody_is_here():
        raise BackupFault(
            "This installation is not empty. Restore into an empty one, or say --replace: then what is here is gone."
        )


def somebody_is_here() -> bool:
    users = get_user_model()
    return users._meta.db_table in connection.introspection.table_names() and users._default_manager.exists()


def compare(manifest: Manifest) -> None:
    """Raise BackupFault when the database does not hold as many rows as were put into the backup."""
    found = counts_now()
    for table, count in manifest.counts.items():
        if found.get(table) != count:
            raise BackupFault(
                f"{table} has {found.get(table, 0)} rows where the backup has {count}: somebody wrote meanwhile."
                " Stop web, worker and beat, and restore again with --replace."
            )
