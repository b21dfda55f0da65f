"""Whose matters a user may read, and how much they may give away."""

from decimal import Decimal

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import IntegrityError

from accounts.authority import own_limit
from accounts.models import Department, User
from accounts.roles import Role, permissions, roles_with
from accounts.scope import NOBODY, scope_of
from policies.actions import set_policy
from tests.house import House, make_user


def read_again(user: User) -> User:
    return User.objects.select_related("department").get(pk=user.pk)


def test_a_department_and_all_below_it(house: House):
    assert set(scope_of(house.clerk).department_ids) == {house.west.pk}
    assert set(scope_of(house.manager).department_ids) == {house.region.pk, house.west.pk, house.east.pk}
    assert not scope_of(house.manager).sees_all


def test_head_office_and_the_auditor_see_all(house: House):
    assert scope_of(house.director).sees_all
    assert scope_of(house.auditor).sees_all
    assert scope_of(make_user("audit", house.west, Role.AUDITOR)).sees_all


def test_a_path_that_begins_alike_is_another_department(house: House):
    """Department 1/2/3 is not above 1/2/33."""
    Department.objects.filter(pk=house.east.pk).update(path=f"{house.west.path.rstrip('/')}3/")
    assert set(scope_of(read_again(house.clerk)).department_ids) == {house.west.pk}


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.DEPARTMENT_STAFF])
def test_who_has_no_say_in_cases_reads_none(house: House, role):
    scope = scope_of(make_user("other", house.office, role))
    assert (scope.may_read, scope.sees_all, scope.department_ids) == (False, False, ())


def test_nobody_without_an_active_account(house: House):
    assert scope_of(AnonymousUser()) == NOBODY  # type: ignore[arg-type]
    house.clerk.is_active = False
    assert scope_of(house.clerk) == NOBODY


def test_who_has_no_department_reaches_none(house: House):
    scope = scope_of(make_user("floating", None, Role.HANDLER))
    assert (scope.may_read, scope.sees_all, scope.department_ids) == (True, False, ())


def test_hidden_is_what_is_about_oneself_or_the_head_of_ones_department(house: House):
    assert scope_of(house.clerk).hidden_subject_ids == (house.clerk.pk,)
    house.west.head = house.supervisor
    house.west.save()
    assert set(scope_of(read_again(house.clerk)).hidden_subject_ids) == {house.clerk.pk, house.supervisor.pk}
    assert scope_of(read_again(house.manager)).hidden_subject_ids == (house.manager.pk,)


def test_the_auditor_reads_about_their_own_head_but_not_about_themselves(house: House):
    house.office.head = house.director
    house.office.save()
    assert scope_of(read_again(house.auditor)).hidden_subject_ids == (house.auditor.pk,)


def test_rights_taken_away_work_at_the_next_reading(house: House):
    assert scope_of(house.clerk).may_read
    house.clerk.role_grants.all().delete()
    assert not scope_of(read_again(house.clerk)).may_read


def test_authority_is_the_highest_limit_of_the_roles_held(house: House):
    assert own_limit(house.clerk) == Decimal(200)
    assert own_limit(make_user("both", house.west, Role.FRONT_DESK, Role.SUPERVISOR)) == Decimal(5000)
    assert own_limit(house.director) == Decimal(50000)
    assert own_limit(house.auditor) == own_limit(house.administrator) == Decimal(0)
    limits = {"front_desk": "300", "handler": "500", "supervisor": "5000", "manager": "50000"}
    set_policy("authority.limits", limits, by=None)
    assert own_limit(house.clerk) == Decimal(300)


def test_nobody_can_be_made_a_superuser(house: House):
    with pytest.raises(IntegrityError):
        User.objects.filter(pk=house.clerk.pk).update(is_superuser=True)


def test_roles_alone_give_permissions(house: House):
    for permission, roles in permissions().items():
        for user in house.everybody:
            assert user.has_perm(permission) is bool(user.role_set & roles), (permission, user.username)
    assert roles_with("complaints.no_such_thing") == frozenset()
    assert not house.administrator.has_perm("complaints.no_such_thing")


def test_the_admin_asks_about_its_models_and_gets_the_same_answer(house: House):
    for verb in ("add", "change", "view", "delete"):
        assert house.administrator.has_perm(f"accounts.{verb}_department")
        assert not house.director.has_perm(f"accounts.{verb}_department")
        assert house.director.has_perm(f"complaints.{verb}_category")
        for label in ("customers.{}_customer", "complaints.{}_complaint", "events.{}_event", "auth.{}_group"):
            assert not any(user.has_perm(label.format(verb)) for user in house.everybody)
