"""Two desks at once."""

import threading
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection

from core.errors import Conflict
from core.search.table import clear_search_tables
from customers.actions import create_customer, find_or_create_customer
from customers.models import Customer, Sale
from customers.told import Buyer, record_told_sale


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_desks_that_record_one_caller_find_one_customer():
    start = threading.Barrier(6)

    def record() -> None:
        start.wait()
        try:
            find_or_create_customer("王芳", phone="138 0571 6620", email="fang@example.com", by=None)
        finally:
            connection.close()

    desks = [threading.Thread(target=record) for _ in range(6)]
    for desk in desks:
        desk.start()
    for desk in desks:
        desk.join()
    assert Customer.objects.count() == 1
    clear_search_tables()


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_new_sale_told_by_many_at_once_is_one_sale_of_one_new_customer():
    start = threading.Barrier(6)
    answers: list[bool] = []

    def tell() -> None:
        start.wait()
        try:
            what: Any = {"product_name": "Unit", "amount": Decimal(100), "sold_at": datetime(2026, 11, 1, tzinfo=UTC)}
            answers.append(record_told_sale("dms", "A-1", buyer=Buyer("陈小姐", "13800138000"), by=None, **what)[1])
        finally:
            connection.close()

    tellers = [threading.Thread(target=tell) for _ in range(6)]
    for teller in tellers:
        teller.start()
    for teller in tellers:
        teller.join()
    assert sorted(answers) == [False] * 5 + [True]
    assert (Customer.objects.count(), Sale.objects.count()) == (1, 1)
    assert Customer.objects.get().bought_total == 100
    clear_search_tables()


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_of_many_customers_with_one_foreign_id_one_is_recorded():
    start = threading.Barrier(6)
    refused: list[str] = []

    def record(number: int) -> None:
        start.wait()
        try:
            create_customer(f"Customer {number}", external_ids={"dms": "K-17"}, by=None)
        except Conflict as refusal:
            refused.append(refusal.code)
        finally:
            connection.close()

    systems = [threading.Thread(target=record, args=[number]) for number in range(6)]
    for system in systems:
        system.start()
    for system in systems:
        system.join()
    assert refused == ["duplicate"] * 5
    assert Customer.objects.count() == 1
    clear_search_tables()
