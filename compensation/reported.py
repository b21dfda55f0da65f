"""What a written report says of the plan: the remedies that were agreed. Source: DOMAIN.md 3.4."""

from django.utils.translation import gettext as _

from compensation.codes import AGREED
from complaints.models import Complaint
from complaints.written.draft import add_source


def agreed(complaint: Complaint) -> list[str]:
    """The lines of the proposal that was approved last, and what the customer said to it."""
    proposal = complaint.proposals.filter(state__in=AGREED).select_related("approver", "approver_for").first()
    if proposal is None:
        return []
    lines = [
        ": ".join(part for part in (line.get_kind_display(), line.description) if part) for line in proposal.lines.all()
    ]
    approved = _("Approved by %(name)s (%(number)s)") % {"name": proposal.decided_by, "number": proposal.number}
    said = [_("The customer to it: %(note)s") % {"note": proposal.answer_note}] if proposal.answer_note else []
    return [*lines, approved, *said]


def register() -> None:
    """Called once from `apps.py`."""
    add_source("remedies", agreed)
