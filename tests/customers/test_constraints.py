"""What the database itself refuses."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from customers.models import ContactPoint, Customer, ExternalId, Sale

AT = datetime(2026, 11, 1, tzinfo=UTC)


@pytest.fixture
def fang(db) -> Customer:
    return Customer.objects.create(name="王芳", created_at=AT)


def refused(make) -> bool:
    try:
        with transaction.atomic():
            make()
    except IntegrityError:
        return True
    return False


@pytest.mark.parametrize(
    "fields",
    [
        {"name": ""},
        {"kind": "robot"},
        {"temperament": "bored"},
        {"is_vip": True},
        {"vip_reason": "because"},
        {"bought_total": -1},
        {"version": 0},
    ],
)
def test_customers_that_must_not_be(db, fields):
    assert refused(lambda: Customer.objects.create(**{"name": "王芳", "created_at": AT, **fields}))


def phone(customer: Customer, **fields: Any) -> ContactPoint:
    told: dict[str, Any] = {
        "kind": "phone",
        "typed": "12315",
        "normalized": "12315",
        "digits": "12315",
        "digits_reversed": "51321",
    }
    return ContactPoint.objects.create(customer=customer, **{**told, **fields})


@pytest.mark.parametrize(
    "fields", [{"typed": ""}, {"normalized": ""}, {"digits": ""}, {"kind": "email"}, {"kind": "pigeon", "digits": ""}]
)
def test_contact_points_that_must_not_be(fang, fields):
    assert refused(lambda: phone(fang, **fields))


def test_one_main_phone_and_no_phone_twice(fang):
    phone(fang, is_primary=True)
    assert refused(lambda: phone(fang))
    assert refused(lambda: phone(fang, normalized="110", is_primary=True))
    other = Customer.objects.create(name="李强", created_at=AT)
    phone(other, is_primary=True)


def sale(customer: Customer, **fields: Any) -> Sale:
    told: dict[str, Any] = {
        "source": "dms",
        "external_id": "A-1",
        "product_name": "Car",
        "amount": Decimal(1),
        "currency": "CNY",
    }
    return Sale.objects.create(customer=customer, sold_at=AT, **{**told, **fields})


@pytest.mark.parametrize(
    "fields",
    [
        {"amount": Decimal(-1)},
        {"currency": "RM"},
        {"status": "lost"},
        {"status": "delivered"},
        {"source": ""},
        {"external_id": ""},
        {"product_name": ""},
    ],
)
def test_sales_that_must_not_be(fang, fields):
    assert refused(lambda: sale(fang, **fields))


def test_one_sale_and_one_customer_an_external_id(fang):
    sale(fang)
    assert refused(lambda: sale(fang))
    sale(fang, source="shop")
    other = Customer.objects.create(name="李强", created_at=AT)
    ExternalId.objects.create(customer=fang, source="dms", external_id="K-1")
    assert refused(lambda: ExternalId.objects.create(customer=other, source="dms", external_id="K-1"))
    assert refused(lambda: ExternalId.objects.create(customer=fang, source="dms", external_id="K-2"))
    assert refused(lambda: ExternalId.objects.create(customer=other, source="dms", external_id=""))
