"""AGREE, stage by stage: what each records, when it may be left, and the ways back. Source: DOMAIN.md 3.4."""

from datetime import timedelta

import pytest

from complaints.actions import agree, classes, desk, ends, questions, talks, transitions
from complaints.codes import State
from complaints.models import CaseQuestion, Complaint, StageRecord
from complaints.workflow import AGREE, DETAILS, EXECUTED, current_stage
from core import clock
from core.errors import Blocked, Conflict, PermissionDenied
from deadlines.models import Deadline
from events.models import Event
from tests.complaints.cases import END, FACTS, at_act, at_details, at_evaluate, at_execute, at_review
from tests.complaints.refusals import refused


def deadline(complaint: Complaint, kind: str) -> Deadline:
    return Deadline.objects.of(complaint).filter(kind=kind).latest("pk")


# ------------------------------------------------------------------ get details


def test_the_facts_are_confirmed_and_the_case_goes_on(house, at_work):
    complaint = at_details(house)
    wish = {"wish": "Another car", "satisfaction_before": "dissatisfied"}
    agree.confirm_details(complaint.pk, by=house.handler, **FACTS, **wish)
    complaint.refresh_from_db()
    assert complaint.state == State.REVIEW
    assert (complaint.nature, complaint.fault, complaint.satisfaction_before) == ("valid", "shared", "dissatisfied")
    record = current_stage(complaint, DETAILS)
    assert (record.text, record.wish, record.customer_agreed) == (FACTS["restated"], "Another car", True)
    event = Event.objects.of(complaint).get(type="complaint.transitioned", seq__gt=5, data_text__contains=DETAILS)
    assert event.data["stage_record_id"] == record.pk
    assert FACTS["restated"] not in event.data_text


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"restated": " "}, "no_facts"),
        ({"customer_agreed": False}, "facts_not_confirmed"),
        ({"nature": ""}, "no_nature"),
        ({"fault": ""}, "no_fault"),
        ({"nature": "bad"}, "unknown_nature"),
        ({"fault": "theirs"}, "unknown_fault"),
        ({"satisfaction_before": "furious"}, "unknown_satisfaction_before"),
    ],
)
def test_the_details_are_not_left_without(house, at_work, changed, why):
    complaint = at_details(house)
    with refused(Blocked, why):
        agree.confirm_details(complaint.pk, by=house.handler, **{**FACTS, **changed})


def test_all_that_is_missing_is_told_at_once(house, at_work):
    complaint = at_details(house)
    with refused(Blocked) as told:
        agree.go_on(complaint.pk, DETAILS, by=house.handler)
    assert [each.code for each in told.value.blockers] == ["no_facts", "facts_not_confirmed", "no_nature", "no_fault"]
    assert all(str(each.message).endswith(".") and each.link == "#details" for each in told.value.blockers)


def test_facts_are_kept_before_the_customer_confirmed_them_and_a_press_goes_on_later(house, at_work):
    complaint = at_details(house)
    agree.record_details(complaint.pk, by=house.handler, restated="No roof.")
    agree.record_details(complaint.pk, by=house.handler, **FACTS)
    complaint.refresh_from_db()
    assert complaint.state == State.GET_DETAILS
    # The words of before stay.
    rows = StageRecord.objects.filter(complaint=complaint)
    assert [(row.text, row.superseded_at is None) for row in rows] == [("No roof.", False), (FACTS["restated"], True)]
    agree.go_on(complaint.pk, DETAILS, by=house.handler)
    complaint.refresh_from_db()
    assert complaint.state == State.REVIEW


def test_malicious_is_a_supervisors_word_with_the_evidence(house, at_work):
    complaint = at_details(house)
    malicious = {**FACTS, "nature": "malicious", "evidence": "Three shops, the same story."}
    with refused(PermissionDenied, "only_supervisor_marks_malicious"):
        agree.record_details(complaint.pk, by=house.handler, **malicious)
    with refused(Blocked, "no_evidence"):
        agree.record_details(complaint.pk, by=house.supervisor, **{**malicious, "evidence": ""})
    agree.record_details(complaint.pk, by=house.supervisor, **malicious)
    # Whoever goes on with the case keeps what the supervisor said.
    agree.confirm_details(complaint.pk, by=house.handler, **{**FACTS, "nature": "malicious"})
    complaint.refresh_from_db()
    assert (complaint.nature, complaint.fault) == ("malicious", "shared")
    assert current_stage(complaint, DETAILS).evidence == "Three shops, the same story."


