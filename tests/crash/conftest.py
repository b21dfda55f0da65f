"""Crash tests kill real processes; they run by `make crash` only."""

from collections.abc import Iterator

import pytest

from tests.crash import figures
from tests.crash.place import Place, installation


@pytest.fixture
def place() -> Iterator[Place]:
    with installation() as made:
        yield made


@pytest.fixture(scope="session", autouse=True)
def keep_figures() -> Iterator[None]:
    yield
    if figures.measured:
        figures.write()
