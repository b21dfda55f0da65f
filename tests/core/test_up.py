"""One installation runs once, says what is in its way, and greets when the page works."""

import json
import os
import socket
import subprocess
import sys
import textwrap
import threading
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from django.contrib.auth import get_user_model
from django.core.management import CommandError, call_command

from core import clock
from core.management.commands import up
from core.running import AlreadyRunning, Running, only_one

LOCK = "running.lock"
HOLD = """
    import sys
    from pathlib import Path
    from core.running import only_one
    with only_one(Path(sys.argv[1]), "http://localhost:8000"):
        print("held", flush=True)
        sys.stdin.read()
"""


@pytest.fixture
def other_start(settings, tmp_path):
    """Another process that runs on the same data folder."""
    settings.DATA_DIR = tmp_path
    process = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(HOLD), str(tmp_path)],
        env=os.environ | {"PYTHONPATH": str(settings.BASE_DIR)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.communicate()


def test_second_start_says_what_is_running(other_start):
    with pytest.raises(CommandError) as refused:
        call_command("up")
    sentence = str(refused.value)
    assert f"process {other_start.pid} serves http://localhost:8000 since 20" in sentence
    assert f"kill {other_start.pid}" in sentence


def test_lock_is_free_again_when_its_holder_was_killed(other_start, tmp_path):
    with pytest.raises(AlreadyRunning), only_one(tmp_path, ""):
        pass
    other_start.kill()
    other_start.wait()
    with only_one(tmp_path, "") as was_cut_off:
        assert was_cut_off


def test_orderly_end_leaves_nothing_to_wait_for(tmp_path):
    with clock.frozen(datetime(2026, 3, 4, 1, 2, 3, tzinfo=UTC)), only_one(tmp_path, "http://localhost:8000"):
        told = json.loads((tmp_path / LOCK).read_text())
    assert told == {"pid": os.getpid(), "address": "http://localhost:8000", "since": "2026-03-04T01:02:03+00:00"}
    with only_one(tmp_path, "") as was_cut_off:
        assert not was_cut_off


def test_lock_without_words_is_still_a_lock(other_start, tmp_path):
    (tmp_path / LOCK).write_text("")
    with pytest.raises(CommandError, match="another process holds"):
        call_command("up")
    assert up.who_runs(Running(7, "http://localhost:1", "2026-03-04T01:02:03+00:00")).startswith(
        "It is already running"
    )


@pytest.fixture
def port(settings):
    """A port that somebody else has taken."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        settings.HOST, settings.PORT = taken.getsockname()
        yield taken


def test_port_of_another_program_is_named_with_a_way_out(port, settings):
    with pytest.raises(CommandError, match=f"port {settings.PORT}: Address already in use.*PORT={settings.PORT + 1}"):
        up.wait_for_port(0)


def test_port_that_a_killed_run_still_holds_is_waited_for(port):
    threading.Timer(0.3, port.close).start()
    up.wait_for_port(10)


def test_broker_starts_empty(settings, tmp_path):
    settings.BROKER_FOLDERS = [tmp_path / "broker" / "messages", tmp_path / "broker" / "control"]
    up.prepare_broker()
    left = settings.BROKER_FOLDERS[0] / "1.deadlines.msg"
    left.write_text("{}")
    up.prepare_broker()
    assert not left.exists()


@pytest.fixture
def page(settings):
    """A page whose health can be set."""
    answers = {"code": 503, "host": ""}

    class Page(BaseHTTPRequestHandler):
        def do_GET(self):
            answers["host"] = self.headers["Host"]
            self.send_response(answers["code"])
            self.end_headers()

        def log_message(self, *args):
            pass

    with HTTPServer(("127.0.0.1", 0), Page) as server:
        settings.HOST, settings.PORT = server.server_address
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield answers
        server.shutdown()


@pytest.mark.django_db
def test_greeting_comes_once_and_only_when_the_page_works(page, settings, monkeypatch):
    monkeypatch.setattr(up.connections, "close_all", lambda: None)  # it is the test's own
    monkeypatch.setattr(up, "ASK_EVERY_SECONDS", 0.0)
    settings.DEMO = True
    for username in ("supervisor1", "frontdesk1", "somebody"):
        get_user_model().objects.create(username=username)
    said = []
    greeting = up.Greeting(said.append)
    greeting.give_when_healthy()
    assert said == []
    page["code"] = 200
    greeting.give_when_healthy()
    greeting.give_when_healthy()
    assert len(said) == 1
    assert f"http://127.0.0.1:{settings.PORT}" in said[0] or f"http://localhost:{settings.PORT}" in said[0]
    assert "frontdesk1, supervisor1;" in said[0]
    assert "somebody" not in said[0]


def test_page_that_never_works_is_said_once(page, monkeypatch):
    monkeypatch.setattr(up, "ASK_EVERY_SECONDS", 0.0)
    monkeypatch.setattr(up, "HEALTHY_WITHIN_SECONDS", 0)
    said = []
    greeting = up.Greeting(said.append)
    greeting.give_when_healthy()
    greeting.give_when_healthy()
    assert len(said) == 1
    assert "/healthz answers 503" in said[0]


def test_health_is_asked_under_a_name_the_page_answers_to(page, settings):
    settings.ALLOWED_HOSTS = [".complaints.example.com"]
    page["code"] = 200
    assert up.unhealthy() is None
    assert page["host"] == "complaints.example.com"


@pytest.mark.django_db
def test_first_start_without_demo_and_terminal_says_what_to_run(settings, monkeypatch):
    settings.DEMO = False
    monkeypatch.setattr("sys.stdin.isatty", lambda: False, raising=False)
    with pytest.raises(CommandError, match=r"manage.py setup"):
        up.Command().prepare_database()


@pytest.mark.django_db
def test_demo_is_made_on_the_first_start_only(settings, monkeypatch):
    settings.DEMO = True
    called = []
    monkeypatch.setattr(up, "call_command", lambda name, **kwargs: called.append(name))
    up.Command().prepare_database()
    assert called == ["migrate", "demo"]
    get_user_model().objects.create(username="frontdesk1")
    up.Command().prepare_database()
    assert called == ["migrate", "demo", "migrate"]
