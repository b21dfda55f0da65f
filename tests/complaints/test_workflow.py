"""LASTR and AGREE as tables, row by row. Source: DOMAIN.md 3.3, 3.4; API.md, "States"."""

import pytest

from accounts.roles import CASE_ROLES, LEADERS, roles_with
from complaints.codes import AGREE_STATES, END_STATES, LASTR_STATES, REOPENABLE, Satisfaction, State
from complaints.models import StepRecord
from complaints.workflow import AGREE, COMPLETES, LASTR, workflow_of
from core import clock
from core.errors import Blocked, PermissionDenied

DESK = set(LASTR_STATES)
CASE = set(AGREE_STATES)

# workflow, name, from, to (a function of the record: None), who may.
ROWS = [
    (LASTR, "listened", {State.LISTEN}, State.APOLOGISE, CASE_ROLES),
    (LASTR, "apologised", {State.APOLOGISE}, State.SATISFY, CASE_ROLES),
    (LASTR, "satisfied", {State.SATISFY}, State.THANK, CASE_ROLES),
    (LASTR, "thanked", {State.THANK}, State.REPORT, CASE_ROLES),
    (LASTR, "reported", {State.REPORT}, State.CLOSED, CASE_ROLES),
    (LASTR, "left", DESK - {State.REPORT}, State.CLOSED, CASE_ROLES),
    (LASTR, "raise", DESK, None, CASE_ROLES),
    (LASTR, "refer", DESK | CASE, State.REFERRED, CASE_ROLES),
    (LASTR, "reopen", set(REOPENABLE), None, CASE_ROLES),
    (LASTR, "withdraw", DESK | CASE, State.WITHDRAWN, CASE_ROLES),
    (LASTR, "void", DESK | CASE, State.VOIDED, LEADERS),
    (AGREE, "acted", {State.ACT}, State.GET_DETAILS, CASE_ROLES),
    (AGREE, "evaluated", {State.EVALUATE}, State.CLOSED, CASE_ROLES),
    (AGREE, "details_confirmed", {State.GET_DETAILS}, State.REVIEW, CASE_ROLES),
    (AGREE, "plan_agreed", {State.REVIEW}, State.EXECUTE, CASE_ROLES),
    (AGREE, "executed", {State.EXECUTE}, State.EVALUATE, CASE_ROLES),
    (AGREE, "declined", {State.REVIEW}, State.DECLINED, CASE_ROLES),
    (AGREE, "not_accepted", {State.EXECUTE}, State.REVIEW, CASE_ROLES),
    (AGREE, "new_facts", {State.REVIEW, State.EXECUTE, State.EVALUATE}, State.GET_DETAILS, CASE_ROLES),
    (AGREE, "not_fulfilled", {State.EVALUATE}, State.EXECUTE, CASE_ROLES),
    (AGREE, "dissatisfied", {State.EVALUATE}, State.REVIEW, CASE_ROLES),
    (AGREE, "lower", CASE, None, LEADERS),
    (AGREE, "refer", DESK | CASE, State.REFERRED, CASE_ROLES),
    (AGREE, "reopen", set(REOPENABLE), None, CASE_ROLES),
    (AGREE, "withdraw", DESK | CASE, State.WITHDRAWN, CASE_ROLES),
    (AGREE, "void", DESK | CASE, State.VOIDED, LEADERS),
]


@pytest.mark.parametrize(("workflow", "name", "sources", "target", "roles"), ROWS)
def test_row(workflow, name, sources, target, roles):
    step = workflow.transitions[name]
    assert set(step.sources) == sources
    assert callable(step.target) if target is None else step.target == target
    assert roles_with(step.permission) == {role.value for role in roles}


def test_the_tables_have_no_other_rows():
    assert set(LASTR.transitions) == {name for workflow, name, *_ in ROWS if workflow is LASTR}
    assert set(AGREE.transitions) == {name for workflow, name, *_ in ROWS if workflow is AGREE}


@pytest.mark.parametrize("workflow", [LASTR, AGREE])
def test_only_reopening_leads_out_of_an_end(workflow):
    leading = {name for name, step in workflow.transitions.items() if set(step.sources) & set(END_STATES)}
    assert leading == {"reopen"}
    assert State.VOIDED not in workflow.transitions["reopen"].sources


def test_each_step_is_completed_by_the_transition_named_after_it():
    assert {State(step): LASTR.transitions[name].sources for step, name in COMPLETES.items()} == {
        step: (step,) for step in LASTR_STATES
    }


@pytest.fixture
def record(at_work):
    """Write what a step records, without the action."""

    def write(complaint, step, **recorded):
        return StepRecord.objects.create(
            complaint=complaint, step=step, recorded_at=clock.now(), recorded_by=complaint.recorded_by, **recorded
        )

    return write


def codes(complaint, name):
    return [blocker.code for blocker in workflow_of(complaint).blockers(complaint, name)]


