"""What Django's checks say about the log.

`check --deploy` fails; `check --database default` and `migrate` only warn, since `migrate` is what mends it.
"""

from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Error, Warning  # noqa: A004
from django.db import DEFAULT_DB_ALIAS, OperationalError

from events import triggers

TAG = "events"
HINT = "Run `manage.py migrate`, then `manage.py verify_events`."


def warn_of_missing_triggers(databases: Sequence[str] | None = None, **_options: Any) -> list[CheckMessage]:
    return [Warning(sentence, hint=HINT, id="events.W001") for using in databases or () for sentence in _missing(using)]


def refuse_missing_triggers(**_options: Any) -> list[CheckMessage]:
    """Do not go into production with a database that would let somebody change the past."""
    try:
        return [Error(sentence, hint=HINT, id="events.E001") for sentence in _missing(DEFAULT_DB_ALIAS)]
    except OperationalError:
        return []  # without a database there are other messages


def _missing(using: str) -> list[str]:
    return [
        f"The trigger {name} is missing or was altered, so the past can be changed." for name in triggers.missing(using)
    ]
