"""A case that has come to its last stage, by the row: the stages before have tests of their own."""

from typing import Any

from complaints.actions.written_reports import acknowledge_report
from complaints.codes import SeverityClass, State
from complaints.models import Complaint, RootCause
from complaints.root_causes import ensure_starter_root_causes
from tests.house import House, lodge, make_sent_report


def make_case(house: House, **answers: Any) -> Complaint:
    """A class 2 complaint of the west store in *Evaluate*, whose written report is acknowledged."""
    ensure_starter_root_causes()
    complaint = lodge(house.clerk, is_raised=True, **answers)
    complaint.state, complaint.owner, complaint.severity_class = State.EVALUATE, house.handler, SeverityClass.TWO
    complaint.save(update_fields=["state", "owner", "severity_class"])
    acknowledge_report(make_sent_report(complaint, by=house.handler).pk, by=house.manager)
    complaint.refresh_from_db()
    return complaint


def root_cause(code: str = "information_promised") -> RootCause:
    return RootCause.objects.get(code=code)


def told(**more: Any) -> dict[str, Any]:
    """All that closes a case."""
    return {
        "satisfaction": "satisfied",
        "root_cause": root_cause(),
        "did_well": "Called within the hour.",
        "to_improve": "Brochure and order differ.",
        "next_time": "Read the order aloud.",
        "has_no_suggestion": True,
        "outcome": "upheld",
        "relief": "monetary",
        **more,
    }
