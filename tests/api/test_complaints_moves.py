"""Transitions over REST: what is offered is what is possible, and every unmet condition is named at once. API.md."""

import pytest
from django.utils import translation

from accounts.roles import Role
from complaints.actions.ownership import assign_complaint
from complaints.actions.talks import record_communication
from complaints.models import Complaint, DeskChange, StepRecord
from core import clock
from deadlines.models import Deadline
from events.models import Event
from tests.api.complaints import ENDED, SATISFIED, STEPS, at, blockers, case, done, errors, move, walk
from tests.api.conftest import problem
from tests.house import lodge, make_user


@pytest.fixture
def clerk(api, house, at_work):
    return api(house.clerk)


@pytest.fixture
def complaint(house, at_work):
    return lodge(house.clerk, is_taken=True)


def offers(client, complaint):
    return {row["name"]: row for row in done(client.get(at(complaint, "transitions")))}


def state_of(complaint):
    complaint.refresh_from_db()
    return complaint.state


def test_class_1_goes_its_whole_way_and_is_acknowledged(api, house, clerk, complaint):
    """The day of a clerk: lodged, LASTR, closed by the oral report, confirmed by the supervisor."""
    states = ["apologise", "satisfy", "thank", "report"]
    for (name, fields), state in zip(STEPS, states, strict=True):
        told = done(move(clerk, complaint, name, **fields))
        assert told["state"] == state
    kinds = {row["kind"]: row["state"] for row in told["deadlines"]}
    assert (kinds["first_response"], kinds["resolved"], kinds["answer"]) == ("met", "met", "met")
    assert told["satisfaction"] == {"before": None, "after": "satisfied"}
    told = done(move(clerk, complaint, "reported", to="supervisor", note="All well.", **ENDED))
    assert (told["state"], told["is_open"], told["outcome"], told["relief"]) == ("closed", False, "upheld", "monetary")
    report = told["reports"][0]
    assert (report["to"], report["reported_by"], report["text"]) == ("supervisor", "clerk", "All well.")
    assert report["acknowledged_at"] is None
    running = {row["kind"] for row in told["deadlines"] if row["state"] == "pending"}
    assert running == {"oral_report_confirmed"}
    acknowledged = done(api(house.supervisor).post(f"/api/v1/reports/{report['id']}/acknowledge"))
    assert acknowledged["acknowledged_by"] == "supervisor"
    # A promise on the closed one, never a state.
    assert state_of(complaint) == "closed"
    assert Deadline.objects.of(complaint).get(kind="oral_report_confirmed").state == "met"


def test_what_is_offered_says_what_it_asks_for(clerk, complaint):
    found = offers(clerk, complaint)
    assert set(found) == {"listened", "left", "raise", "refer", "withdraw", "changed", "corrected"}
    assert found["listened"] == {
        "name": "listened",
        "to": "apologise",
        "allowed": True,
        "blocked_by": [],
        "fields": [
            {"name": "restated", "type": "text", "required": True, "choices": None},
            {"name": "customer_agreed", "type": "boolean", "required": True, "choices": None},
        ],
    }
    assert found["raise"]["to"] == "act"
    assert not found["corrected"]["allowed"]
    ends = {field["name"]: field for field in found["withdraw"]["fields"]}
    assert ends["outcome"]["choices"] == ["upheld", "partly_upheld", "not_upheld", "settled"]
    assert ends["reason"]["required"]


def test_supervisors_are_offered_more_and_auditors_nothing(api, house, complaint):
    assert "void" in offers(api(house.supervisor), complaint)
    assert offers(api(house.auditor), complaint) == {}


def test_at_the_end_only_reopening_is_offered(clerk, complaint):
    done(move(clerk, complaint, "left", reason="They had to go.", **ENDED))
    assert set(offers(clerk, complaint)) == {"reopen"}


@pytest.mark.parametrize("until", ["listened", "apologised", "satisfied", "thanked", "reported"])
def test_what_is_allowed_is_possible(until, clerk, complaint):
    """For each step: the offer says allowed, and pressing it with its fields does it."""
    walk(clerk, complaint, until=until)
    offer = offers(clerk, complaint)[until]
    assert offer["allowed"], offer
    fields = {**dict(STEPS), "reported": {"to": "supervisor", **ENDED}}[until]
    assert done(move(clerk, complaint, until, **fields))["state"] == offer["to"]


