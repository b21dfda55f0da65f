from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from complaints.codes import Channel


class OutsideMatter(models.Model):
    """A complaint in other hands: an authority, the press, the public. With their reference and the date they set.

    Statutory clocks run on the complaint and name this row; see docs/decisions/0009.
    """

    complaint = models.ForeignKey("Complaint", models.CASCADE, related_name="outside_matters")
    channel = models.CharField(_("gone to"), max_length=24, choices=Channel)
    authority = models.CharField(_("name of the authority or medium"), max_length=160, blank=True)
    reference = models.CharField(_("their reference"), max_length=80, blank=True)
    received_on = models.DateField(_("received on"))
    answer_by = models.DateField(_("answer by"), null=True, blank=True)
    version = models.PositiveIntegerField(default=1)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    recorded_at = models.DateTimeField()
    # The authority took it on: from then on it is to be settled.
    accepted_on = models.DateField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["id"]
        indexes = [
            # The search by their reference, and programs that know no other number.
            models.Index(fields=["reference"], condition=~Q(reference=""), name="outside_matter_reference"),
            # What is to be answered until a day.
            models.Index(fields=["answer_by"], condition=Q(answered_at=None), name="outside_matter_answer_by"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(answer_by=None) | Q(answer_by__gte=F("received_on")), name="outside_answer_after_receipt"
            ),
            models.CheckConstraint(
                condition=Q(accepted_on=None) | Q(accepted_on__gte=F("received_on")),
                name="outside_accepted_after_receipt",
            ),
        ]

    def __str__(self) -> str:
        return self.reference or self.authority or str(Channel(self.channel).label)

    @property
    def is_answered(self) -> bool:
        return self.answered_at is not None
