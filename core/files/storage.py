"""Where files are kept: a folder of the data folder, or a bucket that speaks S3 when FILES_URL names one."""

import errno
import os
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import IO, Any
from urllib.parse import parse_qs, unquote, urlsplit

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured, SuspiciousFileOperation
from django.core.files import File
from django.core.files.storage import FileSystemStorage, Storage

from core.files.refusals import FilesAway, NoRoom

FOLDER = "attachments"
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
DAY = re.compile(r"\d{4}/\d{2}/\d{2}")


class KeptFolder(FileSystemStorage):
    """A folder no web server knows, readable by its owner and group alone; what is saved survives a power cut."""

    def __init__(self, folder: str) -> None:
        super().__init__(location=folder, file_permissions_mode=0o640, directory_permissions_mode=0o750)

    def _save(self, name: str, content: Any) -> str:
        saved: str = super()._save(name, content)  # type: ignore[misc]
        for path in (Path(self.path(saved)), Path(self.path(saved)).parent):
            handle = os.open(path, os.O_RDONLY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)
        return saved

    def url(self, name: str | None) -> str:
        raise ValueError("Files have no address of their own: a view gives them out, and asks who wants them.")


def files() -> Storage:
    """The store this installation keeps files in."""
    return _store(settings.FILES_URL, str(Path(settings.DATA_DIR) / FOLDER))


@lru_cache(maxsize=4)
def _store(url: str, folder: str) -> Storage:
    if not url:
        return KeptFolder(folder)
    # Needed by those alone who keep files there.
    from storages.backends.s3 import S3Storage  # noqa: PLC0415

    store: Storage = S3Storage(**bucket_of(url))
    return store


def bucket_of(url: str) -> dict[str, Any]:
    """Read s3://key:secret@bucket/folder?endpoint=https://…&region=…; without a key the machine's own role is used."""
    parts = urlsplit(url)
    if parts.scheme != "s3" or not parts.hostname:
        raise ImproperlyConfigured("FILES_URL is not understood; write it as s3://key:secret@bucket/folder?region=….")
    more = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    if unknown := set(more) - {"endpoint", "region"}:
        raise ImproperlyConfigured(f"FILES_URL has {sorted(unknown)[0]!r}; it takes endpoint and region.")
    return {
        "bucket_name": parts.hostname,
        "location": parts.path.strip("/"),
        "access_key": unquote(parts.username) if parts.username else None,
        "secret_key": unquote(parts.password) if parts.password else None,
        "endpoint_url": more.get("endpoint"),
        "region_name": more.get("region"),
        "default_acl": None,
        "file_overwrite": False,
        "querystring_auth": True,
    }


def new_name(now: datetime) -> str:
    """A name that tells nothing but the day, by which what was left behind is found."""
    return f"{now:%Y/%m/%d}/{secrets.token_hex(16)}"


def put(name: str, source: Path) -> None:
    """Keep a file under this name. Raises NoRoom, FilesAway, and leaves nothing half."""
    with troubles(), source.open("rb") as content:
        saved = files().save(name, File(content, name=name))
    if saved != name:
        # Somebody stored under our name: impossible by chance.
        remove(saved)
        raise FilesAway


def opened(name: str) -> IO[bytes]:
    """Open a kept file for reading. Raises FilesAway also when it is gone, which the log of requests then shows."""
    with troubles():
        return files().open(name, "rb")


def remove(*names: str) -> None:
    """Remove what is there; what cannot be removed now is found by `forget_left_files`."""
    for name in names:
        with suppress(OSError, FilesAway, NoRoom), troubles():
            files().delete(name)


def days_kept() -> Iterator[date]:
    """The days of which there are files."""
    store = files()
    with suppress(FileNotFoundError), troubles(FileNotFoundError):
        for year in _folders(store, ""):
            for month in _folders(store, year):
                for day in _folders(store, f"{year}/{month}"):
                    if DAY.fullmatch(text := f"{year}/{month}/{day}"):
                        yield date.fromisoformat(text.replace("/", "-"))


def names_of(day: date) -> list[str]:
    """The names of all files of a day."""
    folder = f"{day:%Y/%m/%d}"
    with troubles():
        return [f"{folder}/{name}" for name in sorted(files().listdir(folder)[1])]


def _folders(store: Storage, path: str) -> list[str]:
    return sorted(store.listdir(path)[0])


@contextmanager
def troubles(*through: type[Exception]) -> Iterator[None]:
    """Turn what a store may throw, a full disk or a bucket out of reach, into errors of ours."""
    passed: tuple[type[Exception], ...] = (NoRoom, FilesAway, SuspiciousFileOperation, *through)
    try:
        yield
    except passed:
        raise
    except OSError as error:
        raise (NoRoom if error.errno in FULL else FilesAway) from error
    except Exception as error:
        if settings.FILES_URL:
            raise FilesAway from error
        raise
