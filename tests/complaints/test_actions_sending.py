"""E-mail sent from the case: what leaves, what is claimed of it, and what stands against it."""

from datetime import timedelta
from smtplib import SMTPRecipientsRefused

import pytest
from django.core import mail

from complaints.actions import sending
from complaints.actions.record import change_complaint
from complaints.actions.sending import forgotten_outcomes, send_communication_again
from complaints.actions.talks import record_communication
from complaints.models import Communication, Complaint
from core import clock
from core.errors import Blocked, Conflict, PermissionDenied
from deadlines.models import Deadline
from events.mail import message_id_of
from events.models import Event, Notification, OutboxMessage
from events.outbox import BACK_OFF_SECONDS, dispatch_outbox
from policies.actions import set_policy
from tests.complaints.refusals import refused

LETTER = {"direction": "out", "medium": "email", "summary": "We look into it.", "is_sent": True}


@pytest.fixture
def reachable(make_complaint):
    return make_complaint(is_raised=True, email="emily@example.com")


@pytest.fixture
def broken_server(monkeypatch):
    """A server that takes no recipient, for good."""

    def refuse(self):
        raise SMTPRecipientsRefused({"emily@example.com": (550, b"No such user")})

    monkeypatch.setattr("django.core.mail.message.EmailMessage.send", refuse)


def send(complaint, by, **more):
    return record_communication(complaint.pk, **{**LETTER, **more}, by=by)


def states(complaint):
    return {row.kind: row.state for row in Deadline.objects.of(complaint)}


@pytest.mark.django_db(transaction=True)
class TestDelivery:
    def test_it_is_claimed_only_when_it_has_left(self, reachable, house, at_work):
        row = send(reachable, house.handler)
        assert (row.delivery_state, row.sent_to) == ("waiting", "emily@example.com")
        assert states(reachable)["first_response"] == "pending"
        assert Complaint.objects.get(pk=reachable.pk).first_contact_at is None
        assert not reachable.communications.outward().exists()
        with clock.frozen(at_work + timedelta(seconds=40)):
            dispatch_outbox()
        row.refresh_from_db()
        assert row.delivery_state == "sent"
        assert (states(reachable)["first_response"], states(reachable)["answer"]) == ("met", "met")
        assert Complaint.objects.get(pk=reachable.pk).first_contact_at == at_work + timedelta(seconds=40)
        event = Event.objects.of(reachable).get(type="communication.sent")
        assert (event.data["is_first"], event.actor) == (True, None)
        assert Event.objects.of(reachable).get(type="communication.recorded").data["is_first"] is False

    def test_who_writes_and_under_which_number_stands_below(self, reachable, house):
        set_policy("company.legal_name", "West Lake Motors", by=None)
        set_policy("company.phone", "0571 8800 1234", by=None)
        row = send(reachable, house.handler, summary="One.\nTwo {brackets} 😀 \u202eabc", subject="About the wipers")
        dispatch_outbox()
        (sent,) = mail.outbox
        assert (sent.to, sent.subject) == (["emily@example.com"], "About the wipers")
        assert sent.body.startswith("One.\nTwo {brackets} 😀 \u202eabc\n\n-- \n")
        for part in ("West Lake Motors", "0571 8800 1234", reachable.number):
            assert part in sent.body
        assert sent.extra_headers["Message-ID"] == message_id_of(f"communication:{row.pk}")
        assert "Auto-Submitted" not in sent.extra_headers
        row.refresh_from_db()
        assert row.summary == "One.\nTwo {brackets} 😀 \u202eabc"

    def test_what_could_not_be_sent_says_why_and_is_sent_again_by_a_person(
        self, reachable, house, broken_server, monkeypatch
    ):
        row = send(reachable, house.handler)
        dispatch_outbox()
        row.refresh_from_db()
        assert row.delivery_state == "failed"
        assert "No such user" in row.delivery_error
        assert states(reachable)["first_response"] == "pending"
        told = Notification.objects.filter(code="communication.not_sent").values_list("recipient", flat=True)
        assert list(told) == [house.handler.pk]
        monkeypatch.undo()
        change_complaint(
            reachable.pk,
            expected_version=Complaint.objects.get(pk=reachable.pk).version,
            changes={"contact_email": "emily.carter@example.com"},
            by=house.clerk,
        )
        again = send_communication_again(row.pk, by=house.colleague)
        assert (again.delivery_state, again.delivery_error) == ("waiting", "")
        dispatch_outbox()
        assert mail.outbox[0].to == ["emily.carter@example.com"]
        row.refresh_from_db()
        assert (row.delivery_state, states(reachable)["first_response"]) == ("sent", "met")
        with refused(Conflict, "not_failed"):
            send_communication_again(row.pk, by=house.handler)

    def test_a_server_that_is_away_is_tried_again(self, reachable, house, monkeypatch, at_work):
        def away(self):
            raise ConnectionRefusedError("No server")

        monkeypatch.setattr("django.core.mail.message.EmailMessage.send", away)
        row = send(reachable, house.handler)
        dispatch_outbox()
        row.refresh_from_db()
        assert row.delivery_state == "waiting"
        monkeypatch.undo()
        with clock.frozen(at_work + timedelta(seconds=2 * BACK_OFF_SECONDS[0])):
            dispatch_outbox()
        row.refresh_from_db()
        assert row.delivery_state == "sent"

    def test_an_outcome_that_nobody_told_is_found_within_the_hour(self, reachable, house, monkeypatch, at_work):
        """A process that dies between the outbox's word and ours."""
        row = send(reachable, house.handler)
        monkeypatch.setattr("events.outbox._tell", lambda message: None)
        dispatch_outbox()
        row.refresh_from_db()
        assert row.delivery_state == "waiting"
        with clock.frozen(at_work + timedelta(minutes=30)):
            assert forgotten_outcomes() == 1
            assert forgotten_outcomes() == 0
        row.refresh_from_db()
        assert row.delivery_state == "sent"
        assert Complaint.objects.get(pk=reachable.pk).first_contact_at == at_work

    def test_what_came_of_it_is_noted_once(self, reachable, house):
        row = send(reachable, house.handler)
        dispatch_outbox()
        sending.note_delivery(row.pk)
        assert Event.objects.of(reachable).filter(type="communication.sent").count() == 1

    def test_an_interim_answer_promises_the_next_one_when_it_has_left(self, reachable, house, at_work):
        by = at_work + timedelta(days=2)
        send(reachable, house.handler, is_interim=True, next_answer_at=by)
        dispatch_outbox()
        running = Deadline.objects.of(reachable).open().get(kind="answer")
        assert (running.due_at, running.is_fixed) == (by, True)


