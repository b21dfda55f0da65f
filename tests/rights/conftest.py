"""A house around one person of the role a test is about."""

from collections.abc import Callable

import pytest
from django.core.cache import cache

from accounts.roles import Role
from tests.hostile.conftest import quick
from tests.house import House
from tests.rights.world import World

__all__ = ["quick"]


@pytest.fixture
def make_world(house: House, at_work: object) -> Callable[[Role], World]:
    def make(role: Role) -> World:
        cache.clear()
        return World(house, role)

    return make
