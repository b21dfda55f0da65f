"""Two presses at the same moment: one complaint, on a database whose transactions really run side by side."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from complaints.models import Complaint
from customers.models import Customer
from tests.house import House

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
NEW = reverse("complaints:new")


@pytest.mark.parametrize("is_known", [False, True])
def test_two_presses_at_once_are_one_complaint(is_known: bool):
    house = House()
    told = {"draft": "7d2f3c4e-1111-4000-8000-000000000009", "description": "Charged twice.", "channel": "in_person"}
    told |= {"name": "Emily Carter", "phone": "138 0571 6620"}
    pages = []
    for _each in range(4):
        page = Client()
        page.force_login(house.clerk)
        pages.append(page)
    if is_known:
        pages[0].post(NEW, {**told, "draft": "7d2f3c4e-1111-4000-8000-000000000008"})
        told["customer"] = str(Customer.objects.get().pk)
    start = threading.Barrier(len(pages))

    def press(page: Client) -> tuple[int, str]:
        try:
            start.wait()
            response = page.post(NEW, told)
            return response.status_code, response.get("Location", "")
        finally:
            connection.close()

    with ThreadPoolExecutor(len(pages)) as presses:
        answers = set(presses.map(press, pages))
    saved = Complaint.objects.get(intake_key=told["draft"])
    assert answers == {(302, reverse("complaints:desk", args=[saved.number]))}
