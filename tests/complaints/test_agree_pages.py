"""The stages of a case in the browser: what is missing and where it is done, forms, and stale tabs."""

import pytest

from compensation.actions.writing import write_proposal
from complaints.actions import agree, questions, transitions
from complaints.codes import State
from complaints.models import CaseQuestion
from tests.complaints.cases import (
    FACTS,
    FIVE,
    WHOLE,
    approved,
    at_act,
    at_details,
    at_evaluate,
    at_execute,
    at_review,
    submitted,
)
from tests.complaints.pages import HTMX, client_of, statements, text_of, url

NO = {
    "reason": "Done after the sale.",
    "is_unreasonable": "on",
    "has_no_more_business": "on",
    "remains_open": "The ombudsman.",
    "outcome": "not_upheld",
    "relief": "explanation",
}


def conditions(client, complaint):
    lines = client.get(complaint.get_absolute_url()).context["page"].conditions.lines
    return [(line.is_met, str(line.text)) for line in lines]


# ------------------------------------------------------------------ what is missing


def test_the_details_say_what_is_missing_and_where_it_is_done(house, at_work):
    complaint = at_details(house)
    client = client_of(house.handler)
    agree.record_details(complaint.pk, by=house.handler, restated="No roof.", nature="valid")
    assert conditions(client, complaint) == [
        (False, "Read the facts to the customer, and tick that they confirmed them."),
        (False, "Choose whether the company is at fault: not, shared or ours."),
        (True, "The facts are restated."),
        (True, "The nature of the complaint is set."),
    ]
    page = text_of(client.get(complaint.get_absolute_url()))
    assert 'id="details"' in page
    assert 'href="#details"' in page
    assert "2 of 4 left" in page
    assert page.count("btn-primary") == 1


@pytest.mark.parametrize(
    ("begin", "title", "press"),
    [
        (at_details, "Get the facts confirmed", "Write down the facts"),
        (at_review, "Compare the options, propose", "Write a proposal"),
        (at_execute, "Carry out what was agreed", "Write what was done"),
        (at_evaluate, "Ask the customer, write the report", "Evaluate the outcome"),
    ],
)
def test_the_one_next_step_of_each_stage(house, at_work, begin, title, press):
    bar = client_of(house.handler).get(begin(house).get_absolute_url()).context["page"].next_bar
    assert (str(bar.title), str(bar.presses[0].words)) == (title, press)


def test_when_nothing_is_missing_the_next_step_is_one_press(house, at_work):
    complaint = at_details(house)
    agree.record_details(complaint.pk, by=house.handler, **FACTS)
    client = client_of(house.handler)
    bar = client.get(complaint.get_absolute_url()).context["page"].next_bar
    assert (bar.presses[0].is_post, str(bar.presses[0].words)) == (True, "Go on to “Review options”")
    assert client.post(bar.presses[0].url).status_code == 302
    complaint.refresh_from_db()
    assert complaint.state == State.REVIEW


def test_pressing_without_them_says_all_that_is_missing(house, at_work):
    complaint = at_review(house)
    answer = client_of(house.handler).post(url("go_on", complaint, "plan_agreed"), **HTMX)
    assert (answer.status_code, answer["HX-Retarget"]) == (409, "#refusal")
    for sentence in ("Compare the options and write a proposal.", "No proposal is approved.", "has not accepted"):
        assert sentence in text_of(answer)
    assert client_of(house.handler).post(url("go_on", complaint, "nonsense")).status_code == 404


# ------------------------------------------------------------------ forms


def test_the_facts_are_kept_then_confirmed(house, at_work):
    complaint = at_details(house)
    client = client_of(house.handler)
    assert client.post(url("details", complaint), {"restated": "No roof.", "do": "keep"}).status_code == 302
    page = client.get(complaint.get_absolute_url())
    assert page.context["panel"].form.initial["restated"] == "No roof."
    answer = client.post(url("details", complaint), {"restated": "No roof.", "nature": "valid"}, **HTMX)
    assert answer.status_code == 422
    assert "tick that they confirmed them" in text_of(answer)
    assert "No roof." in text_of(answer)
    whole = {**FACTS, "customer_agreed": "on", "satisfaction_before": "dissatisfied"}
    assert client.post(url("details", complaint), whole, **HTMX)["HX-Redirect"] == complaint.get_absolute_url()
    complaint.refresh_from_db()
    assert (complaint.state, complaint.satisfaction_before) == (State.REVIEW, "dissatisfied")
    page = text_of(client.get(complaint.get_absolute_url()))
    for words in (FACTS["restated"], "Shared fault", "The customer confirmed the facts to Handler"):
        assert words in page, words