def test_questions_open_and_closed_with_their_answers(house, at_work):
    complaint = at_details(house)
    first = questions.ask_question(complaint.pk, kind="open", question="How was it?", by=house.handler)
    questions.ask_question(complaint.pk, kind="closed", question="In writing?", answer="Yes", by=house.handler)
    questions.answer_question(complaint.pk, first.pk, answer="Loud", by=house.colleague)
    rows = CaseQuestion.objects.values_list("kind", "question", "answer", "answered_by__username")
    assert list(rows) == [("open", "How was it?", "Loud", "colleague"), ("closed", "In writing?", "Yes", "handler")]
    with refused(Conflict, "already_answered"):
        questions.answer_question(complaint.pk, first.pk, answer="Quiet", by=house.handler)


@pytest.mark.parametrize(("told", "why"), [({"kind": "odd"}, "unknown_kind"), ({"question": " "}, "no_question")])
def test_a_question_is_refused_without(house, at_work, told, why):
    complaint = at_details(house)
    with refused(Blocked, why):
        questions.ask_question(complaint.pk, by=house.handler, **{"kind": "open", "question": "How?", **told})


def test_class_1_has_no_questions_and_another_case_not_these(make_complaint, house):
    complaint = make_complaint()
    with refused(Conflict, "not_a_case"):
        questions.ask_question(complaint.pk, kind="open", question="How?", by=house.handler)
    case, other = at_details(house), at_details(house, phone="138 0571 0001")
    row = questions.ask_question(case.pk, kind="open", question="How?", by=house.handler)
    with refused(CaseQuestion.DoesNotExist):
        questions.answer_question(other.pk, row.pk, answer="So", by=house.handler)


# ------------------------------------------------------------------ review, execute


def test_the_plan_needs_an_approved_proposal_that_the_customer_accepted(house, at_work):
    complaint = at_review(house)
    with refused(Blocked) as told:
        agree.go_on(complaint.pk, "plan_agreed", by=house.handler)
    assert [each.code for each in told.value.blockers] == ["no_proposal", "not_approved", "not_accepted"]


def test_what_was_carried_out_is_written_down_and_meets_resolved(house, at_work):
    complaint = at_execute(house)
    assert complaint.state == State.EXECUTE
    with refused(Blocked, "not_executed"):
        agree.execute(complaint.pk, note=" ", by=house.handler)
    assert deadline(complaint, "resolved").state == "pending"
    agree.execute(complaint.pk, note="Coated on Friday.", by=house.handler)
    complaint.refresh_from_db()
    assert complaint.state == State.EVALUATE
    assert deadline(complaint, "resolved").state == "met"
    assert current_stage(complaint, EXECUTED).text == "Coated on Friday."


@pytest.mark.parametrize("name", ["acted", "declined", "raise", "nonsense"])
def test_what_needs_more_than_a_press_is_no_press(house, at_work, name):
    with pytest.raises(LookupError):
        agree.go_on(at_review(house).pk, name, by=house.handler)


def test_a_form_of_a_stage_that_was_left_changes_nothing(house, at_work):
    complaint = at_review(house)
    for late in (agree.record_details, agree.confirm_details):
        with refused(Conflict, "stage_left"):
            late(complaint.pk, by=house.handler, **FACTS)
    with refused(Conflict, "stage_left"):
        agree.execute(complaint.pk, note="Done", by=house.handler)
    # A second press of the same button.
    with refused(Blocked, "wrong_state"):
        agree.go_on(complaint.pk, DETAILS, by=house.handler)


