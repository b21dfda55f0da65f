"""What every test may use."""

from collections.abc import Callable, Iterator
from datetime import datetime

import pytest
from django.conf import settings
from django.utils import translation
from playwright.sync_api import Browser

from complaints.models import Complaint
from core import clock
from tests.browser import chromium
from tests.house import WORKING_HOUR, House, lodge

pytest_plugins = ["tests.plugin", "tests.flushing", "tests.prepared_as_plain"]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One for all tests, since Playwright runs once in a process."""
    with chromium() as browser:
        yield browser


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    """Begin in the house's language: a page asked for in a test before leaves its own behind in the thread."""
    with translation.override(settings.LANGUAGE_CODE):
        yield


@pytest.fixture
def house(db: None) -> House:
    return House()


@pytest.fixture
def at_work() -> Iterator[datetime]:
    """Freeze the clock on a Wednesday morning, while the stores are open."""
    with clock.frozen(WORKING_HOUR):
        yield WORKING_HOUR


@pytest.fixture
def make_complaint(house: House, at_work: datetime) -> Callable[..., Complaint]:
    """Lodge a complaint as the west store's clerk; answers of the intake by name."""

    def make(**answers: object) -> Complaint:
        return lodge(answers.pop("by", house.clerk), **answers)  # type: ignore[arg-type]

    return make
