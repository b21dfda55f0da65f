"""Make the table of the bare site and fill it: `python -m tests.bench.bare.fill 100000`, every fifth row open."""

import os
import sys
from datetime import UTC, datetime, timedelta
from random import Random

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.bench.bare.settings")
django.setup()

from django.core.management.color import no_style  # noqa: E402
from django.db import connection  # noqa: E402

from tests.bench import texts  # noqa: E402
from tests.bench.bare.models import Ticket  # noqa: E402
from tests.bench.copying import copy_rows  # noqa: E402

CHUNK = 10_000


def fill(size: int) -> None:
    random, start = Random(1), datetime.now(UTC) - timedelta(days=1000)
    with connection.schema_editor() as editor:
        editor.create_model(Ticket)
    for first in range(0, size, CHUNK):
        copy_rows(
            Ticket,
            [
                Ticket(
                    pk=n + 1,
                    title=f"Complaint {n}",
                    text=texts.description(random, "en")[0],
                    place=f"Store {n % 40}",
                    owner=texts.person(random, "en"),
                    is_open=n % 5 == 0,
                    created_at=start + timedelta(days=1000) * (n / size),
                )
                for n in range(first, min(first + CHUNK, size))
            ],
        )
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), [Ticket]):
            cursor.execute(statement)
        if connection.vendor == "postgresql":
            cursor.execute("VACUUM ANALYZE")


if __name__ == "__main__":
    fill(int(sys.argv[1]))
