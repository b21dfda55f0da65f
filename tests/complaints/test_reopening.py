"""Taking up again what has ended. Source: DOMAIN.md 3.4, 10.8."""

from datetime import timedelta
from typing import Any

import pytest

from complaints.actions import desk, reports, transitions
from complaints.actions.reopening import reopen_complaint
from complaints.actions.reports import confirm_oral_report
from complaints.codes import SeverityClass, State
from complaints.models import Complaint
from core import clock
from core.errors import Blocked, Conflict, PermissionDenied
from deadlines.models import Deadline
from events.models import Event, Notification, TextRevision
from policies.actions import set_policy
from tests.complaints.cases import at_execute, at_review
from tests.complaints.refusals import refused
from tests.house import House

END = {"reason": "Moved away", "outcome": "settled", "relief": "explanation"}


def open_kinds(complaint: Complaint) -> set[str]:
    return set(Deadline.objects.of(complaint).open().values_list("kind", flat=True))


def closed(house: House, complaint: Complaint) -> Complaint:
    """Class 1, through LASTR."""
    desk.listen(complaint.pk, restated="Charged twice.", customer_agreed=True, by=house.clerk)
    desk.apologise(complaint.pk, was_said=True, by=house.clerk)
    desk.satisfy(complaint.pk, remedy_kinds=["refund"], remedy="Refunded", satisfaction="loyal", by=house.clerk)
    desk.thank(complaint.pk, was_thanked=True, by=house.clerk)
    told: dict[str, Any] = {"to": house.supervisor, "outcome": "upheld", "relief": "monetary"}
    return reports.report_orally(complaint.pk, by=house.clerk, **told)


def test_class_1_begins_again_at_the_desk_once_and_then_as_a_case(make_complaint, house):
    complaint = closed(house, make_complaint(is_taken=True))
    reopen_complaint(complaint.pk, reason="Charged a third time", by=house.clerk)
    complaint.refresh_from_db()
    assert (complaint.state, complaint.severity_class) == (State.LISTEN, SeverityClass.ONE)
    assert open_kinds(complaint) == {"first_response", "answer", "resolved", "oral_report"}
    # All of it once more, with a report that nobody confirmed in between.
    closed(house, complaint)
    reopen_complaint(complaint.pk, reason="And a fourth", by=house.clerk)
    complaint.refresh_from_db()
    assert (complaint.state, complaint.severity_class) == (State.GET_DETAILS, SeverityClass.TWO)
    assert open_kinds(complaint) == {"first_response", "answer", "resolved"}
    assert complaint.oral_reports.filter(superseded_at=None).count() == 0
    assert complaint.step_records.filter(superseded_at=None).count() == 0
    assert complaint.step_records.count() == 10
    told = set(Notification.objects.filter(code="complaint.needs_owner").values_list("recipient__username", flat=True))
    assert told == {"handler"}


def test_how_it_had_ended_is_kept_in_the_event_and_its_words_beside_it(house, at_work):
    complaint = at_execute(house)
    transitions.withdraw(complaint.pk, by=house.handler, **END)
    with clock.frozen(at_work + timedelta(days=2)):
        reopen_complaint(complaint.pk, reason="Came back", by=house.handler)
    complaint.refresh_from_db()
    assert (complaint.state, complaint.outcome, complaint.relief, complaint.ended_at) == ("get_details", "", "", None)
    assert (complaint.end_reason, complaint.satisfaction, complaint.reopened_count) == ("", "", 1)
    event = Event.objects.of(complaint).filter(type="complaint.transitioned").order_by("-seq").first()
    assert (event.data["name"], event.data["from"], event.data["to"]) == ("reopen", "withdrawn", "get_details")
    assert (event.data["outcome"], event.data["relief"]) == ("settled", "explanation")
    assert "Moved away" not in event.data_text
    assert TextRevision.objects.get(event=event).text == "Moved away"
    assert complaint.stage_records.get(step="withdraw").text == "Moved away"


def test_each_stage_is_done_again(house, at_work):
    complaint = at_execute(house)
    transitions.withdraw(complaint.pk, by=house.handler, **END)
    reopen_complaint(complaint.pk, reason="Came back", by=house.handler)
    complaint.refresh_from_db()
    assert complaint.owner == house.handler
    assert list(complaint.stage_records.filter(superseded_at=None).values_list("step", flat=True)) == ["reopen"]
    assert list(complaint.proposals.values_list("state", flat=True)) == ["superseded"]
    assert open_kinds(complaint) == {"first_response", "answer", "resolved"}


def test_a_report_that_was_not_confirmed_is_asked_for_no_more(make_complaint, house):
    complaint = closed(house, make_complaint(is_taken=True))
    reopen_complaint(complaint.pk, reason="Again", by=house.clerk)
    assert "oral_report_confirmed" not in open_kinds(complaint)
    with refused(Blocked, "not_reported"):
        confirm_oral_report(complaint.pk, by=house.supervisor)


def test_who_cannot_own_it_any_more_loses_it_and_the_others_are_told(house, at_work):
    complaint = at_review(house)
    transitions.withdraw(complaint.pk, by=house.handler, **END)
    reopen_complaint(complaint.pk, reason="Again", by=house.clerk)
    assert Notification.objects.filter(code="complaint.reopened", recipient=house.handler).count() == 1
    transitions.withdraw(complaint.pk, by=house.handler, **END)
    house.handler.is_active = False
    house.handler.save(update_fields=["is_active"])
    reopen_complaint(complaint.pk, reason="Again", by=house.clerk)
    complaint.refresh_from_db()
    assert complaint.owner is None
    assert "owned" in open_kinds(complaint)


def test_within_the_days_of_the_policy(make_complaint, house, at_work):
    complaint = make_complaint(is_taken=True)
    transitions.withdraw(complaint.pk, by=house.clerk, **END)
    with clock.frozen(at_work + timedelta(days=90, seconds=1)), refused(Blocked, "too_late"):
        reopen_complaint(complaint.pk, reason="Again", by=house.clerk)
    with clock.frozen(at_work + timedelta(days=90, seconds=1)):
        set_policy("reopen.days", 91, by=None)
        reopen_complaint(complaint.pk, reason="Again", by=house.clerk)


def test_reopening_is_refused(make_complaint, house):
    complaint = make_complaint(is_taken=True)
    with refused(Conflict, "already_open"):
        reopen_complaint(complaint.pk, reason="Again", by=house.clerk)
    transitions.withdraw(complaint.pk, by=house.clerk, **END)
    with refused(Blocked, "no_reason"):
        reopen_complaint(complaint.pk, reason=" ", by=house.clerk)
    with refused(PermissionDenied):
        reopen_complaint(complaint.pk, reason="Again", by=house.auditor)
    with refused(Complaint.DoesNotExist):
        reopen_complaint(complaint.pk, reason="Again", by=house.east_clerk)


def test_what_was_logged_by_mistake_stays_away(make_complaint, house):
    complaint = make_complaint(is_taken=True)
    transitions.void(complaint.pk, reason="Twice", by=house.supervisor)
    with refused(Blocked, "wrong_state"):
        reopen_complaint(complaint.pk, reason="Again", by=house.supervisor)


@pytest.mark.parametrize("times", [1, 2])
def test_a_case_begins_again_with_its_details(house, at_work, times):
    complaint = at_review(house)
    for _ in range(times):
        transitions.withdraw(complaint.pk, by=house.handler, **END)
        reopen_complaint(complaint.pk, reason="Again", by=house.handler)
    complaint.refresh_from_db()
    assert (complaint.state, complaint.severity_class, complaint.reopened_count) == (State.GET_DETAILS, 2, times)