def test_all_that_blocks_a_case_is_named_at_once(api, house, at_work):
    waiting = case(house.clerk, channel="email")
    handler = api(house.handler)
    offer = offers(handler, waiting)["acted"]
    assert [row["code"] for row in offer["blocked_by"]] == ["no_owner", "no_first_contact"]
    assert not offer["allowed"]
    refused = move(handler, waiting, "acted")
    assert blockers(refused) == ["no_owner", "no_first_contact"]
    assert refused.json()["blocked_by"] == offer["blocked_by"]
    assign_complaint(waiting.pk, owner=house.handler, by=house.supervisor)
    assert blockers(move(handler, waiting, "acted")) == ["no_first_contact"]
    record_communication(waiting.pk, direction="out", medium="phone", summary="Called.", by=house.handler)
    assert done(move(handler, waiting, "acted"))["state"] == "get_details"


def test_above_ones_limit_and_dissatisfied_at_once(clerk, complaint):
    walk(clerk, complaint, until="satisfied")
    given = SATISFIED | {"value": {"amount": "200.01", "currency": "CNY"}, "satisfaction": "dissatisfied"}
    assert blockers(move(clerk, complaint, "satisfied", **given)) == ["above_authority", "dissatisfied"]
    assert not StepRecord.objects.filter(step="satisfy").exists()
    at_the_limit = SATISFIED | {"value": {"amount": "200.00", "currency": "CNY"}}
    assert done(move(clerk, complaint, "satisfied", **at_the_limit))["state"] == "thank"


@pytest.mark.parametrize(("language", "code"), [("en", "en"), ("zh-Hans", "zh-hans")])
def test_the_sentences_of_the_browser(language, code, clerk, complaint):
    answer = clerk.post(
        at(complaint, "transitions"),
        {"name": "listened", "restated": "Charged twice.", "customer_agreed": False},
        headers={"Accept-Language": language},
    )
    assert blockers(answer) == ["not_restated"]
    with translation.override(code):
        sentence = translation.gettext("Restate the problem in one sentence, and ask whether it is right.")
    assert answer.json()["blocked_by"][0]["message"] == answer.json()["detail"] == sentence


def test_a_step_that_is_done_is_not_done_again(clerk, complaint):
    walk(clerk, complaint, until="apologised")
    again = move(clerk, complaint, "listened", restated="Something else.", customer_agreed=True)
    problem(again, 409, "step_done")
    assert StepRecord.objects.get(step="listen").text == "Charged twice."


def test_a_step_too_early_is_not_possible_in_this_state(clerk, complaint):
    assert blockers(move(clerk, complaint, "thanked")) == ["wrong_state"]
    assert not StepRecord.objects.exists()


def test_a_transition_of_the_other_workflow(clerk, complaint, house):
    assert blockers(move(clerk, complaint, "acted")) == ["wrong_state"]
    assert blockers(move(clerk, case(house.clerk), "satisfied", **SATISFIED)) == ["wrong_state"]


def test_a_case_that_arose_at_the_desk_is_met_there(clerk, house, at_work):
    there = case(house.clerk)
    assert {"listened", "apologised"} <= set(offers(clerk, there))
    told = done(move(clerk, there, "listened", restated="Charged twice.", customer_agreed=True))
    assert told["state"] == "act"
    assert {row["kind"]: row["state"] for row in told["deadlines"]}["first_response"] == "met"
    assert "listened" not in offers(clerk, there)
    assert Event.objects.of(there).filter(type="complaint.met_at_desk").exists()


def test_raised_and_lowered(api, house, clerk, complaint):
    told = done(move(clerk, complaint, "raise", reason="It is worse."))
    assert (told["severity_class"], told["workflow"], told["state"]) == (2, "agree", "act")
    problem(move(clerk, complaint, "lower", reason="Not so bad."), 403, "only_supervisor_lowers")
    told = done(move(api(house.supervisor), complaint, "lower", reason="Not so bad."))
    assert (told["severity_class"], told["workflow"], told["state"]) == (1, "lastr", "listen")


