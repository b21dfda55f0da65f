"""Small programs run inside a crash test's installation: `python -m tests.crash.programs NAME '{"json": "values"}'`.

Each prints its answer as JSON on the last line.
"""

import json
import os
import random
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.db import DatabaseError, connection, transaction  # noqa: E402
from django.db.models import UniqueConstraint  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402
from django.urls import reverse  # noqa: E402

from accounts.models import Calendar, Department, User  # noqa: E402
from api.models import IdempotencyKey  # noqa: E402
from complaints.actions.talks import record_communication  # noqa: E402
from complaints.models import Complaint  # noqa: E402
from core import clock  # noqa: E402
from core.models import Counter  # noqa: E402
from core.numbering import take_numbers  # noqa: E402
from deadlines import firing, kinds  # noqa: E402
from deadlines.actions import fire_due_deadlines, open_deadlines_in_bulk  # noqa: E402
from deadlines.claiming import read_due  # noqa: E402
from deadlines.health import REGULAR  # noqa: E402
from deadlines.models import Deadline, Firing, SweepHeartbeat  # noqa: E402
from deadlines.opening import Opening  # noqa: E402
from events.mail import message_id_of  # noqa: E402
from events.models import Event, Notification, OutboxMessage  # noqa: E402
from events.outbox import enqueue  # noqa: E402
from tests.house import House, lodge  # noqa: E402

BATCH = 200


def settle() -> int:
    """The fictional house, open around the clock, so that no timer waits for the morning."""
    house = House()
    Calendar.objects.update(is_around_the_clock=True)
    User.objects.filter(pk=house.supervisor.pk).update(email="supervisor@example.test")
    return User.objects.count()


def plan(count: int, lead: float, spread: float, kind: str = "owned") -> list[int]:
    """Make complaints whose promise falls due one after the other, from `lead` seconds on, within `spread` seconds."""
    department = Department.objects.get(code="west-store")
    clerk = User.objects.get(username="clerk")
    now = clock.now()
    planned: list[int] = []
    for first in range(0, count, BATCH):
        size = min(BATCH, count - first)
        with transaction.atomic():
            numbers = take_numbers("C", at=now, zone="UTC", count=size)
            made = Complaint.objects.bulk_create(
                Complaint(
                    number=number,
                    department=department,
                    recorded_by=clerk,
                    channel="phone",
                    received_at=now,
                    recorded_at=now,
                    updated_at=now,
                    is_anonymous=True,
                    description="A complaint that nobody touches.",
                    severity_class=1,
                    state="listen",
                )
                for number in numbers
            )
            rows = open_deadlines_in_bulk(
                [
                    Opening(
                        kind,
                        complaint,
                        department,
                        1,
                        now + timedelta(seconds=min(0.0, lead)) - timedelta(minutes=30),
                        due_at=now + timedelta(seconds=lead + spread * (first + n) / count),
                    )
                    for n, complaint in enumerate(made)
                ],
                at=now,
            )
            planned += [row.pk for row in rows]
    return planned


def post(count: int, lead: float, spread: float) -> list[str]:
    """Put mails into the outbox, one due after the other; the Message-IDs they will have."""
    keys = [f"letter:{n}" for n in range(count)]
    now = clock.now()
    for n, key in enumerate(keys):
        due = now + timedelta(seconds=lead + spread * n / count)
        payload = {"subject": f"Letter {n}", "body": "We are looking into it."}
        enqueue("email", f"customer{n}@example.test", payload, key=key, not_before=due)
    return [message_id_of(key) for key in keys]


def reconcile() -> dict[str, Any]:
    """Everything that came of the timers, as lists: the test does the arithmetic on sets."""
    supervisor = User.objects.get(username="supervisor")
    fired = list(Firing.objects.values_list("deadline_id", "generation", "round", "planned_at", "fired_at"))
    breaches = [json.loads(text)["deadline"] for text in texts_of("deadline.breached")]
    rung = Notification.objects.filter(recipient=supervisor, key__startswith="deadline:")
    return {
        "fired": [[row[0], row[1], row[2]] for row in fired],
        "late": [max(0.0, (row[4] - row[3]).total_seconds()) for row in fired],
        "breaches": breaches,
        "notices": list(rung.values_list("key", flat=True)),
        "open": Deadline.objects.filter(next_fire_at__lte=clock.now()).count(),
        "dead": Deadline.objects.filter(is_dead=True).count(),
        "letters_waiting": OutboxMessage.objects.filter(key__startswith="letter:", state="pending").count(),
    }


