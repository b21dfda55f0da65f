"""Half of it broken, and the desk still works: broker, mail, cache, database, disk. Source: RELIABILITY.md P17, 6G."""

import os
import socket
import sqlite3
import subprocess
import sys
import threading
import time
import uuid
from contextlib import ExitStack
from pathlib import Path

import pytest
from celery import Celery
from django.core.cache import cache
from django.db import InterfaceError, OperationalError, connection
from django.test import Client, override_settings

from complaints.actions import lodge as lodging
from complaints.models import Complaint, Draft
from core import actions
from deadlines.models import Deadline
from events import wakeup
from events.models import OutboxMessage
from events.outbox import dispatch_outbox, enqueue
from tests.hostile.attempts import KEPT
from tests.hostile.conftest import signed_in

SECONDS = 2.0
ROOT = Path(__file__).resolve().parents[2]


def typed(**changes):
    return {
        "draft": str(uuid.uuid4()), "description": KEPT, "name": "Emily", "phone": "13805716620", "channel": "phone",
        **changes,
    }  # fmt: skip


def folder_that_is_a_file(tmp_path):
    blocked = tmp_path / "messages"
    blocked.write_text("")
    return broker_of_files(str(blocked))


def broker_of_files(folder):
    return {
        "broker_url": "filesystem://localhost",
        "broker_transport": "config.broker:RenameTransport",
        "broker_transport_options": {"data_folder_in": folder, "data_folder_out": folder, "control_folder": folder},
    }


DEAD_REDIS = {"broker_url": "redis://127.0.0.1:1/0", "broker_transport_options": {"socket_connect_timeout": 1}}
SILENT = "Redis does not answer"
MENDS_ITSELF = "the folder is gone"
BROKERS = {
    "Redis is dead": lambda tmp_path: DEAD_REDIS,
    SILENT: lambda tmp_path: DEAD_REDIS,
    "the folder is a file": folder_that_is_a_file,
    MENDS_ITSELF: lambda tmp_path: broker_of_files(str(tmp_path / "there" / "is" / "none")),
    "the folder cannot be made": lambda tmp_path: broker_of_files("/proc/none/messages"),
}


@pytest.fixture
def silent_port():
    """A port of this machine that neither answers nor refuses: its queue is full, and nobody takes from it."""
    with ExitStack() as held:
        server = held.enter_context(socket.socket())
        server.bind(("127.0.0.1", 0))
        server.listen(0)
        address = server.getsockname()
        for _ in range(4):
            waiting = held.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(address)
        with pytest.raises(TimeoutError):
            socket.create_connection(address, timeout=0.3)
        yield address[1]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("what", BROKERS)
def test_lodging_works_without_the_broker(stage, monkeypatch, tmp_path, silent_port, what):
    """A real publish by the thread that sends wake-ups, to a broker that is not there."""
    app = Celery("broken", set_as_current=False)
    app.conf.update(BROKERS[what](tmp_path), task_publish_retry=False)
    if what == SILENT:
        app.conf.broker_url = f"redis://127.0.0.1:{silent_port}/0"
    monkeypatch.setattr(wakeup, "current_app", app)
    waker = wakeup.Waker()
    monkeypatch.setattr(wakeup, "_waker", waker)
    enqueue("email", "a@example.com", {"subject": "s", "body": "b"}, key=f"k{uuid.uuid4()}")
    client = signed_in(stage.house.clerk)
    started = time.monotonic()
    answers = [client.post("/complaints/new/", typed(is_danger="on")) for _ in range(3)]
    assert (time.monotonic() - started) / 3 < SECONDS
    assert [answer.status_code for answer in answers] == [302] * 3
    assert Complaint.objects.count() == 3
    assert Deadline.objects.filter(state="pending").exists(), "the clock is in the database"
    assert client.get("/").status_code == 200
    # It was really tried, and really failed.
    while not waker.failures and what != MENDS_ITSELF:
        assert time.monotonic() - started < 15, "the thread gives up"
        time.sleep(0.05)


@pytest.mark.django_db(transaction=True)
def test_mail_that_cannot_be_sent_waits(stage):
    clerk = stage.house.clerk
    clerk.email = "clerk@example.com"
    clerk.save()
    smtp = {"EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend", "EMAIL_HOST": "127.0.0.1", "EMAIL_PORT": 1}
    with override_settings(**smtp):
        client = signed_in(clerk)
        started = time.monotonic()
        assert client.post("/complaints/new/", typed(is_danger="on")).status_code == 302
        assert time.monotonic() - started < SECONDS
        enqueue("email", clerk.email, {"subject": "Two\r\nBcc: evil@example.com", "body": "b"}, key="k")
        dispatch_outbox()
        waiting = OutboxMessage.objects.get(key="k")
        assert (waiting.state, waiting.attempts) == ("pending", 1)
        assert "Error" in waiting.last_error or "refused" in waiting.last_error
        assert waiting.lease_until is None
        assert client.get("/").status_code == 200


