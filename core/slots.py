"""Places on a page that apps above may fill: the lower app names the slot, upper apps register a partial for it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest


@dataclass(frozen=True)
class Filling:
    template: str
    context: Callable[[HttpRequest, Any], dict[str, Any] | None]
    order: int


_slots: dict[str, list[Filling]] = {}


def register_slot(
    name: str, template: str, context: Callable[[HttpRequest, Any], dict[str, Any] | None], *, order: int = 50
) -> None:
    """Show `template` in the slot; `context(request, obj)` gives its variables, None leaves it out."""
    fillings = _slots.setdefault(name, [])
    fillings.append(Filling(template, context, order))
    fillings.sort(key=lambda filling: filling.order)


def fillings(name: str) -> list[Filling]:
    return _slots.get(name, [])