def all_fired(ids: list[int]) -> bool:
    """Has each of these fired? Asked often, so it looks at no more than it must."""
    return len(set(ids) - set(Firing.objects.values_list("deadline_id", flat=True))) == 0


def first_firing_after(instant: float, wait: float) -> float:
    """When something fired after this instant, in seconds since 1970; 0.0 when nothing did for so long."""
    end = time.monotonic() + wait
    while time.monotonic() < end:
        try:
            fired = Firing.objects.filter(fired_at__gt=datetime.fromtimestamp(instant, UTC)).order_by("fired_at")
            if at := fired.values_list("fired_at", flat=True).first():
                return at.timestamp()
        except DatabaseError:
            connection.close()
        time.sleep(0.2)
    return 0.0


def sign_in(username: str) -> str:
    """The session key of somebody signed in."""
    client = Client(headers={"host": "localhost"})
    client.force_login(User.objects.get(username=username), backend="accounts.backends.RoleBackend")
    return str(client.session.session_key)


def texts_of(name: str) -> list[str]:
    return list(Event.objects.filter(type=name).values_list("data_text", flat=True))


def drain() -> dict[str, float]:
    """Fire all that is overdue, as one process; how many and in how many seconds."""
    start, done = time.monotonic(), 0
    while dealt := fire_due_deadlines():
        done += dealt
    return {"count": done, "seconds": time.monotonic() - start}


def bare_inserts(count: int) -> float:
    """Single rows, each in a transaction of its own: how many a second."""
    start = time.monotonic()
    for n in range(count):
        Counter.objects.create(series=f"b{n % 1000}-{random.random():.9f}"[:16], year=1)
    return count / (time.monotonic() - start)


def lodge_many(count: int) -> float:
    """Complaints as the desk lodges them: how many a second."""
    clerk = User.objects.get(username="clerk")
    start = time.monotonic()
    for n in range(count):
        phone = f"1{random.randrange(3 * 10**9, 10**10 - 1):010d}"
        lodge(
            clerk,
            description=f"The repair of car {n} took three weeks. 维修拖了三周",
            phone=phone,
            name=f"Customer {n}",
        )
    return count / (time.monotonic() - start)


def statements() -> dict[str, int]:
    """Statements of the pages a clerk opens most."""
    clerk = User.objects.get(username="clerk")
    lodged = Complaint.objects.filter(recorded_by=clerk, customer__isnull=False).order_by("-pk")
    number = lodged.values_list("number", flat=True)[0]
    client = Client(headers={"host": "localhost"})
    client.force_login(clerk, backend="accounts.backends.RoleBackend")
    pages = {
        "queue": reverse("complaints:queue"),
        "complaint": reverse("complaints:detail", args=[number]),
        "desk (LASTR)": reverse("complaints:desk", args=[number]),
        "search": reverse("complaints:search") + "?q=维修",
    }
    counts = {}
    for name, url in pages.items():
        client.get(url)
        with CaptureQueriesContext(connection) as asked:
            assert client.get(url).status_code == 200, url
        counts[name] = len(asked)
    return counts


def is_swept() -> bool:
    """Has a worker swept because beat told it to?"""
    return SweepHeartbeat.objects.filter(trigger=REGULAR).exists()


def sweep_for(seconds: float, tick: float = 0.2) -> int:
    """Sweep as a worker does, without broker or beat."""
    end, done = time.monotonic() + seconds, 0
    while time.monotonic() < end:
        dealt = fire_due_deadlines()
        done += dealt
        if not dealt:
            time.sleep(tick)
    return done


def unprotect() -> int:
    """The control's first half: take the unique keys away that would stop a second effect."""
    dropped = 0
    for model in (Firing, Notification, Event):
        unique = [one for one in model._meta.constraints if isinstance(one, UniqueConstraint)]
        # SQLite builds the table anew from what the model says.
        model._meta.constraints = [one for one in model._meta.constraints if one not in unique]
        for constraint in unique:
            with connection.schema_editor() as editor:
                editor.remove_constraint(model, constraint)
            dropped += 1
    return dropped