@pytest.mark.parametrize(
    ("state", "name", "recorded", "why"),
    [
        (State.LISTEN, "listened", None, ["not_restated"]),
        (State.LISTEN, "listened", {"text": ""}, ["not_restated"]),
        (State.LISTEN, "listened", {"text": "Charged twice."}, []),
        (State.APOLOGISE, "apologised", None, ["not_apologised"]),
        (State.APOLOGISE, "apologised", {}, []),
        (State.SATISFY, "satisfied", None, ["no_remedy", "dissatisfied"]),
        (State.SATISFY, "satisfied", {"text": "Refund", "satisfaction": Satisfaction.SATISFIED}, ["no_remedy"]),
        (State.SATISFY, "satisfied", {"text": "Refund", "remedy_kinds": ["refund"]}, ["dissatisfied"]),
        (
            State.SATISFY,
            "satisfied",
            {"text": "Refund", "remedy_kinds": ["refund"], "satisfaction": Satisfaction.DISSATISFIED},
            ["dissatisfied"],
        ),
        (
            State.SATISFY,
            "satisfied",
            {"text": "Refund", "remedy_kinds": ["refund"], "satisfaction": Satisfaction.BASICALLY_SATISFIED},
            [],
        ),
        (State.THANK, "thanked", None, ["not_thanked"]),
        (State.THANK, "thanked", {}, []),
        (State.REPORT, "reported", None, ["not_reported"]),
    ],
)
def test_a_step_may_be_left_when(make_complaint, record, state, name, recorded, why):
    complaint = make_complaint()
    complaint.state = state
    if recorded is not None:
        record(complaint, state, **recorded)
    assert codes(complaint, name) == why


def test_what_was_superseded_counts_no_more(make_complaint, record):
    complaint = make_complaint()
    row = record(complaint, State.LISTEN, text="Charged twice.")
    row.superseded_at = clock.now()
    row.save()
    assert codes(complaint, "listened") == ["not_restated"]


def test_act_may_be_left_when_somebody_owns_it_and_the_first_contact_is_recorded(make_complaint, house):
    complaint = make_complaint(is_raised=True)
    assert codes(complaint, "acted") == ["no_owner", "no_first_contact"]
    complaint.owner = house.handler
    assert codes(complaint, "acted") == ["no_first_contact"]
    complaint.first_contact_at = clock.now()
    assert codes(complaint, "acted") == []


def test_every_unmet_condition_is_a_sentence_with_a_link(make_complaint):
    complaint = make_complaint(is_raised=True)
    for blocker in AGREE.blockers(complaint, "acted"):
        assert str(blocker.message).endswith(".")
        assert blocker.link.startswith("#")


@pytest.mark.parametrize("name", ["raise", "left", "listened", "nonsense"])
def test_a_move_of_the_other_workflow_is_refused_like_a_wrong_state(make_complaint, house, name):
    complaint = make_complaint(is_raised=True)
    with pytest.raises(Blocked) as refused:
        AGREE.advance(complaint, name, house.clerk)
    assert [blocker.code for blocker in refused.value.blockers] == ["wrong_state"]
    assert complaint.state == State.ACT


def test_what_is_offered_is_what_is_enforced(make_complaint, house):
    complaint = make_complaint()
    offers = {offer.name: offer for offer in LASTR.offers(complaint, house.clerk)}
    assert set(offers) == {"listened", "left", "raise", "refer", "withdraw"}
    assert not offers["listened"].is_allowed
    assert [why.code for why in offers["listened"].blockers] == ["not_restated"]
    assert offers["raise"].target == State.ACT
    assert "void" in {offer.name for offer in LASTR.offers(complaint, house.supervisor)}


def test_nobody_moves_it_without_the_right(make_complaint, house):
    complaint = make_complaint()
    assert LASTR.offers(complaint, house.auditor) == []
    with pytest.raises(PermissionDenied):
        LASTR.advance(complaint, "withdraw", house.auditor)
    with pytest.raises(PermissionDenied):
        LASTR.advance(complaint, "void", house.clerk)
    assert complaint.state == State.LISTEN


def test_raised_it_enters_at_the_first_unmet_stage(make_complaint):
    complaint = make_complaint()
    assert LASTR.target(complaint, "raise") == State.ACT
    complaint.first_contact_at = clock.now()
    assert LASTR.target(complaint, "raise") == State.GET_DETAILS


def test_lowered_it_enters_at_the_first_step_without_its_record(make_complaint, record):
    complaint = make_complaint(is_raised=True)
    assert AGREE.target(complaint, "lower") == State.LISTEN
    record(complaint, State.LISTEN, text="Charged twice.")
    assert AGREE.target(complaint, "lower") == State.APOLOGISE
    record(complaint, State.APOLOGISE)
    assert AGREE.target(complaint, "lower") == State.SATISFY
