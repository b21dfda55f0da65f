"""Mail about notifications: at most one per person and window, a crisis excepted. Source: DOMAIN.md 10.9."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.utils.translation import ngettext

from core import clock
from events.models import Notification, OutboxMessage
from events.outbox import enqueue
from events.wording import reading_as

_window_minutes: Callable[[], int] = lambda: 10  # noqa: E731


def digest_minutes_from(read: Callable[[], int]) -> None:
    """Let an upper app (policies) say how long a window is."""
    global _window_minutes  # noqa: PLW0603
    _window_minutes = read


def plan_digests(users: Iterable[Any], at: datetime) -> None:
    """See to it that each person with an address gets one mail about the window that `at` lies in."""
    length = timedelta(minutes=max(1, _window_minutes()))
    start = at.astimezone(UTC)
    start -= (start - datetime(2000, 1, 1, tzinfo=UTC)) % length
    OutboxMessage.objects.bulk_create(
        [
            OutboxMessage(
                key=f"digest:{user.pk}:{start:%Y%m%dT%H%M%S}",
                channel="digest",
                recipient=user.email,
                payload={"user": user.pk, "from": start.isoformat(), "until": (start + length).isoformat()},
                created_at=clock.now(),
                next_attempt_at=start + length,
            )
            for user in users
            if user.email
        ],
        ignore_conflicts=True,
    )


def mail_at_once(pairs: Iterable[tuple[Any, Notification]]) -> None:
    """Send each person a mail of its own about this notification."""
    for user, notification in pairs:
        if user.email:
            with reading_as(user):
                payload = {"subject": notification.text, "body": _lines(notification)}
            enqueue("email", user.email, payload, key=f"notice:{user.pk}:{notification.key}")


def prepare_digest(message: OutboxMessage) -> dict[str, Any] | None:
    """Write the digest from what its reader has not seen yet; None when they have seen everything."""
    user = get_user_model()._default_manager.filter(pk=message.payload["user"], is_active=True).first()
    if user is None:
        return None
    since, until = (datetime.fromisoformat(message.payload[name]) for name in ("from", "until"))
    notifications = list(
        Notification.objects.of(user).unread().filter(at__gte=since, at__lt=until).order_by("at", "id")
    )
    if not notifications:
        return None
    with reading_as(user):
        count = len(notifications)
        return {
            "subject": ngettext("%(count)d new notice", "%(count)d new notices", count) % {"count": count},
            "body": "\n\n".join(_lines(notification) for notification in notifications) + "\n",
        }


def _lines(notification: Notification) -> str:
    return f"{notification.text}\n{getattr(settings, 'PUBLIC_URL', '').rstrip('/')}{notification.url}"
