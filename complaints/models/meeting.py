"""Meetings with those who complain. Source: DOMAIN.md 3.4."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Meeting(models.Model):
    """What a talk at a place has besides: where, and who took part. What was said stands on the talk, once."""

    class Kind(models.TextChoices):
        VISIT = "visit", _("Visit")
        NEGOTIATION = "negotiation", _("Negotiation")
        OWNERS_MEETING = "owners_meeting", _("Owners’ meeting")

    communication = models.OneToOneField("Communication", models.CASCADE, null=True, related_name="meeting")
    group_talk = models.OneToOneField("GroupTalk", models.CASCADE, null=True, related_name="meeting")
    kind = models.CharField(max_length=16, choices=Kind)
    place = models.CharField(_("place"), max_length=200)
    ours: "models.ManyToManyField[models.Model, models.Model]" = models.ManyToManyField(
        settings.AUTH_USER_MODEL, blank=True, related_name="+"
    )
    theirs = models.CharField(_("who came from their side"), max_length=500)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(communication=None, group_talk__isnull=False)
                | Q(communication__isnull=False, group_talk=None),
                name="meeting_of_one_talk",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"
