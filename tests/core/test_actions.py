"""The outermost action tries again when locks collided; nothing else does."""

import pytest
from django.db import IntegrityError, OperationalError, transaction

from core.actions import action


class Flaky:
    def __init__(self, failures: int, error: Exception) -> None:
        self.calls, self.failures, self.error = 0, failures, error

    __name__ = "flaky"

    def __call__(self) -> str:
        self.calls += 1
        if self.calls <= self.failures:
            raise self.error
        return "done"


@pytest.mark.django_db(transaction=True)
def test_a_deadlock_is_tried_again():
    flaky = Flaky(2, OperationalError("deadlock detected"))
    assert action(flaky)() == "done"
    assert flaky.calls == 3


@pytest.mark.django_db(transaction=True)
def test_after_three_tries_it_is_told():
    flaky = Flaky(9, OperationalError("database is locked"))
    with pytest.raises(OperationalError):
        action(flaky)()
    assert flaky.calls == 3


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("error", [OperationalError("server closed the connection"), IntegrityError("duplicate")])
def test_other_errors_are_not(error):
    flaky = Flaky(1, error)
    with pytest.raises(type(error)):
        action(flaky)()
    assert flaky.calls == 1


@pytest.mark.django_db(transaction=True)
def test_an_inner_action_leaves_it_to_the_outermost():
    flaky = Flaky(1, OperationalError("deadlock detected"))
    inner = action(flaky)
    with pytest.raises(OperationalError), transaction.atomic():
        inner()
    assert flaky.calls == 1
