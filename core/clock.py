"""The one clock. Everything that asks for the time asks here, so that tests can set it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime


def _system_time() -> datetime:
    return datetime.now(tz=UTC)


_sources: list[Callable[[], datetime]] = [_system_time]


def now() -> datetime:
    """Return the present instant, aware and in UTC."""
    return _sources[-1]()


@contextmanager
def frozen(at: datetime) -> Iterator[None]:
    """Let `now()` answer `at` inside the block (for tests and rehearsals)."""
    if at.tzinfo is None:
        raise ValueError("The clock takes aware instants only.")
    _sources.append(lambda: at)
    try:
        yield
    finally:
        _sources.pop()
