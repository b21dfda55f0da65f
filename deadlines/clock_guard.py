"""Is the clock to be trusted? Compared with the database's and with its own steps. Source: TIMERS.md 5."""

import time
from collections.abc import Callable
from datetime import datetime, timedelta

import structlog
from django.db import connection

from accounts.models import User
from accounts.roles import Role
from deadlines import events
from deadlines.chain import Notice, notify_many
from events.models import OutboxMessage

logger = structlog.get_logger(__name__)

TOLERANCE = timedelta(seconds=60)
# How long mass mail waits after a jump: more than one tick, so that a person can look.
HOLD = timedelta(seconds=60)
MASS_CHANNELS = ("digest",)


class ClockGuard:
    """One per process: remembers the last sweep's wall and monotonic times."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._last: tuple[datetime, float] | None = None

    def jump(self, now: datetime) -> timedelta:
        """How far the clock is off, forward or back; zero when it may be trusted."""
        steady = self._monotonic()
        last, self._last = self._last, (now, steady)
        off = timedelta(0)
        if last is not None:
            off = (now - last[0]) - timedelta(seconds=steady - last[1])
        if abs(off) <= TOLERANCE:
            off = _off_the_database(now)
        return off if abs(off) > TOLERANCE else timedelta(0)


def _off_the_database(now: datetime) -> timedelta:
    if connection.vendor != "postgresql":
        return timedelta(0)
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        theirs: datetime = cursor.fetchone()[0]
    return now - theirs


def raise_alarm(off: timedelta, now: datetime) -> datetime:
    """Tell the administrators and hold mass mail; the ladder goes on. Returns until when the clock is doubted."""
    seconds = round(off.total_seconds())
    logger.error("clock_jumped", seconds=seconds)
    until = now + HOLD
    OutboxMessage.objects.filter(
        state=OutboxMessage.State.PENDING, channel__in=MASS_CHANNELS, next_attempt_at__lt=until
    ).update(next_attempt_at=until)
    notice = Notice(
        recipients=list(User.objects.active().people().with_role(Role.ADMINISTRATOR)),
        code=events.CLOCK_NOTICE,
        # Once an hour is enough.
        key=f"clock:{now:%Y-%m-%dT%H}",
        url="",
        values={"seconds": seconds},
    )
    notify_many([notice], at=now)
    return until
