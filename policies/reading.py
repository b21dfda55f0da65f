"""Reading policies: the current value, an old one, and one look at all of them per request."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from policies.defaults import SPECS
from policies.models import PolicyVersion

Current = dict[str, tuple[int, Any]]


class _Memory:
    """All current versions, read at the first question."""

    def __init__(self) -> None:
        self.current: Current | None = None


_memory: ContextVar[_Memory | None] = ContextVar("policies", default=None)


def policy(key: str) -> Any:
    """Return the current value. It is shared: do not change it. Raises KeyError for an unknown key."""
    return _find(key)[1]


def policy_version(key: str) -> int:
    """Return the number of the current version; 0 is the default. Raises KeyError for an unknown key."""
    return _find(key)[0]


def value_of(key: str, version: int) -> Any:
    """Return the value that a version had, as for explaining an old due time.

    Raises KeyError for an unknown key, PolicyVersion.DoesNotExist for a version that never was.
    """
    default = SPECS[key].default
    if version == 0:
        return default
    return PolicyVersion.objects.get(key=key, version=version).value


@contextmanager
def remembered() -> Iterator[None]:
    """Inside, policies are read with one query, when first asked for; an inner block shares the outer one's."""
    if _memory.get() is not None:
        yield
        return
    token = _memory.set(_Memory())
    try:
        yield
    finally:
        _memory.reset(token)


def forget() -> None:
    """Look again at the next question, because a policy was changed just now."""
    if (memory := _memory.get()) is not None:
        memory.current = None


def _find(key: str) -> tuple[int, Any]:
    default = SPECS[key].default
    memory = _memory.get()
    if memory is None:
        newest = PolicyVersion.objects.of(key).first()
        return (0, default) if newest is None else (newest.version, newest.value)
    if memory.current is None:
        memory.current = {row.key: (row.version, row.value) for row in PolicyVersion.objects.current()}
    return memory.current.get(key, (0, default))