@pytest.mark.parametrize(("name", "state"), [("left", "closed"), ("withdraw", "withdrawn")])
def test_an_end_carries_outcome_relief_and_reason(name, state, clerk, complaint):
    assert errors(move(clerk, complaint, name)) == {
        "reason": "required",
        "outcome": "required",
        "relief": "required",
    }
    assert errors(move(clerk, complaint, name, reason="x", **ENDED | {"outcome": "unknown"})) == {
        "outcome": "invalid_choice"
    }
    told = done(move(clerk, complaint, name, reason="They had to go.", **ENDED))
    assert (told["state"], told["end_reason"], told["outcome"]) == (state, "They had to go.", "upheld")
    assert told["satisfaction"] == {"before": None, "after": None}
    assert told["next_due_at"] is None
    problem(move(clerk, complaint, name, reason="Again.", **ENDED), 409, "already_ended")


def test_void_is_a_supervisors(api, house, clerk, complaint):
    problem(move(clerk, complaint, "void", reason="Twice."), 403, "not_allowed")
    assert state_of(complaint) == "listen"
    told = done(move(api(house.supervisor), complaint, "void", reason="Typed twice."))
    assert (told["state"], told["outcome"]) == ("voided", None)


def test_another_time_place_or_person_is_noted(api, house, clerk, complaint):
    told = {"what": "time", "note": "Tomorrow", "at": "2026-11-19T02:00:00Z"}
    assert done(move(clerk, complaint, "changed", **told))["state"] == "listen"
    change = DeskChange.objects.get()
    assert (change.what, change.note, change.at.isoformat()) == ("time", "Tomorrow", "2026-11-19T02:00:00+00:00")
    past = told | {"at": "2026-11-17T02:00:00Z"}
    assert blockers(move(clerk, complaint, "changed", **past)) == ["in_the_past"]
    # Another person has it from then on, which is a supervisor's to say.
    person = {"what": "person", "note": "A colleague", "owner": "colleague"}
    problem(move(clerk, complaint, "changed", **person), 403, "only_supervisor_assigns")
    assert DeskChange.objects.count() == 1
    assert done(move(api(house.supervisor), complaint, "changed", **person))["owner"] == "colleague"


def test_a_done_step_is_rewritten_and_the_old_words_stay(clerk, complaint):
    walk(clerk, complaint, until="thanked")
    told = done(move(clerk, complaint, "corrected", step="listen", restated="Charged thrice.", customer_agreed=True))
    assert told["state"] == "thank"
    assert list(StepRecord.objects.filter(step="listen").values_list("text", flat=True)) == [
        "Charged twice.",
        "Charged thrice.",
    ]
    worse = SATISFIED | {"satisfaction": "dissatisfied"}
    assert blockers(move(clerk, complaint, "corrected", step="satisfy", **worse)) == ["dissatisfied"]
    assert blockers(move(clerk, complaint, "corrected", step="thank")) == ["step_not_done"]


WRONG = {
    "no name": ({}, "name", "unknown"),
    "unknown": ({"name": "forgiven"}, "name", "unknown"),
    "a list for a name": ({"name": ["acted"]}, "name", "unknown"),
    "nothing restated": ({"name": "listened", "customer_agreed": True}, "restated", "required"),
    "truth as text": ({"name": "listened", "restated": "x", "customer_agreed": "yes"}, "customer_agreed", "invalid"),
    "another's field": ({"name": "thanked", "satisfaction": "loyal"}, "satisfaction", "unknown_field"),
    "another currency": (
        {"name": "satisfied", **SATISFIED, "value": {"amount": "1.00", "currency": "USD"}},
        "value",
        "other_currency",
    ),
    "unknown remedy": ({"name": "satisfied", **SATISFIED, "remedy_kinds": ["hug"]}, "remedy_kinds.0", "invalid_choice"),
    "nobody": ({"name": "reported", "to": "nobody", **ENDED}, "to", "unknown"),
    "an id of nobody": ({"name": "reported", "to": 2**62, **ENDED}, "to", "unknown"),
    "report is no step to correct": ({"name": "corrected", "step": "report"}, "step", "invalid_choice"),
    "a step without its words": (
        {"name": "corrected", "step": "listen", "customer_agreed": True},
        "restated",
        "required",
    ),
    "null bytes": ({"name": "listened", "restated": "\x00", "customer_agreed": True}, "restated", "null_byte"),
}


