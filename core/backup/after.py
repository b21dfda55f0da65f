"""What apps do to a restored database before anybody works with it, since time went on without it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Restored:
    """What the apps are told."""

    made_at: datetime
    # The installation it was taken from has stopped and did nothing since, as when it moves to another machine.
    is_move: bool


# Returns a sentence for whoever restores, or "" when there was nothing to do.
Step = Callable[[Restored], str]
_steps: list[Step] = []


def after_restore(step: Step) -> Step:
    """Have a function called inside the transaction that ends each restore."""
    _steps.append(step)
    return step


def take_steps(restored: Restored) -> list[str]:
    """Call them all, and return what they said."""
    return [sentence for step in _steps if (sentence := step(restored))]
