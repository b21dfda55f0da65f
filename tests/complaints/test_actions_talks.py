"""Talks with the customer and notes among colleagues, and which promises they keep. Source: DOMAIN.md 3.5."""

from datetime import timedelta

import pytest

from complaints.actions.talks import record_communication, write_note
from complaints.actions.transitions import withdraw
from complaints.models import Communication, Complaint
from core import clock
from core.errors import Blocked, Conflict, PermissionDenied
from deadlines.models import Deadline
from events.models import Event
from tests.complaints.refusals import refused

CALL = {"direction": "out", "medium": "phone", "summary": "Called, apologised, visit agreed"}


def state_of(complaint: Complaint, kind: str) -> str:
    return Deadline.objects.of(complaint).filter(kind=kind).order_by("-id").first().state


def test_the_first_contact_keeps_first_response_and_answer(make_complaint, house, at_work):
    complaint = make_complaint(is_raised=True)
    with clock.frozen(at_work + timedelta(minutes=11)):
        record_communication(complaint.pk, **CALL, by=house.handler)
    complaint.refresh_from_db()
    assert complaint.first_contact_at == at_work + timedelta(minutes=11)
    assert (state_of(complaint, "first_response"), state_of(complaint, "answer")) == ("met", "met")
    event = Event.objects.of(complaint).get(type="communication.recorded")
    assert event.data["is_first"] is True
    assert "visit" not in event.data_text


def test_a_later_one_is_not_the_first(make_complaint, house, at_work):
    complaint = make_complaint(is_raised=True)
    record_communication(complaint.pk, **CALL, by=house.handler)
    with clock.frozen(at_work + timedelta(minutes=20)):
        record_communication(complaint.pk, **CALL, by=house.handler)
    complaint.refresh_from_db()
    assert complaint.first_contact_at == at_work
    firsts = [event.data["is_first"] for event in Event.objects.of(complaint).filter(type="communication.recorded")]
    assert sorted(firsts) == [False, True]


def test_it_counts_from_when_the_talk_was(make_complaint, house, at_work):
    complaint = make_complaint(is_raised=True)
    with clock.frozen(at_work + timedelta(hours=2)):
        record_communication(complaint.pk, **CALL, at=at_work + timedelta(minutes=5), by=house.handler)
    deadline = Deadline.objects.of(complaint).get(kind="first_response")
    assert (deadline.state, deadline.met_at) == ("met", at_work + timedelta(minutes=5))


def test_each_message_from_the_customer_starts_the_answer_again(make_complaint, house, at_work):
    complaint = make_complaint(is_raised=True)
    record_communication(complaint.pk, **CALL, by=house.handler)
    assert state_of(complaint, "answer") == "met"
    with clock.frozen(at_work + timedelta(hours=1)):
        record_communication(
            complaint.pk, direction="in", medium="sms", summary="When do I hear from you?", by=house.handler
        )
    assert state_of(complaint, "answer") == "pending"
    assert Deadline.objects.of(complaint).open().filter(kind="answer").count() == 1


def test_the_customers_own_call_is_no_first_response_of_ours(make_complaint, house):
    complaint = make_complaint(is_raised=True)
    record_communication(complaint.pk, direction="in", medium="phone", summary="Where are you?", by=house.handler)
    complaint.refresh_from_db()
    assert complaint.first_contact_at is None
    assert state_of(complaint, "first_response") == "pending"


@pytest.mark.parametrize("medium", ["phone", "visit", "meeting", "sms", "email", "chat", "letter", "fax"])
def test_by_any_medium(make_complaint, house, medium):
    complaint = make_complaint()
    row = record_communication(
        complaint.pk, direction="out", medium=medium, summary="x", duration_seconds=540, by=house.clerk
    )
    assert (row.medium, row.duration_seconds, row.recorded_by) == (medium, 540, house.clerk)


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"summary": " \n "}, "no_summary"),
        ({"at": timedelta(seconds=1)}, "in_the_future"),
        ({"at": timedelta(days=-1)}, "before_complaint"),
    ],
)
def test_a_talk_is_refused_when(make_complaint, house, at_work, changed, why):
    complaint = make_complaint()
    if "at" in changed:
        changed = {"at": at_work + changed["at"]}
    with refused(Blocked, why):
        record_communication(complaint.pk, **{**CALL, **changed}, by=house.clerk)


@pytest.mark.parametrize(
    ("direction", "medium"), [("sideways", "phone"), ("out", "pigeon"), ("out", ""), ("note", "phone")]
)
def test_only_known_directions_and_media(make_complaint, house, direction, medium):
    complaint = make_complaint()
    with refused(Blocked):
        record_communication(complaint.pk, direction=direction, medium=medium, summary="x", by=house.clerk)


def test_on_what_has_ended_nothing_is_recorded_but_notes(make_complaint, house):
    complaint = make_complaint()
    withdraw(complaint.pk, reason="x", outcome="settled", relief="explanation", by=house.clerk)
    with refused(Conflict, "already_ended"):
        record_communication(complaint.pk, **CALL, by=house.clerk)
    write_note(complaint.pk, text="He came by and thanked us", by=house.colleague)
    assert complaint.communications.filter(direction="note").count() == 1


def test_who_may_not_see_or_work_records_nothing(make_complaint, house):
    complaint = make_complaint(subject_ids=[house.colleague.pk])
    with refused(PermissionDenied):
        record_communication(complaint.pk, **CALL, by=house.auditor)
    for by in (house.colleague, house.east_clerk):
        with refused(Complaint.DoesNotExist):
            record_communication(complaint.pk, **CALL, by=by)
        with refused(Complaint.DoesNotExist):
            write_note(complaint.pk, text="x", by=by)


def test_a_note_keeps_no_promise(make_complaint, house):
    complaint = make_complaint()
    write_note(complaint.pk, text="Ask the workshop first", by=house.colleague)
    assert Communication.objects.get().medium == ""
    assert state_of(complaint, "first_response") == "pending"
    event = Event.objects.of(complaint).get(type="complaint.noted")
    assert "workshop" not in event.data_text


def test_an_empty_note_is_refused(make_complaint, house):
    complaint = make_complaint()
    with refused(Blocked, "no_summary"):
        write_note(complaint.pk, text="  ", by=house.clerk)
    with refused(PermissionDenied):
        write_note(complaint.pk, text="x", by=house.auditor)
