"""Named questions about deadlines."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import models

if TYPE_CHECKING:
    from deadlines.models import Deadline

OPEN = ("pending", "paused", "breached")


class DeadlineQuerySet(models.QuerySet["Deadline"]):
    def of(self, subject: models.Model) -> DeadlineQuerySet:
        return self.filter(subject_type=subject._meta.model_name, subject_id=subject.pk)

    def open(self) -> DeadlineQuerySet:
        """Not kept yet, and still wanted: running, paused or overdue."""
        return self.filter(state__in=OPEN)

    def running(self) -> DeadlineQuerySet:
        """Open, and the clock ticks."""
        return self.filter(state__in=("pending", "breached"))

    def due(self, now: datetime) -> DeadlineQuerySet:
        """Those with a rung to fire, oldest first."""
        return self.filter(next_fire_at__lte=now).order_by("next_fire_at", "id")

    def next_due(self, subject_type: str, ids: Collection[int]) -> dict[int, Deadline]:
        """The nearest running deadline of each subject; one that is overdue stays the nearest until it is kept."""
        rows = self.running().filter(subject_type=subject_type, subject_id__in=ids).order_by("-due_at", "-id")
        return {row.subject_id: row for row in rows}