@pytest.mark.parametrize(
    ("email", "told", "why"),
    [
        ("", {}, "no_email"),
        ("emily@example.com", {"medium": "sms"}, "no_gateway"),
        ("emily@example.com", {"at": timedelta(minutes=-5)}, "sent_now"),
        ("emily@example.com", {"summary": "You hear from us by {next_answer}."}, "unfilled"),
        ("emily@example.com", {"subject": "{number}"}, "unfilled"),
    ],
)
def test_it_is_not_sent_when(make_complaint, house, at_work, email, told, why):
    complaint = make_complaint(is_raised=True, email=email)
    if "at" in told:
        Complaint.objects.filter(pk=complaint.pk).update(received_at=at_work - timedelta(hours=1))
        told = {"at": at_work + told["at"]}
    with refused(Blocked, why):
        send(complaint, house.handler, **told)
    assert not OutboxMessage.objects.filter(channel="customer_email").exists()


@pytest.mark.parametrize(
    "address", ["emily@example.com\nBcc: all@example.com", "emily@example.com\r\nX: y", "emily", "a@b@c", "<x>@y.z"]
)
def test_an_address_that_is_none_reaches_no_header(make_complaint, house, address):
    complaint = make_complaint(is_raised=True)
    Complaint.objects.filter(pk=complaint.pk).update(contact_email=address)
    with refused(Blocked, "bad_email"):
        send(complaint, house.handler)


@pytest.mark.django_db(transaction=True)
def test_a_line_break_in_the_subject_is_no_header(reachable, house):
    send(reachable, house.handler, subject="Wipers\r\nBcc: all@example.com")
    dispatch_outbox()
    (sent,) = mail.outbox
    assert sent.subject == "Wipers Bcc: all@example.com"
    assert sent.bcc == []
    assert "\nBcc" not in sent.message().as_string().split("\n\n")[0]


def test_whoever_may_not_see_it_sends_nothing(reachable, house):
    row = Communication.objects.create(
        complaint=reachable, direction="out", medium="email", at=clock.now(), summary="x", sent_to="a@b.de",
        delivery_state="failed", recorded_by=house.handler, recorded_at=clock.now(),
    )  # fmt: skip
    for by, error in ((house.auditor, PermissionDenied), (house.east_clerk, Complaint.DoesNotExist)):
        with refused(error):
            send_communication_again(row.pk, by=by)
    with refused(Conflict, "not_failed"):
        send_communication_again(row.pk, by=house.handler)
