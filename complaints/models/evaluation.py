"""What a complaint teaches: how it was taken, why it happened, and the four questions. Source: DOMAIN.md 3.4, 3.6."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from complaints.codes import Outcome, Relief, Satisfaction

ANSWER_LIMIT = 2000


class Evaluation(models.Model):
    """The outcome of one complaint as evaluated. Saving again adds a row and ends the old one, whose words stay.

    All of it may be blank while it is being written; what must be there to close is said by the workflow.
    """

    complaint = models.ForeignKey("Complaint", models.CASCADE, related_name="evaluations")
    satisfaction = models.CharField(_("the customer says"), max_length=24, choices=Satisfaction, blank=True)
    root_cause = models.ForeignKey(
        "RootCause", models.PROTECT, null=True, blank=True, related_name="evaluations", verbose_name=_("root cause")
    )
    root_cause_text = models.TextField(_("how it came about"), blank=True)
    corrective_action = models.TextField(_("corrective action"), blank=True)
    did_well = models.TextField(_("what did I do well"), blank=True)
    to_improve = models.TextField(_("what deserves improving"), blank=True)
    next_time = models.TextField(_("how will I do it better next time"), blank=True)
    # The fourth question, answered with none; otherwise the suggestions kept of the complaint answer it.
    has_no_suggestion = models.BooleanField(_("no suggestion in it"), default=False)
    outcome = models.CharField(_("what came of it"), max_length=16, choices=Outcome, blank=True)
    relief = models.CharField(_("what the customer got"), max_length=16, choices=Relief, blank=True)
    # A supervisor's written reason why nothing more can be done for a customer who is not content.
    closed_despite = models.TextField(blank=True)
    closed_despite_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()
    superseded_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["complaint"], condition=Q(superseded_at=None), name="one_current_evaluation"
            ),
            models.CheckConstraint(
                condition=Q(closed_despite="", closed_despite_by=None)
                | (~Q(closed_despite="") & Q(closed_despite_by__isnull=False)),
                name="evaluation_closed_despite_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.complaint_id} evaluated by {self.recorded_by_id}"
