"""A house with events in it."""

import itertools
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.db import connection, transaction

from events import registry, subscribe
from events.log import record_event
from events.models import Event
from events.triggers import lifted

HAPPENED = "test.happened"


@pytest.fixture(autouse=True)
def own_kinds(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let each test announce and subscribe without leaving anything behind."""
    monkeypatch.setattr(registry, "_kinds", dict(registry._kinds))
    monkeypatch.setattr(subscribe, "_subscriptions", {k: list(v) for k, v in subscribe._subscriptions.items()})
    registry.announce(HAPPENED, "{actor} did {what}")


@pytest.fixture
def make_user() -> Callable[..., Any]:
    numbers = itertools.count(1)

    def make(**fields: Any) -> Any:
        number = next(numbers)
        named = {"username": f"user{number}", "name": f"User {number}", **fields}
        return get_user_model()._default_manager.create(**named)

    return make


@pytest.fixture
def happen(make_user: Callable[..., Any]) -> Callable[..., list[Event]]:
    """Record events: so many for each of so many new subjects, in turns."""

    def record(subjects: int = 1, each: int = 1) -> list[Event]:
        users = [make_user() for _ in range(subjects)]
        with transaction.atomic():
            return [
                record_event(HAPPENED, user, by=user, what=f"步骤 {step}") for step in range(each) for user in users
            ]

    return record


@pytest.fixture
def execute() -> Callable[..., None]:
    """Run SQL behind the application's back, as somebody with the database's password would."""

    def run(sql: str, *values: Any) -> None:
        with lifted(), connection.cursor() as cursor:
            cursor.execute(sql, values)

    return run
