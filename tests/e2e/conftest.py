"""One running product and one browser for all tests here; each test has contexts of its own."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.e2e.installation import Installation, running
from tests.e2e.visitors import OpenPage, Visitors

A_MINUTE = {"clock": "24x7", "length": {"1": "PT1M", "2": "PT1M"}, "rungs": [{"at": 1.0, "to": "supervisor"}]}


@pytest.fixture(scope="session")
def product() -> Iterator[Installation]:
    with running() as product:
        yield product


@pytest.fixture(scope="session")
def visitors(browser: Browser, product: Installation) -> Visitors:
    return Visitors(browser, product)


@pytest.fixture
def open_page(visitors: Visitors) -> Iterator[OpenPage]:
    """Open a page as somebody: `open_page("frontdesk1", language="zh")`. Nothing may complain on its console."""
    contexts = []

    def open_as(username: str = "", **how: Any) -> Page:
        contexts.append(visitors.context(username, **how))
        return contexts[-1].new_page()

    visitors.troubles.clear()
    yield open_as
    for context in contexts:
        context.close()
    assert visitors.troubles == []


@pytest.fixture
def quick_promise(product: Installation) -> Iterator[None]:
    """Somebody must own a complaint within a minute, day and night: no policy can be shorter."""
    usual = product.do("policy", key="deadline.owned")
    product.do("change_policy", key="deadline.owned", value=A_MINUTE)
    yield
    product.do("change_policy", key="deadline.owned", value=usual)
