"""Between transactional tests the database is emptied, which the triggers of the log rightly refuse."""

from collections.abc import Iterator

import pytest
from django.test import TransactionTestCase

from core.search.table import clear_search_tables
from events import triggers


@pytest.fixture(scope="session", autouse=True)
def log_may_be_emptied_between_tests() -> Iterator[None]:
    """Lift the triggers around each flush, and only there."""
    flush = TransactionTestCase._fixture_teardown  # type: ignore[attr-defined]

    def flush_without_triggers(case: TransactionTestCase) -> None:
        with triggers.lifted():
            flush(case)
        # A flush knows models only.
        clear_search_tables()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", flush_without_triggers)
        yield
