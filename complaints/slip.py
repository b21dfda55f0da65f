"""What the customer takes home: number, what was said, what happens next and until when, whom to call.

Source: DOMAIN.md 10.12. In the customer's language and plain words: never our letters, steps or classes.
"""

from dataclasses import dataclass
from datetime import datetime
from io import BytesIO

import qrcode
import qrcode.constants
from django.utils.translation import gettext as _
from qrcode.image.svg import SvgPathImage

from complaints.codes import SeverityClass, State
from complaints.deadlines import ANSWER, FIRST_RESPONSE, RESOLVED
from complaints.models import Complaint, StepRecord
from core.formats import clip_text, when_text
from customers.phones import show_phone
from deadlines.models import Deadline
from policies.reading import policy

# A picture that any telephone reads from paper holds no more than this.
QR_CHARACTERS = 220
SAID_ON_QR = 40


@dataclass(frozen=True)
class Slip:
    """Plain lines; make it inside the customer's language and the department's time zone."""

    number: str
    company: str
    department: str
    received: str
    said: str
    done: str
    next_steps: list[str]
    recorded_by: str
    phone: str
    address: str
    hours: str

    @property
    def qr_text(self) -> str:
        """The same in short, so that it is on the customer's telephone."""
        lines = [
            self.company or self.department,
            _("Your number: %(number)s") % {"number": self.number},
            *self.next_steps[:1],
            " ".join(part for part in (self.phone, self.hours) if part),
        ]
        return clip_text("\n".join(line for line in lines if line).replace("\n", " · "), QR_CHARACTERS)


def slip_of(complaint: Complaint) -> Slip:
    """Needs department and recorder; reads the deadlines, what the desk recorded, and the house's details."""
    dues = {row.kind: row for row in Deadline.objects.of(complaint).exclude(state="cancelled").order_by("id")}
    records = {row.step: row for row in complaint.step_records.filter(superseded_at=None)}
    department = complaint.department
    restated = records.get(State.LISTEN)
    return Slip(
        number=complaint.number,
        company=policy("company.legal_name"),
        department=department.name,
        received=when_text(complaint.received_at),
        said=restated.text if restated and restated.text else complaint.description,
        done=_done(records),
        next_steps=_next_steps(complaint, dues),
        recorded_by=str(complaint.recorded_by or ""),
        phone=show_phone(department.phone or policy("company.phone")),
        address=department.address or policy("company.address"),
        hours=policy("company.hotline_hours"),
    )


def _done(records: dict[str, StepRecord]) -> str:
    record = records.get(State.SATISFY)
    return record.text if record else ""


def _next_steps(complaint: Complaint, dues: dict[str, Deadline]) -> list[str]:
    if complaint.state == State.VOIDED:
        return [_("Nothing more: this number was given by mistake.")]
    if not complaint.is_open:
        return [_("Your matter is settled."), _("If it is not right after all, call us with this number.")]
    steps = []
    first, answer, resolved = (_running(dues, kind) for kind in (FIRST_RESPONSE, ANSWER, RESOLVED))
    if first and complaint.severity_class == SeverityClass.TWO:
        steps.append(_("Somebody who is responsible contacts you by %(time)s.") % {"time": when_text(first)})
    elif answer:
        steps.append(_("You hear from us by %(time)s, even if it is not final.") % {"time": when_text(answer)})
    if resolved:
        steps.append(_("We want to have settled it by %(time)s.") % {"time": when_text(resolved)})
    if not steps:
        steps.append(_("We work on it and tell you how it goes on."))
    return steps


def _running(dues: dict[str, Deadline], kind: str) -> datetime | None:
    """When it is promised; a promise that was broken is not promised again."""
    row = dues.get(kind)
    return row.due_at if row and row.state == "pending" else None


def qr_svg(text: str) -> str:
    """The text as a QR code: an SVG without style attributes, so that a strict content policy shows it."""
    code = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_M, border=2, image_factory=SvgPathImage)
    code.add_data(text.encode())
    code.make(fit=True)
    written = BytesIO()
    code.make_image().save(written)
    return written.getvalue().decode()
