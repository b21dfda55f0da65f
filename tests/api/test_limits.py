"""How many requests a minute, and that every answer says so."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
import time_machine
from django.test import Client

from api.throttling import counted
from tests.api.conftest import problem

ME = "/api/v1/me"
# In the middle of a minute.
AT = 1_700_000_010


@pytest.fixture(autouse=True)
def limits(settings):
    settings.API_RATE_PER_MINUTE, settings.API_ANONYMOUS_RATE_PER_MINUTE = 5, 3
    with time_machine.travel(AT, tick=False) as traveller:
        yield traveller


def standing(answer):
    return tuple(int(answer[f"RateLimit-{name}"]) for name in ("Limit", "Remaining", "Reset"))


def test_every_answer_counts_down(api, house):
    client = api(house.clerk)
    left = 60 - AT % 60
    assert standing(client.get(ME)) == (5, 4, left)
    assert standing(client.post(ME)) == (5, 3, left)
    assert standing(client.get(f"{ME}?nothing=1")) == (5, 2, left)


def test_too_many_are_told_when_to_come_again(api, house, limits):
    client = api(house.clerk)
    for _ in range(5):
        assert client.get(ME).status_code == 200
    refused = client.get(ME)
    problem(refused, 429, "too_many_requests")
    assert int(refused["Retry-After"]) == 60 - AT % 60
    assert standing(refused)[1] == 0
    limits.shift(60)
    assert client.get(ME).status_code == 200


def test_one_caller_takes_nothing_from_another(api, house):
    first, second = api(house.clerk), api(house.clerk)
    for _ in range(6):
        first.get(ME)
    assert first.get(ME).status_code == 429
    assert second.get(ME).status_code == 200, "each key has its own"


def test_sessions_count_by_user(house):
    clients = [Client(), Client()]
    for client in clients:
        client.force_login(house.clerk)
    assert [clients[turn % 2].get(ME).status_code for turn in range(6)] == [200] * 5 + [429]


@pytest.mark.parametrize("path", [ME, "/api/v1/nothing", "/api/v1/health/live"])
def test_nobody_in_particular_counts_by_address(house, path):
    client = Client()
    answers = [client.get(path) for _ in range(4)]
    assert [standing(answer)[:2] for answer in answers] == [(3, 2), (3, 1), (3, 0), (3, 0)]
    problem(answers[-1], 429, "too_many_requests")
    assert Client(REMOTE_ADDR="192.0.2.7").get(path).status_code != 429


def test_guessing_a_key_does_not_pay(house):
    client = Client()
    told = [client.get(ME, headers={"Authorization": f"Bearer ck_guess{turn}"}).status_code for turn in range(5)]
    assert told == [401, 401, 401, 429, 429]


def test_a_forged_address_changes_nothing(house, settings):
    told = [Client().get(ME, headers={"X-Forwarded-For": f"192.0.2.{turn}"}).status_code for turn in range(5)]
    assert told == [401, 401, 401, 429, 429]
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    # What our own proxy added last is believed, what stood there before is not.
    for turn in range(3):
        assert Client().get(ME, headers={"X-Forwarded-For": f"10.0.0.{turn}, 192.0.2.9"}).status_code == 401
    assert Client().get(ME, headers={"X-Forwarded-For": "10.0.0.9, 192.0.2.9"}).status_code == 429
    assert Client().get(ME, headers={"X-Forwarded-For": "10.0.0.9, 192.0.2.10"}).status_code == 401
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 3
    assert Client(REMOTE_ADDR="192.0.2.20").get(ME, headers={"X-Forwarded-For": "x"}).status_code == 401


def test_a_burst_does_not_outrun_the_counter():
    start = threading.Barrier(16)

    def take(_):
        start.wait()
        return [counted("burst", 40).is_over for _ in range(10)]

    with ThreadPoolExecutor(16) as people:
        told = [each for row in people.map(take, range(16)) for each in row]
    assert told.count(False) == 40
