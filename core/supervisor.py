"""One parent that keeps programs running: it starts them again when they die, and takes them along when it goes."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

# How soon a program is started again that lived for less than SHORT_LIFE seconds, the longer the more often it failed.
BACK_OFF = (1.0, 2.0, 5.0, 10.0)
SHORT_LIFE = 3.0
# How long a program may take to end what it is doing, before it is killed.
GRACE = 10.0
POLL = 0.1

STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)

Say = Callable[[str], None]


@dataclass
class Program:
    """A Python module that is to run all the time."""

    name: str
    arguments: Sequence[str]  # as after `python -m`
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    start_again_at: float = 0.0
    short_lives: int = 0

    def start(self, folder: Path, now: float) -> None:
        """Start it under `core.supervised`, so that it dies with this process however that ends."""
        self.process = subprocess.Popen(
            [sys.executable, "-m", "core.supervised", str(os.getpid()), *self.arguments],
            cwd=folder,
            # Ctrl-C reaches the whole group of the terminal; our children hear from us, once.
            start_new_session=True,
        )
        self.started_at = now

    def lived(self, now: float) -> None:
        """Count a life that has ended, and say when the next one begins."""
        self.process = None
        self.short_lives = self.short_lives + 1 if now - self.started_at < SHORT_LIFE else 0
        wait = BACK_OFF[min(self.short_lives, len(BACK_OFF)) - 1] if self.short_lives else 0.0
        self.start_again_at = now + wait


@dataclass
class Supervisor:
    """Runs programs until it is told to stop; `each_round` is called several times a second meanwhile."""

    programs: list[Program]
    folder: Path  # where the modules are
    say: Say
    each_round: Callable[[], None] = lambda: None
    _stopping_by: float | None = field(default=None, init=False)

    def run(self) -> None:
        before = {number: signal.signal(number, self._told_to_stop) for number in STOP_SIGNALS}
        try:
            while self._stopping_by is None:
                self.tend(time.monotonic())
                self.each_round()
                time.sleep(POLL)
        finally:
            # Also when `each_round` raised: nothing is left behind.
            self.stop()
            for number, handler in before.items():
                signal.signal(number, handler)

    def tend(self, now: float) -> None:
        """Start what is not running and may start now."""
        for program in self.programs:
            if program.process is not None:
                code = program.process.poll()
                if code is None:
                    continue
                # What it had started itself would be in the way of its successor.
                kill_group(program.process)
                program.lived(now)
                wait = program.start_again_at - now
                when = f"in {wait:.0f} s" if wait else "now"
                self.say(f"{program.name} {ending(code)}; it starts again {when}.")
            if now >= program.start_again_at and self._stopping_by is None:
                program.start(self.folder, now)

    def stop(self) -> None:
        """Ask all to end, wait, and kill who does not."""
        if self._stopping_by is None:
            self._stopping_by = time.monotonic() + GRACE
        running = [(program.name, program.process) for program in self.programs if program.process is not None]
        for _name, process in running:
            # Only the program itself: it knows how its own children end in good order.
            process.send_signal(signal.SIGTERM)
        while any(process.poll() is None for _name, process in running) and time.monotonic() < self._stopping_by:
            time.sleep(POLL)
        for name, process in running:
            if process.poll() is None:
                self.say(f"{name} did not end in time and was killed.")
            kill_group(process)
            process.wait()

    def _told_to_stop(self, number: int, frame: object) -> None:
        # Told a second time, nobody wants to wait any longer.
        self._stopping_by = time.monotonic() + (GRACE if self._stopping_by is None else 0.0)


def kill_group(process: subprocess.Popen[bytes]) -> None:
    """Kill a program together with all it has started."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


def ending(code: int) -> str:
    return f"was killed by {signal.Signals(-code).name}" if code < 0 else f"ended with code {code}"
