"""Starts the whole product on one machine, and stops it all with Ctrl-C."""

import os
import socket
import sys
import time
import urllib.error
import urllib.request
from contextlib import closing, suppress
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import BaseCommand, CommandError, call_command
from django.db import connections

from core.running import AlreadyRunning, Running, only_one
from core.supervisor import Program, Supervisor

# How long a run that was cut off may still hold the port: its web server ends what it is answering.
LINGER_SECONDS = 20
HEALTHY_WITHIN_SECONDS = 60
ASK_EVERY_SECONDS = 0.5

WEB = "gunicorn config.wsgi --threads 8 --graceful-timeout 8 --no-control-socket --log-level warning"
WORKER = "celery -q -A config worker --pool threads -c 2 --without-gossip --without-mingle -l WARNING"
BEAT = "celery -q -A config beat --pidfile= -l WARNING"


class Command(BaseCommand):
    help = "Start web server, worker and beat, and keep them running until Ctrl-C."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with only_one(settings.DATA_DIR, address()) as was_cut_off:
                wait_for_port(LINGER_SECONDS if was_cut_off else 0)
                prepare_broker()
                self.prepare_database()
                # The children open their own; two processes must not share one.
                connections.close_all()
                greeting = Greeting(self.say)
                Supervisor(programs(), settings.BASE_DIR, self.say, greeting.give_when_healthy).run()
        except AlreadyRunning as error:
            raise CommandError(who_runs(error.other)) from error
        except KeyboardInterrupt:  # before the supervisor took over
            pass
        self.say("Stopped.")

    def prepare_database(self) -> None:
        self.say("Preparing the database …")
        call_command("migrate", interactive=False, verbosity=0)
        if get_user_model().objects.exists():
            return
        if settings.DEMO:
            self.say("First start: making the demonstration (DEMO=0 starts empty) …")
            call_command("demo")
        elif sys.stdin.isatty() or "SETUP_PASSWORD" in os.environ:
            call_command("setup")
        else:
            raise CommandError(
                "Nobody has an account yet, and there is no terminal to ask on. Run `python manage.py setup` first."
            )

    def say(self, text: str) -> None:
        # The terminal may have been closed, and still all must be stopped in good order.
        with suppress(OSError):
            self.stdout.write(text)
            self.stdout.flush()


class Greeting:
    """Says once where the page is, as soon as it works."""

    def __init__(self, say: Any) -> None:
        self.say = say
        self.started_at = self.asked_at = time.monotonic()
        self.is_given = self.is_late = False

    def give_when_healthy(self) -> None:
        now = time.monotonic()
        if self.is_given or now - self.asked_at < ASK_EVERY_SECONDS:
            return
        self.asked_at = now
        fault = unhealthy()
        if fault is None:
            self.is_given = True
            self.say(greeting())
        elif not self.is_late and now - self.started_at > HEALTHY_WITHIN_SECONDS:
            self.is_late = True
            self.say(f"Still not ready after {HEALTHY_WITHIN_SECONDS} s: {fault}. The lines above may say why.")


def address() -> str:
    host = "localhost" if settings.HOST in ("127.0.0.1", "0.0.0.0", "::") else settings.HOST  # noqa: S104 (compared)
    return f"http://{host}:{settings.PORT}"


def health_request() -> urllib.request.Request:
    # By its number, since "localhost" may mean IPv6 first; under a name that Django answers to.
    host = "127.0.0.1" if settings.HOST == "0.0.0.0" else settings.HOST  # noqa: S104 (compared)
    names = [name.lstrip(".") for name in settings.ALLOWED_HOSTS if name != "*"]
    return urllib.request.Request(
        f"http://{host}:{settings.PORT}/healthz", headers={"Host": names[0] if names else "localhost"}
    )


def wait_for_port(seconds: float) -> None:
    """Raise CommandError when another program has our port, and still has it after `seconds`."""
    end = time.monotonic() + seconds
    while True:
        with closing(socket.socket()) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((settings.HOST, settings.PORT))
            except OSError as error:
                if time.monotonic() >= end:
                    raise CommandError(
                        f"Cannot listen on {settings.HOST} port {settings.PORT}: {error.strerror}."
                        f" Choose another port: PORT={settings.PORT + 1} make run"
                    ) from error
            else:
                return
        time.sleep(ASK_EVERY_SECONDS)


def prepare_broker() -> None:
    """Make the folders of the file broker, empty: what waited there are wake-ups of an earlier run."""
    for folder in settings.BROKER_FOLDERS:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for path in folder.iterdir():
            path.unlink(missing_ok=True)


def programs() -> list[Program]:
    bind = ["--bind", f"{settings.HOST}:{settings.PORT}", "--workers", str(settings.WEB_WORKERS)]
    return [
        Program("web", [*WEB.split(), *bind]),
        Program("worker", WORKER.split()),
        # A process of its own: as a part of the worker it outlives a worker that is killed.
        Program("beat", BEAT.split()),
    ]


def unhealthy() -> str | None:
    """Return what is amiss with the page, None when it works."""
    try:
        with urllib.request.urlopen(health_request(), timeout=2):  # noqa: S310 (our own address)
            return None
    except urllib.error.HTTPError as error:
        return f"/healthz answers {error.code}"
    except OSError:
        return "the web server does not answer"


def greeting() -> str:
    lines = ["", f"Ready: {address()}   (Ctrl-C stops it)"]
    usernames = get_user_model().objects.filter(username__in=settings.DEMO_USERNAMES, is_active=True)
    if settings.DEMO and (
        names := sorted(usernames.values_list("username", flat=True), key=settings.DEMO_USERNAMES.index)
    ):
        lines.append(f"Sign in as {', '.join(names)}; the password of all is {settings.DEMO_PASSWORD}")
    connections.close_all()
    return "\n".join([*lines, ""])


def who_runs(other: Running | None) -> str:
    if other is None:
        return f"It is already running: another process holds {settings.DATA_DIR}."
    since = datetime.fromisoformat(other.since).astimezone().strftime("%Y-%m-%d %H:%M")
    return (
        f"It is already running: process {other.pid} serves {other.address} since {since}."
        f" Stop it with Ctrl-C in its window, or with `kill {other.pid}`."
    )
