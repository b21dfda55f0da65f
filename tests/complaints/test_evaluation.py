"""Evaluating the outcome of a case, and what class 1 teaches. DOMAIN.md 3.4, 3.6."""

import pytest
from django.db import IntegrityError, transaction

from accounts.models import User
from complaints.actions import evaluation, suggestions
from complaints.actions.evaluation import evaluate, may_be_closed, record_evaluation, supersede_evaluation
from complaints.actions.locking import locked
from complaints.actions.transitions import withdraw
from complaints.models import Complaint, Evaluation, RootCause, Suggestion
from complaints.root_causes import ensure_starter_root_causes, starter_codes
from complaints.workflow import AGREE, EVALUATED, current_evaluation
from core import clock
from core.errors import Blocked, Conflict, PermissionDenied
from deadlines.models import Deadline
from events.models import Event, Notification
from tests.complaints.evaluated import make_case, root_cause, told
from tests.complaints.pages import client_of, statements, text_of, url
from tests.complaints.refusals import codes, refused
from tests.house import lodge

ALL_MISSING = {
    "no_satisfaction", "no_root_cause", "no_did_well", "no_to_improve", "no_next_time", "no_suggestion_answer",
    "no_outcome", "no_relief",
}  # fmt: skip


@pytest.fixture
def case(house, at_work):
    return make_case(house)


def fresh(complaint) -> Complaint:
    return Complaint.objects.get(pk=complaint.pk)


def test_a_case_is_closed_with_all_that_was_learned(house, case):
    closed = evaluate(case.pk, by=house.handler, **told())
    assert (closed.state, closed.satisfaction, closed.outcome, closed.relief) == (
        "closed", "satisfied", "upheld", "monetary",
    )  # fmt: skip
    assert closed.ended_at is not None
    row = case.evaluations.get()
    assert (row.root_cause, row.recorded_by, row.superseded_at) == (root_cause(), house.handler, None)
    moved = Event.objects.of(case).get(type="complaint.transitioned", data_text__contains="evaluated")
    assert moved.data["satisfaction"] == "satisfied"
    assert "Called" not in moved.data_text
    assert not Deadline.objects.of(case).open().exists()


def test_what_is_missing_is_said_all_at_once_and_nothing_is_kept(house, case):
    with refused(Blocked) as refusal:
        evaluate(case.pk, by=house.handler)
    assert set(codes(refusal.value)) == ALL_MISSING
    with refused(Blocked) as refusal:
        evaluate(case.pk, by=house.handler, did_well="Called.")
    assert set(codes(refusal.value)) == ALL_MISSING - {"no_did_well"}


@pytest.mark.parametrize("missing", sorted(ALL_MISSING))
def test_each_condition_stands_by_itself(house, case, missing):
    field = {"no_suggestion_answer": "has_no_suggestion"}.get(missing, missing.removeprefix("no_"))
    blank = {"has_no_suggestion": False, "root_cause": None}.get(field, "")
    with refused(Blocked) as refusal:
        evaluate(case.pk, by=house.handler, **told(**{field: blank}))
    assert codes(refusal.value) == [missing]
    assert refusal.value.blockers[0].link.startswith(f"/complaints/{case.number}/evaluate/#id_")


def test_a_customer_who_is_not_content_keeps_it_open(house, case):
    with refused(Blocked, "dissatisfied"):
        evaluate(case.pk, by=house.handler, **told(satisfaction="dissatisfied"))


@pytest.mark.parametrize("satisfaction", ["basically_satisfied", "satisfied", "loyal"])
def test_basically_satisfied_is_enough(house, case, satisfaction):
    assert evaluate(case.pk, by=house.handler, **told(satisfaction=satisfaction)).state == "closed"