def careless_sweep_for(seconds: float) -> int:
    """The control's second half: sweep without locking anybody and without reading again what was read."""

    def read_slowly(*arguments: Any) -> list[Any]:
        refs = read_due(*arguments)
        # Time for the others to read the same.
        time.sleep(0.3)
        return refs

    def claim_nothing(refs: Any) -> list[Deadline]:
        rows = Deadline.objects.filter(pk__in=[ref.pk for ref in refs]).select_related("department")
        read = {ref.pk: ref for ref in refs}
        for row in rows:
            # As it was when it was read: that somebody fired it meanwhile goes unseen.
            row.next_fire_at, row.state, row.breached_at = read[row.pk].next_fire_at, "pending", None
            row.round, row.reached = 0, 0.0
        return list(rows)

    setattr(firing, "read_due", read_slowly)  # noqa: B010
    setattr(firing, "claim", claim_nothing)  # noqa: B010
    end, done = time.monotonic() + seconds, 0
    while time.monotonic() < end:
        try:
            done += fire_due_deadlines(limit=50)
        except Exception:  # a careless sweep also trips over its neighbour; it goes on
            time.sleep(0.05)
    return done


def contact_at_due(ids: list[int]) -> int:
    """Record the first contact at the very instant each promise falls due, while a sweep is at it."""
    clerk = User.objects.get(username="clerk")
    done = 0
    for deadline in Deadline.objects.filter(pk__in=ids).order_by("due_at"):
        # Now a little before, now a little after: either side must be able to win.
        around = timedelta(milliseconds=random.uniform(-25, 10))
        wait = (deadline.due_at + around - clock.now()).total_seconds()
        if wait > 0:
            time.sleep(wait)
        record_communication(deadline.subject_id, direction="out", medium="phone", summary="Called.", by=clerk)
        done += 1
    return done


def how_they_ended(ids: list[int]) -> list[list[bool]]:
    """Of each promise: was it kept in time, and was it escalated."""
    escalated = {json.loads(text)["deadline"] for text in texts_of("deadline.breached")}
    fired = set(Firing.objects.values_list("deadline_id", flat=True))
    rows = Deadline.objects.filter(pk__in=ids)
    return [[bool(row.met_at) and not row.is_late, row.pk in escalated or row.pk in fired] for row in rows]


def poison(ids: list[int]) -> dict[str, Any]:
    """Sweep with one timer that always fails, hours long by the clock that can be set."""
    victim = ids[len(ids) // 2]
    victim_subject = Deadline.objects.get(pk=victim).subject_id
    kind = kinds.kind_named("owned")

    def still_due(subject: Any) -> bool:
        if subject.pk == victim_subject:
            raise RuntimeError("poison")
        return kind.still_due(subject)

    kinds._kinds["owned"] = replace(kind, still_due=still_due)
    start = clock.now()
    end = time.monotonic() + 30
    while time.monotonic() < end and Firing.objects.count() < len(ids) - 1:
        sweep_for(0.5)
    others = set(Firing.objects.values_list("deadline_id", flat=True))
    late = [(row.fired_at - row.planned_at).total_seconds() for row in Firing.objects.filter(deadline_id__in=ids)]
    tries = 1
    at = start
    while not Deadline.objects.get(pk=victim).is_dead and tries < 20:
        at += timedelta(hours=3)
        with clock.frozen(at):
            fire_due_deadlines()
        tries += 1
    alarms = Notification.objects.filter(key__startswith=f"deadline-dead:{victim}:")
    return {
        "others": sorted(others),
        "victim": victim,
        "late": late,
        "tries": tries,
        "is_dead": Deadline.objects.get(pk=victim).is_dead,
        "alarms": alarms.count(),
    }


def lodged() -> dict[str, int]:
    """What is there after complaints were lodged by keys."""
    return {
        "complaints": Complaint.objects.count(),
        "created": Event.objects.filter(type="complaint.created").count(),
        "keys": IdempotencyKey.objects.count(),
    }


def changed(number: str) -> dict[str, int]:
    """How often a complaint was changed, by its version and by the log."""
    complaint = Complaint.objects.get(number=number)
    changes = Event.objects.of(complaint).filter(type="complaint.changed")
    return {"version": complaint.version, "changes": changes.count()}


PROGRAMS = {
    program.__name__: program
    for program in (
        settle,
        plan,
        post,
        reconcile,
        all_fired,
        first_firing_after,
        sign_in,
        bare_inserts,
        lodge_many,
        statements,
        is_swept,
        drain,
        sweep_for,
        unprotect,
        careless_sweep_for,
        contact_at_due,
        how_they_ended,
        poison,
        lodged,
        changed,
    )
}

if __name__ == "__main__":
    name, values = sys.argv[1], json.loads(sys.argv[2])
    print(json.dumps(PROGRAMS[name](**values)))  # noqa: T201