def test_without_scripts_a_refused_form_comes_back_in_its_page(house, at_work):
    complaint = at_details(house)
    answer = client_of(house.handler).post(url("details", complaint), {"restated": "No roof."})
    assert answer.status_code == 422
    assert "No roof." in text_of(answer)
    assert 'id="composer"' in text_of(answer)


def test_malicious_is_offered_to_supervisors_and_refused_to_others_in_a_sentence(house, at_work):
    complaint = at_details(house)
    handlers, supervisors = client_of(house.handler), client_of(house.supervisor)
    assert 'value="malicious"' not in text_of(handlers.get(complaint.get_absolute_url()))
    assert 'value="malicious"' in text_of(supervisors.get(complaint.get_absolute_url()))
    told = {**FACTS, "customer_agreed": "on", "nature": "malicious"}
    answer = handlers.post(url("details", complaint), told)
    assert answer.status_code == 403
    assert "Only a supervisor marks a complaint as malicious" in text_of(answer)
    # What was typed is given back.
    assert FACTS["restated"] in text_of(answer)
    assert supervisors.post(url("details", complaint), told).status_code == 422
    assert supervisors.post(url("details", complaint), {**told, "evidence": "Three shops"}).status_code == 302


def test_questions_are_noted_and_answered_on_the_page(house, at_work):
    complaint = at_details(house)
    client = client_of(house.handler)
    client.post(url("ask_question", complaint), {"kind": "open", "question": "How was it?"})
    row = CaseQuestion.objects.get()
    assert client.post(url("ask_question", complaint), {"kind": "open", "question": ""}).status_code == 422
    assert client.post(url("answer", complaint, row.pk), {"answer": " "}).status_code == 422
    client.post(url("answer", complaint, row.pk), {"answer": "很吵"})
    page = text_of(client.get(complaint.get_absolute_url()))
    assert "How was it?" in page
    assert '<bdi lang="zh">很吵</bdi>' in page
    assert client.post(url("answer", complaint, row.pk), {"answer": "Again"}).status_code == 409
    assert client.post(url("answer", complaint, 10**9), {"answer": "Again"}).status_code == 409


def test_carried_out_it_goes_on_to_the_evaluation(house, at_work):
    complaint = at_execute(house)
    client = client_of(house.handler)
    assert client.post(url("execution", complaint), {"note": ""}, **HTMX).status_code == 422
    assert client.post(url("execution", complaint), {"note": "Coated on Friday."}).status_code == 302
    complaint.refresh_from_db()
    assert complaint.state == State.EVALUATE
    assert "Coated on Friday." in text_of(client.get(complaint.get_absolute_url()))


@pytest.mark.parametrize(
    ("name", "sent"),
    [
        ("details", {**FACTS, "customer_agreed": "on"}),
        ("execution", {"note": "Coated the whole car on Friday."}),
        ("ask_question", {"kind": "open", "question": ""}),
    ],
)
def test_an_old_tab_changes_nothing_and_gives_the_words_back(house, at_work, name, sent):
    complaint = at_review(house)
    answer = client_of(house.handler).post(url(name, complaint), sent)
    assert answer.status_code == 409
    for text in (sent.get("restated"), sent.get("note")):
        assert not text or text in text_of(answer)
    complaint.refresh_from_db()
    assert complaint.state == State.REVIEW


# ------------------------------------------------------------------ questions that lead elsewhere


