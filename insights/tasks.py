"""What Celery wakes. It may run twice, or in two places at once."""

from celery import shared_task

from insights import sweep


@shared_task(ignore_result=True)
def tell_due_weeks() -> None:
    """Beat, each minute: on a Monday morning there is something to tell."""
    sweep.tell_due_weeks()
