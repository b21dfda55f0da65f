"""A PostgreSQL server of one's own, with its data on disk, to be killed as a power cut would."""

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from tests.crash.place import free_port, kill

WAITS = 30


class OwnServer:
    """Durable as it is by default: every commit is on disk before it is answered."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.bin = max(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda found: int(found.parent.name))
        if os.getuid() == 0:
            shutil.chown(folder, "postgres")
        self._run("initdb", "-D", self.data, "-U", "complaints", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8")

    @property
    def data(self) -> str:
        return str(self.folder / "db")

    @property
    def url(self) -> str:
        return f"postgres://complaints@127.0.0.1:{self.port}/postgres"

    def start(self) -> None:
        options = f"-p {self.port} -h 127.0.0.1 -k {self.folder}"
        log = str(self.folder / "log")
        self._run("pg_ctl", "-D", self.data, "-l", log, "-w", "-t", str(WAITS), "-o", options, "start")

    def crash(self) -> None:
        """Kill the server and every process of it at once."""
        postmaster = psutil.Process(int((self.folder / "db" / "postmaster.pid").read_text().split()[0]))
        # Stopped first, so that no process of it sees another die and ends in order.
        family = [postmaster, *postmaster.children(recursive=True)]
        for process in family:
            try:
                process.send_signal(signal.SIGSTOP)
            except psutil.NoSuchProcess:
                continue
        for process in family:
            kill(process.pid)
        psutil.wait_procs(family, timeout=WAITS)
        (self.folder / "db" / "postmaster.pid").unlink(missing_ok=True)

    def stop(self) -> None:
        if (self.folder / "db" / "postmaster.pid").exists():
            self._run("pg_ctl", "-D", self.data, "-m", "immediate", "stop")

    def _run(self, program: str, *arguments: str) -> None:
        # PostgreSQL refuses to run as root.
        become = ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []
        subprocess.run(
            [*become, str(self.bin / program), *arguments],
            check=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=self.folder,
        )


@contextmanager
def own_server() -> Iterator[OwnServer]:
    folder = Path(tempfile.mkdtemp(prefix="crash-server-"))
    server = OwnServer(folder)
    try:
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)
