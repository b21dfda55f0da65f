"""What LASTR records at the desk. Source: DOMAIN.md 3.3."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.duty import both_names
from complaints.codes import LASTR_STATES, Satisfaction


class StepRecord(models.Model):
    """What one LASTR step recorded. A correction adds a row and ends the old one, whose words stay."""

    complaint = models.ForeignKey("Complaint", models.CASCADE, related_name="step_records")
    step = models.CharField(max_length=16)
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    superseded_at = models.DateTimeField(null=True, blank=True)
    # Listen: the problem in one sentence, and that the customer agreed. Satisfy: the remedy. Thank, report: a note.
    text = models.TextField(blank=True)
    remedy_kinds = models.JSONField(default=list, blank=True)
    value = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True)
    satisfaction = models.CharField(max_length=24, choices=Satisfaction, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["complaint", "step"], condition=Q(superseded_at=None), name="one_current_record_a_step"
            ),
            models.CheckConstraint(condition=Q(step__in=LASTR_STATES), name="step_is_of_lastr"),
            models.CheckConstraint(condition=Q(value=None) | Q(value__gte=0), name="step_value_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.complaint_id} {self.step}"


class DeskChange(models.Model):
    """Another time, place or person, tried to calm things. Source: 换时、换地、换人."""

    class What(models.TextChoices):
        TIME = "time", pgettext_lazy("time, place or person", "Time")
        PLACE = "place", pgettext_lazy("time, place or person", "Place")
        PERSON = "person", pgettext_lazy("time, place or person", "Person")

    complaint = models.ForeignKey("Complaint", models.CASCADE, related_name="desk_changes")
    what = models.CharField(max_length=8, choices=What)
    note = models.TextField()
    # Another time: when to meet again.
    at = models.DateTimeField(null=True, blank=True)
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.complaint_id} {self.what}"


class OralReport(models.Model):
    """A class 1 complaint told to a supervisor, who confirms with one click."""

    complaint = models.ForeignKey("Complaint", models.CASCADE, related_name="oral_reports")
    to = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="oral_reports_received")
    # The leader away whose authority the person told uses; none when it is their own.
    to_for = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    reported_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="oral_reports_made")
    reported_at = models.DateTimeField()
    note = models.TextField(blank=True)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="oral_reports_confirmed"
    )
    confirmed_for = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True, blank=True)
    # The complaint was reopened before anybody confirmed it: another report will follow.
    superseded_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        indexes = [
            # "With your supervisor", and what waits for me to confirm.
            models.Index(fields=["to"], condition=Q(confirmed_at=None), name="oral_report_unconfirmed_to"),
            models.Index(fields=["reported_by"], condition=Q(confirmed_at=None), name="oral_report_unconfirmed_by"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["complaint"],
                condition=Q(confirmed_at=None, superseded_at=None),
                name="one_unconfirmed_report_a_complaint",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by=None, confirmed_at=None)
                | Q(confirmed_by__isnull=False, confirmed_at__isnull=False),
                name="oral_report_confirmed_by_somebody",
            ),
            # The recorder never confirms their own oral report, nor does anybody with their authority.
            models.CheckConstraint(
                condition=Q(confirmed_by=None) | ~Q(confirmed_by=models.F("reported_by")),
                name="oral_report_not_self_confirmed",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_for=None) | ~Q(confirmed_for=models.F("reported_by")),
                name="oral_report_not_self_confirmed_through_another",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.complaint_id} to {self.to_id}"

    @property
    def told(self) -> str:
        """Who was told, and for whom they act."""
        return both_names(self.to, self.to_for)

    @property
    def confirmer(self) -> str:
        return both_names(self.confirmed_by, self.confirmed_for) if self.confirmed_by else ""


class SelfAssessment(models.Model):
    """Seven points about how it went, by the clerk or scored by a supervisor; for coaching only."""

    POINTS = ("listen", "apologise", "satisfy", "thank", "report", "solved", "invites_back")

    class Answer(models.TextChoices):
        YES = "yes", _("Yes")
        PARTLY = "partly", _("Partly")
        NO = "no", _("No")

    complaint = models.ForeignKey("Complaint", models.CASCADE, related_name="self_assessments")
    assessed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    assessed_at = models.DateTimeField()
    is_by_supervisor = models.BooleanField(default=False)
    # {point: answer}; a point left out was not answered.
    answers = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["complaint", "is_by_supervisor"], name="one_assessment_a_side"),
        ]

    def __str__(self) -> str:
        return f"{self.complaint_id} by {self.assessed_by_id}"
