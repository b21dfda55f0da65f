"""What a class 2 case reports to the department above, and each version that was read there. Source: DOMAIN.md 3.4."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.duty import both_names

# Of one section; the whole stays readable, and a page and a PDF of it stay bounded.
SECTION_LIMIT = 20_000
# Other systems know it by its number without the letters: R-2026-000012 is 2026000012. Oral reports count from 1.
FIRST_PUBLIC_ID = 2_000_000_000


class WrittenReportQuerySet(models.QuerySet["WrittenReport"]):
    def current(self) -> "WrittenReportQuerySet":
        """Not those whose case went on after them."""
        return self.exclude(state=WrittenReport.State.OUTDATED)

    def waiting(self) -> "WrittenReportQuerySet":
        return self.filter(state=WrittenReport.State.SUBMITTED)

    def with_public_id(self, number: int) -> "WrittenReportQuerySet":
        digits = str(number)
        return self.filter(number=f"R-{digits[:4]}-{digits[4:]}")

    def with_people(self) -> "WrittenReportQuerySet":
        return self.select_related("department", "submitted_by", "answered_by", "answered_for", "changed_by")


class WrittenReport(models.Model):
    """The report on one case, from its first draft until somebody of the department above has acknowledged it.

    `sections` is the text in hand. What was submitted stands in a version of its own and never changes.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        SUBMITTED = "submitted", _("Submitted")
        RETURNED = "returned", _("Returned with a question")
        ACKNOWLEDGED = "acknowledged", _("Acknowledged")
        OUTDATED = "outdated", _("The case went on")

    complaint = models.ForeignKey("Complaint", models.CASCADE, related_name="written_reports")
    number = models.CharField(max_length=16, unique=True)
    # The department above; at the head office itself, the head office.
    department = models.ForeignKey("accounts.Department", models.PROTECT, related_name="+")
    state = models.CharField(max_length=12, choices=State, default=State.DRAFT)
    # Rises with each change, so that two who write at once do not write over each other.
    version = models.PositiveIntegerField(default=1)
    language = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES, default="en")
    # {code of a section: text}
    sections = models.JSONField(default=dict)
    # All who ever wrote at it: none of them acknowledges it.
    authors: "models.ManyToManyField[models.Model, models.Model]" = models.ManyToManyField(
        settings.AUTH_USER_MODEL, related_name="+"
    )
    begun_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    # As the newest version has it.
    submitted_at = models.DateTimeField(null=True, blank=True)
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="submitted_reports"
    )
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    answered_for = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")

    objects = WrittenReportQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        indexes = [
            # Reports to read, by the department that reads them.
            models.Index(fields=["department", "submitted_at"], condition=Q(state="submitted"), name="report_to_read"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["complaint"], condition=~Q(state="outdated"), name="one_current_written_report_a_complaint"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["submitted", "returned", "acknowledged"])
                | Q(submitted_at__isnull=False, submitted_by__isnull=False),
                name="written_report_submitted_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["returned", "acknowledged"])
                | Q(answered_at__isnull=False, answered_by__isnull=False),
                name="written_report_answered_by_somebody",
            ),
            # Nobody signs off what they submitted, nor does anybody with their authority.
            models.CheckConstraint(
                condition=Q(answered_by=None) | ~Q(answered_by=F("submitted_by")),
                name="written_report_not_self_answered",
            ),
            models.CheckConstraint(
                condition=Q(answered_for=None) | ~Q(answered_for=F("submitted_by")),
                name="written_report_not_self_answered_through_another",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("complaints:written_report", args=[self.complaint.number])

    @property
    def public_id(self) -> int:
        return int(self.number.removeprefix("R-").replace("-", ""))

    @property
    def is_in_hand(self) -> bool:
        """Whether its text may be changed."""
        return self.state in (self.State.DRAFT, self.State.RETURNED)

    @property
    def answerer(self) -> str:
        """Who acknowledged or returned it, and for whom."""
        return both_names(self.answered_by, self.answered_for) if self.answered_by else ""


class WrittenReportVersion(models.Model):
    """What was submitted, word for word, and what the department above answered. Its text never changes."""

    class Answer(models.TextChoices):
        RETURNED = "returned", _("Returned with a question")
        ACKNOWLEDGED = "acknowledged", _("Acknowledged")

    report = models.ForeignKey(WrittenReport, models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    language = models.CharField(max_length=10, choices=settings.LANGUAGES)
    sections = models.JSONField(default=dict)
    # With it, the digest in the event tells whether these are the words that were submitted.
    salt = models.CharField(max_length=32)
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    submitted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    submitted_at = models.DateTimeField()
    answer = models.CharField(max_length=12, choices=Answer, blank=True)
    question = models.TextField(blank=True)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    answered_for = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["report", "number"], name="one_report_version_of_a_number"),
            models.UniqueConstraint(fields=["report"], condition=Q(answer=""), name="one_unanswered_version_a_report"),
            models.CheckConstraint(
                condition=Q(answer="", answered_by=None, answered_at=None)
                | (~Q(answer="") & Q(answered_by__isnull=False, answered_at__isnull=False)),
                name="report_version_answered_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(answer="returned") | ~Q(question=""), name="report_version_returned_with_a_question"
            ),
            # Neither who wrote it nor who submitted it answers it, nor does anybody with their authority.
            models.CheckConstraint(
                condition=Q(answered_by=None) | (~Q(answered_by=F("submitted_by")) & ~Q(answered_by=F("written_by"))),
                name="report_version_not_self_answered",
            ),
            models.CheckConstraint(
                condition=Q(answered_for=None)
                | (~Q(answered_for=F("submitted_by")) & ~Q(answered_for=F("written_by"))),
                name="report_version_not_self_answered_through_another",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.report_id} version {self.number}"

    @property
    def answerer(self) -> str:
        return both_names(self.answered_by, self.answered_for) if self.answered_by else ""
