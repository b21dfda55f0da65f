"""The file itself: a compressed tar of parts, and last a manifest that says what they are.

The manifest comes last, so that everything is read once and a file that was cut off has none.
"""

import gzip
import hashlib
import io
import json
import os
import tarfile
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path, PurePosixPath
from typing import IO, Any

FORMAT = 1
MANIFEST = "manifest.json"
LARGEST_MANIFEST = 64 * 2**20
CHUNK = 2**20


class BackupFault(Exception):
    """Something is wrong with a backup, or in its way; the text is a sentence for whoever runs the command."""


@dataclass(frozen=True)
class Part:
    """One file of the archive: the database, or a file of the data folder."""

    name: str
    bytes: int
    sha256: str


@dataclass
class Manifest:
    """What a backup is and holds. Instants are ISO 8601 in UTC."""

    engine: str
    made_at: str
    version: str  # of the product
    migrations: list[str]
    counts: dict[str, int]  # rows of each table
    # Tells whether the installation that restores it signs with the same key; the key does not follow from it.
    signing_key: str
    with_keys: bool = False
    format: int = FORMAT
    parts: list[Part] = field(default_factory=list)

    @classmethod
    def read(cls, text: bytes) -> "Manifest":
        """Raises BackupFault for what is no manifest, or one of a later format."""
        try:
            values: dict[str, Any] = json.loads(text)
            if values["format"] != FORMAT:
                raise BackupFault(
                    f"The backup has format {values['format']}, which this version of the product cannot read:"
                    " restore it with the version that made it."
                )
            parts = [Part(str(part["name"]), int(part["bytes"]), str(part["sha256"])) for part in values.pop("parts")]
            return cls(**values, parts=parts)
        except (ValueError, TypeError, LookupError) as error:
            raise BackupFault("The backup's manifest cannot be read, so it is broken: take another one.") from error


class Writer:
    """Adds parts to an archive and remembers what they were."""

    def __init__(self, tar: tarfile.TarFile) -> None:
        self.tar = tar
        self.parts: list[Part] = []

    def add(self, name: str, path: Path) -> None:
        """Add the bytes a file has now; what is appended meanwhile is not part of it."""
        with path.open("rb") as file:
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode = os.fstat(file.fileno()).st_size, 0o600
            hashing = HashingReader(file)
            self.tar.addfile(entry, hashing)
        self.parts.append(Part(name, entry.size, hashing.digest.hexdigest()))

    def close(self, manifest: Manifest) -> None:
        manifest.parts = self.parts
        text = json.dumps(asdict(manifest), ensure_ascii=False, indent=1).encode()
        entry = tarfile.TarInfo(MANIFEST)
        entry.size, entry.mode = len(text), 0o600
        self.tar.addfile(entry, io.BytesIO(text))


class HashingReader:
    def __init__(self, file: IO[bytes]) -> None:
        self.file = file
        self.digest = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        chunk = self.file.read(size)
        self.digest.update(chunk)
        return chunk


@contextmanager
def new_archive(target: Path) -> Iterator[Writer]:
    """Write an archive that only its owner can read, and that appears under its name when it is whole and on disk.

    Raises BackupFault when there is a file of this name already, or none can be written.
    """
    if target.exists():
        raise BackupFault(f"{target} exists already: choose another name, since a backup never overwrites one.")
    try:
        handle, partial = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    except OSError as error:
        raise BackupFault(f"No file can be written in {target.parent}: {error.strerror}.") from error
    try:
        with os.fdopen(handle, "wb") as file:
            # Quick rather than small: a dump of PostgreSQL is packed already.
            with (
                gzip.GzipFile(filename="", fileobj=file, mode="wb", compresslevel=4) as packed,
                tarfile.open(fileobj=packed, mode="w|", format=tarfile.PAX_FORMAT) as tar,
            ):
                yield Writer(tar)
            file.flush()
            os.fsync(file.fileno())
        # No hard link, which some disks for backups do not have.
        Path(partial).replace(target)
        _settle(target.parent)
    except OSError as error:
        raise BackupFault(f"The backup could not be written: {error.strerror}.") from error
    finally:
        with suppress(FileNotFoundError):
            Path(partial).unlink()


def _settle(folder: Path) -> None:
    """Have the name of a new file survive a power cut too."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def unpack(source: Path, folder: Path) -> Manifest:
    """Unpack an archive into an empty folder and prove that it is whole; nothing else was touched before that.

    Raises BackupFault for what is no backup, is cut off, or differs by a byte from what was put in.
    """
    try:
        with source.open("rb") as file, gzip.GzipFile(fileobj=file) as packed:
            with tarfile.open(fileobj=packed, mode="r|") as tar:
                found, manifest = _unpack_parts(tar, folder)
            # Reading to the very end also checks the packing's own sum.
            while packed.read(CHUNK):
                pass
    except FileNotFoundError as error:
        raise BackupFault(f"There is no file {source}.") from error
    except EOFError as error:
        raise BackupFault("The backup was cut off, so it is not whole: take another one.") from error
    except (tarfile.TarError, zlib.error, gzip.BadGzipFile) as error:
        raise BackupFault(f"{source.name} is no backup of this product, or it is broken ({error}).") from error
    except OSError as error:
        raise BackupFault(f"The backup cannot be read: {error.strerror}.") from error
    if manifest is None:
        raise BackupFault("The backup has no manifest, so it was cut off: take another one.")
    _compare(found, manifest)
    return manifest


def _unpack_parts(tar: tarfile.TarFile, folder: Path) -> tuple[dict[str, Part], Manifest | None]:
    found: dict[str, Part] = {}
    for entry in tar:
        content = tar.extractfile(entry) if entry.isreg() else None
        if content is None:
            raise BackupFault(f"The backup holds {entry.name!r}, which is no file: it was not made by `backup`.")
        if entry.name == MANIFEST:
            if entry.size > LARGEST_MANIFEST:
                raise BackupFault("The backup's manifest is too large to be one.")
            return found, Manifest.read(content.read())
        target = folder / safe_path(entry.name)
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        hashing = HashingReader(content)
        with target.open("xb") as file:
            while chunk := hashing.read(CHUNK):
                file.write(chunk)
        found[entry.name] = Part(entry.name, entry.size, hashing.digest.hexdigest())
    return found, None


def safe_path(name: str) -> PurePosixPath:
    """Return a part's name as a path below the folder it goes to. Raises BackupFault for one that leads elsewhere."""
    path = PurePosixPath(name)
    if path.is_absolute() or not path.parts or ".." in path.parts or "\x00" in name:
        raise BackupFault(f"The backup holds {name!r}, which leads out of its folder: it was not made by `backup`.")
    return path


def _compare(found: dict[str, Part], manifest: Manifest) -> None:
    promised = {part.name: part for part in manifest.parts}
    if missing := sorted(promised.keys() - found.keys()):
        raise BackupFault(f"The backup lacks {missing[0]}, which its manifest promises: take another one.")
    if surplus := sorted(found.keys() - promised.keys()):
        raise BackupFault(f"The backup holds {surplus[0]}, of which its manifest knows nothing: it was altered.")
    for name, part in found.items():
        if part != promised[name]:
            raise BackupFault(f"{name} in the backup is not what was put in: it is broken or was altered.")
