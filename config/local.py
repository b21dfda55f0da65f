"""What one machine makes for itself on its first start: its folder, and its secrets."""

import os
import secrets
import tempfile
from contextlib import suppress
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured


def data_folder(wanted: str | Path) -> Path:
    """Return the folder of everything that must survive a restart, made if missing, readable only by its owner."""
    folder = Path(wanted).expanduser().resolve()
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise ImproperlyConfigured(
            f"DATA_DIR cannot be used: {error.strerror} ({folder}). Name another folder."
        ) from error
    try:
        # Permissions do not tell: a disk may be full or mounted to be read only, and root is asked nothing.
        with tempfile.TemporaryFile(dir=folder) as probe:
            probe.write(b"x")
    except OSError as error:
        raise ImproperlyConfigured(
            f"DATA_DIR cannot be written to: {error.strerror} ({folder}). Name another folder."
        ) from error
    return folder


def kept_secret(path: Path, is_production: bool) -> str:
    """Return the secret kept in `path`, made once and readable only by its owner; production has to bring its own.

    Web, worker and beat may all be the first to ask, so the file appears whole, and the first one wins.
    """
    if is_production:
        return ""
    if not path.exists():
        # mkstemp makes files that only their owner can read.
        handle, partial = tempfile.mkstemp(dir=path.parent)
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(64))
        with suppress(FileExistsError):
            os.link(partial, path)
        Path(partial).unlink()
    return path.read_text(encoding="ascii").strip()
