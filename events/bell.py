"""What the bell shows: how many unread, and a mark by which a poll knows that nothing has changed."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Max, QuerySet, Value

from core.prepared import prepared
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
    return next((Bell(count, newest) for count, newest in _unread(user.pk)), Bell(0, 0))


@prepared
def _unread(user_id: int) -> QuerySet[Notification, tuple[int, int]]:
    # A constant to group by: all rows are one group.
    rows = Notification.objects.filter(recipient_id=user_id).unread().order_by().annotate(one=Value(1)).values("one")
    return rows.annotate(count=Count("pk"), newest=Max("pk")).values_list("count", "newest")
