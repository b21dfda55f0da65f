"""What Celery wakes. Each may run twice, or in two places at once."""

import time
from contextlib import suppress

from celery import shared_task
from django.db import IntegrityError

from events import checkpoints, outbox

BUDGET_SECONDS = 20.0


@shared_task(ignore_result=True)
def dispatch_outbox() -> None:
    """Beat, each second: send what is due until nothing is, or the time is up."""
    started = time.monotonic()
    while outbox.dispatch_outbox() and time.monotonic() - started < BUDGET_SECONDS:
        pass


@shared_task(ignore_result=True)
def checkpoint_events() -> None:
    """Beat, each hour: sign what happened since the last checkpoint."""
    # When another beat's task was faster there is one now.
    with suppress(IntegrityError):
        checkpoints.take_checkpoint()
