"""A refusal changes nothing: no row is left behind, and none is different."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.apps import apps

from core.errors import Blocked, DomainError

WATCHED = ("complaints", "compensation", "deadlines", "events", "customers")


def rows() -> dict[str, list[dict[str, Any]]]:
    """Everything that an action of this house could write."""
    models = [model for label in WATCHED for model in apps.get_app_config(label).get_models(include_auto_created=True)]
    return {model._meta.label: list(model._default_manager.order_by("pk").values()) for model in models}


@contextmanager
def refused(error: type[Exception], code: str = "") -> Iterator[pytest.ExceptionInfo[Any]]:
    """Expect this refusal, with this code among its reasons, and the database as it was."""
    before = rows()
    with pytest.raises(error) as told:
        yield told
    assert rows() == before
    if code:
        assert code in codes(told.value)


def codes(error: BaseException) -> list[str]:
    if isinstance(error, Blocked):
        return [blocker.code for blocker in error.blockers]
    return [error.code] if isinstance(error, DomainError) else []
