"""Reading policies: the current value, an old one, and one look at all of them per request."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any
from uuid import UUID

from django.db.models import Subquery

from policies.defaults import SPECS
from policies.models import PolicyMark, PolicyVersion

Current = dict[str, tuple[int, Any]]


class _Memory:
    """All current versions, read at the first question; `mark` names their state, where somebody read it."""

    def __init__(self) -> None:
        self.current: Current | None = None
        self.mark: UUID | None = None


# What this process read last, and under which mark: replaced as a whole, since threads share it.
_kept: tuple[UUID, Current] | None = None

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
        memory.current = memory.mark = None


def current_mark() -> Subquery:
    """The mark of the policies as they are, to be read along with something that each request reads."""
    return Subquery(PolicyMark.objects.order_by("pk").values("mark")[:1])


def note_mark(mark: UUID | None) -> None:
    """Tell the block of `remembered` which state holds, so that it need not be read when this process has it.

    A mark that is read before the values is never newer than they are.
    """
    if (memory := _memory.get()) is not None and memory.current is None:
        memory.mark = mark


def _find(key: str) -> tuple[int, Any]:
    default = SPECS[key].default
    memory = _memory.get()
    if memory is None:
        newest = PolicyVersion.objects.of(key).first()
        return (0, default) if newest is None else (newest.version, newest.value)
    if memory.current is None:
        memory.current = _current(memory.mark)
    return memory.current.get(key, (0, default))


def _current(mark: UUID | None) -> Current:
    global _kept  # noqa: PLW0603
    if mark is not None and _kept is not None and _kept[0] == mark:
        return _kept[1]
    current = {row.key: (row.version, row.value) for row in PolicyVersion.objects.current()}
    if mark is not None:
        _kept = mark, current
    return current
