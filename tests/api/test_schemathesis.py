"""The whole document against the real application: whatever is sent, no fault of ours and no answer outside of it."""

import json
import logging
import zlib
from collections.abc import Callable, Iterator
from typing import Any

import hypothesis
import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, transaction
from hypothesis import HealthCheck, Phase
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from accounts.key_actions import create_api_key
from api.nouns.document import drawn
from core import clock
from customers.actions import create_customer
from deadlines.health import REGULAR
from deadlines.models import SweepHeartbeat
from tests.house import lodge

# What may not happen. Whether a body of the right shape is also right is for the rules of the business to say.
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
EXAMPLES = 3
MODES = [GenerationMode.POSITIVE, GenerationMode.NEGATIVE]
Send = Callable[[Case[Any]], None]


class Unkept(Exception):
    """Takes back what one example did, so that the next one meets the same house."""


@pytest.fixture
def quiet(settings) -> Iterator[None]:
    """Thousands of requests: without limits, without counted statements, without a log."""
    settings.API_RATE_PER_MINUTE = 1_000_000
    settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if not name.startswith("zeal.")]
    logging.disable(logging.CRITICAL)
    for signal in (request_started, request_finished):
        # As Django's own client does: the test's transaction must not end with the request.
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)
    logging.disable(logging.NOTSET)


@pytest.fixture
def send(house, at_work, quiet) -> Send:
    complaint = lodge(house.clerk)
    customer = create_customer("Fang", phones=["138 0571 6621"], by=house.clerk)
    _key, secret = create_api_key(house.manager.pk, name="fuzz", now=clock.now(), by=None)
    # Without a sweep the house is not ready, which 503 rightly says.
    SweepHeartbeat.objects.create(trigger=REGULAR, completed_at=clock.now())
    known = {"number": complaint.number, "id": customer.pk, "customer_id": customer.pk}

    def send(case: Case[Any]) -> None:
        for name in set(known) & set(case.path_parameters or {}):
            # Mostly what is there: an invented number leads no further than 404.
            if zlib.crc32(repr(case.path_parameters[name]).encode()) % 4:
                case.path_parameters[name] = known[name]
        try:
            with transaction.atomic():
                response = case.call(headers={"Authorization": f"Bearer {secret}"})
                case.validate_response(response, checks=CHECKS)
                raise Unkept
        except Unkept:
            pass

    return send


def failures(app: Any, send: Send, examples: int = EXAMPLES, only: str = "") -> dict[str, str]:
    """Every operation with what was found wrong, none where all is well."""
    document = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", app)
    found = {}
    for result in document.get_all_operations():
        operation = result.ok()
        name = f"{operation.method.upper()} {operation.path}"
        for mode in MODES:
            if only and only != name:
                continue

            @hypothesis.seed(1)
            @hypothesis.settings(
                max_examples=examples,
                deadline=None,
                derandomize=True,
                database=None,
                phases=[Phase.generate],
                suppress_health_check=list(HealthCheck),
            )
            @hypothesis.given(case=operation.as_strategy(generation_mode=mode))
            def each(case: Case[Any]) -> None:
                send(case)

            try:
                each()
            except hypothesis.errors.Unsatisfiable:
                # Nothing about it can be wrong.
                continue
            except (Exception, FailureGroup) as error:
                found[f"{name} {mode.value}"] = str(error)[:1500]
    return found


def test_no_request_makes_a_fault_or_an_answer_outside_the_document(send):
    found = failures(get_wsgi_application(), send)
    assert not found, "\n\n".join(f"{name}\n{error}" for name, error in found.items())


def answering(status: str, body: bytes) -> Callable[..., Any]:
    """The application, but for one address."""
    app = get_wsgi_application()

    def changed(environ: Any, start_response: Any) -> Any:
        if environ["PATH_INFO"] != "/api/v1/me":
            return app(environ, start_response)
        start_response(status, [("Content-Type", "application/json")])
        return [body]

    return changed


@pytest.mark.parametrize(
    ("status", "body"),
    [("500 Broken", b"{}"), ("418 Teapot", b"{}"), ("200 OK", b'{"id": "seven"}'), ("404 Not Found", b"{}")],
)
def test_such_an_answer_would_be_found(send, status, body):
    """The control."""
    assert failures(answering(status, body), send, examples=1, only="GET /api/v1/me")


def test_the_document_is_tried_whole():
    operations = [operation for item in json.loads(drawn())["paths"].values() for operation in item.values()]
    document = schemathesis.openapi.from_dict(json.loads(drawn()))
    assert len([result.ok() for result in document.get_all_operations()]) == len(operations) > 6
