"""AGREE and its proposals over REST: the same conditions, sentences and codes as in the browser."""

import pytest

from compensation.models import Proposal
from complaints.actions import agree
from tests.api.complaints import at, blockers, done, errors, move
from tests.api.conftest import problem
from tests.complaints.cases import FACTS, FIVE, approved, at_details, at_evaluate, at_execute, at_review, submitted

PROPOSALS = "/api/v1/proposals"
NO = {"reason": "After the sale.", "outcome": "not_upheld", "relief": "explanation"}
BODY = {
    "lines": [{"kind": "refund", "description": "The fee"}, {"kind": "apology", "description": "In person"}],
    "only_remedy_reason": "the fee itself is what hurts",
    "considerations": {**{name: text for name, text in FIVE.items() if name != "demand"}, "reasonable": "yes"},
}


@pytest.fixture
def handler(api, house, at_work):
    return api(house.handler)


def offers(client, complaint):
    return {row["name"]: row for row in done(client.get(at(complaint, "transitions")))}


def test_a_case_from_its_details_to_the_evaluation(api, house, handler):
    complaint = at_details(house)
    told = {**FACTS, "satisfaction_before": "dissatisfied", "wish": "Money back"}
    body = done(move(handler, complaint, "details_confirmed", **told))
    assert (body["state"], body["nature"], body["fault"]) == ("review", "valid", "shared")
    assert body["satisfaction"] == {"before": "dissatisfied", "after": None}
    made = done(handler.post(at(complaint, "proposals"), BODY), 201)
    assert (made["number"], made["version"], made["status"]) == ("P-2026-000001", 1, "draft")
    assert [line["group"] for line in made["lines"]] == ["material", "moral"]
    assert made["considerations"]["demand"] == "yes"
    one = f"{PROPOSALS}/{made['id']}"
    assert done(handler.post(f"{one}/submit"))["status"] == "submitted"
    problem(handler.post(f"{one}/approve"), 403, "own_proposal")
    supervisor = api(house.supervisor)
    assert [row["id"] for row in done(supervisor.get(f"{PROPOSALS}?awaiting=me"))["results"]] == [made["id"]]
    approved_now = done(supervisor.post(f"{one}/approve", {"note": "Today"}))
    assert (approved_now["status"], approved_now["approver"]) == ("approved", "supervisor")
    problem(api(house.manager).post(f"{one}/approve"), 409, "already_decided")
    assert done(handler.post(f"{one}/accept", {"note": "She agrees"}))["status"] == "accepted"
    assert done(move(handler, complaint, "plan_agreed"))["state"] == "execute"
    assert done(move(handler, complaint, "executed", note="Paid back."))["state"] == "evaluate"
    kinds = {row["kind"]: row["state"] for row in done(handler.get(at(complaint, "deadlines")))}
    assert (kinds["approval"], kinds["decision_told"], kinds["resolved"]) == ("met", "met", "met")


def test_what_a_transition_asks_for_is_listed(house, handler):
    complaint = at_details(house)
    offer = offers(handler, complaint)["details_confirmed"]
    assert (offer["to"], offer["allowed"], offer["blocked_by"]) == ("review", True, [])
    wanted = {field["name"]: (field["type"], field["required"]) for field in offer["fields"]}
    assert wanted["restated"] == ("text", True)
    assert wanted["nature"] == ("code", True)
    assert wanted["wish"] == ("text", False)


def test_every_unmet_condition_is_told_at_once(house, handler):
    complaint = at_review(house)
    wanted = ["no_proposal", "not_approved", "not_accepted"]
    assert [row["code"] for row in offers(handler, complaint)["plan_agreed"]["blocked_by"]] == wanted
    assert blockers(move(handler, complaint, "plan_agreed")) == wanted
    details = at_details(house, phone="138 0571 0001")
    assert blockers(move(handler, details, "details_confirmed", **{**FACTS, "customer_agreed": False})) == [
        "facts_not_confirmed"
    ]
    assert set(errors(move(handler, details, "details_confirmed"))) == {
        "restated", "customer_agreed", "nature", "fault",
    }  # fmt: skip


def test_malicious_over_rest_is_a_supervisors_word_too(api, house, handler):
    complaint = at_details(house)
    told = {**FACTS, "nature": "malicious", "evidence": "Three shops"}
    problem(move(handler, complaint, "details_confirmed", **told), 403, "only_supervisor_marks_malicious")
    assert done(move(api(house.supervisor), complaint, "details_confirmed", **told))["nature"] == "malicious"


@pytest.mark.parametrize(
    ("begin", "name", "state"),
    [
        (at_execute, "not_accepted", "review"),
        (at_review, "new_facts", "get_details"),
        (at_evaluate, "not_fulfilled", "execute"),
        (at_evaluate, "dissatisfied", "review"),
    ],
)
def test_back(house, handler, begin, name, state):
    complaint = begin(house)
    assert errors(move(handler, complaint, name)) == {"reason": "required"}
    assert done(move(handler, complaint, name, reason="Why"))["state"] == state


