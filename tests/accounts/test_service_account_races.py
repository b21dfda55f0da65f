"""Two managers at once; and a manager beside an administrator."""

import threading
from collections.abc import Callable
from contextlib import suppress
from functools import partial

import pytest
from django.db import connection

from accounts import service_actions
from accounts.models import Department, RightsRequest, RoleGrant, ServiceAccount
from accounts.roles import Role
from accounts.service_accounts import waiting_request
from accounts.service_actions import ask_for_rights, confirm_rights, refuse_rights
from core.errors import Conflict
from events.models import Event
from tests.accounts.programs import make_program
from tests.house import House

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def at_once(*acts: Callable[[], object]) -> list[str]:
    """What became of each, begun at the same moment in a thread of its own."""
    start, came = threading.Barrier(len(acts)), list[str]()

    def run(act: Callable[[], object]) -> None:
        start.wait()
        try:
            act()
            came.append("done")
        except Conflict as conflict:
            came.append(conflict.code)
        except Exception as error:
            came.append(type(error).__name__)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[act]) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(came)


def decide(house: House, round_: int) -> list[str]:
    """One manager confirms, the other refuses."""
    request = waiting_request(make_program(house, username=f"program{round_}"))
    assert request is not None
    return at_once(
        lambda: confirm_rights(request.pk, by=house.director),
        lambda: refuse_rights(request.pk, reason="No", by=house.manager),
    )


def decisions() -> list[int]:
    """How often each request was decided, by the log."""
    rows = Event.objects.filter(type__in=["user.rights_confirmed", "user.rights_refused"])
    subjects = list(rows.values_list("subject_id", flat=True))
    return [subjects.count(pk) for pk in set(subjects)]


def test_of_two_managers_one_decides_and_the_other_is_told():
    house = House()
    for round_ in range(8):
        assert decide(house, round_) == ["already_decided", "done"]
    assert decisions() == [1] * 8
    for request in RightsRequest.objects.all():
        held = RoleGrant.objects.filter(user=request.account_id).exists()
        assert held == (request.state == "confirmed")


def test_what_is_replaced_in_the_same_moment_is_never_given():
    """Whoever is first: the roles held are those of a request that was confirmed while it waited."""
    house = House()
    for round_ in range(8):
        account = make_program(house, username=f"program{round_}")
        request = waiting_request(account)
        assert request is not None
        came = at_once(
            lambda: confirm_rights(request.pk, by=house.director),  # noqa: B023
            lambda: ask_for_rights(
                account.pk,  # noqa: B023
                expected_version=account.version,  # noqa: B023
                roles=[Role.HANDLER],
                department=house.west,
                by=house.administrator,
            ),
        )
        assert came in (["account_changed", "done"], ["already_decided", "done"]), came
        held = set(RoleGrant.objects.filter(user=account.pk).values_list("role", flat=True))
        request.refresh_from_db()
        assert held == ({"sales_manager"} if request.state == "confirmed" else set())


@pytest.mark.parametrize("is_locked", [True, False])
def test_it_is_the_lock_that_decides(monkeypatch, is_locked):
    """The control: both have looked at the request before either writes, if nothing keeps one of them waiting."""
    together, check = threading.Barrier(2, timeout=2), service_actions.check_works_there

    def after_both_looked(department: Department) -> None:
        with suppress(threading.BrokenBarrierError):
            together.wait()
        check(department)

    house = House()
    request = waiting_request(make_program(house))
    assert request is not None
    monkeypatch.setattr(service_actions, "check_works_there", after_both_looked)
    if not is_locked:
        monkeypatch.setattr(service_actions, "_locked", lambda pk, version=None: ServiceAccount.objects.get(pk=pk))
    came = at_once(*(partial(confirm_rights, request.pk, by=by) for by in (house.director, house.manager)))
    assert (came == ["already_decided", "done"]) == is_locked, came
