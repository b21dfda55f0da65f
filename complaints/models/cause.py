"""The same again and again in one department: a recurring cause, its complaints, and what was done about it."""

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from complaints.cause_querysets import CauseQuerySet

if TYPE_CHECKING:
    # ruff reads no strings in brackets
    from complaints.models.complaint import Complaint


class Cause(models.Model):
    """A recurring cause: same category and department, and the same product, batch or staff member where one is named.

    Source: DOMAIN.md 3.2, 3.6.
    """

    class What(models.TextChoices):
        PRODUCT = "product", pgettext_lazy("recurring cause", "Product")
        BATCH = "batch", pgettext_lazy("recurring cause", "Batch")
        SUBJECT = "subject", pgettext_lazy("recurring cause", "Staff member")
        CATEGORY = "category", pgettext_lazy("recurring cause", "Category")

    class State(models.TextChoices):
        OPEN = "open", pgettext_lazy("recurring cause", "Open")
        ACTING = "acting", pgettext_lazy("recurring cause", "Action under way")
        CHECKING = "checking", pgettext_lazy("recurring cause", "Being checked")
        EFFECTIVE = "effective", pgettext_lazy("recurring cause", "Closed as effective")

    number = models.CharField(max_length=16, unique=True)
    department = models.ForeignKey("accounts.Department", models.PROTECT, related_name="causes")
    category = models.ForeignKey("Category", models.PROTECT, related_name="causes")
    what = models.CharField(max_length=8, choices=What)
    # The product or batch; the staff member's id; empty for a whole category.
    value = models.CharField(max_length=160, blank=True)
    subject = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="causes_about"
    )
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="owned_causes"
    )
    # None: the rule opened it.
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    opened_at = models.DateTimeField()
    # Why somebody opened it by hand.
    note = models.TextField(blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    updated_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)

    complaints: "models.ManyToManyField[Complaint, CauseComplaint]" = models.ManyToManyField(
        "Complaint", through="CauseComplaint", related_name="causes"
    )

    objects = CauseQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        indexes = [
            # The list, and "what is open here" when a complaint is lodged.
            models.Index(
                fields=["department", "category"], condition=Q(closed_at__isnull=True), name="cause_open_here"
            ),
        ]
        constraints = [
            # One open cause for the same thing, whoever opens it and however many cross the line at once.
            models.UniqueConstraint(
                fields=["department", "category", "what", "value"],
                condition=Q(closed_at__isnull=True),
                name="one_open_cause_a_key",
            ),
            models.CheckConstraint(
                condition=Q(what="subject", subject__isnull=False) | (~Q(what="subject") & Q(subject=None)),
                name="cause_about_staff_names_them",
            ),
            models.CheckConstraint(
                condition=Q(what="category", value="") | (~Q(what="category") & ~Q(value="")),
                name="cause_says_what_is_the_same",
            ),
            models.CheckConstraint(
                condition=Q(state="effective", closed_at__isnull=False) | (~Q(state="effective") & Q(closed_at=None)),
                name="cause_closed_has_time",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("complaints:cause", args=[self.number])

    @property
    def is_open(self) -> bool:
        return self.closed_at is None

    @property
    def title(self) -> str:
        """What is the same, in words; reads category and subject."""
        if self.what == self.What.CATEGORY:
            return self.category.name
        same = str(self.subject) if self.what == self.What.SUBJECT else self.value
        return f"{self.category.name} · {same}"


class CauseComplaint(models.Model):
    """A complaint that belongs to a recurring cause; those after the one that opened it keep their own class."""

    cause = models.ForeignKey(Cause, models.CASCADE, related_name="complaint_rows")
    complaint = models.ForeignKey("Complaint", models.CASCADE, related_name="cause_rows")
    linked_at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["cause", "complaint"], name="one_row_a_cause_and_complaint")]

    def __str__(self) -> str:
        return f"{self.complaint_id} of {self.cause_id}"


class CorrectiveAction(models.Model):
    """What is done about a cause, until when, and whether it helped. One that did not is followed by another."""

    LIMIT = 2000

    cause = models.ForeignKey(Cause, models.CASCADE, related_name="corrective_actions")
    what = models.TextField(_("corrective action"))
    due_on = models.DateField(_("until"))
    planned_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    planned_at = models.DateTimeField()
    done_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    done_at = models.DateTimeField(null=True, blank=True)
    done_note = models.TextField(blank=True)
    # From when on it can be judged whether it helped.
    check_from = models.DateTimeField(null=True, blank=True)
    checked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    checked_at = models.DateTimeField(null=True, blank=True)
    is_effective = models.BooleanField(null=True, blank=True)
    check_note = models.TextField(blank=True)
    # How many complaints came after it was done, until the check.
    came_again = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["cause"], condition=Q(checked_at=None), name="one_current_action_a_cause"),
            models.CheckConstraint(
                condition=Q(done_at=None, done_by=None, check_from=None)
                | Q(done_at__isnull=False, done_by__isnull=False, check_from__isnull=False),
                name="corrective_action_done_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(checked_at=None, checked_by=None, is_effective=None)
                | Q(
                    checked_at__isnull=False,
                    checked_by__isnull=False,
                    is_effective__isnull=False,
                    done_at__isnull=False,
                ),
                name="corrective_action_checked_when_done",
            ),
        ]

    def __str__(self) -> str:
        return f"action on {self.cause_id}"
