"""What every action has in common: one transaction, and another try after a deadlock."""

import functools
import random
import time
from collections.abc import Callable
from contextvars import ContextVar
from typing import ParamSpec, TypeVar

from django.db import OperationalError, connection, transaction

P = ParamSpec("P")
R = TypeVar("R")

TRIES = 3
LONGEST_SECONDS = 10


def is_passing(error: OperationalError) -> bool:
    """Tell a lost race for locks (worth another try) from a database that is gone."""
    text = str(error).lower()
    return "deadlock detected" in text or "database is locked" in text or "could not serialize" in text


# Set while an action runs, so that one called inside it knows that it is part of a larger change.
_running: ContextVar[bool] = ContextVar("action_running", default=False)


def action(function: Callable[P, R]) -> Callable[P, R]:
    """Run in one transaction; the outermost call is tried again when locks collided.

    An action called inside another is part of it: no savepoint of its own, no retry. So an action never
    catches the refusal of one it called, since what that did before it refused would stay.
    """

    @functools.wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        if _running.get():
            return function(*args, **kwargs)
        token = _running.set(True)
        try:
            return _outermost(functools.partial(function, *args, **kwargs))
        finally:
            _running.reset(token)

    return run


def _outermost(change: Callable[[], R]) -> R:
    # Inside somebody else's transaction a retry is no use: it is broken as a whole.
    tries = 1 if connection.in_atomic_block else TRIES
    started = time.monotonic()
    for left in range(tries - 1, -1, -1):
        try:
            with transaction.atomic():
                return change()
        except OperationalError as error:
            # SQLite has waited for its lock as long as it may: whoever pressed does not wait three times as long.
            if not left or not is_passing(error) or time.monotonic() - started > LONGEST_SECONDS:
                raise
            # Both sides of a collision must not come back at the same moment.
            time.sleep(random.uniform(0.01, 0.1))  # noqa: S311
    raise AssertionError("unreachable")
