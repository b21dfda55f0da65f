"""Talks with the customer and notes among colleagues, and which promises they keep. Source: DOMAIN.md 3.5."""

from datetime import timedelta

import pytest

from complaints.actions.talks import correct_communication, record_communication, write_note
from complaints.actions.transitions import withdraw
from complaints.models import Communication, Complaint
from core import clock
from core.errors import Blocked, Conflict, PermissionDenied
from deadlines.models import Deadline
from events.models import Event, TextRevision
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


# ------------------------------------------------------------------ interim answers


def answer(complaint):
    return Deadline.objects.of(complaint).open().filter(kind="answer").first()


def test_an_interim_answer_keeps_the_answer_and_promises_the_next_one(make_complaint, house, at_work):
    complaint = make_complaint(is_raised=True)
    by = at_work + timedelta(days=2)
    record_communication(complaint.pk, **CALL, is_interim=True, next_answer_at=by, by=house.handler)
    first = Deadline.objects.of(complaint).filter(kind="answer").order_by("id").first()
    assert (first.state, answer(complaint).due_at) == ("met", by)
    complaint.refresh_from_db()
    event = Event.objects.of(complaint).get(type="communication.recorded")
    assert event.data["is_interim"] is True


def test_a_final_answer_keeps_the_one_that_was_promised(make_complaint, house, at_work):
    complaint = make_complaint(is_raised=True)
    by = at_work + timedelta(days=2)
    record_communication(complaint.pk, **CALL, is_interim=True, next_answer_at=by, by=house.handler)
    record_communication(complaint.pk, **CALL, by=house.handler)
    assert answer(complaint) is None


def test_what_was_promised_earlier_still_holds_when_the_customer_writes(make_complaint, house, at_work):
    complaint = make_complaint(is_raised=True)
    soon, late = at_work + timedelta(hours=1), at_work + timedelta(days=3)
    message = {"direction": "in", "medium": "sms", "summary": "And?", "by": house.handler}
    record_communication(complaint.pk, **CALL, is_interim=True, next_answer_at=soon, by=house.handler)
    record_communication(complaint.pk, **message)
    assert answer(complaint).due_at == soon
    record_communication(complaint.pk, **CALL, is_interim=True, next_answer_at=late, by=house.handler)
    record_communication(complaint.pk, **message)
    assert answer(complaint).due_at < late, "each message starts it again, for the same day"


@pytest.mark.parametrize(
    ("told", "why"),
    [
        ({"is_interim": True}, "no_next_answer"),
        ({"is_interim": True, "next_answer_at": timedelta(0)}, "no_next_answer"),
        ({"is_interim": True, "direction": "in", "next_answer_at": timedelta(days=1)}, "not_ours"),
        ({"next_answer_at": timedelta(days=1)}, "not_interim"),
    ],
)
def test_an_interim_answer_is_refused_when(make_complaint, house, at_work, told, why):
    complaint = make_complaint(is_raised=True)
    if "next_answer_at" in told:
        told = {**told, "next_answer_at": at_work + told["next_answer_at"]}
    with refused(Blocked, why):
        record_communication(complaint.pk, **{**CALL, **told}, by=house.handler)


# ------------------------------------------------------------------ corrections


def corrected(row, by, **more):
    told = {"expected": row.corrected_at, "summary": row.summary, "medium": row.medium, "duration_seconds": None}
    return correct_communication(row.pk, **{**told, "participants": "", **more}, by=by)


def test_the_author_corrects_and_the_old_text_is_kept(make_complaint, house):
    complaint = make_complaint(is_raised=True)
    row = record_communication(complaint.pk, **CALL, participants="Mr Li", by=house.handler)
    corrected(row, house.handler, summary="Called, no visit agreed", duration_seconds=300)
    row.refresh_from_db()
    assert (row.summary, row.duration_seconds, row.participants) == ("Called, no visit agreed", 300, "")
    event = Event.objects.of(complaint).get(type="communication.corrected")
    assert event.data["changed"] == ["duration_seconds", "participants", "summary"]
    kept = {text.field.rpartition(".")[2]: text.text for text in TextRevision.objects.of(complaint)}
    assert kept == {"summary": CALL["summary"], "participants": "Mr Li"}
    assert "visit" not in event.data_text


def test_the_same_again_is_no_correction(make_complaint, house):
    complaint = make_complaint(is_raised=True)
    row = record_communication(complaint.pk, **CALL, by=house.handler)
    corrected(row, house.handler)
    assert not Event.objects.of(complaint).filter(type="communication.corrected").exists()


def test_nobody_else_corrects_it(make_complaint, house):
    complaint = make_complaint(is_raised=True)
    row = record_communication(complaint.pk, **CALL, by=house.handler)
    for by, error in ((house.supervisor, PermissionDenied), (house.east_clerk, Complaint.DoesNotExist)):
        with refused(error):
            corrected(row, by, summary="Never happened")


def test_two_tabs_do_not_overwrite_each_other(make_complaint, house, at_work):
    complaint = make_complaint(is_raised=True)
    row = record_communication(complaint.pk, **CALL, by=house.handler)
    with clock.frozen(at_work + timedelta(minutes=1)):
        corrected(row, house.handler, summary="First")
        with refused(Conflict, "stale"):
            corrected(row, house.handler, summary="Second")


def test_what_was_sent_is_not_rewritten(make_complaint, house):
    complaint = make_complaint(is_raised=True, email="emily@example.com")
    row = record_communication(complaint.pk, **{**CALL, "medium": "email"}, is_sent=True, by=house.handler)
    with refused(Blocked, "was_sent"):
        corrected(row, house.handler, summary="We never wrote that")


def test_a_note_is_corrected_too(make_complaint, house):
    complaint = make_complaint()
    row = write_note(complaint.pk, text="Ask the workshop", by=house.colleague)
    corrected(row, house.colleague, summary="Ask the cashier")
    row.refresh_from_db()
    assert (row.summary, row.medium) == ("Ask the cashier", "")
