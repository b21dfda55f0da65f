"""By which ways a message leaves the house from a case: one today, e-mail. Others register here in the same manner.

A gateway names a channel of the outbox, says which address of a complaint it uses, and lays out what is sent.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from complaints.codes import Medium
from complaints.models import Communication, Complaint
from core.errors import Blocker
from policies.reading import policy

Payload = dict[str, Any]


@dataclass(frozen=True)
class Gateway:
    """`address` returns where to, or a Blocker that says what to do; `lay_out` what the channel sends."""

    medium: str
    channel: str
    address: Callable[[Complaint], str | Blocker]
    lay_out: Callable[[Complaint, Communication], Payload]


_gateways: dict[str, Gateway] = {}


def register_gateway(gateway: Gateway) -> None:
    """Raises ValueError when there is one for the medium already."""
    if gateway.medium in _gateways:
        raise ValueError(f"There are two gateways for {gateway.medium}.")
    _gateways[gateway.medium] = gateway


def gateway_for(medium: str) -> Gateway | None:
    return _gateways.get(medium)


NO_EMAIL = Blocker(
    "no_email",
    gettext_lazy("This complaint has no e-mail address. Enter one in the record, or call the customer."),
    "send",
)
BAD_EMAIL = Blocker(
    "bad_email",
    gettext_lazy("The e-mail address in the record cannot be right. Correct it there, or call the customer."),
    "send",
)


def email_address(complaint: Complaint) -> str | Blocker:
    typed = complaint.contact_email.strip()
    if not typed:
        return NO_EMAIL
    try:
        # Line breaks are no part of an address, so none reaches a header.
        validate_email(typed)
    except ValidationError:
        return BAD_EMAIL
    return typed


def email_of(complaint: Complaint, row: Communication) -> Payload:
    """The text as it was written, and below it who writes and under which number; in the customer's language."""
    with translation.override(complaint.language):
        subject = row.subject or _("Your complaint %(number)s") % {"number": complaint.number}
        lines = [line for line in _footer(complaint) if line]
    return {"subject": " ".join(subject.split()), "body": f"{row.summary}\n\n-- \n" + "\n".join(lines) + "\n"}


def _footer(complaint: Complaint) -> list[str]:
    phone = complaint.department.phone or policy("company.phone")
    hours = policy("company.hotline_hours")
    return [
        policy("company.legal_name") or complaint.department.name,
        complaint.department.address or policy("company.address"),
        _("Phone: %(phone)s (%(hours)s)") % {"phone": phone, "hours": hours} if phone and hours else phone,
        _("Your number: %(number)s") % {"number": complaint.number},
    ]


def register() -> None:
    """Called once from `apps.py`."""
    register_gateway(Gateway(Medium.EMAIL, "customer_email", email_address, email_of))
