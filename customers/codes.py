"""The fixed words of this app. Codes are part of the API and are never renamed."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class CustomerKind(models.TextChoices):
    PERSON = "person", _("Person")
    COMPANY = "company", _("Company")
    PARTNER = "partner", _("Partner")


class Temperament(models.TextChoices):
    """How somebody likes to be talked to: four types, and five who need a little more. Source: DOMAIN.md 7, 11."""

    FRIENDLY = "friendly", _("friendly")
    DOMINANT = "dominant", _("dominant")
    ANALYTICAL = "analytical", _("analytical")
    SELF_CENTRED = "self_centred", _("self-centred")
    TALKATIVE = "talkative", _("talkative")
    STUBBORN = "stubborn", _("stubborn")
    UNREASONABLE = "unreasonable", _("easily upset")
    KNOWLEDGEABLE = "knowledgeable", _("knowledgeable")
    THREATENING = "threatening", _("threatening")


class ContactKind(models.TextChoices):
    PHONE = "phone", _("Phone")
    EMAIL = "email", _("E-mail")


class SaleStatus(models.TextChoices):
    ORDERED = "ordered", _("Ordered")
    DELIVERED = "delivered", _("Delivered")
    CANCELLED = "cancelled", _("Cancelled")
