"""What staff are told when the clock is in trouble: one sentence over every page."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from core.errors import Sentence
from deadlines import health


@dataclass(frozen=True)
class Banner:
    words: Sentence
    is_bad: bool


# The worst first; one is enough.
BANNERS = {
    health.NO_SWEEP: Banner(_("Deadlines are not being checked right now. Watch urgent cases yourself."), is_bad=True),
    health.LATE_DEADLINES: Banner(_("Deadlines are being checked late. Watch urgent cases yourself."), is_bad=True),
    health.DEAD_DEADLINES: Banner(
        _("A deadline could not be fired and was given up. The administrators have been told."), is_bad=True
    ),
    health.CLOCK_DOUBTED: Banner(_("The server’s clock has jumped. Times may be wrong."), is_bad=True),
    health.RESERVE: Banner(
        _("Background work has stopped. What you save is kept, and deadlines still fire, up to a minute late."),
        is_bad=False,
    ),
    health.LATE_OUTBOX: Banner(_("Mail is leaving late. What you save is kept and will be sent."), is_bad=False),
}


def banner(request: HttpRequest, obj: Any = None) -> dict[str, Any] | None:
    """Fill the slot under the top bar; None when all is well."""
    if not request.user.is_authenticated:
        return None
    findings = health.remembered_report().findings
    found = next((banner for finding, banner in BANNERS.items() if finding in findings), None)
    return {"banner": found} if found else None
