"""Talks with the customer, and notes among colleagues."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.models import User
from complaints import events
from complaints.actions.answering import keep_promises
from complaints.actions.locking import locked, require_open, save
from complaints.actions.sending import check_sending, hand_over
from complaints.actions.wait_ends import customer_is_there
from complaints.codes import Counterpart, DeliveryState, Direction, Medium
from complaints.deadlines import open_answer
from complaints.models import Communication, Complaint
from core import clock
from core.actions import action
from core.errors import Blocked, Blocker, Conflict, PermissionDenied
from events.log import record_event, record_text_change


@dataclass(frozen=True)
class Talk:
    """What is told of a talk beside its words; `is_sent` sends it from here, else it is only noted."""

    direction: str
    medium: str
    at: datetime
    duration_seconds: int | None = None
    participants: str = ""
    subject: str = ""
    is_interim: bool = False
    next_answer_at: datetime | None = None
    counterpart: str = Counterpart.CUSTOMER
    is_sent: bool = False


@action
def record_communication(  # noqa: PLR0913 (a talk's fields)
    complaint_id: int,
    *,
    direction: str,
    medium: str,
    summary: str,
    at: datetime | None = None,
    duration_seconds: int | None = None,
    participants: str = "",
    subject: str = "",
    is_interim: bool = False,
    next_answer_at: datetime | None = None,
    is_sent: bool = False,
    by: User | None,
) -> Communication:
    """Record a call, visit or message. The first one to the customer meets *first response*, each meets *answer*.

    An interim answer says when the next one comes, and that is promised. With `is_sent` it is an e-mail that leaves
    from here, and keeps its promises when it has left. A message from the customer starts *answer* again and ends
    the wait for them. Raises Blocked for an empty summary, an instant that is still to come, or what cannot be
    sent, Conflict when the complaint has ended. Source: DOMAIN.md 3.5; API.md.
    """
    if by is not None and not by.has_perm("complaints.work_case"):
        raise PermissionDenied
    complaint = locked(complaint_id, by=by)
    require_open(complaint)
    now = clock.now()
    talk = Talk(
        direction=direction,
        medium=medium,
        at=at or now,
        duration_seconds=duration_seconds,
        participants=participants.strip(),
        subject=subject.strip(),
        is_interim=is_interim,
        next_answer_at=next_answer_at,
        is_sent=is_sent,
    )
    _check(summary, talk.at, now, since=complaint.received_at)
    _check_way(talk, now)
    if is_sent:
        check_sending(complaint, talk.medium, f"{subject}\n{summary}", at, now)
    row = write_communication(complaint, talk, summary=summary, by=by)
    fields = ["first_contact_at"]
    if is_sent:
        hand_over(complaint, row)
    elif direction == Direction.OUT:
        keep_promises(complaint, row, at=talk.at, by=by)
    else:
        open_answer(complaint, at=now, by=by)
        fields += customer_is_there(complaint, at=now, by=by)
    save(complaint, *fields, at=now)
    return row


def add_communication(
    complaint: Complaint,
    *,
    direction: str,
    medium: str,
    at: datetime,
    summary: str,
    duration_seconds: int | None = None,
    counterpart: str = Counterpart.CUSTOMER,
    by: User | None,
) -> Communication:
    """Write the row and its event on a complaint that the caller has locked and will save."""
    talk = Talk(direction, medium, at, duration_seconds, counterpart=counterpart)
    return write_communication(complaint, talk, summary=summary, by=by)


def write_communication(complaint: Complaint, talk: Talk, *, summary: str, by: User | None) -> Communication:
    reaches = talk.direction == Direction.OUT and talk.counterpart == Counterpart.CUSTOMER and not talk.is_sent
    is_first = reaches and complaint.first_contact_at is None
    if is_first:
        complaint.first_contact_at = talk.at
    row = Communication.objects.create(
        complaint=complaint,
        direction=talk.direction,
        counterpart=talk.counterpart,
        medium=talk.medium,
        at=talk.at,
        duration_seconds=talk.duration_seconds,
        participants=talk.participants,
        subject=talk.subject,
        summary=summary.strip(),
        is_interim=talk.is_interim,
        next_answer_at=talk.next_answer_at,
        delivery_state=DeliveryState.WAITING if talk.is_sent else "",
        recorded_by=by,
        recorded_at=clock.now(),
    )
    record_event(
        events.COMMUNICATED,
        complaint,
        by=by,
        communication_id=row.pk,
        direction=talk.direction,
        medium=talk.medium,
        is_first=is_first,
        talked_at=talk.at.isoformat(),
        **_told(talk),
    )
    return row


def _told(talk: Talk) -> dict[str, Any]:
    """What most talks do not have stands in an event only where it is so."""
    told: dict[str, Any] = {}
    if talk.counterpart != Counterpart.CUSTOMER:
        told["counterpart"] = talk.counterpart
    if talk.is_sent:
        told["is_sent"] = True
    if talk.is_interim:
        told |= {"is_interim": True, "next_answer_at": talk.next_answer_at}
    return told


@action
def correct_communication(
    communication_id: int,
    *,
    expected: datetime | None,
    summary: str,
    medium: str,
    duration_seconds: int | None,
    participants: str,
    by: User,
) -> Communication:
    """Put right what was wrongly recorded of a talk or note: by its author, the old text is kept.

    When it was and who got in touch stay, since promises were kept by them. `expected` is when it was corrected
    last, as the author saw it. Raises Blocked for what was sent, Conflict `stale`.
    """
    found = Communication.objects.filter(pk=communication_id).values_list("complaint_id", flat=True).first()
    complaint = locked(found or 0, by=by)
    row = Communication.objects.select_for_update().get(pk=communication_id)
    if row.recorded_by_id != by.pk or not by.has_perm("complaints.work_desk"):
        raise PermissionDenied("not_the_author", _("Only who recorded it corrects it. Write a note instead."))
    if row.delivery_state:
        raise Blocked([Blocker("was_sent", _("This was sent to the customer. Write again, or write a note."))])
    if row.corrected_at != expected:
        raise Conflict("stale", _("This entry was corrected meanwhile."), current=row)
    now = clock.now()
    _check(summary, row.at, now, since=min(row.at, complaint.received_at))
    if row.medium and medium not in Medium.values:
        raise Blocked([Blocker("unknown_medium", _("Choose how you talked."), "medium")])
    texts = {"summary": summary.strip(), "participants": participants.strip()}
    old = {name: str(getattr(row, name)) for name, text in texts.items() if getattr(row, name) != text}
    plain = {"medium": medium or row.medium, "duration_seconds": duration_seconds} if row.medium else {}
    plain = {name: value for name, value in plain.items() if getattr(row, name) != value}
    if not old and not plain:
        return row
    for name, value in {**texts, **plain}.items():
        setattr(row, name, value)
    row.corrected_at = now
    row.save(update_fields=[*texts, *plain, "corrected_at"])
    told = {"corrected_id": row.pk, "changed": sorted([*old, *plain])}
    if old:
        before = {f"communication.{row.pk}.{name}": text for name, text in old.items()}
        record_text_change(events.TALK_CORRECTED, complaint, before, by=by, at=now, **told)
    else:
        record_event(events.TALK_CORRECTED, complaint, by=by, at=now, **told)
    save(complaint, at=now)
    return row


@action
def write_note(complaint_id: int, *, text: str, by: User) -> Communication:
    """Write a note that only colleagues read; it meets no promise to the customer."""
    if not by.has_perm("complaints.work_desk"):
        raise PermissionDenied
    complaint = locked(complaint_id, by=by)
    now = clock.now()
    _check(text, now, now, since=complaint.received_at)
    row = Communication.objects.create(
        complaint=complaint, direction=Direction.NOTE, at=now, summary=text.strip(), recorded_by=by, recorded_at=now
    )
    record_event(events.NOTED, complaint, by=by, communication_id=row.pk)
    save(complaint, at=now)
    return row


def _check_way(talk: Talk, now: datetime) -> None:
    blockers = []
    if talk.direction not in (Direction.IN, Direction.OUT):
        blockers.append(Blocker("unknown_direction", _("Choose who got in touch."), "direction"))
    if talk.medium not in Medium.values:
        blockers.append(Blocker("unknown_medium", _("Choose how you talked."), "medium"))
    if talk.is_interim and talk.direction == Direction.IN:
        blockers.append(Blocker("not_ours", _("Only an answer of ours can be an interim one."), "is_interim"))
    elif talk.is_interim and (talk.next_answer_at is None or talk.next_answer_at <= now):
        blockers.append(Blocker("no_next_answer", _("Say when the customer hears from us again."), "next_answer_at"))
    elif talk.next_answer_at is not None and not talk.is_interim:
        blockers.append(
            Blocker("not_interim", _("Tick that it is an interim answer, or leave out the next one."), "is_interim")
        )
    if blockers:
        raise Blocked(blockers)


def _check(summary: str, at: datetime, now: datetime, *, since: datetime) -> None:
    blockers = []
    if not summary.strip():
        blockers.append(Blocker("no_summary", _("Write what was said."), "summary"))
    if at > now:
        blockers.append(Blocker("in_the_future", _("This time is still to come. Enter when the talk was."), "at"))
    if at < since:
        blockers.append(
            Blocker(
                "before_complaint", _("This time is before the complaint was received. Enter when the talk was."), "at"
            )
        )
    if blockers:
        raise Blocked(blockers)
