"""The demonstration's customers, and what they bought."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from accounts.models import Department, User
from complaints.demo.told import read, span
from core import clock
from customers.actions import create_customer, mark_vip, record_sale
from customers.codes import SaleStatus

SOURCE = "demo"


def invite_people() -> None:
    for fields in read("people")["customers"]:
        _invite(fields, fields.pop("sales"))


def _invite(fields: dict[str, Any], sales: list[dict[str, str]]) -> None:
    vip = fields.pop("vip", "")
    phone, email = fields.pop("phone", ""), fields.pop("email", "")
    now = clock.now()
    since = max((span(sale["sold"]) for sale in sales), default=timedelta(days=1))
    with clock.frozen(now - since):
        customer = create_customer(phones=[phone] if phone else [], emails=[email] if email else [], by=None, **fields)
        if vip:
            mark_vip(customer.pk, vip, by=None)
    for sale in sales:
        with clock.frozen(now - span(sale["sold"])):
            _sell(customer.pk, sale)


def _sell(customer_id: int, sale: dict[str, str]) -> None:
    ago = span(sale["sold"])
    sold_at = clock.now()
    delivered_at = sold_at + ago - span(sale["delivered"]) if "delivered" in sale else None
    staff = {user.username: user for user in User.objects.filter(username__in=STAFF.values())}
    record_sale(
        SOURCE,
        sale["id"],
        customer_id=customer_id,
        product_name=sale["product"],
        specification=sale.get("specification", ""),
        batch=sale.get("batch", ""),
        amount=Decimal(sale["amount"]),
        sold_at=sold_at,
        delivered_at=delivered_at,
        status=sale.get("status") or (SaleStatus.DELIVERED if delivered_at else SaleStatus.ORDERED),
        department=Department.objects.get(code=sale.get("department", "west-lake")),
        by=None,
        **{role: staff[username] for role, username in STAFF.items()},  # type: ignore[arg-type]
    )


STAFF = {
    "sales_consultant": "salesconsultant1",
    "sales_manager": "salesmanager1",
    "service_advisor": "serviceadvisor1",
}
