from celery import shared_task
from django.core.management import call_command

from core.housekeeping import do_chores, hourly


@shared_task
def keep_house() -> None:
    """Beat, once an hour."""
    do_chores()


@hourly
def forget_expired_sessions() -> None:
    call_command("clearsessions")
