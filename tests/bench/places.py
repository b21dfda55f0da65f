"""The sites that are measured: the product with few and with many complaints, and the bare one."""

import os
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from core.management.commands.up import WEB
from tests.bench.cpu import postmaster
from tests.bench.measuring import Site
from tests.crash.place import SERVER, Place, empty_place, wait_until

WORKERS = 2
# Nobody is to be turned away for asking often.
NO_LIMIT = {"API_RATE_PER_MINUTE": "1000000", "API_ANONYMOUS_RATE_PER_MINUTE": "1000000"}


@dataclass(frozen=True)
class Product:
    """A loaded installation, its web server, and what there is to ask for."""

    size: int
    place: Place
    site: Site
    found: dict[str, Any]
    load_seconds: float

    def ask(self, program: str, **values: Any) -> Any:
        return ask(self.place, program, **values)


def ask(place: Place, program: str, **values: Any) -> Any:
    """Run one of tests/bench/programs.py."""
    return place.ask_module("tests.bench.programs", program, values)


@contextmanager
def product(size: int) -> Iterator[Product]:
    with empty_place(name="bench") as place:
        place.environment |= NO_LIMIT
        # A broker and a cache as in production, where there is one.
        if redis := os.environ.get("REDIS_URL"):
            place.environment["REDIS_URL"] = redis
        for folder in ("messages", "control"):
            (place.folder / "broker" / folder).mkdir(parents=True, exist_ok=True)
        place.manage("migrate", "-v", "0")
        seconds = ask(place, "load", size=size)
        place.start("-m", "tests.bench.programs", "beat", "{}")
        bind = ["--bind", f"127.0.0.1:{place.port}", "--workers", str(WORKERS)]
        site = serve(place, ["-m", *WEB.split(), *bind], "/healthz")
        try:
            yield Product(size, place, site, ask(place, "addresses"), seconds)
        finally:
            ask(place, "forget_messages")


@contextmanager
def bare(size: int) -> Iterator[Site]:
    with empty_place(name="bench") as place:
        place.environment["DJANGO_SETTINGS_MODULE"] = "tests.bench.bare.settings"
        if not place.environment["DATABASE_URL"]:
            del place.environment["DATABASE_URL"]
        filling = place.start("-m", "tests.bench.bare.fill", str(size))
        assert filling.wait() == 0, place.log()
        web = ["-m", "gunicorn", "django.core.wsgi:get_wsgi_application()", "--no-control-socket"]
        bind = ["--bind", f"127.0.0.1:{place.port}", "--workers", str(WORKERS)]
        yield serve(place, [*web, *bind], "/row/1")


def serve(place: Place, words: list[str], path: str) -> Site:
    """Start a web server and wait until it answers."""
    process = place.start(*words)

    def answers() -> bool:
        assert process.poll() is None, place.log()
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{place.port}{path}", timeout=10) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    wait_until(answers, 60, "the web server answers")
    return Site(place.port, process.pid, postmaster(SERVER))
