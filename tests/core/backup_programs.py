"""Small programs that run inside an installation: `python -m tests.core.backup_programs NAME '{"json": "values"}'`.

Each prints its answer as JSON on the last line.
"""

import hashlib
import json
import os
import sys
import time
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.contrib.sessions.models import Session  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402

from accounts.models import User  # noqa: E402
from complaints.models import Complaint  # noqa: E402
from core import clock  # noqa: E402
from core.backup.stores import tables_now  # noqa: E402
from events.checkpoints import take_checkpoint  # noqa: E402
from events.models import Event, OutboxMessage  # noqa: E402
from events.outbox import enqueue  # noqa: E402
from tests.crash.programs import lodge_many, settle  # noqa: E402
from tests.house import lodge  # noqa: E402


def fill(count: int) -> int:
    """The fictional house with complaints, a checkpoint, somebody signed in, and mails that wait or were sent."""

    settle()
    lodge_many(count)
    for number in range(4):
        enqueue("email", f"customer{number}@example.test", {"subject": "S", "body": "B"}, key=f"letter:{number}")
    OutboxMessage.objects.filter(key="letter:0").update(state="sent", sent_at=clock.now())
    Client().force_login(User.objects.get(username="clerk"), backend="accounts.backends.RoleBackend")
    take_checkpoint()
    return count


def content() -> dict[str, str]:
    """A digest of each table's rows, whatever their order."""

    digests = {}
    with connection.cursor() as cursor:
        for table in tables_now():
            cursor.execute(f'SELECT * FROM "{table}"')
            rows = sorted(repr(row) for row in cursor.fetchall())
            digests[table] = hashlib.sha256("\n".join(rows).encode()).hexdigest()
    return digests


def outbox() -> dict[str, list[str]]:
    rows = OutboxMessage.objects.filter(key__startswith="letter:")
    return {row.key: [row.state, row.last_error] for row in rows}


def sessions() -> int:
    return Session.objects.count()


def numbers() -> list[str]:
    return list(Complaint.objects.order_by("number").values_list("number", flat=True))


def created() -> int:
    return Event.objects.filter(type="complaint.created").count()


def alter(statements: list[str]) -> int:
    with connection.cursor() as cursor:
        for sql in statements:
            cursor.execute(sql)
    return len(statements)


def lodge_until(stop: str) -> int:
    """Lodge complaints until a file appears; each number is written down only once it is saved."""
    clerk = User.objects.get(username="clerk")
    done = 0
    with Path(stop).with_suffix(".done").open("a") as file:
        while not Path(stop).exists():
            complaint = lodge(clerk, description=f"Lodged meanwhile {done}", name=f"Customer {done}")
            file.write(f"{complaint.number}\n")
            file.flush()
            done += 1
            time.sleep(0.01)
    return done


PROGRAMS = {
    program.__name__: program for program in (fill, content, outbox, sessions, numbers, created, alter, lodge_until)
}

if __name__ == "__main__":
    name, values = sys.argv[1], json.loads(sys.argv[2])
    print(json.dumps(PROGRAMS[name](**values)))  # noqa: T201
