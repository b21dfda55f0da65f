"""The reserve: a thread in each web process that sweeps when nobody else does. Source: TIMERS.md 6."""

import os
import threading
import time
from datetime import datetime

import structlog
from django.db import close_old_connections, connections

from core import clock
from deadlines.clock_guard import ClockGuard
from deadlines.health import REGULAR, SWEEP_SILENT
from deadlines.models import SweepHeartbeat
from deadlines.sweep import sweep
from events.outbox import dispatch_outbox

logger = structlog.get_logger(__name__)

LOOK_SECONDS = 5.0
# Bounded, so that a slow delivery does not keep deadlines waiting.
SWEEP_SECONDS = 10.0
MESSAGES = 20


class Watchdog:
    """Looks every few seconds whether the regular sweep has gone silent, and sweeps in its place."""

    def __init__(self) -> None:
        self._guard = ClockGuard()
        self._process = 0

    def start(self) -> None:
        """Start the thread of this process; a second call does nothing. A fork gets a thread of its own."""
        if self._process == os.getpid():
            return
        if not self._process:
            os.register_at_fork(after_in_child=self.start)
        self._process = os.getpid()
        threading.Thread(target=self._run, name="watchdog", daemon=True).start()

    def _run(self) -> None:
        while True:
            time.sleep(LOOK_SECONDS)
            try:
                close_old_connections()
                self.look(clock.now())
            except Exception:
                # Whatever it is, the next look must come.
                logger.exception("watchdog_failed")
                connections.close_all()

    def look(self, now: datetime) -> bool:
        """Sweep and dispatch once if the regular sweep is silent. Returns whether it was."""
        if not is_silent(now):
            return False
        swept = sweep("watchdog", budget_seconds=SWEEP_SECONDS, guard=self._guard)
        logger.warning("watchdog_swept", fired=swept.fired, recomputed=swept.recomputed)
        dispatch_outbox(MESSAGES)
        return True


def is_silent(now: datetime) -> bool:
    """No heartbeat of the regular sweep for 30 seconds; one from the future (the clock was set back) counts as none."""
    last = SweepHeartbeat.objects.filter(trigger=REGULAR).values_list("completed_at", flat=True).first()
    return last is None or not -SWEEP_SILENT <= now - last <= SWEEP_SILENT


_watchdog = Watchdog()


def start() -> None:
    """Called from config/wsgi.py."""
    _watchdog.start()
