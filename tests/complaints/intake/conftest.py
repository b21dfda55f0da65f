"""A clerk before the form."""

from collections.abc import Callable

import pytest
from django.test import Client

from complaints.models import Complaint
from complaints.opening import calendar_at
from tests.complaints.intake.answers import KEY, NEW, REST, THREE, errors_of
from tests.house import House


@pytest.fixture
def page(client: Client, house: House, at_work) -> Client:
    # The first look at a calendar keeps a copy of it, also when what follows is refused.
    calendar_at(house.calendar)
    client.force_login(house.clerk)
    return client


@pytest.fixture
def save(page: Client) -> Callable[..., Complaint]:
    def press(**answers) -> Complaint:
        response = page.post(NEW, {**THREE, **REST, **answers})
        assert response.status_code == 302, errors_of(response)
        return Complaint.objects.get(intake_key=answers.get("draft", KEY))

    return press
