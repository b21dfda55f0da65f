"""One sweep: work off changed rules, fire what is due, say that it was done. Any number may run at once."""

import time
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from core import clock
from deadlines.claiming import Ref
from deadlines.clock_guard import ClockGuard, raise_alarm
from deadlines.firing import BATCH, fire_batch
from deadlines.models import SweepHeartbeat
from deadlines.recomputing import recompute_changed

BUDGET_SECONDS = 20.0
# Changed rules come first, but may not keep what is due waiting.
RECOMPUTING_SHARE = 0.5


@dataclass
class Swept:
    """What a sweep did."""

    fired: int = 0
    failed: int = 0
    busy: int = 0
    recomputed: int = 0
    worst: timedelta = timedelta(0)
    is_complete: bool = True


def sweep(trigger: str, *, budget_seconds: float = BUDGET_SECONDS, guard: ClockGuard | None = None) -> Swept:
    """Deal with everything that is due, as far as the time goes, and write the heartbeat of `trigger`.

    Raises what the database raises: the next tick tries again.
    """
    started = time.monotonic()

    def has_time(share: float = 1.0) -> bool:
        return time.monotonic() - started < budget_seconds * share

    doubted_until = _check_clock(guard)
    swept = Swept(recomputed=recompute_changed(clock.now(), has_time=lambda: has_time(RECOMPUTING_SHARE)))
    after: Ref | None = None
    while True:
        outcome = fire_batch(BATCH, clock.now(), after=after)
        swept.fired += outcome.fired
        swept.failed += outcome.failed
        swept.busy += outcome.busy
        swept.worst = max(swept.worst, outcome.worst)
        after = outcome.last
        if after is None:
            break
        if not has_time():
            swept.is_complete = False
            break
    _beat(trigger, swept, doubted_until)
    return swept


def _check_clock(guard: ClockGuard | None) -> datetime | None:
    now = clock.now()
    off = guard.jump(now) if guard else timedelta(0)
    if not off:
        return None
    with transaction.atomic():
        return raise_alarm(off, now)


def _beat(trigger: str, swept: Swept, doubted_until: datetime | None) -> None:
    values = {"completed_at": clock.now(), "fired": swept.fired, "worst_lateness": swept.worst.total_seconds()}
    if doubted_until:
        values["clock_doubted_until"] = doubted_until
    if not SweepHeartbeat.objects.filter(trigger=trigger).update(**values):
        SweepHeartbeat.objects.update_or_create(trigger=trigger, defaults=values)