@pytest.mark.parametrize(
    "press",
    [
        lambda pk, by: agree.record_details(pk, by=by, **FACTS),
        lambda pk, by: agree.confirm_details(pk, by=by, **FACTS),
        lambda pk, by: agree.go_on(pk, DETAILS, by=by),
        lambda pk, by: agree.execute(pk, note="x", by=by),
        lambda pk, by: agree.go_back(pk, "new_facts", reason="x", by=by),
        lambda pk, by: questions.ask_question(pk, kind="open", question="x", by=by),
    ],
)
def test_the_auditor_changes_nothing_and_a_subject_sees_nothing(house, at_work, press):
    complaint = at_review(house)
    with refused(PermissionDenied):
        press(complaint.pk, house.auditor)
    complaint.subject_rows.create(user=house.colleague)
    with refused(Complaint.DoesNotExist):
        press(complaint.pk, house.colleague)


# ------------------------------------------------------------------ back

BACK = [
    (at_review, "new_facts", State.GET_DETAILS),
    (at_execute, "new_facts", State.GET_DETAILS),
    (at_execute, "not_accepted", State.REVIEW),
    (at_evaluate, "new_facts", State.GET_DETAILS),
    (at_evaluate, "not_fulfilled", State.EXECUTE),
    (at_evaluate, "dissatisfied", State.REVIEW),
]


@pytest.mark.parametrize(("begin", "name", "to"), BACK)
def test_a_case_goes_back_with_a_reason_and_does_the_stage_again(house, at_work, begin, name, to):
    complaint = begin(house)
    was_resolved = complaint.state == State.EVALUATE
    with refused(Blocked, "no_reason"):
        agree.go_back(complaint.pk, name, reason=" ", by=house.handler)
    agree.go_back(complaint.pk, name, reason="A second contract.", by=house.handler)
    complaint.refresh_from_db()
    assert complaint.state == to
    assert complaint.stage_records.get(step=name).text == "A second contract."
    assert not AGREE.blockers(complaint, "new_facts") or to == State.GET_DETAILS
    # What was done before does not count again.
    forward = {"get_details": DETAILS, "review": "plan_agreed", "execute": EXECUTED}[to]
    assert AGREE.blockers(complaint, forward)
    # The promise begins anew, for it is not resolved.
    states = list(Deadline.objects.of(complaint).filter(kind="resolved").order_by("pk").values_list("state", flat=True))
    assert states == (["met", "pending"] if was_resolved else ["pending"])


@pytest.mark.parametrize(
    ("begin", "name"), [(at_details, "new_facts"), (at_review, "not_accepted"), (at_execute, "dissatisfied")]
)
def test_no_way_back_from_elsewhere(house, at_work, begin, name):
    complaint = begin(house)
    with refused(Blocked, "wrong_state"):
        agree.go_back(complaint.pk, name, reason="Why", by=house.handler)


def test_new_facts_leave_nature_and_words_in_sight(house, at_work):
    complaint = at_review(house)
    agree.go_back(complaint.pk, "new_facts", reason="A second contract.", by=house.handler)
    complaint.refresh_from_db()
    assert complaint.nature == "valid"
    assert current_stage(complaint, DETAILS) is None
    assert StageRecord.objects.filter(complaint=complaint, step=DETAILS).get().superseded_at == at_work


# ------------------------------------------------------------------ the answer No

NO = {
    "reason": "The damage was done after the sale.",
    "is_unreasonable": True,
    "has_no_more_business": True,
    "remains_open": "The ombudsman.",
    **END,
}


def test_no_is_said_with_its_grounds_and_what_remains_open(house, at_work):
    complaint = at_review(house)
    ends.decline(complaint.pk, by=house.handler, **NO)
    complaint.refresh_from_db()
    assert (complaint.state, complaint.outcome, complaint.ended_at) == (State.DECLINED, "not_upheld", at_work)
    record = current_stage(complaint, "declined")
    assert (record.is_unreasonable, record.has_no_more_business, record.remains_open) == (True, True, "The ombudsman.")
    assert not Deadline.objects.of(complaint).open().exists()


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"reason": ""}, "no_reason"),
        ({"remains_open": " "}, "nothing_remains"),
        ({"outcome": ""}, "no_outcome"),
        ({"relief": ""}, "no_relief"),
        ({"is_unreasonable": False, "has_no_more_business": False}, "no_ground"),
    ],
)
def test_no_is_refused_without(house, at_work, changed, why):
    complaint = at_review(house)
    with refused(Blocked, why):
        ends.decline(complaint.pk, by=house.supervisor, **{**NO, **changed})


