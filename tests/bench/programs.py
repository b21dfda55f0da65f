"""Programs run inside a loaded installation: `python -m tests.bench.programs NAME '{"json": "values"}'`."""

import json
import os
import random
import secrets
import sys
import time
from collections.abc import Callable
from typing import Any
from unittest.mock import patch
from urllib.parse import quote

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.conf import settings  # noqa: E402
from django.db import connection  # noqa: E402
from django.db.models import Q  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402
from django.urls import reverse  # noqa: E402

from accounts.key_actions import create_api_key  # noqa: E402
from accounts.models import User  # noqa: E402
from complaints import queue  # noqa: E402
from complaints.models import Complaint  # noqa: E402
from complaints.search import COMPLAINTS  # noqa: E402
from complaints.views import search as search_page  # noqa: E402
from complaints.views.queue import token  # noqa: E402
from config.celery import app  # noqa: E402
from core import clock  # noqa: E402
from deadlines.actions import fire_due_deadlines  # noqa: E402
from deadlines.health import REGULAR  # noqa: E402
from deadlines.models import SweepHeartbeat  # noqa: E402
from events.models import EventHead  # noqa: E402
from tests.bench import texts  # noqa: E402
from tests.bench.cases import LONG_STORY  # noqa: E402
from tests.bench.cpu import cpu_seconds, postmaster  # noqa: E402
from tests.bench.load import load as load_complaints  # noqa: E402
from tests.crash.programs import plan, sign_in  # noqa: E402

DEEPEST = 1000
PICKED = 20
SWEEP_LOOK_SECONDS = 10.0


def load(size: int) -> float:
    """Fill it; how many seconds it took."""
    started = time.monotonic()
    load_complaints(size)
    return time.monotonic() - started


def beat() -> None:
    """Say that somebody sweeps, so that no web process does so while it is measured. Until killed."""
    while True:
        SweepHeartbeat.objects.update_or_create(trigger=REGULAR, defaults={"completed_at": clock.now()})
        time.sleep(SWEEP_LOOK_SECONDS)


def addresses() -> dict[str, Any]:
    """Sessions and a key of ordinary clerks, and what they ask for."""
    clerk, hotline = User.objects.get(username="clerk"), User.objects.get(username="hotline")
    heads = EventHead.objects.filter(subject_type="complaint", seq=LONG_STORY).values("subject_id")
    long_ones = Complaint.objects.visible_to(clerk).open().filter(pk__in=heads).order_by("-pk")
    numbers = list(long_ones.values_list("number", flat=True)[:PICKED])
    _key, secret = create_api_key(clerk.pk, name="bench", now=clock.now(), by=None)
    page, deep = deepest(hotline)
    return {
        "session": sign_in("clerk"),
        "hotline_session": sign_in("hotline"),
        "key": secret,
        "details": [reverse("complaints:detail", args=[number]) for number in numbers],
        "gets": [reverse("api:complaints-detail", args=[number]) for number in numbers],
        "searches": [f"{reverse('complaints:search')}?q={quote(word)}" for word in texts.WORDS],
        "list": reverse("api:complaints-list"),
        "queue": f"{reverse('complaints:queue')}?scope=all&show=all",
        "deep": f"{reverse('complaints:queue')}?scope=all&show=all&after={quote(deep)}",
        "deep_page": page,
        "open_at_clerk": Complaint.objects.visible_to(clerk).open().count(),
    }


