"""What hangs on a complaint, for the tests that look at every address: a talk, a matter outside, a clock of the law."""

from datetime import date, timedelta
from typing import Any

from accounts.models import User
from complaints.models import Communication, Complaint, MessageTemplate, OutsideMatter
from core import clock
from deadlines.actions import open_deadline
from deadlines.models import Deadline
from tests.complaints.sent import attachment_of


def below(complaint: Complaint, by: User) -> dict[str, Any]:
    """Ids by the names in addresses; made once for each complaint and person."""
    return {
        "talk_id": talk_of(complaint, by).pk,
        "matter_id": matter_of(complaint).pk,
        "clock_id": law_of(complaint).pk,
        "template_id": a_template().pk,
        "attachment_id": attachment_of(complaint),
    }


def talk_of(complaint: Complaint, by: User) -> Communication:
    more = {"at": clock.now(), "recorded_at": clock.now()}
    told = {"direction": "out", "medium": "phone", "summary": "Said", "recorded_by": by}
    return Communication.objects.get_or_create(complaint=complaint, **told, defaults=more)[0]


def matter_of(complaint: Complaint) -> OutsideMatter:
    more = {"received_on": date(2026, 11, 2), "recorded_at": clock.now()}
    return OutsideMatter.objects.get_or_create(complaint=complaint, channel="regulator", defaults=more)[0]


def law_of(complaint: Complaint) -> Deadline:
    """A clock that has a longer time, if its rule is on."""
    there = Deadline.objects.of(complaint).filter(kind="statutory", about="bank_insurer").first()
    now = clock.now()
    return there or open_deadline(  # type: ignore[return-value]
        "statutory",
        complaint,
        department=complaint.department,
        severity_class=complaint.severity_class,
        started_at=now,
        due_at=now + timedelta(days=15),
        about="bank_insurer",
        at=now,
    )


def a_template() -> MessageTemplate:
    told = {"purpose": "other", "language": "en", "name": "A template"}
    return MessageTemplate.objects.get_or_create(**told, defaults={"body": "Text", "updated_at": clock.now()})[0]