@pytest.mark.parametrize("ground", ["is_unreasonable", "has_no_more_business"])
def test_on_one_ground_alone_a_supervisor_decides(house, at_work, ground):
    complaint = at_review(house)
    one = {**NO, "is_unreasonable": False, "has_no_more_business": False, ground: True}
    with refused(PermissionDenied, "only_supervisor_declines"):
        ends.decline(complaint.pk, by=house.handler, **one)
    ends.decline(complaint.pk, by=house.supervisor, **one)
    complaint.refresh_from_db()
    assert complaint.state == State.DECLINED


@pytest.mark.parametrize("begin", [at_act, at_details, at_execute, at_evaluate])
def test_no_is_said_in_review_alone(house, at_work, begin):
    complaint = begin(house)
    with refused(Blocked, "wrong_state"):
        ends.decline(complaint.pk, by=house.handler, **NO)


# ------------------------------------------------------------------ outside


def test_what_goes_on_outside_keeps_their_reference_and_date(house, at_work):
    complaint = at_execute(house)
    due = (at_work + timedelta(days=30)).date()
    outside = {"to": "court", "reason": "Sued", "reference": "(2026) 118", "answer_by": due}
    ends.refer(complaint.pk, by=house.handler, **outside, **END)
    complaint.refresh_from_db()
    assert (complaint.state, complaint.relief) == (State.REFERRED, "explanation")
    assert complaint.referrals.values_list("to", "reference", "answer_by").get() == ("court", "(2026) 118", due)


def test_a_class_1_complaint_is_referred_too(make_complaint, house):
    complaint = make_complaint(is_taken=True)
    ends.refer(complaint.pk, to="regulator", reason="They asked", by=house.clerk, **END)
    complaint.refresh_from_db()
    assert complaint.state == State.REFERRED
    assert not Deadline.objects.of(complaint).open().exists()


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"to": "moon"}, "unknown_place"),
        ({"reason": ""}, "no_reason"),
        ({"outcome": ""}, "no_outcome"),
        ({"answer_by": "yesterday"}, "date_passed"),
    ],
)
def test_a_referral_is_refused_without(house, at_work, changed, why):
    complaint = at_review(house)
    if "answer_by" in changed:
        changed = {"answer_by": (at_work - timedelta(days=1)).date()}
    with refused(Blocked, why):
        ends.refer(complaint.pk, by=house.handler, **{"to": "court", "reason": "Sued", **END, **changed})


# ------------------------------------------------------------------ from the desk


def test_raised_it_enters_at_the_first_stage_whose_condition_is_unmet(make_complaint, house):
    complaint = make_complaint(is_taken=True)
    classes.raise_class(complaint.pk, by=house.clerk)
    complaint.refresh_from_db()
    assert complaint.state == State.ACT
    talked = make_complaint(is_taken=True, phone="138 0571 0001")
    desk.listen(talked.pk, restated="Twice.", customer_agreed=True, by=house.clerk)
    classes.raise_class(talked.pk, by=house.clerk)
    talked.refresh_from_db()
    assert talked.state == State.GET_DETAILS


def test_what_a_case_recorded_counts_when_it_is_lowered_and_raised_again(house, at_work):
    complaint = at_review(house)
    classes.lower_class(complaint.pk, reason="Small after all", by=house.supervisor)
    classes.raise_class(complaint.pk, by=house.handler)
    complaint.refresh_from_db()
    assert complaint.state == State.REVIEW


def test_the_answer_meets_its_promise_at_each_stage_and_the_next_due_is_the_nearest(house, at_work):
    complaint = at_review(house)
    with clock.frozen(at_work + timedelta(minutes=5)):
        talks.record_communication(complaint.pk, direction="in", medium="sms", summary="And?", by=house.handler)
        complaint.refresh_from_db()
        assert complaint.next_due_at == deadline(complaint, "answer").due_at


def test_a_withdrawal_at_any_stage_keeps_its_words(house, at_work):
    complaint = at_execute(house)
    transitions.withdraw(complaint.pk, reason="Sold it", by=house.handler, **END)
    assert complaint.stage_records.get(step="withdraw").text == "Sold it"
