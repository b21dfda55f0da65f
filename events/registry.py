"""The types of events there are, and how each is told to a reader."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from events.models import Event
from events.wording import Words, told


@dataclass(frozen=True)
class Kind:
    name: str
    words: Words
    icon: str


_kinds: dict[str, Kind] = {}


def announce(name: str, words: Words, *, icon: str = "point") -> str:
    """Register a type of event ("complaint.lodged") and return its name.

    `words` is shown in timelines: a lazily translated sentence with {actor} and the {values} of the
    event's data, or a function from these to text. Raises ValueError when the name is taken.
    """
    if name in _kinds:
        raise ValueError(f"The event {name} is announced twice.")
    _kinds[name] = Kind(name, words, icon)
    return name


def announced() -> frozenset[str]:
    return frozenset(_kinds)


def icon(event: Event) -> str:
    return _kinds[event.type].icon if event.type in _kinds else "point"


def describe(event: Event) -> str:
    """Tell an event in the reader's language and time zone. Never raises: an old type is shown by its name."""
    kind = _kinds.get(event.type)
    if kind is None:
        return event.type
    return told(kind.name, kind.words, {**event.data, "actor": str(event.actor or _("The system"))})
