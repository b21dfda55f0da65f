"""Puts the installation into one file, while it goes on working."""

import hashlib
import hmac
import tempfile
import tomllib
from argparse import ArgumentParser
from contextlib import suppress
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, CommandError
from django.db import Error, connection
from django.db.migrations.recorder import MigrationRecorder

from core import clock
from core.backup.archive import BackupFault, Manifest, Writer, new_archive
from core.backup.files import kept_files
from core.backup.stores import store


class Command(BaseCommand):
    help = "Put database and files into one file that `restore` takes, while everybody works on."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="the file to make; one that exists is never overwritten")
        parser.add_argument(
            "--with-keys",
            action="store_true",
            help="put the secret keys of the data folder into it too: then whoever has the file can forge the log",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        target: Path = options["file"].expanduser().absolute()
        try:
            manifest = back_up(target, with_keys=options["with_keys"])
        except BackupFault as fault:
            raise CommandError(str(fault)) from fault
        except Error as error:
            raise CommandError(f"The database refused: {str(error).strip()}") from error
        rows, files = sum(manifest.counts.values()), len(manifest.parts) - 1
        self.stdout.write(
            f"{target}: {rows} rows of {len(manifest.counts)} tables ({manifest.engine}), files: {files},"
            f" {target.stat().st_size / 2**20:.1f} MB."
        )
        if settings.FILES_URL:
            self.stdout.write("The files that people sent are not in it: they are in the bucket of FILES_URL.")
        if not options["with_keys"]:
            self.stdout.write("The secret keys are not in it: keep SECRET_KEY and EVENTS_SIGNING_KEY somewhere else.")


def back_up(target: Path, *, with_keys: bool = False) -> Manifest:
    """Write the archive: the database first, then the files, so that no row is without its file."""
    if "django_migrations" not in connection.introspection.table_names():
        raise BackupFault("There is nothing to back up: this database was never set up.")
    if connection.vendor == "sqlite" and not Path(str(connection.settings_dict["NAME"])).is_file():
        raise BackupFault("The database is in memory, and nothing of it is kept: name a file in DATABASE_URL.")
    source = store()
    # Beside the archive, where there must be room for it anyway.
    with new_archive(target) as archive, tempfile.TemporaryDirectory(dir=target.parent, prefix=".backup-") as folder:
        made_at = clock.now()
        dump = Path(folder) / source.part
        counts = source.dump(dump)
        archive.add(source.part, dump)
        add_files(archive, target, with_keys=with_keys)
        manifest = Manifest(
            engine=source.engine,
            made_at=made_at.isoformat(),
            version=product_version(),
            migrations=applied_migrations(),
            counts=counts,
            signing_key=key_mark(settings.EVENTS_SIGNING_KEY),
            with_keys=with_keys,
        )
        archive.close(manifest)
    return manifest


def add_files(archive: Writer, target: Path, *, with_keys: bool) -> None:
    for name, path in kept_files(Path(settings.DATA_DIR), with_keys=with_keys):
        if path != target:
            # Deleted since it was listed, and so was its row.
            with suppress(FileNotFoundError):
                archive.add(name, path)


def applied_migrations() -> list[str]:
    return sorted(f"{app}.{name}" for app, name in MigrationRecorder(connection).applied_migrations())


def product_version() -> str:
    project = tomllib.loads((Path(settings.BASE_DIR) / "pyproject.toml").read_text(encoding="utf-8"))
    return str(project["project"]["version"])


def key_mark(key: str) -> str:
    """Return what tells two keys apart and gives neither away."""
    return hmac.new(key.encode(), b"backup", hashlib.sha256).hexdigest()[:16]
