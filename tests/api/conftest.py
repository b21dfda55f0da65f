"""A client that acts by key, as programs do."""

from collections.abc import Callable

import pytest
from rest_framework.test import APIClient

from accounts.key_actions import create_api_key
from accounts.models import User
from core import clock

Api = Callable[..., APIClient]


@pytest.fixture
def api(db: None) -> Api:
    """`api(user)` or `api(user, scopes=["read"])`; without a user, nobody in particular."""

    def client(user: User | None = None, scopes: tuple[str, ...] | list[str] = ()) -> APIClient:
        client = APIClient(raise_request_exception=False)
        if user is not None:
            _key, secret = create_api_key(user.pk, name="tests", scopes=scopes, now=clock.now(), by=None)
            client.credentials(HTTP_AUTHORIZATION=f"Bearer {secret}")
        return client

    return client


def problem(answer, status, code):
    """The problem document of an answer, after a look at what all of them have."""
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    body = answer.json()
    assert set(body) >= {"type", "title", "status", "detail", "code", "request_id"}
    assert (body["status"], body["code"]) == (status, code)
    assert body["request_id"] == answer["X-Request-ID"]
    return body
