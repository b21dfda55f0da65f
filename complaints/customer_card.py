"""Who complains, beside the work: as written on this complaint, with what the customer's record adds."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import QuerySet
from django.utils.functional import Promise

from accounts.models import User
from accounts.scope import Scope, scope_of
from complaints.codes import Demand
from complaints.lines import is_vip
from complaints.models import Complaint
from complaints.words import label
from core import clock
from core.prepared import prepared
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
        scope, since = scope_of(user), clock.now() - timedelta(days=days)
        earlier = len(_others(scope, customer.pk, since, complaint.pk)) if scope.may_read else 0
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


@prepared
def _others(scope: Scope, customer: int, since: datetime, pk: int) -> QuerySet[Complaint, int]:
    rows = Complaint.objects.within(scope).counted().filter(customer=customer, received_at__gt=since)
    return rows.exclude(pk=pk).order_by().values_list("pk", flat=True)[:MOST_COUNTED]
