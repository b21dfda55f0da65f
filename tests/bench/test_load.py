"""What is loaded for measuring is what the product itself would have written."""

import pytest
from django.core.management import call_command
from django.urls import reverse

from accounts.models import User
from complaints.models import Complaint
from complaints.queue import counters
from complaints.search import COMPLAINTS, searchable_text
from core import clock
from core.models import Counter
from customers.models import ContactPoint, Customer
from customers.phones import normalized_phone
from customers.search import CUSTOMERS, _texts
from deadlines.models import Deadline
from deadlines.rebuild import differences
from events.models import EventHead
from tests.bench.load import load
from tests.house import lodge

SIZE = 300


@pytest.fixture
def firm(db: None):
    return load(SIZE)


def test_load_is_what_the_product_would_have_written(firm, client):
    complaints = list(Complaint.objects.select_related("sale", "customer"))
    assert len(complaints) == SIZE
    assert 0.1 < sum(one.is_open for one in complaints) / SIZE < 0.35
    assert [fault for one in complaints for fault in differences(one)] == []
    call_command("verify_events")
    for one in complaints:
        # Nobody recorded what came by the web form, and most have no reason for class 2: no form would take that.
        one.full_clean(exclude=["triage", "recorded_by"])
    nearest = Deadline.objects.next_due("complaint", [one.pk for one in complaints])
    for one in complaints:
        expected = nearest[one.pk].due_at if one.is_open and one.pk in nearest else None
        assert one.next_due_at == expected, one.number


def test_loaded_customers_and_phones(firm):
    for point in ContactPoint.objects.filter(kind="phone"):
        assert point.normalized == normalized_phone(point.typed)
    for one in Customer.objects.all():
        assert one.bought_total == sum(sale.amount for sale in one.sales.all())
        one.full_clean()


def test_loaded_ones_are_found(firm):
    complaint = Complaint.objects.filter(description__contains="退款").first()
    assert complaint.pk in COMPLAINTS.match("退款")
    customer = Customer.objects.filter(sales__isnull=False).first()
    for table, pk, texts in (
        (COMPLAINTS, complaint.pk, [searchable_text(complaint)]),
        (CUSTOMERS, customer.pk, _texts(customer)),
    ):
        before = row_of(table, pk)
        table.put(pk, *texts)
        assert row_of(table, pk) == before


def row_of(table, pk):
    with table._engine.connection.cursor() as cursor:
        cursor.execute(f"SELECT words, folded FROM {table.name} WHERE {table._engine.key} = %s", [pk])
        return cursor.fetchone()


def test_work_goes_on_after_a_load(firm, client):
    clerk = User.objects.get(username="clerk")
    client.force_login(clerk, backend="accounts.backends.RoleBackend")
    assert counters(clerk, "all", now=clock.now()).open == Complaint.objects.visible_to(clerk).open().count() > 0
    visible = Complaint.objects.visible_to(clerk)
    first = visible.open().order_by("next_due_at")[0]
    assert first.number in client.get(reverse("complaints:queue")).content.decode()
    for one in visible:
        assert client.get(reverse("complaints:detail", args=[one.number])).status_code == 200, one.number
    last = {row.year: row.last for row in Counter.objects.all()}
    made = lodge(clerk)
    year, number = int(made.number.split("-")[1]), int(made.number.split("-")[2])
    assert number == last.get(year, 0) + 1
    assert EventHead.objects.filter(subject_type="complaint", subject_id=made.pk).exists()
    call_command("verify_events")
