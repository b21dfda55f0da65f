"""Customers with their phones, e-mails and what they bought, as the product writes them one by one."""

from collections import deque
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random

from accounts.models import Department
from customers import events
from customers.codes import ContactKind, CustomerKind, SaleStatus
from customers.models import ContactPoint, Customer, Sale
from events.canonical import GENESIS
from events.log import _event as event_row
from events.models import EventHead
from tests.bench import texts
from tests.bench.rows import Rows

# Who complains again is looked for among the last so many.
KNOWN = 20_000


@dataclass(frozen=True)
class Known:
    """A customer, how to reach them, and what they bought."""

    customer: Customer
    phone: str
    email: str
    sale: Sale | None


class People:
    def __init__(self, random: Random, rows: Rows) -> None:
        self.random, self.rows = random, rows
        self.known: deque[Known] = deque(maxlen=KNOWN)

    def somebody(self, department: Department, language: str, at: datetime) -> Known:
        """Two in five have complained before."""
        if self.known and self.random.random() < 0.4:
            return self.random.choice(self.known)
        self.known.append(self._new(department, language, at))
        return self.known[-1]

    def _new(self, department: Department, language: str, at: datetime) -> Known:
        random, rows = self.random, self.rows
        name = texts.person(random, language)
        customer = Customer(name=name, kind=CustomerKind.PERSON, language=language, created_at=at, updated_at=at)
        rows.number(customer)
        digits = f"1{random.choice((38, 39, 50, 58, 77, 86))}{customer.pk % 10**8:08d}"
        self._reach(customer, ContactKind.PHONE, f"{digits[:3]} {digits[3:7]} {digits[7:]}", f"+86{digits}")
        email = f"customer{customer.pk}@example.test" if random.random() < 0.3 else ""
        if email:
            self._reach(customer, ContactKind.EMAIL, email, email)
        sale = self._sale(customer, department, at) if random.random() < 0.5 else None
        if sale:
            customer.bought_total = sale.amount
        self._record(events.CREATED, customer, at, kind=customer.kind)
        rows.keep(customer)
        told = [sale.external_id, sale.product_name, sale.product_code] if sale else []
        rows.found_by(customer, [name, "", *([email] if email else []), *dict.fromkeys(told)])
        return Known(customer, f"{digits[:3]} {digits[3:7]} {digits[7:]}", email, sale)

    def _reach(self, customer: Customer, kind: str, typed: str, normalized: str) -> None:
        digits = normalized[1:] if kind == ContactKind.PHONE else ""
        self.rows.add(
            ContactPoint(
                customer=customer,
                kind=kind,
                typed=typed,
                normalized=normalized,
                digits=digits,
                digits_reversed=digits[::-1],
                is_primary=True,
            )
        )

    def _sale(self, customer: Customer, department: Department, at: datetime) -> Sale:
        sold_at = at - timedelta(days=self.random.randrange(5, 400))
        sale = Sale(
            source="dms",
            customer=customer,
            department=department,
            product_name=self.random.choice(texts.PRODUCTS),
            product_code=f"P{self.random.randrange(5000):04d}",
            amount=Decimal(self.random.randrange(5_000, 900_000)) / 100,
            currency="CNY",
            sold_at=sold_at,
            delivered_at=sold_at + timedelta(days=3),
            status=SaleStatus.DELIVERED,
            updated_at=at,
        )
        self.rows.number(sale)
        sale.external_id = f"S{sale.pk:08d}"
        self.rows.keep(sale)
        what = {"customer_id": customer.pk, "status": sale.status, "delivered_at": sale.delivered_at}
        self._record(events.SALE_RECORDED, sale, at, **what)
        return sale

    def _record(self, name: str, subject: Customer | Sale, at: datetime, **facts: object) -> None:
        event = self.rows.add(event_row(name, subject, 1, GENESIS, None, at, facts))
        self.rows.add(
            EventHead(
                subject_type=event.subject_type,
                subject_id=event.subject_id,
                seq=1,
                hash=event.hash,
                last_event_id=event.pk,
            )
        )
