"""Owner, recorder and sale are the same as if they had been joined, and are asked for no more."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from complaints.actions.ownership import assign_complaint
from complaints.around import read_around
from complaints.models import Complaint
from customers.models import Sale


def read(complaint):
    row = Complaint.objects.get(pk=complaint.pk)
    read_around(row)
    with CaptureQueriesContext(connection) as asked:
        found = row.owner, row.recorded_by, row.sale
        roles = [person.role_set for person in found[:2] if person is not None]
    assert not asked.captured_queries
    return found, roles


def test_nobody_owns_it_and_nothing_was_sold(house, make_complaint):
    assert read(make_complaint()) == ((None, house.clerk, None), [{"front_desk"}])


def test_owner_and_recorder_with_their_roles(house, make_complaint):
    complaint = make_complaint()
    assign_complaint(complaint.pk, owner=house.handler, by=house.supervisor)
    assert read(complaint) == ((house.handler, house.clerk, None), [{"handler"}, {"front_desk"}])


@pytest.mark.parametrize("recorded_by", ["clerk", None])
def test_one_person_or_a_program(house, make_complaint, recorded_by):
    complaint = make_complaint()
    recorder = recorded_by and house.clerk
    Complaint.objects.filter(pk=complaint.pk).update(owner=recorder, recorded_by=recorder)
    assert read(complaint)[0] == (recorder, recorder, None)


def test_sale(house, make_complaint, at_work):
    complaint = make_complaint()
    told = {"source": "till", "external_id": "A-1", "product_name": "Kettle", "currency": "CNY"}
    sale = Sale.objects.create(customer=complaint.customer, sold_at=at_work, amount=1, **told)
    Complaint.objects.filter(pk=complaint.pk).update(sale=sale)
    assert read(complaint)[0][2] == sale
