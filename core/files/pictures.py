"""Has the workshop make pictures of a file, and says in a sentence why it could not."""

import json
import os
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path

import structlog
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from core.files.kinds import Group, Kind
from core.files.refusals import FileRefused

log = structlog.get_logger(__name__)

PATIENCE_SECONDS = 40
# Of one process; more at once would only take memory from each other.
_benches = threading.BoundedSemaphore(2)

WHY = {
    "too_many_pixels": _(
        "This picture is too large: it has more than 64 million points. Make it smaller, and send that."
    ),
    "unreadable": _("This file is broken and cannot be opened. Ask for it once more, or make a picture of it."),
}


@dataclass(frozen=True)
class Seen:
    """What a look at the content gave. `views`: how many large pictures there are, the first pages of a PDF.

    `remark`: active (a PDF that holds scripts or files), locked (with a password), place (a photo that says where).
    """

    width: int | None = None
    height: int | None = None
    pages: int | None = None
    views: int = 0
    remark: str = ""


def look_at(kind: Kind, path: Path, folder: Path) -> Seen:
    """Make the pictures of a file into `folder`. Raises FileRefused when its content cannot be read."""
    if kind.group not in (Group.PICTURE, Group.PAPER):
        return Seen()
    command = [sys.executable, "-m", "core.files.workshop", kind.group.value, str(path), str(folder)]
    # Nothing of our secrets, which the environment may hold.
    environment = {"PYTHONPATH": os.environ.get("PYTHONPATH", ""), "LC_ALL": "C.UTF-8", "OMP_NUM_THREADS": "1"}
    try:
        with _benches:
            done = subprocess.run(
                command,
                cwd=settings.BASE_DIR,
                env=environment,
                capture_output=True,
                timeout=PATIENCE_SECONDS,
                check=False,
            )
        found = json.loads(done.stdout)
    except (subprocess.TimeoutExpired, ValueError) as error:
        # It took too long or too much, or died of what it read.
        log.warning("file_unreadable", kind=kind.content_type)
        raise FileRefused("unreadable", WHY["unreadable"]) from error
    if why := found.get("refused"):
        raise FileRefused(why, WHY[why])
    return Seen(**found)
