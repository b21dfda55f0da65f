"""A day in the life of API.md, as far as it exists: line by line, over HTTP, by programs with keys.

Follow-ups, proposals and the settlement come with their apps.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from accounts.roles import Role
from core import clock
from tests.api.complaints import ENDED, STEPS, at
from tests.api.program import make_key, program
from tests.house import House, make_user

pytestmark = pytest.mark.django_db(transaction=True)
# The Monday after the delivery, 10:00 in Shanghai.
MONDAY = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
SALE = {
    "customer": {"name": "陈小姐", "phone": "138 0013 8000"},
    "product": {"name": "Unit 12-1803"},
    "amount": {"amount": "2150000.00", "currency": "CNY"},
    "sold_at": "2026-11-01T10:00:00+08:00",
    "delivered_at": "2026-11-20T10:00:00+08:00",
    "status": "delivered",
}
COMPLAINT = {
    "description": "买的时候没告诉我要交这笔钱",
    "channel": "in_person",
    "category": "over_promising",
    "sale": {"source": "dms", "external_id": "A-1001"},
    "demands": ["refund"],
    "amount_claimed": {"amount": "8000.00", "currency": "CNY"},
}
CALLED = {"direction": "out", "medium": "phone", "summary": "Called, apologised, visit agreed"}

Acting = Callable[..., httpx.Client]


@pytest.fixture
def house(transactional_db) -> House:
    house = House()
    make_user("handler1", house.west, Role.HANDLER)
    make_user("dms", house.west, Role.SALES_MANAGER)
    return house


@pytest.fixture
def acting_as(house, live_server) -> Iterator[Acting]:
    with ExitStack() as opened, clock.frozen(MONDAY):
        yield lambda username, *scopes: opened.enter_context(program(live_server.url, make_key(username, *scopes)))


def done(answer: httpx.Response, status: int = 200) -> Any:
    assert answer.status_code == status, answer.text
    return answer.json()


def refused(answer: httpx.Response, status: int, code: str) -> Any:
    problem = done(answer, status)
    assert (answer.headers["Content-Type"], problem["code"]) == ("application/problem+json", code)
    return problem


def test_a_day_of_a_case(acting_as):
    system, supervisor = acting_as("dms", "read", "write", "sales"), acting_as("supervisor")

    sale = system.put("sales/dms/A-1001", json=SALE)
    assert done(sale, 201)["delivered_at"] == "2026-11-20T02:00:00Z"
    assert done(system.put("sales/dms/A-1001", json=SALE)) == sale.json()

    key = {"Idempotency-Key": "A-1001/1"}
    lodged = system.post("complaints", json=COMPLAINT, headers=key)
    told = done(lodged, 201)
    number = told["number"]
    assert lodged.headers["Location"].endswith(at(number))
    assert (told["severity_class"], told["workflow"], told["state"], told["owner"]) == (2, "agree", "act", None)
    assert [row["rule"] for row in told["triage"]] == ["intense", "over_promising"]
    assert all(row["reason"] for row in told["triage"])
    assert told["customer"] == {"id": sale.json()["customer"]["id"], "name": "陈小姐", "kind": "person", "vip": False}
    promised = {row["kind"]: row["state"] for row in told["deadlines"]}
    assert (promised["owned"], promised["first_response"], promised["resolved"]) == ("pending",) * 3
    assert system.post("complaints", json=COMPLAINT, headers=key).content == lodged.content

    assert done(supervisor.post(f"complaints/{number}/assign", json={"owner": "handler1"}))["owner"] == "handler1"

    handler = acting_as("handler1")
    waiting = {row["name"]: row for row in done(handler.get(f"complaints/{number}/transitions"))}
    assert [row["code"] for row in waiting["acted"]["blocked_by"]] == ["no_first_contact"]
    early = handler.post(f"complaints/{number}/transitions", json={"name": "acted"})
    assert refused(early, 409, "transition_blocked")["blocked_by"] == waiting["acted"]["blocked_by"]
    done(handler.post(f"complaints/{number}/communications", json=CALLED), 201)
    kept = {row["kind"]: row["state"] for row in done(handler.get(f"complaints/{number}/deadlines"))}
    assert (kept["owned"], kept["first_response"], kept["resolved"]) == ("met", "met", "pending")

    acted = handler.post(f"complaints/{number}/transitions", json={"name": "acted"})
    assert done(acted)["state"] == "get_details"

    withdrawn = {"name": "withdraw", "reason": "The fee is dropped.", **ENDED}
    ended = done(handler.post(f"complaints/{number}/transitions", json=withdrawn))
    assert (ended["state"], ended["is_open"], ended["next_due_at"]) == ("withdrawn", False, None)

    feed = done(system.get("events", params={"after": 0, "type": "sale.*,complaint.*,communication.*"}))["results"]
    mine = [event["type"] for event in feed if event["subject"]["reference"] in (number, "dms/A-1001")]
    assert mine == [
        "sale.recorded",
        "complaint.created",
        "complaint.assigned",
        "communication.recorded",
        "complaint.transitioned",
        "complaint.transitioned",
    ]


def test_a_day_at_the_desk(acting_as):
    clerk, supervisor = acting_as("clerk"), acting_as("supervisor")
    body = {"description": "雨刷收了两次钱", "channel": "phone", "customer": {"name": "王芳", "phone": "138 0571 6620"}}
    number = done(clerk.post("complaints", json=body), 201)["number"]
    assert done(clerk.post(f"complaints/{number}/assign", json={"owner": "clerk"}))["state"] == "listen"
    done(clerk.post(f"complaints/{number}/communications", json=CALLED), 201)
    for name, fields in STEPS:
        offered = {row["name"]: row for row in done(clerk.get(f"complaints/{number}/transitions"))}
        moved = clerk.post(f"complaints/{number}/transitions", json={"name": name, **fields})
        assert done(moved)["state"] == offered[name]["to"]
    told = {"kind": "oral", "to": "supervisor", "text": "", **ENDED}
    report = done(clerk.post(f"complaints/{number}/report", json=told), 201)
    assert done(clerk.get(f"complaints/{number}"))["state"] == "closed"
    refused(clerk.post(f"reports/{report['id']}/acknowledge"), 403, "own_report")
    done(supervisor.post(f"reports/{report['id']}/acknowledge"))
    closed = done(clerk.get(f"complaints/{number}"))
    assert {row["kind"]: row["state"] for row in closed["deadlines"]}["oral_report_confirmed"] == "met"
    assert closed["satisfaction"] == {"before": None, "after": "satisfied"}
