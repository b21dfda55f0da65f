"""Waiting for SQLite's lock: in turn, not for ever, and never so that two threads stand still for each other."""

import gc
import sqlite3
import threading
import time

import pytest
from django.db import OperationalError, connection, transaction

from accounts.models import Department
from config.sqlite3.base import PatientCursor

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "sqlite", reason="is about SQLite"),
]
STALL_SECONDS = 10


class Ring:
    """Garbage that only a collection finds."""

    def __init__(self, held):
        self.held, self.me = held, self


def in_thread(work):
    """Start `work` in a thread with a connection of its own; what it raised is in `errors`."""
    errors = []

    def run():
        try:
            work()
        except Exception as error:
            errors.append(error)
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.errors = errors
    thread.start()
    return thread


def collect_while_another_waits():
    """What the thread that waits for our lock runs into while we collect a cursor that it forgot; and our seconds."""
    forgotten, waits = threading.Event(), threading.Event()

    def wait_for_the_lock():
        connection.ensure_connection()
        # As an error leaves it that keeps the frame it came from.
        Ring(connection.connection.execute("SELECT 1 UNION SELECT 2"))
        forgotten.set()
        waits.wait()
        with transaction.atomic():
            Department.objects.count()

    gc.disable()
    try:
        thread = in_thread(wait_for_the_lock)
        assert forgotten.wait(STALL_SECONDS)
        with transaction.atomic():
            waits.set()
            time.sleep(0.5)
            started = time.monotonic()
            gc.collect()
            took = time.monotonic() - started
    finally:
        gc.enable()
    thread.join()
    return thread.errors, took


def test_a_collection_does_not_wait_for_who_waits_for_us():
    errors, took = collect_while_another_waits()
    assert errors == []
    assert took < STALL_SECONDS


def test_with_sqlites_own_patience_it_does(monkeypatch):
    """The control: how it was, and why the waiting is done outside."""
    monkeypatch.setattr(PatientCursor, "_patiently", with_sqlites_patience)
    [error], took = collect_while_another_waits()
    assert "locked" in str(error)
    assert took > 1


def with_sqlites_patience(cursor, send):
    sqlite3.Connection.execute(cursor.connection, "PRAGMA busy_timeout = 3000")
    return send()


def test_who_waits_gets_the_lock_as_soon_as_it_is_free():
    done = threading.Event()

    def write():
        with transaction.atomic():
            done.set()

    with transaction.atomic():
        thread = in_thread(write)
        assert not done.wait(0.5)
    assert done.wait(STALL_SECONDS)
    thread.join()
    assert thread.errors == []


def test_a_statement_on_its_own_waits_too():
    with transaction.atomic():
        thread = in_thread(lambda: Department.objects.update(name="Another"))
        time.sleep(0.3)
        assert thread.is_alive()
    thread.join()
    assert thread.errors == []


def test_patience_has_an_end():
    def write():
        connection.ensure_connection()
        connection.connection.patience = 0.2
        with transaction.atomic():
            pass

    with transaction.atomic():
        thread = in_thread(write)
        thread.join(STALL_SECONDS)
    [error] = thread.errors
    assert isinstance(error, OperationalError)
    assert "locked" in str(error)