@pytest.mark.parametrize(
    ("begin", "name", "sent", "state"),
    [
        (at_review, "declined", NO, State.DECLINED),
        (at_review, "new_facts", {"reason": "A second contract."}, State.GET_DETAILS),
        (at_execute, "not_accepted", {"reason": "She changed her mind."}, State.REVIEW),
        (at_evaluate, "not_fulfilled", {"reason": "Not coated."}, State.EXECUTE),
        (at_evaluate, "dissatisfied", {"reason": "Too late."}, State.REVIEW),
        (
            at_act,
            "refer",
            {"to": "court", "reason": "Sued", "reference": "118", "outcome": "settled", "relief": "explanation"},
            State.REFERRED,
        ),
    ],
)
def test_moves_have_a_page_that_the_menu_leads_to(house, at_work, begin, name, sent, state):
    complaint = begin(house)
    client = client_of(house.handler)
    assert f'href="{url(name, complaint)}"' in text_of(client.get(complaint.get_absolute_url()))
    assert client.get(url(name, complaint)).status_code == 200
    assert client.post(url(name, complaint), {**sent, "reason": " "}).status_code == 422
    assert client.post(url(name, complaint), sent).status_code == 302
    complaint.refresh_from_db()
    assert complaint.state == state
    assert sent["reason"] in text_of(client.get(complaint.get_absolute_url()))
    # A second press finds it gone on.
    assert client.post(url(name, complaint), sent).status_code == 409


def test_on_one_ground_the_page_says_that_a_supervisor_decides(house, at_work):
    complaint = at_review(house)
    one = {name: value for name, value in NO.items() if name != "has_no_more_business"}
    handlers = client_of(house.handler)
    assert "If only one of the two holds, a supervisor decides." in text_of(handlers.get(url("declined", complaint)))
    answer = handlers.post(url("declined", complaint), one)
    assert answer.status_code == 403
    assert "Only one of the two grounds holds" in text_of(answer)
    assert client_of(house.supervisor).post(url("declined", complaint), one).status_code == 302
    page = text_of(handlers.get(complaint.get_absolute_url()))
    for words in ("the demand is unreasonable", "The ombudsman."):
        assert words in page


def test_reopened_from_its_page(house, at_work):
    complaint = at_review(house)
    transitions.withdraw(complaint.pk, reason="Gone", outcome="settled", relief="explanation", by=house.handler)
    client = client_of(house.handler)
    assert f'href="{url("reopen", complaint)}"' in text_of(client.get(complaint.get_absolute_url()))
    assert client.post(url("reopen", complaint), {"reason": ""}).status_code == 422
    assert client.post(url("reopen", complaint), {"reason": "She came back."}).status_code == 302
    page = text_of(client.get(complaint.get_absolute_url()))
    # Why it had ended stays in the history.
    for words in ("Handler reopened it", "She came back.", "Gone"):
        assert words in page


# ------------------------------------------------------------------ statements


@pytest.mark.parametrize("begin", [at_details, at_review, at_execute, at_evaluate])
def test_statements_stay_few_in_every_stage(house, at_work, begin):
    complaint = begin(house)
    client = client_of(house.handler)
    few = statements(client, complaint.get_absolute_url())
    assert few <= 18
    for n in range(5):
        questions.ask_question(complaint.pk, kind="open", question=f"Question {n}", answer="Yes", by=house.handler)
    more = statements(client, complaint.get_absolute_url())
    assert more <= few + 2
    for n in range(5):
        questions.ask_question(complaint.pk, kind="open", question=f"Question {n}", answer="Yes", by=house.handler)
    assert statements(client, complaint.get_absolute_url()) == more


@pytest.mark.parametrize("make", [submitted, approved])
def test_many_versions_cost_no_more(house, at_work, make):
    complaint = at_review(house)
    client = client_of(house.handler)
    write_proposal(complaint.pk, WHOLE, by=house.handler)
    few = statements(client, complaint.get_absolute_url())
    for _ in range(3):
        write_proposal(complaint.pk, WHOLE, by=house.colleague)
        write_proposal(complaint.pk, WHOLE, by=house.handler)
    assert statements(client, complaint.get_absolute_url()) == few
    assert FIVE["demand"] in text_of(client.get(complaint.get_absolute_url()))
