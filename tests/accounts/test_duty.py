"""Who is there to be asked: up the tree, without those away, with who acts for them."""

from datetime import timedelta

import pytest

from accounts.duty import head_office_managers, on_duty
from accounts.models import Delegation
from accounts.roles import Role
from tests.house import WORKING_HOUR, House, make_user

DAY = timedelta(days=1)


def away(user, delegate=None, start=-DAY, end=DAY) -> None:
    Delegation.objects.create(
        delegator=user, delegate=delegate, starts_at=WORKING_HOUR + start, ends_at=WORKING_HOUR + end
    )


def asked(house: House, role=Role.SUPERVISOR, place="west", **options) -> set[str]:
    return {user.username for user in on_duty(role, getattr(house, place), now=WORKING_HOUR, **options)}


def test_all_holders_in_the_nearest_department_upwards(house: House):
    make_user("second", house.west, Role.SUPERVISOR)
    make_user("above", house.region, Role.SUPERVISOR)
    assert asked(house) == {"supervisor", "second"}
    assert asked(house, place="east") == {"eastsupervisor"}
    assert asked(house, place="region") == {"above"}
    assert asked(house, Role.MANAGER) == {"manager"}
    assert asked(house, Role.MANAGER, "office") == {"director"}


def test_nobody_where_there_is_none(house: House):
    assert asked(house, Role.SERVICE_ADVISOR) == set()
    assert asked(house, Role.HANDLER, "office") == set()


def test_who_is_closed_is_not_asked(house: House):
    house.supervisor.is_active = False
    house.supervisor.save()
    make_user("above", house.region, Role.SUPERVISOR)
    assert asked(house) == {"above"}


def test_who_is_away_is_replaced_by_who_acts_for_them(house: House):
    away(house.supervisor, house.handler)
    assert asked(house) == {"handler"}


def test_an_absence_holds_only_between_its_instants(house: House):
    away(house.supervisor, house.handler, start=-2 * DAY, end=timedelta(0))
    assert asked(house) == {"supervisor"}
    away(house.supervisor, house.handler, start=timedelta(0), end=DAY)
    assert asked(house) == {"handler"}


@pytest.mark.parametrize("delegate", [None, "closed", "away too"])
def test_where_nobody_acts_the_department_is_passed_over(house: House, delegate):
    make_user("above", house.region, Role.SUPERVISOR)
    away(house.supervisor, house.handler if delegate else None)
    if delegate == "closed":
        house.handler.is_active = False
        house.handler.save()
    if delegate == "away too":
        away(house.handler, house.clerk)
    assert asked(house) == {"above"}


def test_who_acts_for_a_colleague_that_is_there_too_is_asked_once(house: House):
    second = make_user("second", house.west, Role.SUPERVISOR)
    away(house.supervisor, second)
    assert [user.username for user in on_duty(Role.SUPERVISOR, house.west, now=WORKING_HOUR)] == ["second"]


def test_who_must_not_see_it_is_skipped_and_so_is_who_acts_for_them(house: House):
    make_user("above", house.region, Role.SUPERVISOR)
    assert asked(house, exclude_ids={house.supervisor.pk}) == {"above"}
    away(house.supervisor, house.handler)
    assert asked(house, exclude_ids={house.supervisor.pk}) == {"above"}
    assert asked(house, exclude_ids={house.handler.pk}) == {"above"}


def test_managers_of_head_office(house: House):
    assert head_office_managers(now=WORKING_HOUR) == [house.director]
    assert head_office_managers(now=WORKING_HOUR, exclude_ids={house.director.pk}) == []


def test_no_head_office_no_managers(db):
    assert head_office_managers(now=WORKING_HOUR) == []


def test_few_statements_however_deep_the_tree(house: House, django_assert_max_num_queries):
    away(house.supervisor, house.handler)
    with django_assert_max_num_queries(4):
        on_duty(Role.SUPERVISOR, house.west, now=WORKING_HOUR)
