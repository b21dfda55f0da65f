"""A promise with a time, as the chip that shows it: words, icon and shape say the same."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from django.utils.translation import gettext as _

from core import clock
from core.formats import Manner, duration_text, manner, shown_seconds, time_text

SOON = timedelta(minutes=30)
# A fifth of the promise left is soon too, however long it was.
SOON_SHARE = 0.2


@dataclass(frozen=True)
class Chip:
    """What the template needs; `counts` is False when nothing ticks any more."""

    look: str
    words: str
    due_at: datetime | None = None
    soon_seconds: int = 0
    until: str = ""

    @property
    def counts(self) -> bool:
        return self.due_at is not None


def chip(deadline: Any, *, now: datetime | None = None, note: str = "", read: Manner | None = None) -> Chip:
    """Describe a deadline with due_at and state, and if it has them started_at and met_at.

    `note` stands instead of the plain word on a paused one ("remind Fri 10:00"). A list finds out once how its
    reader reads.
    """
    now = now or clock.now()
    state = str(deadline.state)
    if state == "met":
        return _met(deadline)
    if state == "paused":
        return Chip("paused", _("Paused, {note}").format(note=note) if note else _("Paused"))
    if state == "cancelled":
        return Chip("paused", _("no longer needed"))
    left = deadline.due_at - now
    soon = soon_after(getattr(deadline, "started_at", None), deadline.due_at)
    look = "over" if left < timedelta() else "soon" if left <= soon else "ok"
    return _running(look, deadline.due_at, int(soon.total_seconds()), shown_seconds(left), read or manner())


@lru_cache(maxsize=4096)
def _running(look: str, due_at: datetime, soon_seconds: int, left_seconds: int, _read: Manner) -> Chip:
    """A list asks for the same chips until a minute is over."""
    words = _("Overdue {time}") if look == "over" else _("{time} left")
    until = _("by {time}").format(time=time_text(due_at))
    return Chip(look, words.format(time=duration_text(left_seconds)), due_at, soon_seconds, until)


def soon_after(started_at: datetime | None, due_at: datetime) -> timedelta:
    """How long before its due time a promise counts as soon due."""
    if started_at is None:
        return SOON
    return max(SOON, (due_at - started_at) * SOON_SHARE)


def _met(deadline: Any) -> Chip:
    started, met = getattr(deadline, "started_at", None), getattr(deadline, "met_at", None)
    if met is None or started is None:
        return Chip("met", _("met"))
    if met > deadline.due_at:
        return Chip("late", _("met {time} late").format(time=duration_text(met - deadline.due_at)))
    return Chip(
        "met",
        _("met, {used} of {promised}").format(
            used=duration_text(met - started), promised=duration_text(deadline.due_at - started)
        ),
    )
