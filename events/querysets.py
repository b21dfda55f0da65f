"""Named questions about events, deliveries and notifications."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Q

from events.readers import readable_by

if TYPE_CHECKING:
    from events.models import Event, Notification, OutboxMessage, TextRevision  # noqa: F401


class EventQuerySet(models.QuerySet["Event"]):
    def of(self, subject: models.Model) -> EventQuerySet:
        return self.filter(subject_type=subject._meta.model_name, subject_id=subject.pk)

    def visible_to(self, user: Any) -> EventQuerySet:
        """What happened to subjects this user may read, as each app says for its own."""
        return self.filter(readable_by(user))

    def after(self, event_id: int) -> EventQuerySet:
        """The feed: what came later, oldest first."""
        return self.filter(pk__gt=event_id).order_by("pk")


class TextRevisionQuerySet(models.QuerySet["TextRevision"]):
    def of(self, subject: models.Model) -> TextRevisionQuerySet:
        return self.filter(subject_type=subject._meta.model_name, subject_id=subject.pk)


class OutboxQuerySet(models.QuerySet["OutboxMessage"]):
    def due(self, now: datetime) -> OutboxQuerySet:
        """What may be sent now: waiting, its time has come, and nobody holds a running lease on it."""
        free = Q(lease_until=None) | Q(lease_until__lte=now)
        return self.filter(free, state="pending", next_attempt_at__lte=now)

    def undelivered(self) -> OutboxQuerySet:
        """What a person must look at: given up, or perhaps sent."""
        return self.filter(state__in=["failed", "unknown"])

    def oldest_due_at(self, now: datetime) -> datetime | None:
        """Since when the oldest unsent message has been waiting; None when nothing is late."""
        late: datetime | None = self.filter(state="pending", next_attempt_at__lte=now).aggregate(
            oldest=models.Min("next_attempt_at")
        )["oldest"]
        return late


class NotificationQuerySet(models.QuerySet["Notification"]):
    def of(self, user: Any) -> NotificationQuerySet:
        return self.filter(recipient_id=user.pk)

    def unread(self) -> NotificationQuerySet:
        return self.filter(read_at=None)
