"""Is the clock alive? Asked by the web process, which is outside of what it judges. Source: TIMERS.md 5, "Auditor"."""

import os
import time
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from celery import current_app
from django.db import DatabaseError

from core import clock
from deadlines.models import Deadline, SweepHeartbeat
from events.models import OutboxMessage

logger = structlog.get_logger(__name__)

SWEEP_SILENT = timedelta(seconds=30)
DEADLINE_LATE = timedelta(seconds=60)
OUTBOX_LATE = timedelta(seconds=120)
# The sweep that is meant to run; the others are its reserve.
REGULAR = "beat"
# How long one process shows its last answer on pages.
REMEMBERED_SECONDS = 5.0

# The first two make the health page fail; for the others another web process would be no cure.
NO_DATABASE, NO_SWEEP, LATE_DEADLINES = "no_database", "no_sweep", "late_deadlines"
RESERVE, LATE_OUTBOX, DEAD_DEADLINES, CLOCK_DOUBTED = "reserve", "late_outbox", "dead_deadlines", "clock_doubted"
FAILING = {NO_DATABASE, NO_SWEEP}


@dataclass(frozen=True)
class Report:
    """What was found. Ages are in seconds; None when there is nothing to measure."""

    findings: frozenset[str] = frozenset()
    sweep_age: float | None = None
    has_swept: bool = False

    @property
    def is_ready(self) -> bool:
        return not self.findings & FAILING

    @property
    def status(self) -> str:
        if not self.is_ready:
            return "failing" if self.has_swept else "starting"
        return "degraded" if self.findings else "ok"


def examine(now: datetime | None = None) -> Report:
    """Ask the database: four small indexed queries."""
    now = now or clock.now()
    try:
        return _examine(now)
    except DatabaseError as error:
        logger.warning("health_without_database", error=type(error).__name__)
        return Report(findings=frozenset({NO_DATABASE}))


def _examine(now: datetime) -> Report:
    beats = list(SweepHeartbeat.objects.all())
    newest = max((beat.completed_at for beat in beats), default=None)
    regular = next((beat.completed_at for beat in beats if beat.trigger == REGULAR), None)
    oldest_message = OutboxMessage.objects.oldest_due_at(now)
    found = {
        NO_SWEEP: newest is None or now - newest > SWEEP_SILENT,
        RESERVE: newest is not None and (regular is None or now - regular > SWEEP_SILENT),
        LATE_DEADLINES: Deadline.objects.due(now - DEADLINE_LATE).exists(),
        LATE_OUTBOX: oldest_message is not None and now - oldest_message > OUTBOX_LATE,
        DEAD_DEADLINES: Deadline.objects.filter(is_dead=True).exists(),
        CLOCK_DOUBTED: any(beat.clock_doubted_until and beat.clock_doubted_until > now for beat in beats),
    }
    return Report(
        findings=frozenset(name for name, is_so in found.items() if is_so),
        sweep_age=None if newest is None else round((now - newest).total_seconds(), 1),
        has_swept=newest is not None,
    )


def is_broker_there() -> bool:
    """Whether wake-ups can be sent; nothing is lost when not."""
    folder = current_app.conf.broker_transport_options.get("data_folder_in")
    if folder:
        return os.access(folder, os.W_OK | os.X_OK)
    try:
        with current_app.connection_for_write(connect_timeout=1) as connection:
            connection.ensure_connection(max_retries=1, interval_start=0, timeout=1)
    except Exception as error:
        logger.info("broker_not_there", error=type(error).__name__)
        return False
    return True


class _Memory:
    def __init__(self) -> None:
        self.report: Report | None = None
        self.read_at = 0.0


_memory = _Memory()


def remembered_report() -> Report:
    """The report for every page: asked for anew after some seconds, never for each request."""
    if _memory.report is None or time.monotonic() - _memory.read_at > REMEMBERED_SECONDS:
        _memory.read_at = time.monotonic()
        _memory.report = examine()
    return _memory.report


def forget_report() -> None:
    _memory.report = None