def test_a_supervisor_closes_it_with_the_reason_why_nothing_more_can_be_done(house, case):
    with refused(PermissionDenied, "only_supervisor_closes_despite"):
        record_evaluation(case.pk, closed_despite="There is nothing left.", by=house.handler)
    record_evaluation(case.pk, by=house.handler, **told(satisfaction="dissatisfied"))
    record_evaluation(case.pk, closed_despite="There is nothing left.", by=house.supervisor)
    # What the supervisor wrote stays theirs when the owner goes on writing.
    record_evaluation(case.pk, did_well="Listened.", closed_despite="There is nothing left.", by=house.handler)
    closed = evaluate(case.pk, by=house.handler)
    assert (closed.state, closed.satisfaction) == ("closed", "dissatisfied")
    assert closed.end_reason == "There is nothing left."
    assert current_evaluation(case).closed_despite_by == house.supervisor


def test_saving_keeps_what_is_typed_and_every_older_word(house, case):
    record_evaluation(case.pk, did_well="First", by=house.handler)
    record_evaluation(case.pk, to_improve="Second", by=house.clerk)
    record_evaluation(case.pk, to_improve="Second", by=house.clerk)
    rows = list(case.evaluations.all())
    assert [(row.did_well, row.to_improve, row.superseded_at is None) for row in rows] == [
        ("First", "", False), ("First", "Second", True),
    ]  # fmt: skip
    assert fresh(case).state == "evaluate"
    with pytest.raises(IntegrityError), transaction.atomic():
        Evaluation.objects.create(complaint=case, recorded_by=house.clerk, recorded_at=clock.now())


def test_nothing_said_is_nothing_kept(house, case):
    before = fresh(case).version
    record_evaluation(case.pk, did_well=" ", has_no_suggestion=False, by=house.handler)
    assert not case.evaluations.exists()
    assert fresh(case).version == before


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"satisfaction": "happy"}, "unknown_satisfaction"),
        ({"outcome": "unknown"}, "no_outcome"),
        ({"relief": "x"}, "no_relief"),
    ],
)
def test_only_words_of_the_contract_are_taken(house, case, given, code):
    with refused(Blocked, code):
        record_evaluation(case.pk, by=house.handler, **given)


def test_a_root_cause_that_is_no_longer_used_is_not_chosen(house, case):
    RootCause.objects.filter(code="information_promised").update(is_active=False)
    with refused(Blocked, "old_root_cause"):
        record_evaluation(case.pk, root_cause=root_cause(), by=house.handler)


def test_only_in_its_stage(house, at_work):
    complaint = lodge(house.clerk, is_raised=True)
    with refused(Conflict, "not_in_evaluation"):
        record_evaluation(complaint.pk, did_well="x", by=house.clerk)
    desk = lodge(house.clerk, phone="138 0571 1111")
    with refused(Conflict, "not_in_evaluation"):
        record_evaluation(desk.pk, did_well="x", by=house.clerk)


def test_who_must_not_see_it_does_not_evaluate_it(house, case):
    with refused(Complaint.DoesNotExist):
        record_evaluation(case.pk, did_well="x", by=house.east_clerk)
    for by in (house.auditor, house.administrator):
        with refused(PermissionDenied):
            evaluate(case.pk, by=by)


def test_class_1_is_asked_the_questions_once_it_is_closed(house, at_work):
    desk = lodge(house.clerk)
    Complaint.objects.filter(pk=desk.pk).update(state="closed", ended_at=clock.now())
    record_evaluation(desk.pk, did_well="Listened", suggestions=["A second till"], by=house.clerk)
    assert desk.evaluations.get().did_well == "Listened"
    assert desk.suggestions.get().text == "A second till"
    with pytest.raises(LookupError):
        record_evaluation(desk.pk, satisfaction="loyal", by=house.clerk)
    with refused(Conflict, "already_ended"):
        evaluate(desk.pk, by=house.clerk)


def test_what_the_report_s_acknowledgement_closes_is_closed_the_same_way(house, case):
    record_evaluation(case.pk, by=house.handler, **told())
    with transaction.atomic():
        row = locked(case.pk, by=house.manager)
        assert may_be_closed(row)
        evaluation.close_evaluated(row, by=house.manager, at=clock.now())
    assert fresh(case).state == "closed"


