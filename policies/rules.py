"""What must hold between two policies."""

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext_lazy as _

from core.errors import Blocker, Sentence

# (the smaller, the larger, what to say when it is the other way round)
NOT_ABOVE: tuple[tuple[str, str, Sentence], ...] = (
    (
        "session.lock_minutes",
        "session.idle_minutes",
        _("The screen must lock before the session ends, or at the same time."),
    ),
)


def contradictions(key: str, value: Any, read: Callable[[str], Any]) -> list[Blocker]:
    """Say which other policies the new value of `key` would contradict."""
    found = []
    for smaller, larger, sentence in NOT_ABOVE:
        if key not in (smaller, larger):
            continue
        low = value if key == smaller else read(smaller)
        high = value if key == larger else read(larger)
        if low > high:
            found.append(Blocker("policies_contradict", sentence, link=larger if key == smaller else smaller))
    return found
