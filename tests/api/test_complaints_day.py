"""A day in the life of API.md, as far as it exists: run as it is written there, by programs with keys."""

import pytest

from accounts.models import User
from accounts.roles import Role
from tests.api.complaints import ENDED, STEPS, at, done, move
from tests.api.conftest import problem
from tests.house import make_user

SALE = {
    "customer": {"name": "陈小姐", "phone": "138 0013 8000"},
    "product": {"name": "Unit 12-1803"},
    "amount": {"amount": "2150000.00", "currency": "CNY"},
    "sold_at": "2026-11-01T10:00:00+08:00",
    "delivered_at": "2026-11-15T10:00:00+08:00",
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


@pytest.fixture
def people(api, house, at_work):
    make_user("handler1", house.west, Role.HANDLER)
    seller = make_user("dms", house.west, Role.SALES_MANAGER)
    return {
        "system": api(seller, scopes=["read", "write", "sales"]),
        "supervisor": api(house.supervisor),
        "clerk": api(house.clerk),
    }


def test_a_day_of_a_case(api, house, people):
    system, supervisor = people["system"], people["supervisor"]
    done(system.put("/api/v1/sales/dms/A-1001", SALE), 201)
    told = done(system.post("/api/v1/complaints", COMPLAINT, headers={"Idempotency-Key": "A-1001/1"}), 201)
    number = told["number"]
    assert told["severity_class"] == 2
    assert [row["rule"] for row in told["triage"]] == ["intense", "over_promising"]
    assert told["customer"]["name"] == "陈小姐"

    assert done(supervisor.post(at(number, "assign"), {"owner": "handler1"}))["owner"] == "handler1"
    handler = api(User.objects.get(username="handler1"))
    waiting = {row["name"]: row for row in done(handler.get(at(number, "transitions")))}
    assert [row["code"] for row in waiting["acted"]["blocked_by"]] == ["no_first_contact"]
    done(handler.post(at(number, "communications"), CALLED), 201)
    states = {row["kind"]: row["state"] for row in done(handler.get(at(number)))["deadlines"]}
    assert (states["owned"], states["first_response"], states["resolved"]) == ("met", "met", "pending")

    assert done(move(handler, number, "acted"))["state"] == "get_details"
    ended = done(move(handler, number, "withdraw", reason="The fee is dropped.", **ENDED))
    assert (ended["state"], ended["is_open"], ended["next_due_at"]) == ("withdrawn", False, None)
    types = [row["type"] for row in done(system.get(at(number, "timeline")))["results"]]
    assert types[-1] == "complaint.created"
    assert types.count("complaint.transitioned") == 2


def test_a_day_at_the_desk(people):
    clerk, supervisor = people["clerk"], people["supervisor"]
    body = {"description": "雨刷收了两次钱", "channel": "phone", "customer": {"name": "王芳", "phone": "138 0571 6620"}}
    number = done(clerk.post("/api/v1/complaints", body), 201)["number"]
    assert done(clerk.post(at(number, "assign"), {"owner": "clerk"}))["state"] == "listen"
    done(clerk.post(at(number, "communications"), CALLED), 201)
    for name, fields in STEPS:
        offered = {row["name"]: row for row in done(clerk.get(at(number, "transitions")))}
        assert done(move(clerk, number, name, **fields))["state"] == offered[name]["to"]
    report = done(clerk.post(at(number, "report"), {"kind": "oral", "to": "supervisor", "text": "", **ENDED}), 201)
    assert done(clerk.get(at(number)))["state"] == "closed"
    problem(clerk.post(f"/api/v1/reports/{report['id']}/acknowledge"), 403, "own_report")
    done(supervisor.post(f"/api/v1/reports/{report['id']}/acknowledge"))
    told = done(clerk.get(at(number)))
    assert {row["kind"]: row["state"] for row in told["deadlines"]}["oral_report_confirmed"] == "met"
    assert told["satisfaction"] == {"after": "satisfied"}
