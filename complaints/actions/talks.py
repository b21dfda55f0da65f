"""Talks with the customer, and notes among colleagues."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from accounts.models import User
from complaints import events
from complaints.actions.locking import locked, require_open, save
from complaints.codes import Direction, Medium
from complaints.deadlines import ANSWER, FIRST_RESPONSE, open_one
from complaints.models import Communication, Complaint
from core import clock
from core.actions import action
from core.errors import Blocked, Blocker, PermissionDenied
from deadlines.actions import cancel_deadlines, meet_deadline
from events.log import record_event


@action
def record_communication(
    complaint_id: int,
    *,
    direction: str,
    medium: str,
    summary: str,
    at: datetime | None = None,
    duration_seconds: int | None = None,
    by: User | None,
) -> Communication:
    """Record a call, visit or message. The first one to the customer meets *first response*, each meets *answer*.

    A message from the customer starts *answer* again. Raises Blocked for an empty summary or an instant
    that is still to come, Conflict when the complaint has ended. Source: DOMAIN.md 3.5; API.md.
    """
    if by is not None and not by.has_perm("complaints.work_case"):
        raise PermissionDenied
    complaint = locked(complaint_id, by=by)
    require_open(complaint)
    now = clock.now()
    at = at or now
    _check(summary, at, now, since=complaint.received_at)
    _check_way(direction, medium)
    row = add_communication(
        complaint,
        direction=direction,
        medium=medium,
        at=at,
        duration_seconds=duration_seconds,
        summary=summary,
        by=by,
    )
    if direction == Direction.OUT:
        meet_deadline(FIRST_RESPONSE, complaint, at=at, by=by)
        meet_deadline(ANSWER, complaint, at=at, by=by)
    else:
        cancel_deadlines(complaint, kinds=[ANSWER], at=now, by=by)
        open_one(complaint, ANSWER, at=now, by=by)
    save(complaint, "first_contact_at", at=now)
    return row


def add_communication(
    complaint: Complaint,
    *,
    direction: str,
    medium: str,
    at: datetime,
    summary: str,
    duration_seconds: int | None = None,
    by: User | None,
) -> Communication:
    """Write the row and its event on a complaint that the caller has locked and will save."""
    is_first = direction == Direction.OUT and complaint.first_contact_at is None
    if is_first:
        complaint.first_contact_at = at
    row = Communication.objects.create(
        complaint=complaint,
        direction=direction,
        medium=medium,
        at=at,
        duration_seconds=duration_seconds,
        summary=summary.strip(),
        recorded_by=by,
        recorded_at=clock.now(),
    )
    record_event(
        events.COMMUNICATED,
        complaint,
        by=by,
        communication_id=row.pk,
        direction=direction,
        medium=medium,
        is_first=is_first,
        talked_at=at.isoformat(),
    )
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


def _check_way(direction: str, medium: str) -> None:
    blockers = []
    if direction not in (Direction.IN, Direction.OUT):
        blockers.append(Blocker("unknown_direction", _("Choose who got in touch."), "direction"))
    if medium not in Medium.values:
        blockers.append(Blocker("unknown_medium", _("Choose how you talked."), "medium"))
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
