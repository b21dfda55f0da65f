"""What the stages of AGREE record. Source: DOMAIN.md 3.4."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from complaints.codes import Fault, Nature, QuestionKind, ReferredTo, Satisfaction


class StageRecord(models.Model):
    """The words that go with one move of a case. A newer one ends the old one, whose words stay.

    `step` is the name of the transition that it stands for: "details_confirmed", "executed", "new_facts", "declined".
    """

    complaint = models.ForeignKey("Complaint", models.CASCADE, related_name="stage_records")
    step = models.CharField(max_length=24)
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    superseded_at = models.DateTimeField(null=True, blank=True)
    # The facts restated, what was carried out, or the reason.
    text = models.TextField(blank=True)
    # Details: the customer confirmed them, and what they wish in their own words.
    customer_agreed = models.BooleanField(default=False)
    wish = models.TextField(blank=True)
    nature = models.CharField(max_length=16, choices=Nature, blank=True)
    fault = models.CharField(max_length=8, choices=Fault, blank=True)
    satisfaction_before = models.CharField(max_length=24, choices=Satisfaction, blank=True)
    # What shows that it is malicious.
    evidence = models.TextField(blank=True)
    # The answer No: which of its two grounds hold, and what remains open to the customer.
    is_unreasonable = models.BooleanField(default=False)
    has_no_more_business = models.BooleanField(default=False)
    remains_open = models.TextField(blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["complaint", "step"], condition=Q(superseded_at=None), name="one_current_record_a_stage"
            ),
            # Only a supervisor marks it, and never without the evidence.
            models.CheckConstraint(
                condition=~Q(nature=Nature.MALICIOUS) | ~Q(evidence=""), name="malicious_has_evidence"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.complaint_id} {self.step}"


class CaseQuestion(models.Model):
    """A question put to somebody to get the details, and what they answered."""

    complaint = models.ForeignKey("Complaint", models.CASCADE, related_name="case_questions")
    kind = models.CharField(max_length=8, choices=QuestionKind)
    question = models.TextField()
    answer = models.TextField(blank=True)
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(answer="", answered_at=None, answered_by=None)
                | (~Q(answer="") & Q(answered_at__isnull=False, answered_by__isnull=False)),
                name="question_answered_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.complaint_id} question"


class Referral(models.Model):
    """A complaint that goes on outside; their reference and their date stay on the case."""

    complaint = models.ForeignKey("Complaint", models.CASCADE, related_name="referrals")
    to = models.CharField(_("referred to"), max_length=24, choices=ReferredTo)
    reference = models.CharField(_("their reference"), max_length=120, blank=True)
    answer_by = models.DateField(_("answer by"), null=True, blank=True)
    referred_at = models.DateTimeField()
    referred_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.complaint_id} to {self.to}"
