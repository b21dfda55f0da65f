"""What was said to and by the customer, and what was promised."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from complaints.codes import Counterpart, DeliveryState, Direction, Medium, PromiseForm

SUMMARY_LIMIT = 5000


class CommunicationQuerySet(models.QuerySet["Communication"]):
    def outward(self) -> "CommunicationQuerySet":
        """What has reached the customer: not what waits to be sent, nor what could not be."""
        reached = ("", DeliveryState.SENT)
        return self.filter(direction=Direction.OUT, counterpart=Counterpart.CUSTOMER, delivery_state__in=reached)


class Communication(models.Model):
    """One call, visit or message in or out, or a note that only colleagues read."""

    complaint = models.ForeignKey("Complaint", models.CASCADE, related_name="communications")
    direction = models.CharField(max_length=4, choices=Direction)
    counterpart = models.CharField(max_length=8, choices=Counterpart, default=Counterpart.CUSTOMER)
    medium = models.CharField(_("by"), max_length=8, choices=Medium, blank=True)
    at = models.DateTimeField(_("when"))
    duration_seconds = models.PositiveIntegerField(null=True, blank=True)
    participants = models.CharField(_("who took part"), max_length=300, blank=True)
    # Of an e-mail: its subject line.
    subject = models.CharField(_("subject"), max_length=200, blank=True)
    summary = models.TextField(_("what was said"))
    # Not final yet; it says when the customer hears from us again. Source: DOMAIN.md 3.5.
    is_interim = models.BooleanField(default=False)
    next_answer_at = models.DateTimeField(null=True, blank=True)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    recorded_at = models.DateTimeField()
    corrected_at = models.DateTimeField(null=True, blank=True)

    # Sent from here: to which address, and what came of it. The delivery itself is a row of the outbox.
    sent_to = models.CharField(max_length=254, blank=True)
    delivery = models.OneToOneField("events.OutboxMessage", models.SET_NULL, null=True, blank=True, related_name="+")
    delivery_state = models.CharField(max_length=8, choices=DeliveryState, blank=True)
    delivery_error = models.CharField(max_length=500, blank=True)

    objects = CommunicationQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-id"]
        indexes = [
            # The timeline, and "is there a first contact?".
            models.Index(fields=["complaint", "-at"], name="communication_of_complaint"),
            # Read each hour: what waits although the outbox is done with it.
            models.Index(fields=["id"], condition=Q(delivery_state="waiting"), name="communication_waiting"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(direction=Direction.NOTE, medium="") | (~Q(direction=Direction.NOTE) & ~Q(medium="")),
                name="communication_has_medium",
            ),
            models.CheckConstraint(
                condition=Q(is_interim=False, next_answer_at=None)
                | Q(is_interim=True, next_answer_at__isnull=False, direction=Direction.OUT),
                name="interim_answer_says_when_the_next_comes",
            ),
            # What was sent has an address, and nothing else has one.
            models.CheckConstraint(
                condition=Q(delivery_state="", sent_to="")
                | (~Q(delivery_state="") & Q(direction=Direction.OUT, medium=Medium.EMAIL)),
                name="only_an_email_out_is_sent",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.complaint_id} {self.direction}"

    @property
    def is_sending(self) -> bool:
        """Sent from here, and it has not reached the customer as far as we know."""
        return self.delivery_state not in ("", DeliveryState.SENT)


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
