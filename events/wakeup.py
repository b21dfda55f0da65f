"""Telling a worker that there is something to do, now instead of at the next tick.

A wake-up is a courtesy: beat sends one each second anyway. So it is sent from a thread of its own, may be lost,
and never slows down or breaks what the user waits for, whatever the broker does.
"""

import logging
import os
import threading
import time
from queue import SimpleQueue

from celery import current_app
from django.db import transaction

logger = logging.getLogger(__name__)

# After a failure nothing is tried for this long: a dead broker must not be asked for every save.
PAUSE_SECONDS = 5.0
EXPIRES_SECONDS = 5.0


class Waker:
    """The thread of one process that publishes wake-ups, the same name at most once in a row."""

    def __init__(self) -> None:
        self.failures = 0
        self._names: SimpleQueue[str] = SimpleQueue()
        self._waiting: set[str] = set()
        self._lock = threading.Lock()
        self._process = 0
        self._broken_until = 0.0

    def wake(self, name: str) -> None:
        with self._lock:
            if self._process != os.getpid():
                # The first call in this process: a thread does not survive a fork.
                self._process, self._names, self._waiting = os.getpid(), SimpleQueue(), set()
                threading.Thread(target=self._run, name="wake-ups", daemon=True).start()
            if name in self._waiting:
                return
            self._waiting.add(name)
        self._names.put(name)

    def _run(self) -> None:
        while True:
            name = self._names.get()
            self._waiting.discard(name)
            if time.monotonic() >= self._broken_until:
                self.publish(name)

    def publish(self, name: str) -> None:
        try:
            current_app.send_task(name, expires=EXPIRES_SECONDS, ignore_result=True, retry=False)
        except Exception as error:
            self.failures += 1
            self._broken_until = time.monotonic() + PAUSE_SECONDS
            logger.warning("Wake-up %s was not published (%s)", name, type(error).__name__)


_waker = Waker()


def wake(task_name: str) -> None:
    """Ask a worker to run the task as soon as the transaction is committed. Never raises, never waits."""
    transaction.on_commit(lambda: _waker.wake(task_name), robust=True)


def failed_wake_ups() -> int:
    """How many wake-ups this process could not publish, for the health page."""
    return _waker.failures
