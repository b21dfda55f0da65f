"""Who complains, beside the work: as written on this complaint, with what the customer's record adds."""

from dataclasses import dataclass
from datetime import timedelta

from django.utils.functional import Promise

from accounts.models import User
from complaints.codes import Demand
from complaints.lines import is_vip
from complaints.models import Complaint
from complaints.words import label
from core import clock
from policies.reading import policy

# More than this is "many" on a card.
MOST_COUNTED = 100


@dataclass(frozen=True)
class CustomerCard:
    """`earlier` counts the customer's other complaints in the last days, as far as the reader may see them."""

    complaint: Complaint
    is_vip: bool
    do_not_call: bool
    temperament: str | Promise
    wants: list[str]
    earlier: int | None
    days: int
    product: str


def customer_card(complaint: Complaint, user: User) -> CustomerCard:
    """One statement, and none for an anonymous complaint."""
    customer, sale = complaint.customer, complaint.sale
    days = policy("triage.frequent_days")
    earlier = None
    if customer is not None:
        since = clock.now() - timedelta(days=days)
        others = Complaint.objects.visible_to(user).counted().filter(customer=customer, received_at__gt=since)
        earlier = others.exclude(pk=complaint.pk)[:MOST_COUNTED].count()
    return CustomerCard(
        complaint=complaint,
        is_vip=is_vip(complaint),
        do_not_call=bool(customer and customer.do_not_call),
        temperament=customer.get_temperament_display() if customer else "",
        wants=[label(Demand, code) for code in complaint.demands],
        earlier=earlier,
        days=days,
        product=complaint.product_name or (sale.product_name if sale else ""),
    )