def test_declined_and_referred(api, house, handler):
    complaint = at_review(house)
    assert set(blockers(move(handler, complaint, "declined", **NO))) == {"nothing_remains", "no_ground"}
    one = {**NO, "is_unreasonable": True, "remains_open": "A court"}
    problem(move(handler, complaint, "declined", **one), 403, "only_supervisor_declines")
    assert done(move(api(house.supervisor), complaint, "declined", **one))["state"] == "declined"
    other = at_review(house, phone="138 0571 0001")
    told = {**NO, "to": "court", "reference": "118", "answer_by": "2099-12-31"}
    body = done(move(handler, other, "refer", **told))
    assert body["state"] == "referred"
    assert [(row["to"], row["reference"], row["answer_by"]) for row in body["referrals"]] == [
        ("court", "118", "2099-12-31")
    ]


def test_reopened_under_both_paths(house, handler):
    complaint = at_review(house)
    done(move(handler, complaint, "withdraw", **{**NO, "outcome": "settled"}))
    assert set(offers(handler, complaint)) == {"reopen"}
    body = done(handler.post(at(complaint, "reopen"), {"reason": "Again"}))
    assert (body["state"], body["outcome"], body["ended_at"], body["reopened_count"]) == ("get_details", None, None, 1)
    problem(handler.post(at(complaint, "reopen"), {"reason": "Again"}), 409, "already_open")
    done(move(handler, complaint, "withdraw", **NO))
    assert done(move(handler, complaint, "reopen", reason="And again"))["reopened_count"] == 2


def test_questions_and_answers(house, handler):
    complaint = at_details(house)
    made = done(handler.post(at(complaint, "questions"), {"question": "How was it?"}), 201)
    assert (made["kind"], made["answer"], made["asked_by"]) == ("open", "", "handler")
    address = at(complaint, "questions", str(made["id"]), "answer")
    assert done(handler.post(address, {"answer": "Loud"}))["answer"] == "Loud"
    problem(handler.post(address, {"answer": "Quiet"}), 409, "already_answered")
    assert handler.post(at(complaint, "questions", "999999", "answer"), {"answer": "x"}).status_code == 404
    assert [row["answer"] for row in done(handler.get(at(complaint, "questions")))["results"]] == ["Loud"]


def test_complaints_are_found_by_nature_and_fault(house, handler):
    complaint = at_review(house)
    at_details(house, phone="138 0571 0001")
    for query in ("nature=valid", "fault=shared"):
        rows = done(handler.get(f"/api/v1/complaints?{query}"))["results"]
        assert [row["number"] for row in rows] == [complaint.number]
    assert errors(handler.get("/api/v1/complaints?nature=odd")).keys() == {"nature"}


def test_a_proposal_is_refused_in_the_same_words(api, house, handler):
    complaint = at_review(house)
    made = done(handler.post(at(complaint, "proposals"), {}), 201)
    answer = handler.post(f"{PROPOSALS}/{made['id']}/submit")
    assert blockers(answer) == ["no_lines", "not_compared", "not_considered"]
    assert errors(handler.post(at(complaint, "proposals"), {"lines": [{"kind": "gold"}]})) == {
        "lines.0.kind": "invalid_choice"
    }
    wrong = {"alternatives": [{"description": "A car"}], "considerations": {"weather": "fine"}}
    assert set(errors(handler.post(at(complaint, "proposals"), wrong))) == {
        "alternatives.0.cost", "considerations.weather",
    }  # fmt: skip
    own = api(house.supervisor)
    mine = done(own.post(at(complaint, "proposals"), BODY), 201)
    done(own.post(f"{PROPOSALS}/{mine['id']}/submit"))
    problem(own.post(f"{PROPOSALS}/{mine['id']}/approve"), 403, "own_proposal")
    assert errors(own.post(f"{PROPOSALS}/{mine['id']}/return")) == {"question": "required"}
    problem(handler.post(at(complaint, "proposals"), BODY), 409, "with_approver")


def test_proposals_are_listed_as_far_as_their_complaints_are_seen(api, house, handler):
    proposal = submitted(house, at_review(house))
    approved(house, at_review(house, phone="138 0571 0001"))
    assert len(done(handler.get(PROPOSALS))["results"]) == 2
    waiting = done(handler.get(f"{PROPOSALS}?status=submitted"))["results"]
    assert [row["id"] for row in waiting] == [proposal.pk]
    assert done(handler.get(f"{PROPOSALS}?awaiting=me"))["results"] == []
    assert errors(handler.get(f"{PROPOSALS}?awaiting=you")).keys() == {"awaiting"}
    east = api(house.east_clerk)
    assert done(east.get(PROPOSALS))["results"] == []
    assert east.get(f"{PROPOSALS}/{proposal.pk}").status_code == 404
    assert api(house.administrator).get(PROPOSALS).status_code == 403


def test_many_proposals_cost_no_more_statements(house, handler, django_assert_max_num_queries):
    complaint = at_review(house)
    for _ in range(4):
        done(handler.post(at(complaint, "proposals"), BODY), 201)
    agree.go_back(complaint.pk, "new_facts", reason="Why", by=house.handler)
    assert Proposal.objects.count() == 1
    with django_assert_max_num_queries(12):
        done(handler.get(at(complaint, "proposals")))
