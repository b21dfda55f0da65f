"""Fixed words of proposals. Source: API.md, "Codes"; DOMAIN.md 4."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from complaints.codes import RemedyKind


class ProposalState(models.TextChoices):
    DRAFT = "draft", pgettext_lazy("proposal", "Draft")
    SUBMITTED = "submitted", pgettext_lazy("proposal", "Waits for approval")
    APPROVED = "approved", pgettext_lazy("proposal", "Approved")
    RETURNED = "returned", pgettext_lazy("proposal", "Returned with a question")
    REJECTED = "rejected", pgettext_lazy("proposal", "Rejected")
    SUPERSEDED = "superseded", pgettext_lazy("proposal", "Superseded")
    ACCEPTED = "accepted", pgettext_lazy("proposal", "Accepted by the customer")
    DECLINED = "declined", pgettext_lazy("proposal", "Declined by the customer")


# At most one of a complaint is in one of these.
LIVE = (
    ProposalState.DRAFT,
    ProposalState.SUBMITTED,
    ProposalState.RETURNED,
    ProposalState.APPROVED,
    ProposalState.ACCEPTED,
)
# Somebody said yes to it, and their name stands on it.
AGREED = (ProposalState.APPROVED, ProposalState.ACCEPTED, ProposalState.DECLINED)
DECIDED = (*AGREED, ProposalState.RETURNED, ProposalState.REJECTED)


class LineGroup(models.TextChoices):
    MATERIAL = "material", _("Material")
    MORAL = "moral", _("Moral")


MORAL_REMEDIES = (
    RemedyKind.APOLOGY,
    RemedyKind.SENIOR_VISIT,
    RemedyKind.LETTER_OF_THANKS,
    RemedyKind.PERSONAL_CARE,
    RemedyKind.INVITATION,
)


def group_of(kind: str) -> str:
    """In which group a remedy usually stands; who proposes it may say otherwise."""
    return LineGroup.MORAL if kind in MORAL_REMEDIES else LineGroup.MATERIAL


class Consideration(models.TextChoices):
    """The five questions that a proposal answers."""

    LONG_RELATIONSHIP = "long_relationship", _("Is there a long relationship?")
    WILL_BUY_AGAIN = "will_buy_again", _("Will they buy again once this is solved?")
    WORD_OF_MOUTH = "word_of_mouth", _("What will people say, good and bad?")
    DEMAND = "demand", _("What do they demand: is it without ground, or too much?")
    OUR_FAULT = "our_fault", _("Are we at fault, and how much?")
