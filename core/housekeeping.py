"""Chores of every hour, such as forgetting what has expired. Apps bring their own."""

from collections.abc import Callable

import structlog

logger = structlog.get_logger(__name__)

Chore = Callable[[], object]
_chores: list[Chore] = []


def hourly(chore: Chore) -> Chore:
    """Have a function without arguments called once an hour, or now and then twice, whatever became of the others."""
    _chores.append(chore)
    return chore


def do_chores() -> list[str]:
    """Do them all, and return the names of those that failed."""
    failed = []
    for chore in _chores:
        try:
            chore()
        except Exception:
            # One broken chore must not leave the others undone for good.
            logger.exception("chore_failed", chore=chore.__name__)
            failed.append(chore.__name__)
    return failed
