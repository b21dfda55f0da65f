"""What beat sends, and that a worker gets it from the broker that is set."""

import threading
import uuid

import pytest
from celery import current_app
from celery.contrib.testing.worker import start_worker
from django.conf import settings

from config.celery import app


def test_every_entry_of_the_schedule_is_a_task():
    app.loader.import_default_modules()
    for entry in app.conf.beat_schedule.values():
        assert entry["task"] in app.tasks


def test_ticks_do_not_pile_up():
    sweep = app.conf.beat_schedule["sweep deadlines"]
    assert sweep["schedule"].total_seconds() == settings.SWEEP_SECONDS
    assert sweep["options"]["expires"] == 5 * settings.SWEEP_SECONDS
    assert not app.conf.task_acks_late


def test_worker_takes_from_every_queue():
    assert {queue.name for queue in app.conf.task_queues} == {"deadlines", "deliveries", "reports"}
    assert app.amqp.router.route({}, "events.tasks.dispatch_outbox")["queue"].name == "deliveries"
    assert app.amqp.router.route({}, "deadlines.tasks.sweep_deadlines")["queue"].name == "deadlines"


@pytest.mark.skipif(not settings.REDIS_URL, reason="tries the real broker: run with REDIS_URL=redis://…")
def test_message_travels_through_redis():
    arrived = threading.Event()
    name = f"tests.{uuid.uuid4().hex}"
    app.task(name=name)(arrived.set)
    with start_worker(app, pool="threads", concurrency=1, perform_ping_check=False):
        current_app.send_task(name, ignore_result=True)
        assert arrived.wait(10)