@pytest.mark.parametrize("what", WRONG)
def test_what_is_wrong_is_said_at_its_field(what, clerk, complaint):
    body, field, code = WRONG[what]
    found = errors(clerk.post(at(complaint, "transitions"), body))
    assert found.get(field) == code, found
    assert state_of(complaint) == "listen"


def test_a_person_is_named_by_username_or_id(clerk, complaint, house):
    walk(clerk, complaint, until="reported")
    assert done(move(clerk, complaint, "reported", to=house.supervisor.pk, **ENDED))["state"] == "closed"


def test_who_cannot_take_a_report(clerk, complaint, house):
    walk(clerk, complaint, until="reported")
    for to in ("clerk", "colleague", "eastsupervisor"):
        assert blockers(move(clerk, complaint, "reported", to=to, **ENDED)) == ["not_a_supervisor"]
    assert state_of(complaint) == "report"


# ------------------------------------------------------------------ the same actions under other paths


def test_classify_is_raise_and_lower(api, house, clerk, complaint):
    path = at(complaint, "classify")
    assert done(clerk.post(path, {"severity_class": 2, "reason": "It is worse."}))["state"] == "act"
    assert blockers(clerk.post(path, {"severity_class": 2})) == ["wrong_state"]
    problem(clerk.post(path, {"severity_class": 1, "reason": "x"}), 403, "only_supervisor_lowers")
    supervisor = api(house.supervisor)
    assert errors(supervisor.post(path, {"severity_class": 1})) == {"reason": "no_reason"}
    assert done(supervisor.post(path, {"severity_class": 1, "reason": "Not so bad."}))["severity_class"] == 1
    assert errors(clerk.post(path, {"severity_class": 3})) == {"severity_class": "max_value"}
    assert errors(clerk.post(path, {"severity_class": "2"})) == {"severity_class": "invalid"}


def test_report_is_reported(api, house, clerk, complaint):
    body = {"kind": "oral", "to": "supervisor", "text": "All well.", **ENDED}
    problem(clerk.post(at(complaint, "report"), body), 409, "not_at_report")
    walk(clerk, complaint, until="reported")
    assert errors(clerk.post(at(complaint, "report"), body | {"kind": "shouted"})) == {"kind": "invalid_choice"}
    answer = clerk.post(at(complaint, "report"), body)
    report = done(answer, 201)
    assert (report["complaint"], report["kind"], report["to"]) == (complaint.number, "oral", "supervisor")
    assert state_of(complaint) == "closed"
    assert done(clerk.get(answer["Location"])) == report
    acknowledge = f"/api/v1/reports/{report['id']}/acknowledge"
    problem(clerk.post(acknowledge), 403, "own_report")
    problem(api(house.colleague).post(acknowledge), 403, "only_supervisor_confirms")
    problem(api(house.east_supervisor).post(acknowledge), 404, "not_found")
    first = done(api(house.supervisor).post(acknowledge))
    assert done(api(house.supervisor).post(acknowledge)) == first
    problem(api(house.supervisor).post("/api/v1/reports/999999/acknowledge"), 404, "not_found")


def test_assigning(api, house, clerk, at_work):
    free = lodge(house.clerk)
    path = at(free, "assign")
    told = done(clerk.post(path, {"owner": "clerk"}))
    assert told["owner"] == "clerk"
    assert {row["kind"]: row["state"] for row in told["deadlines"]}["owned"] == "met"
    problem(api(house.colleague).post(path, {"owner": "colleague"}), 409, "already_taken")
    supervisor = api(house.supervisor)
    assert done(supervisor.post(path, {"owner": house.handler.pk}))["owner"] == "handler"
    assert errors(supervisor.post(path, {"owner": "auditor"})) == {"owner": "cannot_own"}
    assert errors(supervisor.post(path, {"owner": "nobody"})) == {"owner": "unknown"}
    assert errors(supervisor.post(path, {"department": "nowhere", "reason": "Theirs."})) == {"department": "unknown"}
    assert errors(supervisor.post(path, {})) == {"owner": "required"}


