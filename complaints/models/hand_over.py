"""Handing a complaint over: offered, and accepted or not. Source: DOMAIN.md 3.1, 10.1."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class HandOver(models.Model):
    """One offer to a colleague or a department. Until it is accepted, the complaint stays with the one who has it."""

    class State(models.TextChoices):
        OFFERED = "offered", pgettext_lazy("hand-over", "offered")
        ACCEPTED = "accepted", pgettext_lazy("hand-over", "accepted")
        DECLINED = "declined", pgettext_lazy("hand-over", "declined")
        WITHDRAWN = "withdrawn", pgettext_lazy("hand-over", "withdrawn")
        # A supervisor's word, or somebody who took it, came first.
        OVERTAKEN = "overtaken", pgettext_lazy("hand-over", "overtaken")

    complaint = models.ForeignKey("Complaint", models.CASCADE, related_name="hand_overs")
    from_owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    to = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    to_department = models.ForeignKey("accounts.Department", models.PROTECT, null=True, related_name="+")
    reason = models.TextField(_("reason"), blank=True)
    offered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    offered_at = models.DateTimeField()
    state = models.CharField(max_length=12, choices=State, default=State.OFFERED)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True)
    answer = models.TextField(_("answer"), blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["complaint"], condition=Q(state="offered"), name="one_open_offer_a_complaint"
            ),
            models.CheckConstraint(
                condition=Q(to=None, to_department__isnull=False) | Q(to__isnull=False, to_department=None),
                name="hand_over_goes_to_one",
            ),
            models.CheckConstraint(
                condition=Q(state="offered", answered_at=None) | (~Q(state="offered") & Q(answered_at__isnull=False)),
                name="hand_over_answered_has_time",
            ),
            models.CheckConstraint(
                condition=Q(to_department=None) | ~Q(reason=""), name="hand_over_to_department_has_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.complaint_id} {self.state}"

    @property
    def offered_to(self) -> str:
        """Whom it was offered to, as it is shown."""
        return str(self.to or self.to_department)
