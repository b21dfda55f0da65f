"""Sales as a sales system tells them, and what they make of a customer."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core import clock
from core.errors import Blocked, Conflict, PermissionDenied
from customers import standing
from customers.actions import create_customer, record_sale
from customers.models import Customer, Sale
from customers.search import CUSTOMERS
from customers.standing import is_in_top_share
from events.log import timeline
from events.models import Event

SOLD = datetime(2026, 11, 1, 2, tzinfo=UTC)


@pytest.fixture
def fang(house) -> Customer:
    return create_customer("王芳", phones=["13805716620"], by=None)


def tell(customer: Customer, number: str = "A-1001", **more: Any) -> tuple[Sale, bool]:
    told: dict[str, Any] = {
        "product_name": "Unit 12-1803",
        "amount": Decimal("2150000.00"),
        "sold_at": SOLD,
        "by": None,
        **more,
    }
    return record_sale("dms", number, customer_id=customer.pk, **told)


def test_a_new_sale(house, fang):
    sale, is_new = tell(fang, department=house.west, sales_consultant=house.clerk)
    assert is_new
    assert (sale.currency, sale.status, sale.version) == ("CNY", "ordered", 1)
    event = timeline(sale).get()
    assert event.type == "sale.recorded"
    assert event.data == {"customer_id": fang.pk, "status": "ordered", "delivered_at": None}
    fang.refresh_from_db()
    assert fang.bought_total == Decimal("2150000.00")
    assert CUSTOMERS.match("A-1001") == CUSTOMERS.match("12-1803") == [fang.pk]


def test_told_twice_it_is_one(fang):
    first, _ = tell(fang)
    again, is_new = tell(fang)
    assert (again, is_new) == (first, False)
    assert timeline(first).count() == 1


def test_whoever_saw_an_older_sale_is_told(fang):
    tell(fang)
    assert tell(fang, batch="B7", version=1)[0].version == 2
    with pytest.raises(Conflict) as refusal:
        tell(fang, batch="B8", version=1)
    assert refusal.value.current.batch == "B7"
    assert Sale.objects.get().batch == "B7"


def test_whoever_saw_a_sale_that_is_not_there_is_told(fang):
    with pytest.raises(Conflict):
        tell(fang, version=1)
    assert not Sale.objects.exists()
    assert not Event.objects.filter(subject_type="sale").exists()


def test_when_something_last_changed(house, at_work, fang):
    tell(fang)
    with clock.frozen(at_work + timedelta(hours=1)):
        tell(fang)
        assert Sale.objects.get().updated_at == at_work
    with clock.frozen(at_work + timedelta(hours=2)):
        tell(fang, amount=Decimal(100))
    sale, fang = Sale.objects.get(), Customer.objects.get()
    assert sale.updated_at == fang.updated_at == at_work + timedelta(hours=2)
    assert fang.version == 1


def test_its_source_is_the_master(fang):
    tell(fang, batch="B7")
    sale, _ = tell(fang, status="delivered", delivered_at=SOLD + timedelta(days=19))
    assert (sale.batch, sale.status, sale.version) == ("", "delivered", 2)
    assert timeline(sale)[0].data["fields"] == ["batch", "delivered_at", "status"]


def test_a_cancelled_sale_was_not_bought(fang):
    tell(fang, number="A-1", amount=Decimal(100))
    tell(fang, number="A-2", amount=Decimal(50))
    tell(fang, number="A-2", amount=Decimal(50), status="cancelled")
    tell(fang, number="A-3", amount=Decimal(7), currency="USD")
    fang.refresh_from_db()
    assert fang.bought_total == 100


def test_a_sale_that_goes_to_another_customer_counts_there(fang):
    other = create_customer("李强", by=None)
    tell(fang)
    tell(other)
    assert [row.bought_total for row in Customer.objects.order_by("pk")] == [0, Decimal("2150000.00")]
    assert CUSTOMERS.match("A-1001") == [other.pk]


@pytest.mark.parametrize(
    ("told", "field"),
    [
        ({"amount": Decimal(-1)}, "amount"),
        ({"amount": Decimal("NaN")}, "amount"),
        ({"amount": Decimal("1e15")}, "amount"),
        ({"amount": Decimal("0.001")}, "amount"),
        ({"amount": 5.0}, "amount"),
        ({"currency": "yuan"}, "currency"),
        ({"currency": "cny"}, "currency"),
        ({"sold_at": datetime(2026, 11, 1)}, "sold_at"),  # noqa: DTZ001
        ({"status": "delivered"}, "delivered_at"),
        ({"status": "lost"}, "status"),
        ({"product_name": ""}, "product_name"),
        ({"product_name": "x" * 161}, "product_name"),
        ({"batch": "a\0"}, "batch"),
        ({"number": ""}, "external_id"),
    ],
)
def test_a_wrong_sale_changes_nothing(fang, told, field):
    with pytest.raises(Blocked) as refusal:
        tell(fang, **told)
    assert [blocker.link for blocker in refusal.value.blockers] == [field]
    assert not Sale.objects.exists()
    assert not Event.objects.filter(subject_type="sale").exists()


def test_who_may_record_sales(house, fang):
    with pytest.raises(PermissionDenied):
        tell(fang, by=house.clerk)
    tell(fang, by=house.supervisor)
    with pytest.raises(Customer.DoesNotExist):
        record_sale("dms", "A-2", customer_id=fang.pk + 1, product_name="Car", amount=Decimal(1), sold_at=SOLD, by=None)


def customers_who_bought(*sums: int) -> list[Customer]:
    rows = [Customer(name=f"c{place}", created_at=SOLD, bought_total=each) for place, each in enumerate(sums)]
    return Customer.objects.bulk_create(rows)


@pytest.mark.parametrize(
    ("count", "place", "is_top"),
    [(99, 0, False), (100, 0, True), (100, 4, True), (100, 5, False), (200, 9, True), (200, 10, False)],
)
def test_the_top_twentieth_of_a_hundred_customers_and_more(db, count, place, is_top):
    rows = customers_who_bought(*(1_000_000 - n for n in range(count)))
    assert is_in_top_share(rows[place]) is is_top


def test_who_bought_nothing_is_not_big(db):
    assert not is_in_top_share(customers_who_bought(*[0] * 100)[0])


def test_equals_are_equally_big(db):
    rows = customers_who_bought(*[500] * 7, *[1] * 93)
    assert all(is_in_top_share(row) for row in rows[:7])
    assert not is_in_top_share(rows[7])


def test_standing_asks_little_in_a_large_house(db, monkeypatch):
    monkeypatch.setattr(standing, "COUNTED", 100)
    cache.delete(standing.COUNT_KEY)
    rows = customers_who_bought(*range(1, 301))
    assert is_in_top_share(rows[-1])
    with CaptureQueriesContext(connection) as asked:
        assert not is_in_top_share(rows[0])
    # The policies, a bounded count, a bounded rank; the whole count is remembered.
    assert len([each for each in asked.captured_queries if "customers_customer" in each["sql"]]) == 2
