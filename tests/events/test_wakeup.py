import threading
import time
from collections.abc import Callable

import pytest
from celery import current_app
from django.db import transaction

from events import wakeup
from events.wakeup import Waker, wake


@pytest.fixture
def published(monkeypatch):
    names = []
    monkeypatch.setattr(current_app, "send_task", lambda name, **options: names.append(name))
    monkeypatch.setattr(wakeup, "_waker", Waker())
    return names


def until(condition: Callable[[], bool]) -> bool:
    for _ in range(200):
        if condition():
            return True
        time.sleep(0.01)
    return False


@pytest.mark.django_db(transaction=True)
def test_wake_up_goes_out_after_commit(published):
    with transaction.atomic():
        wake("events.tasks.dispatch_outbox")
        time.sleep(0.05)
        assert published == []
    assert until(lambda: published == ["events.tasks.dispatch_outbox"])


@pytest.mark.django_db(transaction=True)
def test_undone_transaction_wakes_nobody(published):
    with transaction.atomic():
        wake("events.tasks.dispatch_outbox")
        transaction.set_rollback(True)
    time.sleep(0.05)
    assert published == []


@pytest.mark.django_db(transaction=True)
def test_broker_that_hangs_costs_the_caller_nothing(monkeypatch):
    release = threading.Event()
    monkeypatch.setattr(current_app, "send_task", lambda name, **options: release.wait(5))
    monkeypatch.setattr(wakeup, "_waker", Waker())
    started = time.monotonic()
    for _ in range(100):
        with transaction.atomic():
            wake("events.tasks.dispatch_outbox")
    took = time.monotonic() - started
    release.set()
    assert took < 0.5


def test_dead_broker_is_counted_and_left_alone_for_a_while(monkeypatch):
    tries = []

    def refuse(name, **options):
        tries.append(name)
        raise ConnectionRefusedError

    monkeypatch.setattr(current_app, "send_task", refuse)
    waker = Waker()
    for _ in range(20):
        waker.wake("a.task")
        assert until(lambda: not waker._waiting)
    assert until(lambda: waker.failures == 1)
    assert tries == ["a.task"]


def test_many_wake_ups_in_a_row_are_one(monkeypatch):
    release, names = threading.Event(), []

    def publish(name, **options):
        release.wait(5)
        names.append(name)

    monkeypatch.setattr(current_app, "send_task", publish)
    waker = Waker()
    for _ in range(50):
        waker.wake("a.task")
    release.set()
    assert until(lambda: not waker._waiting)
    time.sleep(0.05)
    assert 1 <= len(names) <= 2
