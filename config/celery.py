"""Celery carries wake-ups. What has to be done, and until when, is in the database."""

import os
import warnings
from datetime import timedelta

from celery import Celery
from celery.schedules import crontab
from django.conf import settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

# Every message is a wake-up without content, so a pickle from the broker, which this warning is about, is never read.
warnings.filterwarnings("ignore", message="You're running the worker with superuser privileges")

app = Celery("config")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

# In memory: a kill in the middle of a write breaks Celery's file for good, and the clock times below need no memory.
app.conf.beat_scheduler = "celery.beat:Scheduler"
# A worker that was away for two hours must not meet two hours of ticks.
TICK = settings.SWEEP_SECONDS
TICK_EXPIRES = 5 * TICK

app.conf.beat_schedule = {
    "sweep deadlines": {
        "task": "deadlines.tasks.sweep_deadlines",
        "schedule": timedelta(seconds=TICK),
        "options": {"expires": TICK_EXPIRES},
    },
    "dispatch the outbox": {
        "task": "events.tasks.dispatch_outbox",
        "schedule": timedelta(seconds=TICK),
        "options": {"expires": TICK_EXPIRES},
    },
    "tell of the week": {
        "task": "insights.tasks.tell_due_weeks",
        "schedule": timedelta(minutes=1),
        "options": {"expires": 60},
    },
    "checkpoint the event log": {
        "task": "events.tasks.checkpoint_events",
        "schedule": crontab(minute=7),
        "options": {"expires": 3600},
    },
    "keep house": {
        "task": "core.tasks.keep_house",
        "schedule": crontab(minute=23),
        "options": {"expires": 3600},
    },
}
