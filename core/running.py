"""One installation runs once: who holds the lock of the data folder, and what it says about itself."""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TextIO

from core import clock


@dataclass(frozen=True)
class Running:
    """What a started installation tells the next one."""

    pid: int
    address: str
    since: str  # ISO 8601, UTC


class AlreadyRunning(Exception):
    def __init__(self, other: Running | None) -> None:
        super().__init__("Somebody else holds the data folder.")
        self.other = other


@contextmanager
def only_one(data_folder: Path, address: str) -> Iterator[bool]:
    """Hold the lock while inside; the value tells whether the last run was cut off, so that something may linger.

    Raises AlreadyRunning. The kernel frees the lock when this process ends, however it ends.
    """
    with (data_folder / "running.lock").open("a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise AlreadyRunning(read(file)) from error
        was_cut_off = read(file) is not None
        write(file, json.dumps(asdict(Running(os.getpid(), address, clock.now().isoformat(timespec="seconds")))))
        try:
            yield was_cut_off
        finally:
            write(file, "")


def read(file: TextIO) -> Running | None:
    file.seek(0)
    try:
        return Running(**json.loads(file.read()))
    except (ValueError, TypeError):
        return None  # nobody, or somebody who is writing it now


def write(file: TextIO, text: str) -> None:
    file.seek(0)
    file.truncate()
    file.write(text)
    file.flush()
