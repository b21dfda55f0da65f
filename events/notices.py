"""The bell: telling people in the house, once per matter."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from core import clock
from events.canonical import canonical
from events.digest import mail_at_once, plan_digests
from events.models import Notification, OutboxMessage
from events.notice_words import notice_kind, register_notice

__all__ = ["mark_read", "notify", "people_of", "register_notice", "take_back", "unread_count"]


def notify(recipients: Iterable[Any], code: str, /, *, key: str, url: str, at: datetime, **values: Any) -> None:
    """Ring at each recipient once for this key, in the caller's transaction; those with an address get mail.

    Mail goes as one digest per person and window, at once, or by the app itself, as the notice is registered.
    `values` fill the notice's words when it is read. Raises LookupError for a code nobody registered.
    """
    kind = notice_kind(code)
    if kind is None:
        raise LookupError(f"Nobody registers the notice {code}.")
    # In one order everywhere, so that two who notify the same people do not wait for each other.
    users = sorted({user.pk: user for user in people_of(recipients)}.values(), key=lambda user: user.pk)
    text = canonical(values)
    notifications = [
        Notification(recipient_id=user.pk, code=code, key=key, url=url, at=at, values_text=text) for user in users
    ]
    Notification.objects.bulk_create(notifications, ignore_conflicts=True)
    if kind.is_mailed_at_once:
        mail_at_once(zip(users, notifications, strict=True))
    elif not kind.has_own_mail:
        plan_digests(users, at)


def people_of(recipients: Iterable[Any]) -> list[Any]:
    """Those who have a bell: no program has one."""
    return [user for user in recipients if not user.is_service_account]


def take_back(recipients: Iterable[Any], *, url: str) -> None:
    """Take away what these people were told of a page that is hidden from them now, and mail about it that waits.

    A digest is written when it leaves, from the notices that are still there.
    """
    rows = Notification.objects.filter(recipient__in=[user.pk for user in recipients], url=url)
    keys = [f"notice:{recipient}:{key}" for recipient, key in rows.values_list("recipient_id", "key")]
    OutboxMessage.objects.filter(key__in=keys, state=OutboxMessage.State.PENDING).delete()
    rows.delete()


def unread_count(user: Any) -> int:
    return Notification.objects.of(user).unread().count()


def mark_read(ids: Iterable[int] | None = None, *, by: Any) -> int:
    """Mark the user's own notifications as read (all of them without ids). Returns how many were unread."""
    unread = Notification.objects.of(by).unread()
    if ids is not None:
        unread = unread.filter(pk__in=list(ids))
    return unread.update(read_at=clock.now())
