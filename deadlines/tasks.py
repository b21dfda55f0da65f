"""What Celery wakes. Each may run twice, or in two places at once."""

from celery import shared_task

from deadlines.clock_guard import ClockGuard
from deadlines.sweep import sweep

_guard = ClockGuard()


@shared_task(ignore_result=True)
def sweep_deadlines() -> None:
    """Beat, each second."""
    sweep("beat", guard=_guard)
