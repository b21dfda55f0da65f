"""A client that a public generator makes of the document, against a live server: what it knows is all there is."""

import importlib
import json
import os
import pkgutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import attrs
import pytest

from api.nouns.document import drawn
from tests.api.program import make_key
from tests.house import House

pytestmark = pytest.mark.django_db(transaction=True)
NAME = "complaints_client"
# The generator keeps what it was not told of in the same place as what may have any name.
MAPS = ("ExternalIds", "Data")


@pytest.fixture(scope="module")
def package(tmp_path_factory) -> Iterator[Any]:
    folder = tmp_path_factory.mktemp("client")
    document = folder / "openapi.json"
    document.write_bytes(drawn())
    generate(document, folder / NAME)
    sys.path.insert(0, str(folder))
    yield importlib.import_module(NAME)
    sys.path.remove(str(folder))
    for name in [name for name in sys.modules if name.split(".")[0] == NAME]:
        del sys.modules[name]


def generate(document: Path, to: Path) -> None:
    """Whatever the generator cannot express fails."""
    # As docs/integrate.md has it: a paper comes as a file.
    config = to.parent / "client.yml"
    config.write_text("content_type_overrides: {application/pdf: application/octet-stream}\n")
    words = ["generate", "--path", document, "--output-path", to, "--meta", "none", "--fail-on-warning"]
    words += ["--config", config]
    done = subprocess.run(
        [sys.executable, "-m", "openapi_python_client", *map(str, words)],
        env={**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    assert "warning" not in (done.stdout + done.stderr).lower(), done.stdout[-3000:]


@pytest.fixture
def house(transactional_db) -> House:
    return House()


@pytest.fixture
def acting_as(package, house, at_work, live_server) -> Callable[[str], Any]:
    def client(username: str) -> Any:
        return package.AuthenticatedClient(
            base_url=live_server.url,
            token=make_key(username),
            raise_on_unexpected_status=True,
            httpx_args={"trust_env": False},
        )

    return client


def call(operation: str, *arguments: Any, **named: Any) -> Any:
    """Call an operation by its name in the document; the answer has what was parsed, and what came."""
    tag = "root_causes" if operation.startswith("root_causes") else operation.partition("_")[0]
    answer = importlib.import_module(f"{NAME}.api.{tag}.{operation}").sync_detailed(*arguments, **named)
    if answer.content and b"{" in answer.content:
        told = answer.parsed if isinstance(answer.parsed, list) else [answer.parsed]
        assert all(attrs.has(type(each)) for each in told), answer.content
        assert list(undocumented(told)) == []
        assert [type(each).from_dict(each.to_dict()) for each in told] == told
    return answer


def undocumented(value: Any, where: str = "") -> Iterator[str]:
    """What came and no model has a field for."""
    if isinstance(value, list):
        for each in value:
            yield from undocumented(each, where)
    elif attrs.has(type(value)):
        if not type(value).__name__.endswith(MAPS):
            yield from (f"{where}.{name}" for name in getattr(value, "additional_properties", ()))
        for field in attrs.fields(type(value)):
            if field.name != "additional_properties":
                yield from undocumented(getattr(value, field.name), f"{where}.{field.name}")


def test_from_the_first_word_to_closed(package, acting_as):
    m = importlib.import_module(f"{NAME}.models")
    clerk, supervisor = acting_as("clerk"), acting_as("supervisor")
    body = m.ComplaintRequest(
        description="雨刷收了两次钱",
        channel=m.ComplaintRequestChannel.PHONE,
        customer=m.ContactRequest(name="王芳", phone="138 0571 6620"),
        amount_claimed=m.Money(amount="120.00", currency="CNY"),
        external_ids=m.ComplaintRequestExternalIds.from_dict({"till": "17/1"}),
        is_taken=True,
    )

    lodged = call("complaints_post", client=clerk, body=body, idempotency_key="till 17/1")
    assert (lodged.status_code, type(lodged.parsed)) == (201, m.Complaint)
    assert lodged.parsed.severity_class is m.SeverityClass.ONE
    assert lodged.parsed.state is m.State.LISTEN
    assert lodged.parsed.amount_claimed == m.Money(amount="120.00", currency="CNY")
    assert lodged.parsed.external_ids["till"] == "17/1"
    kinds = {row.kind: row for row in lodged.parsed.deadlines}
    assert kinds[m.DeadlineKind.OWNED].state is m.DeadlineState.MET
    assert kinds[m.DeadlineKind.FIRST_RESPONSE].due_at > lodged.parsed.received_at
    again = call("complaints_post", client=clerk, body=body, idempotency_key="till 17/1")
    assert (again.content, again.headers["Idempotency-Replayed"]) == (lodged.content, "true")

    number = lodged.parsed.number
    page = call("complaints_get", client=clerk, is_open=True, severity_class=m.SeverityClass.ONE, state=m.State.LISTEN)
    assert [row.number for row in page.parsed.results] == [number]
    seen = call("complaints_number_get", number, client=clerk)
    assert seen.headers["ETag"] == lodged.headers["ETag"]
    same = call("complaints_number_get", number, client=clerk, if_none_match=seen.headers["ETag"])
    assert (same.status_code, same.parsed) == (304, None)

    change = m.PatchedComplaintChangeRequest(title="雨刷", upset=m.Upset.ANNOYED)
    changed = call("complaints_number_patch", number, client=clerk, body=change, if_match=seen.headers["ETag"])
    assert (changed.parsed.title, changed.parsed.upset) == ("雨刷", m.Upset.ANNOYED)
    stale = call("complaints_number_patch", number, client=clerk, body=change, if_match=seen.headers["ETag"])
    assert (stale.status_code, type(stale.parsed), stale.parsed.code) == (412, m.Problem, "stale")
    assert stale.headers["ETag"] == changed.headers["ETag"]

    def move(body: Any) -> Any:
        return call("complaints_number_transitions_post", number, client=clerk, body=body)

    listened = m.ListenedRequest(name=m.ListenedRequestName.LISTENED, restated="Charged twice.", customer_agreed=True)
    assert move(listened).parsed.state is m.State.APOLOGISE
    assert move(m.NotedRequest(name=m.NotedRequestName.APOLOGISED)).parsed.state is m.State.SATISFY
    satisfied = m.SatisfiedRequest(
        name=m.SatisfiedRequestName.SATISFIED,
        remedy_kinds=[m.RemedyKind.REFUND],
        remedy="One of the two charges was given back.",
        value=m.Money(amount="120.00", currency="CNY"),
        satisfaction=m.Ladder.DISSATISFIED,
    )
    refused = move(satisfied)
    assert (refused.status_code, refused.parsed.code) == (409, "transition_blocked")
    assert [(type(each), each.code) for each in refused.parsed.blocked_by] == [(m.Blocker, "dissatisfied")]
    satisfied.satisfaction = m.Ladder.SATISFIED
    assert move(satisfied).parsed.satisfaction.after is m.Ladder.SATISFIED
    assert move(m.NotedRequest(name=m.NotedRequestName.THANKED)).parsed.state is m.State.REPORT
    offered = {row.name: row for row in call("complaints_number_transitions_get", number, client=clerk).parsed}
    assert (offered["reported"].to, offered["reported"].allowed) == (m.State.CLOSED, True)
    reported = m.ReportedRequest(
        name=m.ReportedRequestName.REPORTED,
        to="supervisor",
        outcome=m.ChosenOutcome.UPHELD,
        relief=m.Relief.MONETARY,
    )
    closed = move(reported).parsed
    assert (closed.state, closed.is_open, closed.outcome) == (m.State.CLOSED, False, m.Outcome.UPHELD)

    report = call("reports_id_acknowledge_post", closed.reports[0].id, client=supervisor).parsed
    assert report.acknowledged_by == "supervisor"
    promises = call("complaints_number_deadlines_get", number, client=clerk).parsed
    states = {row.kind: row.state for row in promises}
    assert states[m.DeadlineKind.ORAL_REPORT_CONFIRMED] is m.DeadlineState.MET
    feed = call("events_get", client=supervisor, after=0, type_="complaint.*").parsed.results
    assert feed[0].type_ == "complaint.created"
    assert {event.subject.reference for event in feed} == {number}


def test_what_is_wrong_is_told_by_field(package, acting_as):
    m = importlib.import_module(f"{NAME}.models")
    body = m.ComplaintRequest(description="", channel=m.ComplaintRequestChannel.PHONE)
    answer = call("complaints_post", client=acting_as("clerk"), body=body)
    assert (answer.status_code, answer.parsed.code) == (400, "invalid")
    assert [(type(each), each.field) for each in answer.parsed.errors] == [(m.FieldError, "description")]


def test_a_sale_is_told_with_its_buyer(package, acting_as):
    m = importlib.import_module(f"{NAME}.models")
    example = json.loads(drawn())["components"]["schemas"]["SaleRequest"]["examples"][0]
    body = m.SaleRequest.from_dict({**example, "delivered_at": "2026-11-15T10:00:00+08:00"})
    assert type(body.customer) is m.BuyerRequest
    told = call("sales_source_external_id_put", "dms", "A-1001", client=acting_as("supervisor"), body=body)
    assert (told.status_code, told.parsed.status) == (201, m.SaleStatus.DELIVERED)
    assert told.parsed.amount == m.Money(amount="2150000.00", currency="CNY")


def test_every_list_is_read(package, acting_as):
    manager, read = acting_as("manager"), []
    api = importlib.import_module(f"{NAME}.api")
    paths = json.loads(drawn())["paths"]
    lists = {item["get"]["operationId"] for path, item in paths.items() if "get" in item and "{" not in path}
    for found in pkgutil.walk_packages(api.__path__, f"{NAME}.api."):
        operation = found.name.rpartition(".")[2]
        if operation in lists and operation != "health_ready_get":
            assert call(operation, client=manager).status_code == 200, operation
            read.append(operation)
    assert set(read) == lists - {"health_ready_get"}


def test_what_the_generator_cannot_express_would_be_found(tmp_path):
    """The control."""
    document = json.loads(drawn())
    document["paths"] = {path: document["paths"][path] for path in ("/api/v1/sales",)}
    document["components"]["schemas"]["Money"]["properties"]["amount"] = {"$ref": "#/components/schemas/Gone"}
    (tmp_path / "openapi.json").write_text(json.dumps(document))
    with pytest.raises(AssertionError, match="Gone"):
        generate(tmp_path / "openapi.json", tmp_path / NAME)
