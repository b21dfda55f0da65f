"""How one app hears what another announces: in the same transaction, all or nothing."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db.models import Model

from events.models import Event

Subscriber = Callable[[Event, Any], None]
S = TypeVar("S", bound=Subscriber)


@dataclass(frozen=True)
class Subscription:
    type: str
    match: dict[str, Any]
    subscriber: Subscriber


_subscriptions: dict[str, list[Subscription]] = {}


def subscribe(type: str, /, **match: Any) -> Callable[[S], S]:  # noqa: A002
    """Call the function with (event, subject) when such an event is recorded.

    `match` names values that the event's data must have: `@subscribe("complaint.transitioned", to="closed")`.
    The function touches only the database; when it fails, the event and all that led to it are undone.
    """

    def register(subscriber: S) -> S:
        _subscriptions.setdefault(type, []).append(Subscription(type, match, subscriber))
        return subscriber

    return register


def subscribed() -> frozenset[str]:
    return frozenset(_subscriptions)


def tell_subscribers(event: Event, subject: Model) -> None:
    for subscription in _subscriptions.get(event.type, ()):
        if all(name in event.data and event.data[name] == value for name, value in subscription.match.items()):
            subscription.subscriber(event, subject)