def test_another_round_is_evaluated_anew(house, case):
    record_evaluation(case.pk, by=house.handler, **told())
    supersede_evaluation(case, at=clock.now())
    assert current_evaluation(case) is None
    assert not may_be_closed(case)
    record_evaluation(case.pk, did_well="Again", by=house.handler)
    assert case.evaluations.count() == 2


def test_an_end_out_of_the_stage_ends_the_round(house, case):
    record_evaluation(case.pk, by=house.handler, **told())
    withdraw(case.pk, reason="Gone", outcome="settled", relief="explanation", by=house.handler)
    assert current_evaluation(case) is None


def test_every_condition_is_in_the_table():
    assert AGREE.transitions["evaluated"].conditions[: len(EVALUATED)] == EVALUATED


def test_the_starter_tree_is_planted_once(db):
    assert ensure_starter_root_causes() == len(starter_codes())
    RootCause.objects.filter(code="people").update(name_en="Staff")
    assert ensure_starter_root_causes() == 0
    assert RootCause.objects.get(code="people").name_en == "Staff"


# ------------------------------------------------------------------ suggestions


def test_a_suggestion_is_kept_once_and_answered(house, case):
    kept = suggestions.keep_suggestion(case.pk, text="Write it into the order.", by=house.clerk)
    again = suggestions.keep_suggestion(case.pk, text=" Write it into the order. ", by=house.handler)
    assert kept == again
    answered = suggestions.answer_suggestion(
        kept.pk, state="taken_up", answer="From January on.", reward="A tank of fuel", by=house.supervisor
    )
    assert (answered.state, answered.answered_by, answered.version) == ("taken_up", house.supervisor, 2)
    assert Notification.objects.get(code="suggestion.answered").recipient == house.clerk
    event = Event.objects.of(case).get(type="suggestion.answered")
    assert "January" not in event.data_text
    with refused(Conflict, "stale"):
        suggestions.answer_suggestion(kept.pk, state="not_taken", answer="No", expected_version=1, by=house.manager)
    suggestions.answer_suggestion(kept.pk, state="not_taken", answer="It cannot be done.", by=house.manager)
    assert Suggestion.objects.get().state == "not_taken"


@pytest.mark.parametrize(("state", "answer", "code"), [("kept", "x", "no_state"), ("taken_up", " ", "no_answer")])
def test_an_answer_says_what_comes_of_it(house, case, state, answer, code):
    kept = suggestions.keep_suggestion(case.pk, text="A list", by=house.clerk)
    with refused(Blocked, code):
        suggestions.answer_suggestion(kept.pk, state=state, answer=answer, by=house.supervisor)


def test_suggestions_are_seen_with_their_complaint(house, case):
    kept = suggestions.keep_suggestion(case.pk, text="A list", by=house.clerk)
    with refused(Blocked, "no_suggestion"):
        suggestions.keep_suggestion(case.pk, text=" ", by=house.clerk)
    assert Suggestion.objects.visible_to(house.supervisor).get() == kept
    for hidden in (house.east_supervisor, house.administrator):
        assert not Suggestion.objects.visible_to(hidden).exists()
    with refused(Suggestion.DoesNotExist):
        suggestions.answer_suggestion(kept.pk, state="taken_up", answer="x", by=house.east_supervisor)
    with refused(PermissionDenied):
        suggestions.answer_suggestion(kept.pk, state="taken_up", answer="x", by=house.clerk)


# ------------------------------------------------------------------ in the browser

FORM = {
    "satisfaction": "satisfied", "root_cause": "information_promised", "did_well": "Called.", "to_improve": "Order.",
    "next_time": "Read it.", "suggestion": "A list on the order", "outcome": "upheld", "relief": "monetary",
}  # fmt: skip


def test_what_is_typed_is_kept_although_the_case_cannot_be_closed(house, case):
    client = client_of(house.handler)
    page = client.post(url("evaluate", case), {"did_well": "Called at once.", "press": "close"})
    assert page.status_code == 422
    said = text_of(page)
    assert "Ask the customer how content they are" in said
    assert "Called at once." in said
    assert case.evaluations.get().did_well == "Called at once."
    assert "Called at once." in text_of(client.get(url("evaluate", case)))
    assert fresh(case).state == "evaluate"


