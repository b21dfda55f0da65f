"""Recurring causes, evaluations and suggestions over REST: the same actions, the same sentences."""

import pytest

from complaints.models import Cause
from tests.api.complaints import at, blockers, done, errors, move
from tests.api.conftest import problem
from tests.complaints.evaluated import make_case
from tests.complaints.recurring import again, later, make_recurring
from tests.house import lodge

URL = "/api/v1/causes"
EVALUATED = {
    "satisfaction": "satisfied", "root_cause": "information_promised", "did_well": "Called.", "to_improve": "Order.",
    "next_time": "Read it aloud.", "suggestions": ["A list on the order"], "outcome": "upheld", "relief": "monetary",
}  # fmt: skip


@pytest.fixture
def cause(house, at_work):
    return make_recurring(house)


@pytest.fixture
def leader(api, house):
    return api(house.supervisor)


def one(client, cause):
    return done(client.get(f"{URL}/{cause.number}"))


def test_causes_are_listed_and_read(leader, cause):
    listed = done(leader.get(URL))["results"]
    assert [(row["number"], row["complaint_count"], row["state"]) for row in listed] == [("K-1", 3, "open")]
    body = one(leader, cause)
    assert body["complaints"] == [row.number for row in cause.complaints.order_by("-pk")]
    assert (body["what"], body["value"], body["subject"], body["owner"]) == (
        "product", "Compact SUV", None, "supervisor",
    )  # fmt: skip
    assert done(leader.get(f"{URL}?state=acting"))["results"] == []
    assert len(done(leader.get(f"{URL}?is_open=true&search=compact"))["results"]) == 1
    assert errors(leader.get(f"{URL}?state=asleep")) == {"state": "invalid"}


def test_hidden_ones_are_not_there(api, house, at_work):
    cause = make_recurring(house, product_name="", subject_ids=[house.handler.pk])
    client = api(house.handler)
    problem(client.get(f"{URL}/{cause.number}"), 404, "not_found")
    assert done(client.get(URL))["results"] == []
    events = done(client.get("/api/v1/events?type=cause.opened"))["results"]
    assert events == []
    told = done(api(house.supervisor).get("/api/v1/events?type=cause.opened"))["results"]
    assert [row["subject"]["reference"] for row in told] == ["K-1"]


def test_planned_done_and_checked(leader, cause):
    plan = {"corrective_action": "Reprint", "due_on": "2026-12-01"}
    body = done(leader.post(f"{URL}/K-1/plan", plan))
    assert (body["state"], body["corrective_action"]["what"]) == ("acting", "Reprint")
    assert errors(leader.post(f"{URL}/K-1/plan", {**plan, "due_on": "2026-11-01"})) == {"due_on": "date_past"}
    assert done(leader.post(f"{URL}/K-1/done", {}))["state"] == "checking"
    assert blockers(leader.post(f"{URL}/K-1/check", {"is_effective": True})) == ["too_early"]
    assert errors(leader.post(f"{URL}/K-1/check", {"is_effective": False})) == {"note": "no_note"}
    with later(days=31):
        body = done(leader.post(f"{URL}/K-1/check", {"is_effective": True}))
    assert (body["state"], body["corrective_action"], len(body["past_actions"])) == ("effective", None, 1)


def test_given_and_added_to(leader, house, cause):
    assert done(leader.post(f"{URL}/K-1/assign", {"owner": "handler"}))["owner"] == "handler"
    assert errors(leader.post(f"{URL}/K-1/assign", {"owner": "administrator"})) == {"owner": "cannot_own"}
    other = again(house, product_name="Van")
    body = done(leader.post(f"{URL}/K-1/complaints", {"number": other.number}))
    assert other.number in body["complaints"]
    assert errors(leader.post(f"{URL}/K-1/complaints", {"number": "C-1"})) == {"number": "unknown_complaint"}


def test_a_manager_opens_one_by_hand(api, house, leader, at_work):
    body = {"department": "west-store", "category": "product_quality", "what": "batch", "value": "B-7", "note": "Why"}
    problem(leader.post(URL, body), 403, "not_allowed")
    client = api(house.manager)
    assert done(client.post(URL, body), 201)["number"] == "K-1"
    assert errors(client.post(URL, body)) == {"value": "cause_open"}
    assert errors(client.post(URL, {**body, "category": "none"})) == {"category": "unknown"}
    assert Cause.objects.get().opened_by == house.manager


