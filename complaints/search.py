"""What of a complaint can be found by its words."""

from complaints.models import Complaint
from core.search import SearchTable

COMPLAINTS = SearchTable("complaints_search")


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
    if sale := complaint.sale:
        parts += [sale.external_id, sale.product_name, sale.batch]
    return "\n".join(part for part in parts if part)


def index_complaint(complaint: Complaint) -> None:
    COMPLAINTS.put(complaint.pk, searchable_text(complaint))
