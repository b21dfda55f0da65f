"""Two desks at once."""

import threading

import pytest
from django.db import connection

from core.search.table import clear_search_tables
from customers.actions import find_or_create_customer
from customers.models import Customer


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
