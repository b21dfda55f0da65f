"""Takes a file in: known, looked over, drawn and stored. Then a row may name it; the file is always there first."""

import hashlib
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import structlog
from django.utils.translation import gettext_lazy as _

from core import clock
from core.files import storage
from core.files.kinds import kind_of, seconds_of
from core.files.names import clean_name
from core.files.pictures import Seen, look_at
from core.files.refusals import FileRefused
from core.files.scanning import scan

log = structlog.get_logger(__name__)

MEGABYTE = 2**20
SMALL, LARGE = "t", "v"


class Upload(Protocol):
    """What Django's uploaded files are to us."""

    @property
    def name(self) -> str | None: ...

    @property
    def size(self) -> int | None: ...

    def chunks(self, chunk_size: int | None = None) -> Iterator[bytes]: ...


@dataclass(frozen=True)
class Taken:
    """A file that is stored, before any row names it. The name is the one to be shown."""

    storage_name: str
    name: str
    group: str
    content_type: str
    size: int
    sha256: str
    seen: Seen
    seconds: int | None


def take_in(upload: Upload, *, most_megabytes: int) -> Taken:
    """Check a file and keep it. Raises FileRefused, NoRoom, FilesAway; then nothing is kept."""
    try:
        return _take_in(upload, most_megabytes=most_megabytes)
    except FileRefused as refusal:
        # Its name is a person's, and stays out of the log.
        log.warning("file_refused", code=refusal.reason, bytes=upload.size)
        raise


def _take_in(upload: Upload, *, most_megabytes: int) -> Taken:
    require_size(upload.size or 0, most_megabytes=most_megabytes)
    with tempfile.TemporaryDirectory(prefix="file-") as made:
        folder = Path(made)
        path = folder / "sent"
        digest = _copy(upload, path)
        with path.open("rb") as file:
            kind = kind_of(file, upload.name or "")
            scan(file)
            seconds = seconds_of(kind, file)
        seen = look_at(kind, path, folder)
        taken = Taken(
            storage_name=storage.new_name(clock.now()),
            name=clean_name(upload.name or "", kind.endings),
            group=kind.group.value,
            content_type=kind.content_type,
            size=path.stat().st_size,
            sha256=digest,
            seen=seen,
            seconds=seconds,
        )
        _keep(taken, path, folder)
    return taken


def require_size(size: int, *, most_megabytes: int) -> None:
    if not size:
        raise FileRefused("empty", _("This file is empty. Choose it once more."))
    if size > most_megabytes * MEGABYTE:
        raise too_large(most_megabytes)


def too_large(most_megabytes: int) -> FileRefused:
    words = _("This file is larger than %(most)s MB. Make it smaller, or send it in parts.")
    return FileRefused("too_large", words % {"most": most_megabytes})


def _copy(upload: Upload, path: Path) -> str:
    digest = hashlib.sha256()
    with storage.troubles(), path.open("wb") as copy:
        for chunk in upload.chunks():
            digest.update(chunk)
            copy.write(chunk)
    return digest.hexdigest()


def _keep(taken: Taken, path: Path, folder: Path) -> None:
    sources = [(path, taken.storage_name)]
    if taken.seen.views:
        sources.append((folder / "t.webp", small_name(taken.storage_name)))
    for page in range(1, taken.seen.views + 1):
        sources.append((folder / f"v{page}.webp", view_name(taken.storage_name, page)))
    kept: list[str] = []
    try:
        for source, name in sources:
            kept.append(name)
            storage.put(name, source)
    except BaseException:
        storage.remove(*kept)
        raise


def small_name(storage_name: str) -> str:
    return f"{storage_name}.{SMALL}.webp"


def view_name(storage_name: str, page: int) -> str:
    return f"{storage_name}.{LARGE}{page}.webp"


def all_names(storage_name: str, views: int) -> list[str]:
    """The file and its pictures."""
    pictures = [view_name(storage_name, page) for page in range(1, views + 1)]
    return [storage_name, *([small_name(storage_name)] if views else []), *pictures]


def drop(*files: Taken) -> None:
    """Throw away files that no row came to name."""
    storage.remove(*(name for taken in files for name in all_names(taken.storage_name, taken.seen.views)))
