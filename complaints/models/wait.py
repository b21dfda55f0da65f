from django.conf import settings
from django.db import models
from django.db.models import F, Q

from complaints.codes import WaitEnd


class Wait(models.Model):
    """One wait for the customer: why, until when, and how it ended. *Resolved* stands still in it. DOMAIN.md 3.5.

    The reminder that ends it is a deadline with this row as its subject, so that no promise list shows it.
    """

    complaint = models.ForeignKey("Complaint", models.CASCADE, related_name="waits")
    reason = models.TextField()
    since = models.DateTimeField()
    until = models.DateTimeField()
    begun_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    end = models.CharField(max_length=8, choices=WaitEnd, blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["complaint"], condition=Q(ended_at=None), name="one_running_wait_a_complaint"
            ),
            models.CheckConstraint(condition=Q(since__lt=F("until")), name="wait_from_start_to_end"),
            models.CheckConstraint(
                condition=Q(ended_at=None, end="") | (Q(ended_at__isnull=False) & ~Q(end="")), name="wait_end_says_how"
            ),
        ]

    def __str__(self) -> str:
        return str(self.complaint)
