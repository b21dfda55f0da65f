"""The scanner: asked where there is one, believed, and not replaced by hope when it is away."""

import io
import socketserver
import struct
import threading

import pytest

from core.files import scanning
from core.files.refusals import FileRefused, FilesAway
from core.files.scanning import Scanner, scan

EICAR = b"X5O!P%@AP-this-stands-for-the-test-file"


class Stub(Scanner):
    def found_in(self, file):
        return "Stub.Found" if EICAR in file.read() else ""


class Daemon(socketserver.BaseRequestHandler):
    """Speaks as clamd does."""

    def handle(self):
        wire = self.request.makefile("rb")
        assert wire.read(10) == b"zINSTREAM\0"
        content = b""
        while length := struct.unpack("!I", wire.read(4))[0]:
            content += wire.read(length)
        answer = b"stream: Eicar-Test FOUND\0" if EICAR in content else b"stream: OK\0"
        self.request.sendall(b"INSTREAM size limit exceeded. ERROR\0" if b"limit" in content else answer)


@pytest.fixture
def daemon(settings):
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Daemon) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        settings.FILES_SCANNER = f"clamd://127.0.0.1:{server.server_address[1]}"
        yield
        server.shutdown()


def test_without_a_scanner_nobody_is_asked(settings):
    settings.FILES_SCANNER = ""
    scan(io.BytesIO(EICAR))


def test_a_scanner_of_ones_own_is_asked(settings):
    settings.FILES_SCANNER = "tests.core.test_scanning.Stub"
    scan(io.BytesIO(b"harmless"))
    with pytest.raises(FileRefused) as refused:
        scan(io.BytesIO(EICAR))
    assert refused.value.reason == "infected"


def test_the_daemon_is_asked_in_its_own_words(daemon):
    scan(io.BytesIO(b"harmless" * 50_000))
    with pytest.raises(FileRefused):
        scan(io.BytesIO(b"a" * 200_000 + EICAR))
    with pytest.raises(FilesAway):
        scan(io.BytesIO(b"over the limit"))


def test_a_scanner_that_is_away_lets_nothing_pass(settings, monkeypatch):
    monkeypatch.setattr(scanning, "PATIENCE_SECONDS", 1)
    for address in ("clamd://127.0.0.1:1", "clamd:///run/there/is/none.sock"):
        settings.FILES_SCANNER = address
        with pytest.raises(FilesAway):
            scan(io.BytesIO(b"harmless"))
