"""The way into the inbox of those who decide, and the figure beside it."""

from django.utils.translation import gettext_lazy as _

from accounts.models import User
from compensation.models import Proposal
from core.nav import register_nav

MOST_COUNTED = 99


def waiting(user: User) -> int:
    """How many wait for this user's decision, at most 99."""
    return Proposal.objects.awaiting_own(user).order_by()[:MOST_COUNTED].count()


def register() -> None:
    """Called once from `apps.py`."""
    register_nav(
        "approvals", "compensation:inbox", "gavel", "compensation.decide", waiting, 30, "a", label=_("Approvals")
    )
