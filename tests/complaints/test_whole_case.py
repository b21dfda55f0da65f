"""One class 2 case from the first stage to its closed end: what each part leaves, the next one needs."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from complaints.actions.agree import confirm_details
from complaints.actions.evaluation import evaluate, record_evaluation
from complaints.actions.written_reports import acknowledge_report, submit_report
from complaints.codes import State
from complaints.events import TRANSITIONED
from complaints.models import Complaint, RootCause, WrittenReport
from complaints.root_causes import ensure_starter_root_causes
from complaints.workflow import AGREE
from complaints.written.draft import drafted
from core.errors import Blocked
from deadlines.models import Deadline
from events.log import timeline
from events.verification import Tally, problems
from tests.complaints.cases import FACTS, at_details, at_evaluate
from tests.house import House


@pytest.fixture
def evaluated(house: House, at_work: object) -> Complaint:
    """Carried out, and all is said about its outcome; only the report is missing."""
    ensure_starter_root_causes()
    complaint: Complaint = at_evaluate(house)
    record_evaluation(
        complaint.pk,
        satisfaction="satisfied",
        root_cause=RootCause.objects.filter(is_active=True).first(),
        did_well="Called at once.",
        to_improve="The first answer was vague.",
        next_time="Say the hour of the next call.",
        has_no_suggestion=True,
        outcome="upheld",
        relief="non_monetary",
        by=house.handler,
    )
    return Complaint.objects.get(pk=complaint.pk)


def sent(complaint: Complaint, house: House) -> WrittenReport:
    sections = drafted(complaint, "en") | {"facts": "It does leak.", "lessons": "We test pumps in the rain."}
    return submit_report(complaint.pk, sections=sections, language="en", by=house.handler)


def state_of(complaint: Complaint, kind: str) -> str:
    return Deadline.objects.of(complaint).filter(kind=kind).latest("pk").state


def test_report_is_the_last_that_is_missing(house: House, evaluated: Complaint):
    assert [blocker.code for blocker in AGREE.blockers(evaluated, "evaluated")] == ["report_missing"]
    with pytest.raises(Blocked) as refusal:
        evaluate(evaluated.pk, by=house.handler)
    assert [blocker.code for blocker in refusal.value.blockers] == ["report_missing"]
    report = sent(evaluated, house)
    assert [blocker.code for blocker in AGREE.blockers(evaluated, "evaluated")] == ["report_waits"]
    assert state_of(evaluated, "written_report") == "met"
    acknowledge_report(report.pk, by=house.manager)
    closed = evaluate(evaluated.pk, by=house.handler)
    assert (closed.state, closed.outcome, closed.relief, closed.satisfaction) == (
        State.CLOSED,
        "upheld",
        "non_monetary",
        "satisfied",
    )
    assert not Deadline.objects.of(closed).running().exists()
    assert list(problems(Tally())) == []


def test_the_log_tells_how_content_they_were_before_and_are_now(house: House, evaluated: Complaint):
    acknowledge_report(sent(evaluated, house).pk, is_closing=True, by=house.manager)
    assert moves_of(evaluated)["evaluated"]["satisfaction"] == "satisfied"
    asked = at_details(house)
    confirm_details(asked.pk, **FACTS, satisfaction_before="dissatisfied", by=house.handler)
    assert moves_of(asked)["details_confirmed"]["satisfaction_before"] == "dissatisfied"


def moves_of(complaint: Complaint) -> dict[str, dict[str, Any]]:
    return {event.data["name"]: event.data for event in timeline(complaint) if event.type == TRANSITIONED}


def test_acknowledging_closes_the_case_in_the_same_step(house: House, evaluated: Complaint):
    report = sent(evaluated, house)
    acknowledge_report(report.pk, is_closing=True, by=house.manager)
    closed = Complaint.objects.get(pk=evaluated.pk)
    assert (closed.state, closed.satisfaction) == (State.CLOSED, "satisfied")


def test_acknowledging_does_not_close_what_lacks_more(house: House, evaluated: Complaint):
    report = sent(evaluated, house)
    record_evaluation(evaluated.pk, did_well="", by=house.handler)
    with pytest.raises(Blocked) as refusal:
        acknowledge_report(report.pk, is_closing=True, by=house.manager)
    assert [blocker.code for blocker in refusal.value.blockers] == ["no_did_well"]
    report.refresh_from_db()
    assert report.state == WrittenReport.State.SUBMITTED


@pytest.mark.parametrize("press", ["Acknowledge and close the case", "Acknowledge the report"])
def test_the_page_offers_both(client: Client, house: House, evaluated: Complaint, press: str):
    sent(evaluated, house)
    client.force_login(house.manager)
    page = reverse("complaints:written_report", args=[evaluated.number])
    assert press in client.get(page).content.decode()
    posted = {"close": "1"} if "close" in press else {}
    client.post(reverse("complaints:acknowledge_report", args=[evaluated.number]), posted)
    state = Complaint.objects.get(pk=evaluated.pk).state
    assert state == (State.CLOSED if posted else State.EVALUATE)


def test_the_draft_tells_what_every_part_recorded(evaluated: Complaint):
    told = drafted(evaluated, "en")
    assert "Coated on Friday." in told["remedies"]
    assert "Approved by" in told["remedies"]
    assert "Outcome: Upheld" in told["outcome"]
    assert "Satisfaction now: Satisfied" in told["outcome"]
    assert told["cause"]
    assert "Next time: Say the hour of the next call." in told["lessons"]
    assert "Execute the plan" in told["course"]


def test_the_draft_is_chinese_throughout_where_it_is_asked_for(evaluated: Complaint):
    told = drafted(evaluated, "zh-hans")
    assert "投诉成立" in told["outcome"]
    assert "Approved" not in told["remedies"]
