from typing import Any

import pytest
import time_machine
from django.test import Client

from accounts.idle import idle_minutes
from policies.actions import set_policy

START = 1_700_000_000
A_POLL = {"HX-Request": "true", "X-Poll": "1"}


@pytest.fixture
def clerk(client, house):
    client.force_login(house.clerk)
    return house.clerk


def ask(client: Client, minutes: int, **headers: str) -> Any:
    with time_machine.travel(START + minutes * 60, tick=False):
        return client.get("/notifications/bell/", headers=headers)


@pytest.fixture
def at_start():
    # Signing in belongs to the same clock as what follows.
    with time_machine.travel(START, tick=False):
        yield


def test_desk_locks_after_ten_minutes_without_a_touch(at_start, clerk, client):
    assert ask(client, 0).status_code == 200
    assert ask(client, 9).status_code == 200
    assert ask(client, 18).status_code == 200, "a touch begins the time anew"
    assert ask(client, 29).status_code == 302


def test_polls_are_nobodys_touch(at_start, clerk, client):
    ask(client, 0)
    for minute in range(1, 10):
        assert ask(client, minute, **A_POLL).status_code == 200
    locked = ask(client, 11, **A_POLL)
    assert locked.status_code == 401
    assert locked["HX-Redirect"].startswith("/accounts/login/")


def test_others_have_longer(at_start, client, house):
    client.force_login(house.handler)
    ask(client, 0)
    assert ask(client, 119).status_code == 200
    assert ask(client, 240).status_code == 302


def test_policy_says_how_long(house):
    set_policy("session.lock_minutes", 30, by=house.director)
    assert idle_minutes(house.clerk) == 30
    assert idle_minutes(house.handler) == 120


def test_lock_ends_the_sign_in_and_keeps_the_browsers_storage(clerk, client):
    assert client.get("/lock/").status_code == 405
    answer = client.post("/lock/")
    assert answer.status_code == 204
    assert "Clear-Site-Data" not in answer
    assert client.get("/profile/")["Location"] == "/accounts/login/?next=/profile/"


def test_lock_needs_the_pages_token(house):
    client = Client(enforce_csrf_checks=True)
    client.force_login(house.clerk)
    assert client.post("/lock/").status_code == 403


def test_page_knows_when_to_lock(clerk, client):
    assert 'data-idle="600"' in client.get("/profile/").content.decode()
