"""People who may and may not change policies."""

from typing import Any

import pytest

from accounts.models import RoleGrant, User
from accounts.roles import Role
from policies import reading


def _person(role: Role) -> User:
    user = User.objects.create(username=role.value, name=str(role.label), is_staff=True)
    RoleGrant.objects.create(user=user, role=role)
    return user


@pytest.fixture
def manager(db: None) -> User:
    return _person(Role.MANAGER)


@pytest.fixture
def supervisor(db: None) -> User:
    return _person(Role.SUPERVISOR)


@pytest.fixture
def auditor(db: None) -> User:
    return _person(Role.AUDITOR)


@pytest.fixture(autouse=True)
def nothing_remembered() -> Any:
    assert reading._memory.get() is None
