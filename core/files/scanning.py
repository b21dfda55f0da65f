"""A scanner for viruses, where an installation has one: FILES_SCANNER=clamd://host:3310 or clamd:///run/clamd.sock.

Another one is a subclass of Scanner named by its dotted path (FILES_SCANNER=company.scanning.OurScanner).
"""

import socket
import struct
from abc import ABC, abstractmethod
from typing import IO
from urllib.parse import urlsplit

import structlog
from django.conf import settings
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

from core.files.refusals import FileRefused, FilesAway

log = structlog.get_logger(__name__)

CHUNK = 65_536
PATIENCE_SECONDS = 20


class Scanner(ABC):
    @abstractmethod
    def found_in(self, file: IO[bytes]) -> str:
        """Name what is in the file, "" when nothing is. Raises OSError when it cannot tell."""


class Clamd(Scanner):
    """Asks a ClamAV daemon by its INSTREAM command."""

    def __init__(self, address: str) -> None:
        parts = urlsplit(address)
        self.path, self.host, self.port = parts.path, parts.hostname, parts.port or 3310

    def found_in(self, file: IO[bytes]) -> str:
        with self._connection() as line:
            line.sendall(b"zINSTREAM\0")
            file.seek(0)
            while chunk := file.read(CHUNK):
                line.sendall(struct.pack("!I", len(chunk)) + chunk)
            line.sendall(struct.pack("!I", 0))
            answer = self._answer(line)
        if answer.endswith(" FOUND"):
            return answer.removesuffix(" FOUND").rpartition(": ")[2]
        if not answer.endswith("OK"):
            raise OSError(answer)
        return ""

    def _connection(self) -> socket.socket:
        if self.host:
            return socket.create_connection((self.host, self.port), PATIENCE_SECONDS)
        line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        line.settimeout(PATIENCE_SECONDS)
        line.connect(self.path)
        return line

    def _answer(self, line: socket.socket) -> str:
        said = b""
        while not said.endswith(b"\0") and len(said) < CHUNK and (more := line.recv(4096)):
            said += more
        return said.decode(errors="replace").strip("\0\r\n ")


def scanner() -> Scanner | None:
    """The scanner of this installation, None without one."""
    wanted: str = settings.FILES_SCANNER
    if not wanted:
        return None
    if wanted.startswith("clamd:"):
        return Clamd(wanted)
    made: Scanner = import_string(wanted)()
    return made


def scan(file: IO[bytes]) -> None:
    """Raises FileRefused for what the scanner finds, and FilesAway when it cannot be asked: unseen is not unharmful."""
    ours = scanner()
    if ours is None:
        return
    try:
        found = ours.found_in(file)
    except OSError as error:
        log.error("scanner_away", error=str(error))
        raise FilesAway from error
    if found:
        log.warning("file_infected", found=found)
        raise FileRefused("infected", _("The virus scanner found something in this file. It was not kept. Tell IT."))
