"""Sending what was written to the customer: handed to the outbox, and noted here when it has left or could not."""

from datetime import datetime, timedelta

from django.utils.translation import gettext_lazy as _

from accounts.models import User
from complaints import events
from complaints.actions.answering import keep_promises
from complaints.actions.locking import locked, require_open, save
from complaints.codes import UNDELIVERED, DeliveryState
from complaints.deadlines import readers
from complaints.gateways import Gateway, gateway_for
from complaints.message_templates import unfilled
from complaints.models import Communication, Complaint
from core import clock
from core.actions import action
from core.errors import Blocked, Blocker, Conflict, PermissionDenied
from events.log import record_event
from events.models import OutboxMessage
from events.notices import notify, register_notice
from events.outbox import enqueue, send_again
from policies.reading import remembered

NOT_SENT = register_notice(
    "communication.not_sent", _("{number}: your e-mail to the customer was not sent"), icon="alert-triangle"
)
NOT_FAILED = _("This was sent, is on its way, or was only noted.")
# Longer ago than a dispatcher needs from writing its outcome to telling of it.
FORGOTTEN_AFTER = timedelta(minutes=10)


def check_sending(complaint: Complaint, medium: str, text: str, at: datetime | None, now: datetime) -> None:
    """Raises Blocked with all that stands against sending it now."""
    blockers = []
    gateway = gateway_for(medium)
    if gateway is None:
        blockers.append(
            Blocker("no_gateway", _("Only e-mails are sent from here. Choose e-mail, or note what you sent."), "medium")
        )
    elif isinstance(address := gateway.address(complaint), Blocker):
        blockers.append(address)
    if at is not None and at != now:
        blockers.append(Blocker("sent_now", _("What is sent from here is sent now. Leave the time empty."), "at"))
    if left := unfilled(text):
        sentence = _("Fill in %(places)s before you send it.")
        blockers.append(
            Blocker("unfilled", sentence % {"places": ", ".join(f"{{{name}}}" for name in left)}, "summary")
        )
    if blockers:
        raise Blocked(blockers)


def hand_over(complaint: Complaint, row: Communication) -> None:
    """Write the delivery of a row that waits to be sent, in the same transaction."""
    gateway, address = _way_of(complaint, row.medium)
    with remembered():
        payload = gateway.lay_out(complaint, row)
    row.sent_to = address
    row.delivery = enqueue(gateway.channel, address, payload, key=f"communication:{row.pk}")
    row.save(update_fields=["sent_to", "delivery"])


def _way_of(complaint: Complaint, medium: str) -> tuple[Gateway, str]:
    gateway = gateway_for(medium)
    if gateway is None:
        raise LookupError(f"Nothing is sent by {medium}.")
    address = gateway.address(complaint)
    if isinstance(address, Blocker):
        raise Blocked([address])
    return gateway, address


@action
def send_communication_again(communication_id: int, *, by: User) -> Communication:
    """Send once more what could not be sent, to the address that is on record now. A person decides that.

    It keeps its Message-ID, so that who got it after all knows it as the same. Raises Conflict `not_failed`.
    """
    if not by.has_perm("complaints.work_case"):
        raise PermissionDenied
    complaint, row = _locked_row(communication_id, by)
    require_open(complaint)
    if row.delivery_state not in UNDELIVERED or row.delivery is None:
        raise Conflict("not_failed", NOT_FAILED, current=row)
    _gateway, address = _way_of(complaint, row.medium)
    if not send_again(row.delivery, address):
        raise Conflict("not_failed", NOT_FAILED, current=row)
    row.sent_to, row.delivery_state, row.delivery_error = address, DeliveryState.WAITING, ""
    row.save(update_fields=["sent_to", "delivery_state", "delivery_error"])
    record_event(events.SENT_AGAIN, complaint, by=by, sent_again_id=row.pk)
    save(complaint, at=clock.now())
    return row


def _locked_row(communication_id: int, by: User | None) -> tuple[Complaint, Communication]:
    found = Communication.objects.filter(pk=communication_id).values_list("complaint_id", flat=True).first()
    complaint = locked(found or 0, by=by)
    return complaint, Communication.objects.select_for_update(of=("self",)).select_related("delivery").get(
        pk=communication_id
    )


def note_outcome(message: OutboxMessage) -> None:
    """Told by the outbox when it is done with a message."""
    found = Communication.objects.filter(delivery=message).values_list("pk", flat=True).first()
    if found is not None:
        note_delivery(found)


@action
def note_delivery(communication_id: int) -> Communication:
    """Note what the outbox says of a message: sent, which may be the first contact, or not. Twice is once."""
    complaint, row = _locked_row(communication_id, None)
    message = row.delivery
    if row.delivery_state != DeliveryState.WAITING or message is None:
        return row
    if message.state == OutboxMessage.State.SENT:
        _note_sent(complaint, row, message.sent_at or clock.now())
    elif message.state != OutboxMessage.State.PENDING:
        _note_failure(complaint, row, message)
    return row


def _note_sent(complaint: Complaint, row: Communication, at: datetime) -> None:
    row.delivery_state = DeliveryState.SENT
    row.save(update_fields=["delivery_state"])
    is_first = complaint.first_contact_at is None
    if is_first:
        complaint.first_contact_at = at
    record_event(events.SENT, complaint, by=None, at=at, sent_id=row.pk, is_first=is_first)
    if complaint.is_open:
        keep_promises(complaint, row, at=at, by=None)
    save(complaint, "first_contact_at", at=clock.now())


def _note_failure(complaint: Complaint, row: Communication, message: OutboxMessage) -> None:
    is_unknown = message.state == OutboxMessage.State.UNKNOWN
    row.delivery_state = DeliveryState.UNKNOWN if is_unknown else DeliveryState.FAILED
    row.delivery_error = message.last_error
    row.save(update_fields=["delivery_state", "delivery_error"])
    now = clock.now()
    event = record_event(events.NOT_SENT, complaint, by=None, at=now, sent_id=row.pk, is_unknown=is_unknown)
    save(complaint, at=now)
    people = {user.pk: user for user in (row.recorded_by, complaint.owner) if user is not None}
    notify(
        readers(complaint, people.values()),
        NOT_SENT,
        key=f"not-sent:{event.pk}",
        url=complaint.get_absolute_url(),
        at=now,
        number=complaint.number,
    )


def forgotten_outcomes() -> int:
    """Note what the outbox is done with and nobody told us of, because a process died in between. Each hour."""
    late = clock.now() - FORGOTTEN_AFTER
    waiting = Communication.objects.filter(delivery_state=DeliveryState.WAITING, recorded_at__lt=late)
    done = waiting.exclude(delivery__state=OutboxMessage.State.PENDING).filter(delivery__isnull=False)
    ids = list(done.order_by("pk").values_list("pk", flat=True)[:500])
    for pk in ids:
        note_delivery(pk)
    return len(ids)
