"""A class 2 case at each stage, taken there by the actions."""

from typing import Any

from compensation.actions import answering, deciding, writing
from compensation.actions.writing import Line, Written
from compensation.models import Proposal
from complaints.actions import agree, classes, ownership, talks, transitions
from complaints.models import Complaint
from tests.house import House, lodge

FACTS: dict[str, Any] = {
    "restated": "The brochure shows the roof, the contract does not.",
    "customer_agreed": True,
    "nature": "valid",
    "fault": "shared",
}
FIVE = {
    "long_relationship": "Since 2021",
    "will_buy_again": "Likely",
    "word_of_mouth": "12,000 followers",
    "demand": "Partly reasonable",
    "our_fault": "Shared",
}
COMPARED = [{"description": "A coating", "cost": "2,800"}, {"description": "Another car", "cost": "20,000"}]
WHOLE = Written([Line("service_upgrade", "Ceramic coating"), Line("apology", "In person")], COMPARED, "", FIVE)
END: dict[str, Any] = {"outcome": "not_upheld", "relief": "explanation"}


def at_act(house: House, **answers: Any) -> Complaint:
    complaint = lodge(house.clerk, is_raised=True, **answers)
    return ownership.take_complaint(complaint.pk, by=house.handler)


def at_details(house: House, **answers: Any) -> Complaint:
    complaint = at_act(house, **answers)
    talks.record_communication(complaint.pk, direction="out", medium="phone", summary="Called", by=house.handler)
    return transitions.act(complaint.pk, by=house.handler)


def at_review(house: House, **answers: Any) -> Complaint:
    return agree.confirm_details(at_details(house, **answers).pk, by=house.handler, **FACTS)


def submitted(house: House, complaint: Complaint) -> Proposal:
    proposal = writing.write_proposal(complaint.pk, WHOLE, by=house.handler)
    return writing.submit_proposal(proposal.pk, by=house.handler)


def approved(house: House, complaint: Complaint) -> Proposal:
    return deciding.approve_proposal(submitted(house, complaint).pk, by=house.supervisor)


def at_execute(house: House, **answers: Any) -> Complaint:
    complaint = at_review(house, **answers)
    answering.accept_proposal(approved(house, complaint).pk, goes_on=True, by=house.handler)
    complaint.refresh_from_db()
    return complaint


def at_evaluate(house: House, **answers: Any) -> Complaint:
    return agree.execute(at_execute(house, **answers).pk, note="Coated on Friday.", by=house.handler)


def raised(house: House, complaint: Complaint) -> Complaint:
    return classes.raise_class(complaint.pk, by=house.handler)