def test_linking(clerk, complaint, house):
    other, hidden = lodge(house.clerk, phone="139 1111 2222"), lodge(house.east_clerk)
    path = at(complaint, "link")
    told = done(clerk.post(path, {"number": other.number}))
    assert told["links"] == [{"number": other.number, "relation": "related"}]
    assert done(clerk.post(path, {"number": other.number, "relation": "same_matter"}))["links"] == told["links"]
    for number in (hidden.number, complaint.number, "C-2026-999999"):
        assert errors(clerk.post(path, {"number": number})) == {"number": "unknown_complaint"}
    assert errors(clerk.post(path, {"number": other.number, "relation": "twin"})) == {"relation": "invalid_choice"}


def test_gone_outside(clerk, complaint):
    told = done(clerk.post(at(complaint, "gone-outside"), {"channel": "press", "summary": "A reporter called."}))
    assert (told["severity_class"], told["reach"], told["suggests_crisis"]) == (2, "serious", True)
    assert [row["rule"] for row in told["triage"]] == ["outside"]
    path = at(complaint, "gone-outside")
    assert errors(clerk.post(path, {"channel": "phone", "summary": "x"})) == {"channel": "invalid_choice"}


def test_the_supervisor_is_called_over(clerk, complaint, house):
    done(clerk.post(at(complaint, "call-supervisor")))
    assert Event.objects.of(complaint).get(type="complaint.supervisor_called").data["asked_ids"] == [
        house.supervisor.pk
    ]


# ------------------------------------------------------------------ rights

POSTS = {
    "transitions": {"name": "raise"},
    "classify": {"severity_class": 2},
    "assign": {"owner": "clerk"},
    "link": {"number": "C-2026-000002"},
    "report": {"kind": "oral", "to": "supervisor", **ENDED},
    "gone-outside": {"channel": "press", "summary": "x"},
    "call-supervisor": {},
    "communications": {"direction": "out", "medium": "phone", "summary": "x"},
    "notes": {"text": "x"},
}


@pytest.mark.parametrize("path", POSTS)
def test_who_only_reads_changes_nothing(path, api, house, complaint):
    # Their key is for reading, whatever was asked for.
    problem(api(house.auditor).post(at(complaint, path), POSTS[path]), 403, "scope_missing")
    problem(api(house.clerk, scopes=["read"]).post(at(complaint, path), POSTS[path]), 403, "scope_missing")
    complaint.refresh_from_db()
    assert complaint.version == 1


@pytest.mark.parametrize("path", POSTS)
@pytest.mark.parametrize("who", ["east_clerk", "east_supervisor", "administrator"])
def test_what_one_may_not_see_is_not_there(who, path, api, house, complaint):
    answer = api(getattr(house, who)).post(at(complaint, path), POSTS[path])
    assert answer.status_code == (403 if who == "administrator" and path != "transitions" else 404), answer.content
    complaint.refresh_from_db()
    assert complaint.version == 1


def test_a_subject_cannot_act_on_it(api, house, at_work):
    about = lodge(house.supervisor, subject_ids=[house.clerk.pk])
    problem(move(api(house.clerk), about, "withdraw", reason="x", **ENDED), 404, "not_found")
    assert state_of(about) == "listen"


def test_an_action_that_hides_it_from_who_did_it(api, house, at_work):
    """A clerk of another store owns what the supervisor gives away: then it is no longer theirs to see."""
    manager = make_user("two", house.region, Role.MANAGER)
    kept = lodge(house.east_clerk, department_id=house.west.pk)
    assign_complaint(kept.pk, owner=house.east_supervisor, by=manager)
    answer = api(house.east_supervisor).post(at(kept, "assign"), {"owner": "clerk"})
    assert answer.status_code == 204
    assert Complaint.objects.get(pk=kept.pk).owner == house.clerk


def test_a_retry_with_its_key_changes_nothing_more(clerk, complaint):
    headers = {"Idempotency-Key": "raise-1"}
    first = clerk.post(at(complaint, "transitions"), {"name": "raise"}, headers=headers)
    with clock.frozen(complaint.recorded_at):
        again = clerk.post(at(complaint, "transitions"), {"name": "raise"}, headers=headers)
    assert again.content == first.content
    assert again["ETag"] == first["ETag"]
    assert Event.objects.of(complaint).filter(type="complaint.transitioned").count() == 1


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_offers_cost_the_same_whatever_happened(language, clerk, complaint, django_assert_max_num_queries):
    for _round in range(5):
        done(move(clerk, complaint, "changed", what="place", note="Elsewhere"))
    with django_assert_max_num_queries(12):
        offers(clerk, complaint)
