"""Reasonable suggestions found in complaints: kept, answered, and sometimes rewarded. Source: DOMAIN.md 3.6."""

from typing import TYPE_CHECKING

from django.apps import apps
from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import User
from accounts.scope import scope_of

if TYPE_CHECKING:
    from complaints.querysets import ComplaintQuerySet

SUGGESTION_LIMIT = 1000


class SuggestionQuerySet(models.QuerySet["Suggestion"]):
    def visible_to(self, user: User) -> "SuggestionQuerySet":
        """Those of the complaints that this user may see."""
        if not scope_of(user).may_read:
            return self.none()
        complaints: ComplaintQuerySet = apps.get_model("complaints", "Complaint").objects.all()
        return self.filter(Exists(complaints.visible_to(user).filter(pk=OuterRef("complaint"))))


class Suggestion(models.Model):
    """One suggestion found in a complaint, and what came of it."""

    class State(models.TextChoices):
        KEPT = "kept", pgettext_lazy("suggestion", "Kept")
        ANSWERED = "answered", pgettext_lazy("suggestion", "Answered")
        TAKEN_UP = "taken_up", pgettext_lazy("suggestion", "Taken up")
        NOT_TAKEN = "not_taken", pgettext_lazy("suggestion", "Not taken")

    complaint = models.ForeignKey("Complaint", models.CASCADE, related_name="suggestions")
    # Of the complaint when it was kept; the list is filtered by it.
    department = models.ForeignKey("accounts.Department", models.PROTECT, related_name="suggestions")
    text = models.TextField(_("suggestion"))
    kept_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    kept_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State, default=State.KEPT)
    answer = models.TextField(_("answer"), blank=True)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    answered_at = models.DateTimeField(null=True, blank=True)
    reward = models.CharField(_("reward"), max_length=300, blank=True)
    version = models.PositiveIntegerField(default=1)

    objects = SuggestionQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        indexes = [
            # The list: those that wait for an answer stand first.
            models.Index(fields=["state", "-id"], name="suggestion_by_state"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="kept", answer="", answered_by=None, answered_at=None)
                | (~Q(state="kept") & ~Q(answer="") & Q(answered_by__isnull=False, answered_at__isnull=False)),
                name="suggestion_answered_in_words",
            ),
        ]

    def __str__(self) -> str:
        return f"suggestion of {self.complaint_id}"

    def get_absolute_url(self) -> str:
        return reverse("complaints:suggestion", args=[self.pk])
