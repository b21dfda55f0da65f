"""Meetings: where, when, who took part, what was said, and what was promised. Source: DOMAIN.md 3.4."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from accounts.models import User
from complaints.actions.locking import locked, require_open
from complaints.actions.talks import record_communication
from complaints.actions.tasks import PromisedTask, add_promises, check_promises
from complaints.codes import Direction, Medium
from complaints.models import Complaint, ComplaintGroup, Meeting
from core import clock
from core.actions import action
from core.errors import Blocked, Blocker, PermissionDenied

MEDIUM_OF = {
    Meeting.Kind.VISIT: Medium.VISIT,
    Meeting.Kind.NEGOTIATION: Medium.MEETING,
    Meeting.Kind.OWNERS_MEETING: Medium.MEETING,
}


@dataclass(frozen=True)
class Held:
    """A meeting as it is told: `said` is what was said, `theirs` who came from their side."""

    kind: str
    place: str
    theirs: str
    said: str
    at: datetime | None = None
    duration_seconds: int | None = None
    ours: Sequence[User] = ()
    promises: Sequence[PromisedTask] = ()


@action
def record_meeting(complaint_id: int, held: Held, *, by: User) -> Meeting:
    """Keep a meeting as a talk with the customer; each promise becomes a task with its date.

    Raises Blocked with everything that is missing at once; those of a promise are linked to `promises.0.what`.
    """
    if not by.has_perm("complaints.work_case"):
        raise PermissionDenied
    complaint = locked(complaint_id, by=by)
    require_open(complaint)
    now = clock.now()
    if blockers := check_held(complaint, held, now, since=complaint.received_at):
        raise Blocked(blockers)
    talk = record_communication(
        complaint.pk,
        direction=Direction.OUT,
        medium=MEDIUM_OF[Meeting.Kind(held.kind)],
        summary=held.said,
        at=held.at,
        duration_seconds=held.duration_seconds,
        by=by,
    )
    meeting = keep_meeting(held, communication=talk)
    # Its version and first contact are as the talk left them.
    complaint.refresh_from_db()
    add_promises(complaint, meeting, held.promises, by=by, at=now)
    return meeting


def keep_meeting(held: Held, **talk: object) -> Meeting:
    meeting = Meeting.objects.create(kind=held.kind, place=held.place.strip(), theirs=held.theirs.strip(), **talk)
    meeting.ours.set(held.ours)
    return meeting


def check_held(
    place: Complaint | ComplaintGroup, held: Held, now: datetime, *, since: datetime | None
) -> list[Blocker]:
    blockers = []
    if held.kind not in Meeting.Kind.values:
        blockers.append(Blocker("unknown_kind", _("Choose what kind of meeting it was."), "kind"))
    if not held.place.strip():
        blockers.append(Blocker("no_place", _("Write where you met."), "place"))
    if not held.theirs.strip():
        blockers.append(Blocker("nobody_there", _("Write who came from their side."), "theirs"))
    if not held.said.strip():
        blockers.append(Blocker("no_summary", _("Write what was said."), "summary"))
    if held.at is not None and held.at > now:
        text = _("This time is still to come. Enter when the talk was.")
        blockers.append(Blocker("in_the_future", text, "at"))
    if held.at is not None and since is not None and held.at < since:
        text = _("This time is before the complaint was received. Enter when the talk was.")
        blockers.append(Blocker("before_complaint", text, "at"))
    return blockers + check_promises(place, held.promises, now)
