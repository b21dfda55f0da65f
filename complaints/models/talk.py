"""What was said to and by the customer, and what was promised."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from complaints.codes import Direction, Medium, PromiseForm


class CommunicationQuerySet(models.QuerySet["Communication"]):
    def outward(self) -> "CommunicationQuerySet":
        return self.filter(direction=Direction.OUT)


class Communication(models.Model):
    """One call, visit or message in or out, or a note that only colleagues read."""

    complaint = models.ForeignKey("Complaint", models.CASCADE, related_name="communications")
    direction = models.CharField(max_length=4, choices=Direction)
    medium = models.CharField(_("by"), max_length=8, choices=Medium, blank=True)
    at = models.DateTimeField(_("when"))
    duration_seconds = models.PositiveIntegerField(null=True, blank=True)
    summary = models.TextField(_("what was said"))
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    recorded_at = models.DateTimeField()

    objects = CommunicationQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-id"]
        indexes = [
            # The timeline, and "is there a first contact?".
            models.Index(fields=["complaint", "-at"], name="communication_of_complaint"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(direction=Direction.NOTE, medium="") | (~Q(direction=Direction.NOTE) & ~Q(medium="")),
                name="communication_has_medium",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.complaint_id} {self.direction}"


class Promise(models.Model):
    """What the customer says they were promised: by whom and how. Source: DOMAIN.md 3.1."""

    complaint = models.ForeignKey("Complaint", models.CASCADE, related_name="promises")
    what = models.CharField(_("what was promised"), max_length=300)
    by_whom = models.CharField(_("by whom"), max_length=120, blank=True)
    form = models.CharField(_("how"), max_length=10, choices=PromiseForm, blank=True)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.complaint_id} promise"