def deepest(user: User) -> tuple[int, str]:
    """The number of the deepest full page of the queue, at most 1,000, and where it begins."""
    rows = queue.filtered(user, "all", "all", now=clock.now())
    page = max(2, min(DEEPEST, rows.count() // queue.PAGE))
    before = rows[(page - 1) * queue.PAGE - 1]
    return page, token(before, "all")


def statements() -> dict[str, list[int]]:
    """Statements of each request, with the usual number of rows and with half of it."""
    found = addresses()
    clerk, hotline = browser(found["session"]), browser(found["hotline_session"])
    program = Client(headers={"host": "localhost", "authorization": f"Bearer {found['key']}"})
    pages: dict[str, Callable[[], Any]] = {
        "queue": lambda: clerk.get(found["queue"]),
        "deep": lambda: hotline.get(found["deep"]),
        "detail": lambda: clerk.get(found["details"][0]),
        "get": lambda: program.get(found["gets"][0]),
        "create": lambda: program.post(
            found["list"],
            new_complaint(),
            content_type="application/json",
            headers={"idempotency-key": secrets.token_hex(16)},
        ),
        "search": lambda: clerk.get(found["searches"][0]),
        "search in Chinese": lambda: clerk.get(found["searches"][2]),
    }
    usual = {name: counted(page) for name, page in pages.items()}
    with patch.object(queue, "PAGE", queue.PAGE // 2), patch.object(search_page, "PAGE", search_page.PAGE // 2):
        return {name: [usual[name], counted(page)] for name, page in pages.items()}


def browser(session: str) -> Client:
    client = Client(headers={"host": "localhost"})
    client.cookies[settings.SESSION_COOKIE_NAME] = session
    return client


def counted(page: Callable[[], Any]) -> int:
    """The fewest of three after a first one: what is read or written only now and then does not count."""
    page()
    return min(counted_once(page) for _ in range(3))


def counted_once(page: Callable[[], Any]) -> int:
    with CaptureQueriesContext(connection) as asked:
        answer = page()
    assert answer.status_code in (200, 201), answer.content[:500]
    return len(asked)


def new_complaint() -> dict[str, Any]:
    """What a program sends: somebody new, with a text of their own."""
    said, _template = texts.description(random.Random(), random.choice(["en", "zh-hans"]))
    digits = f"{random.randrange(10**8):08d}"
    return {
        "description": said,
        "channel": "phone",
        "contact": {"name": texts.person(random.Random(), "en"), "phone": f"159 {digits[:4]} {digits[4:]}"},
    }


def recall(sample: int = 2000, words: int = 60) -> dict[str, Any]:
    """Chinese words of one to four characters, cut from texts: which share of what ILIKE finds does the search find?"""
    rng = random.Random(7)
    newest = Complaint.objects.filter(language="zh-hans").order_by("-pk")
    rows = dict(newest.values_list("pk", "description")[:sample])
    wanted = {texts.CHINESE}
    while len(wanted) < words:
        text, length = rng.choice(list(rows.values())), rng.randrange(1, 5)
        start = rng.randrange(len(text) - length)
        word = text[start : start + length]
        if all("\u4e00" <= sign <= "\u9fff" for sign in word):
            wanted.add(word)
    there = found = 0
    for word in sorted(wanted):
        like = Complaint.objects.filter(Q(description__icontains=word) | Q(contact_name__icontains=word), pk__in=rows)
        expected = set(like.values_list("pk", flat=True))
        hits = set(COMPLAINTS.search(Complaint.objects.filter(pk__in=rows), word).values_list("pk", flat=True))
        there, found = there + len(expected), found + len(expected & hits)
    return {"words": len(wanted), "there": there, "found": found}


def sweep(count: int) -> dict[str, float]:
    """Fire so many promises that are overdue by two hours; seconds on the wall and of CPU, and statements a batch."""
    while fire_due_deadlines():
        pass
    plan(count, lead=-7200.0, spread=100.0)
    database = postmaster(os.environ["DATABASE_URL"])
    before, started = _cpu(database), time.monotonic()
    fired = 0
    while dealt := fire_due_deadlines():
        fired += dealt
    seconds, cpu = time.monotonic() - started, _cpu(database) - before
    plan(200, lead=-7200.0, spread=100.0)
    with CaptureQueriesContext(connection) as asked:
        batch = fire_due_deadlines()
    return {"fired": fired, "seconds": seconds, "cpu": cpu, "batch": batch, "statements": len(asked)}


def _cpu(database: int | None) -> float:
    return cpu_seconds(os.getpid()) + (cpu_seconds(database) if database else 0.0)


def forget_messages() -> int:
    """Take away what wakes workers that nobody started."""
    return int(app.control.purge() or 0)


PROGRAMS = {
    program.__name__: program for program in (load, beat, addresses, statements, recall, sweep, forget_messages)
}

if __name__ == "__main__":
    print(json.dumps(PROGRAMS[sys.argv[1]](**json.loads(sys.argv[2]))))  # noqa: T201