def test_a_case_is_evaluated_and_closed(api, house, at_work):
    case = make_case(house)
    client = api(house.handler)
    offered = {row["name"]: row for row in done(client.get(at(case, "transitions")))}
    assert offered["evaluated"]["allowed"]
    assert {field["name"] for field in offered["evaluated"]["fields"]} >= set(EVALUATED)
    assert "no_root_cause" in blockers(move(client, case, "evaluated", satisfaction="satisfied"))
    body = done(move(client, case, "evaluated", **EVALUATED))
    assert (body["state"], body["satisfaction"]["after"], body["outcome"]) == ("closed", "satisfied", "upheld")
    kept = done(client.get(at(case, "suggestions")))["results"]
    assert [row["text"] for row in kept] == ["A list on the order"]


def test_what_is_recorded_before_need_not_be_said_again(api, house, at_work):
    case = make_case(house)
    client = api(house.handler)
    blank = done(client.get(at(case, "evaluation")))
    assert (blank["satisfaction"], blank["recorded_by"]) == (None, None)
    body = done(client.post(at(case, "evaluation"), {**EVALUATED, "suggestions": []}))
    assert (body["has_no_suggestion"], body["root_cause"]) == (True, "information_promised")
    assert errors(client.post(at(case, "evaluation"), {"root_cause": "weather"})) == {"root_cause": "unknown"}
    problem(client.post(at(case, "evaluation"), {"closed_despite": "No"}), 403, "only_supervisor_closes_despite")
    assert done(move(client, case, "evaluated"))["state"] == "closed"


def test_not_content_is_blocked_until_a_supervisor_says_why(api, house, at_work):
    case = make_case(house)
    unhappy = {**EVALUATED, "satisfaction": "dissatisfied"}
    assert blockers(move(api(house.handler), case, "evaluated", **unhappy)) == ["dissatisfied"]
    closed = move(api(house.supervisor), case, "evaluated", **unhappy, closed_despite="All is tried.")
    assert done(closed)["end_reason"] == "All is tried."


def test_suggestions_are_kept_and_answered(api, house, leader, at_work):
    case = make_case(house)
    clerk = api(house.clerk)
    kept = done(clerk.post(at(case, "suggestions"), {"text": "A list"}), 201)
    assert done(leader.get("/api/v1/suggestions?state=kept"))["results"][0]["id"] == kept["id"]
    address = f"/api/v1/suggestions/{kept['id']}"
    problem(clerk.post(f"{address}/answer", {"state": "taken_up", "answer": "Yes"}), 403, "not_allowed")
    body = done(leader.post(f"{address}/answer", {"state": "taken_up", "answer": "Yes", "reward": "Tea"}))
    assert (body["state"], body["answered_by"], body["reward"]) == ("taken_up", "supervisor", "Tea")
    problem(api(house.east_clerk).get(address), 404, "not_found")


def test_of_class_1_the_lessons_alone_are_kept(api, house, at_work):
    desk = lodge(house.clerk)
    client = api(house.clerk)
    problem(client.post(at(desk, "evaluation"), {"did_well": "Listened"}), 409, "not_in_evaluation")
    assert errors(client.post(at(desk, "evaluation"), {"relief": "monetary"})) == {"relief": "not_of_class_1"}


def test_root_causes_are_named_by_code(leader, house, at_work):
    make_case(house)
    rows = done(leader.get("/api/v1/root-causes?search=承诺"))["results"]
    assert [row["code"] for row in rows] == ["information_promised"]


def test_lists_ask_a_bounded_number_of_times(leader, house, cause, django_assert_max_num_queries):
    leader.get(URL)
    with django_assert_max_num_queries(8) as few:
        leader.get(URL)
    for product in ("Van", "Coupe"):
        for _ in range(3):
            again(house, product_name=product)
    with django_assert_max_num_queries(len(few)):
        assert len(done(leader.get(URL))["results"]) == 3