def test_a_name_cannot_add_a_header_to_a_mail(stage, mailoutbox):
    enqueue("email", "a@example.com", {"subject": "Two\r\nBcc: evil@example.com", "body": "b"}, key="k")
    dispatch_outbox()
    assert len(mailoutbox) == 1
    assert mailoutbox[0].recipients() == ["a@example.com"]
    assert "\n" not in mailoutbox[0].subject


def test_guessing_stays_limited_while_redis_is_away(stage, settings, tmp_path):
    settings.CACHES = {
        "default": {"BACKEND": "config.cache.SteadyRedisCache", "LOCATION": "redis://127.0.0.1:1/0"},
        "files": {"BACKEND": "config.cache.LockedFileCache", "LOCATION": str(tmp_path)},
    }
    client = Client()
    cache.clear()
    for _ in range(6):
        last = client.post("/accounts/login/", {"login": "clerk", "password": "wrong"})
    assert last.status_code == 429


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL has no lock on the whole")
def test_a_database_that_is_kept_locked_for_a_while_is_waited_for(stage):
    """As by a backup."""
    client = signed_in(stage.house.clerk)
    held, seconds = threading.Event(), 1.5

    def keep_locked():
        other = sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        held.set()
        time.sleep(seconds)
        other.execute("ROLLBACK")
        other.close()

    thread = threading.Thread(target=keep_locked)
    thread.start()
    held.wait()
    started = time.monotonic()
    assert client.get("/").status_code == 200, "reading goes on"
    answer = client.post("/complaints/new/", typed())
    thread.join()
    assert answer.status_code == 302
    assert time.monotonic() - started >= seconds * 0.8
    assert Complaint.objects.count() == 1


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}], ids=["page", "htmx"])
@pytest.mark.parametrize(
    "error", [OperationalError("database is locked"), OperationalError("disk full"), InterfaceError("closed")]
)
def test_a_database_that_is_away_is_503_and_the_text_comes_back(stage, monkeypatch, error, headers):
    def fail(*args, **kwargs):
        raise error

    monkeypatch.setattr(lodging, "gather", fail)
    client = signed_in(stage.house.clerk)
    answer = client.post("/complaints/new/", typed(), headers=headers)
    body = answer.content.decode()
    assert answer.status_code == 503
    assert int(answer["Retry-After"]) > 0
    assert "The database does not answer" in body
    assert "Traceback" not in body
    assert str(error) not in body
    if not headers:
        assert KEPT in body
    assert not Complaint.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_who_waited_for_a_lock_once_does_not_wait_three_times(monkeypatch):
    now, calls = [0.0], []
    monkeypatch.setattr(actions.time, "monotonic", lambda: now[0])

    def locked():
        calls.append(now[0])
        now[0] += 20
        raise OperationalError("database is locked")

    with pytest.raises(OperationalError):
        actions.action(locked)()
    assert calls == [0.0]


@pytest.mark.parametrize("reader", ["session", "user"])
def test_a_database_that_dies_before_the_view_is_503_too(stage, monkeypatch, reader):
    """In the middle of the middleware: no session, nobody to greet."""

    def fail(*args, **kwargs):
        raise OperationalError("server closed the connection unexpectedly")

    client = signed_in(stage.house.clerk)
    target = "django.contrib.sessions.backends.db.SessionStore.load" if reader == "session" else "accounts.idle.policy"
    monkeypatch.setattr(target, fail)
    for headers in ({}, {"HX-Request": "true"}):
        answer = client.post("/complaints/new/", typed(), headers=headers)
        assert answer.status_code == 503
        assert "The database does not answer" in answer.content.decode()


# ------------------------------------------------------------------ starting


def start(**environment):
    """Run a command as somebody would who just installed it, and return how it ended and what it said."""
    kept = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL")}
    done = subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=ROOT, env={**kept, **environment}, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize("folder", ["/dev/null/data", "/sys"])
def test_a_data_folder_that_cannot_be_used_is_told_in_one_sentence(folder):
    code, said = start(DATA_DIR=folder)
    assert code == 1
    assert said.startswith("DATA_DIR cannot be ")
    assert folder in said
    assert len(said.strip().splitlines()) == 1


def test_drafts_survive_what_the_complaint_did_not(stage, monkeypatch):
    """Saving failed on our side: the form kept on the server is still there."""
    client, key = signed_in(stage.house.clerk), str(uuid.uuid4())
    client.post("/complaints/new/draft/", typed(draft=key))
    monkeypatch.setattr(lodging, "take_numbers", lambda *args, **kwargs: 1 / 0)
    answer = client.post("/complaints/new/", typed(draft=key))
    assert answer.status_code == 500
    assert KEPT in answer.content.decode()
    assert Draft.objects.get(key=key).fields["description"] == [KEPT]
    assert KEPT in client.get(f"/complaints/new/?draft={key}").content.decode()