def test_closed_in_the_browser(house, case):
    client = client_of(house.handler)
    answer = client.post(url("evaluate", case), {**FORM, "press": "close"})
    assert (answer.status_code, answer["Location"]) == (302, case.get_absolute_url())
    assert fresh(case).state == "closed"
    page = text_of(client.get(case.get_absolute_url()))
    assert "More was promised than we keep" in page
    assert "A list on the order" in page


def test_kept_for_now_in_the_browser(house, case):
    client = client_of(house.handler)
    answer = client.post(url("evaluate", case), {**FORM, "press": "keep"})
    assert answer["Location"] == url("evaluate", case)
    assert fresh(case).state == "evaluate"
    assert case.suggestions.count() == 1
    page = text_of(client.get(case.get_absolute_url()))
    assert "The root cause is set." in page


def test_a_tick_and_a_suggestion_contradict_each_other(house, case):
    page = client_of(house.handler).post(url("evaluate", case), {**FORM, "has_no_suggestion": "on"})
    assert page.status_code == 422
    assert "Take it out, or this tick" in text_of(page)


def test_the_supervisor_s_reason_is_asked_of_supervisors_alone(house, case):
    assert "closed_despite" not in text_of(client_of(house.handler).get(url("evaluate", case)))
    assert "closed_despite" in text_of(client_of(house.supervisor).get(url("evaluate", case)))


def test_one_who_only_reads_is_sent_away(house, case):
    assert client_of(house.auditor).get(url("evaluate", case)).status_code == 403
    assert client_of(house.east_clerk).get(url("evaluate", case)).status_code == 404


def test_the_next_step_of_the_page_is_to_evaluate(house, case):
    page = text_of(client_of(house.handler).get(case.get_absolute_url()))
    assert page.count(url("evaluate", case)) >= 2
    assert "Ask the customer how content they are" in page


def test_the_page_asks_a_bounded_number_of_times(house, case):
    client = client_of(house.handler)
    before = statements(client, case.get_absolute_url())
    record_evaluation(case.pk, by=house.handler, suggestions=["A", "B"], **told(has_no_suggestion=False))
    some = statements(client, case.get_absolute_url())
    # The evaluation and the suggestions: a statement each.
    assert some <= before + 2
    for number in range(5):
        suggestions.keep_suggestion(case.pk, text=f"Another {number}", by=house.clerk)
    assert statements(client, case.get_absolute_url()) == some


def test_suggestions_page_filters_and_answers(house, case):
    kept = suggestions.keep_suggestion(case.pk, text="请在订单上写明配置清单", by=house.clerk)
    suggestions.keep_suggestion(case.pk, text="A second till", by=house.clerk)
    client = client_of(house.supervisor)
    assert "A second till" in text_of(client.get("/suggestions/"))
    found = text_of(client.get("/suggestions/?q=清单"))
    assert "配置" in found
    assert "A second till" not in found
    assert "配置" not in text_of(client.get("/suggestions/?state=taken_up"))
    page = client.post(f"/suggestions/{kept.pk}/", {"state": "", "answer": ""})
    assert page.status_code == 422
    client.post(f"/suggestions/{kept.pk}/", {"state": "taken_up", "answer": "好的", "seen_version": 1})
    assert "配置" in text_of(client.get("/suggestions/?state=taken_up"))
    assert client_of(house.east_clerk).get(f"/suggestions/{kept.pk}/").status_code == 404
    assert isinstance(house.clerk, User)


def test_one_press_keeps_short_words_of_the_customer(house, at_work):
    complaint = lodge(house.clerk, description="Please open a second till.")
    client = client_of(house.clerk)
    assert "Please open a second till." in text_of(client.get(url("keep_suggestion", complaint)))
    client.post(url("keep_suggestion", complaint), {"text": "Please open a second till."})
    assert complaint.suggestions.get().kept_by == house.clerk
