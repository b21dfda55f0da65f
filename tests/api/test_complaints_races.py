"""Eight programs at the same moment, on a database whose transactions really run side by side. Source: API.md."""

import threading
import uuid
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection

from complaints.models import Complaint, ExternalReference
from events.models import Event
from tests.api.complaints import LEAST, URL, at
from tests.house import House, lodge

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
PROGRAMS = 8


@pytest.fixture
def here() -> House:
    return House()


def at_once(clients, send: Callable[[Any], Any]) -> list[Any]:
    """Let each client send at the same moment."""
    start = threading.Barrier(len(clients))

    def press(client):
        try:
            start.wait()
            return send(client)
        finally:
            connection.close()

    with ThreadPoolExecutor(len(clients)) as presses:
        return list(presses.map(press, clients))


def statuses(answers) -> Counter[int]:
    return Counter(answer.status_code for answer in answers)


def test_one_idempotency_key_is_one_complaint(api, here):
    clients = [api(here.clerk) for _each in range(PROGRAMS)]
    answers = at_once(clients, lambda client: client.post(URL, LEAST, headers={"Idempotency-Key": "same"}))
    assert statuses(answers) == {201: PROGRAMS}
    assert len({answer.content for answer in answers}) == 1
    assert sum("Idempotency-Replayed" in answer for answer in answers) == PROGRAMS - 1
    assert Complaint.objects.count() == 1


def test_one_key_of_the_intake_is_one_complaint(api, here):
    clients = [api(here.clerk) for _each in range(PROGRAMS)]
    body = LEAST | {"key": str(uuid.uuid4())}
    answers = at_once(clients, lambda client: client.post(URL, body))
    assert set(statuses(answers)) <= {200, 201}
    assert len({answer.json()["number"] for answer in answers}) == 1
    assert Complaint.objects.count() == 1


def test_one_id_of_another_system_is_one_complaint(api, here):
    clients = [api(here.clerk) for _each in range(PROGRAMS)]
    answers = at_once(clients, lambda client: client.post(URL, LEAST | {"external_ids": {"dms": "K-1"}}))
    assert statuses(answers) == {201: 1, 409: PROGRAMS - 1}
    assert Complaint.objects.count() == ExternalReference.objects.count() == 1


def test_different_keys_are_different_complaints(api, here):
    """The control: nothing but the key holds them together."""
    clients = [api(here.clerk) for _each in range(PROGRAMS)]
    answers = at_once(clients, lambda client: client.post(URL, LEAST, headers={"Idempotency-Key": str(uuid.uuid4())}))
    assert statuses(answers) == {201: PROGRAMS}
    assert Complaint.objects.count() == PROGRAMS


def test_of_stale_writers_one_wins(api, here):
    complaint = lodge(here.clerk)
    clients = [api(here.clerk) for _each in range(PROGRAMS)]
    seen = clients[0].get(at(complaint))["ETag"]
    titles = iter([f"By {index}" for index in range(PROGRAMS)])
    lock = threading.Lock()

    def write(client):
        with lock:
            title = next(titles)
        return client.patch(at(complaint), {"title": title}, headers={"If-Match": seen})

    answers = at_once(clients, write)
    assert statuses(answers) == {200: 1, 412: PROGRAMS - 1}
    won = next(answer.json()["title"] for answer in answers if answer.status_code == 200)
    complaint.refresh_from_db()
    assert (complaint.title, complaint.version) == (won, 2)
    assert Event.objects.of(complaint).filter(type="complaint.changed").count() == 1


def test_of_those_who_take_it_one_has_it(api, here):
    complaint = lodge(here.clerk)
    people = [here.clerk, here.colleague, here.handler]
    clients = [api(person) for person in people]
    names = {id(client): person.username for client, person in zip(clients, people, strict=True)}
    answers = at_once(clients, lambda client: client.post(at(complaint, "assign"), {"owner": names[id(client)]}))
    assert statuses(answers) == {200: 1, 409: 2}
    complaint.refresh_from_db()
    won = next(answer.json()["owner"] for answer in answers if answer.status_code == 200)
    assert complaint.owner is not None
    assert complaint.owner.username == won


def test_a_step_is_done_once(api, here):
    complaint = lodge(here.clerk, is_taken=True)
    clients = [api(here.clerk) for _each in range(PROGRAMS)]
    body = {"name": "listened", "restated": "Charged twice.", "customer_agreed": True}
    answers = at_once(clients, lambda client: client.post(at(complaint, "transitions"), body))
    assert statuses(answers) == {200: 1, 409: PROGRAMS - 1}
    assert complaint.step_records.count() == 1
