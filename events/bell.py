"""What the bell shows: how many unread, and a mark by which a poll knows that nothing has changed."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Max

from events.models import Notification

MOST_SHOWN = 99


@dataclass(frozen=True)
class Bell:
    count: int
    newest_id: int

    @property
    def mark(self) -> str:
        return f"{self.count}-{self.newest_id}"

    @property
    def shown(self) -> str:
        return f"{MOST_SHOWN}+" if self.count > MOST_SHOWN else str(self.count)


def ring(user: Any) -> Bell:
    """One query, answered by the index of unread notices alone."""
    unread = Notification.objects.of(user).unread().order_by().aggregate(count=Count("pk"), newest=Max("pk"))
    return Bell(unread["count"], unread["newest"] or 0)
