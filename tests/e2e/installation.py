"""The real product, started as `make run` does, in a folder and on a port of its own."""

import json
import shutil
import subprocess
import sys
import tempfile
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil

from tests.crash.place import ROOT, Place, children, wait_until

START_SECONDS = 120


class Installation(Place):
    """A running product with its demonstration, and a way to do things inside it without a browser."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, "")
        self.environment |= {"DEMO": "1", "SWEEP_SECONDS": "1"}
        self.address = f"http://localhost:{self.port}"
        # Tests in threads ask one after the other.
        self._lock = threading.Lock()

    def run(self) -> None:
        """Start everything and wait until the page works."""
        self.parent = self.start("manage.py", "up")
        self.wait_until_ready()
        self._inside = subprocess.Popen(
            [sys.executable, "-m", "tests.e2e.inside"],
            cwd=ROOT,
            env=self.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def wait_until_ready(self) -> None:
        wait_until(self._is_ready, START_SECONDS, "a page that works")

    def _is_ready(self) -> bool:
        assert self.parent.poll() is None, self.log()[-4000:]
        try:
            with urllib.request.urlopen(f"{self.address}/healthz", timeout=2):
                return True
        except (urllib.error.URLError, OSError):
            return False

    def do(self, program: str, **values: Any) -> Any:
        """Do one of tests/e2e/inside.py in the installation, and return its answer."""
        with self._lock:
            assert self._inside.stdin is not None
            assert self._inside.stdout is not None
            self._inside.stdin.write(json.dumps([program, values]) + "\n")
            self._inside.stdin.flush()
            line = self._inside.stdout.readline()
        assert line, "The program inside has died."
        answer = json.loads(line)
        assert "trouble" not in answer, answer["trouble"]
        return answer["answer"]

    @contextmanager
    def without_background(self) -> Iterator[None]:
        """Hold the worker and beat, as if they had died and nobody started them again, and lose the broker."""
        messages = self.folder / "broker" / "messages"
        away = self.folder / "broker" / "away"
        programs = children(self.parent)
        held = [process for name in ("worker", "beat") for process in family(programs[name])]
        for process in held:
            process.suspend()
        messages.rename(away)
        try:
            yield
        finally:
            away.rename(messages)
            for process in held:
                process.resume()

    def stop(self) -> None:
        if inside := getattr(self, "_inside", None):
            inside.stdin.close()
            inside.wait()
        super().stop()


def family(pid: int) -> list[psutil.Process]:
    """A process and all that it started."""
    parent = psutil.Process(pid)
    return [parent, *parent.children(recursive=True)]


@contextmanager
def running() -> Iterator[Installation]:
    """A started product with demo data; gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="e2e-"))
    product = Installation(folder)
    try:
        product.run()
        yield product
    finally:
        product.stop()
        shutil.rmtree(folder, ignore_errors=True)
