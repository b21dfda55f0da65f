"""What of a complaint can be found by its words."""

import re

from accounts.models import User
from complaints.codes import Reach
from complaints.models import Complaint
from core.search import SearchTable

COMPLAINTS = SearchTable("complaints_search")
NUMBER = re.compile(r"c?[-\s]?(\d{4})[-\s](\d{1,9})", re.IGNORECASE)


def searchable_text(complaint: Complaint) -> str:
    """Everything a colleague may remember of it: number, words, who, product and sale."""
    parts = [
        complaint.number,
        complaint.title,
        complaint.description,
        complaint.contact_name,
        complaint.company,
        complaint.contact_phone_normalized,
        complaint.contact_email,
        complaint.product_name,
        complaint.product_batch,
    ]
    if complaint.reach == Reach.SERIOUS:
        # Letters come back under the authority's own number.
        for matter in complaint.outside_matters.all():
            parts += [matter.reference, matter.authority]
    if sale := complaint.sale:
        parts += [sale.external_id, sale.product_name, sale.batch]
    return "\n".join(part for part in parts if part)


def index_complaint(complaint: Complaint) -> None:
    COMPLAINTS.put(complaint.pk, searchable_text(complaint))


def known_number(typed: str, user: User) -> Complaint | None:
    """The complaint whose number was typed, with or without its C and its zeros."""
    match = NUMBER.fullmatch(typed)
    if match is None:
        return None
    number = f"C-{match[1]}-{int(match[2]):06d}"
    return Complaint.objects.visible_to(user).filter(number=number).only("number").first()
