"""Two complaints cross the line of a recurring cause at the same moment: one cause opens, and both belong to it."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import IntegrityError, connection

from complaints.actions import causes as cause_actions
from complaints.models import Cause
from core import clock
from tests.complaints.recurring import again
from tests.house import WORKING_HOUR, House

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def house():
    with clock.frozen(WORKING_HOUR):
        found = House()
        again(found)
        again(found)
        yield found


def lodged_at_once(house, monkeypatch, people=4):
    """All have counted, and found that they cross the line, before any of them opens a cause."""
    together = threading.Barrier(people)
    follow = cause_actions._crossed

    def crossed(complaint):
        together.wait(timeout=20)
        return follow(complaint)

    monkeypatch.setattr(cause_actions, "_crossed", crossed)

    def press(_number):
        try:
            again(house)
        except IntegrityError:
            return "broken"
        finally:
            connection.close()
        return "lodged"

    with ThreadPoolExecutor(people) as desks:
        return sorted(desks.map(press, range(people)))


@pytest.fixture
def numbers_free(monkeypatch):
    """The counter of complaints would let them in one after the other; what is raced for is the cause."""
    from complaints.actions import lodge  # noqa: PLC0415

    numbers = iter(range(1, 100))
    monkeypatch.setattr(lodge, "take_numbers", lambda *args, **kwargs: [f"C-2026-9{next(numbers):05d}"])


def test_two_that_cross_at_once_open_one(house, monkeypatch, numbers_free):
    assert lodged_at_once(house, monkeypatch) == ["lodged"] * 4
    cause = Cause.objects.get()
    assert cause.complaints.count() == 6


def test_without_the_key_they_would_break(house, monkeypatch, numbers_free):
    """The control: it is the key that lets the second find the first one's cause."""
    monkeypatch.setattr(cause_actions, "one_at_a_time", lambda *keys: None)
    told = lodged_at_once(house, monkeypatch)
    assert "broken" in told
    assert Cause.objects.count() == 1
