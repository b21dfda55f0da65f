"""The one negotiation of a group: a talk or a meeting is written once, and stands on each member's timeline."""

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from accounts.models import User
from complaints import events
from complaints.actions.groups import locked_members, require_group_open
from complaints.actions.locking import save
from complaints.actions.meetings import MEDIUM_OF, Held, check_held, keep_meeting
from complaints.actions.tasks import add_promises
from complaints.codes import Direction, Medium
from complaints.deadlines import ANSWER, FIRST_RESPONSE, open_one
from complaints.models import Complaint, ComplaintGroup, GroupTalk, Meeting
from core import clock
from core.actions import action
from core.errors import Blocked, Blocker, PermissionDenied
from deadlines.actions import cancel_deadlines, meet_deadline
from events.log import record_event


@action
def record_group_talk(
    group_id: int,
    *,
    direction: str,
    medium: str,
    summary: str,
    at: datetime | None = None,
    duration_seconds: int | None = None,
    by: User,
) -> GroupTalk:
    """Record a talk with the group or its representatives: contact and answer of each open member."""
    group, members = _locked_for_talk(group_id, by)
    now = clock.now()
    if blockers := _check(direction, medium, summary, at, now):
        raise Blocked(blockers)
    talk = GroupTalk.objects.create(
        group=group, direction=direction, medium=medium, at=at or now, duration_seconds=duration_seconds,
        summary=summary.strip(), recorded_by=by, recorded_at=now,
    )  # fmt: skip
    _tell_all(group, members, talk, by=by, now=now)
    return talk


@action
def record_group_meeting(group_id: int, held: Held, *, by: User) -> Meeting:
    """Keep a meeting with the group, such as an owners' meeting; what was promised there is promised to all of it."""
    group, members = _locked_for_talk(group_id, by)
    now = clock.now()
    if blockers := check_held(group, held, now, since=None):
        raise Blocked(blockers)
    talk = GroupTalk.objects.create(
        group=group, direction=Direction.OUT, medium=MEDIUM_OF[Meeting.Kind(held.kind)], at=held.at or now,
        duration_seconds=held.duration_seconds, summary=held.said.strip(), recorded_by=by, recorded_at=now,
    )  # fmt: skip
    meeting = keep_meeting(held, group_talk=talk)
    _tell_all(group, members, talk, by=by, now=now)
    add_promises(group, meeting, held.promises, by=by, at=now)
    return meeting


def _locked_for_talk(group_id: int, by: User) -> tuple[ComplaintGroup, list[Complaint]]:
    if not by.has_perm("complaints.work_case"):
        raise PermissionDenied
    group, members = locked_members(group_id, by=by)
    require_group_open(group)
    return group, members


def _check(direction: str, medium: str, summary: str, at: datetime | None, now: datetime) -> list[Blocker]:
    blockers = []
    if direction not in (Direction.IN, Direction.OUT):
        blockers.append(Blocker("unknown_direction", _("Choose who got in touch."), "direction"))
    if medium not in Medium.values:
        blockers.append(Blocker("unknown_medium", _("Choose how you talked."), "medium"))
    if not summary.strip():
        blockers.append(Blocker("no_summary", _("Write what was said."), "summary"))
    if at is not None and at > now:
        text = _("This time is still to come. Enter when the talk was.")
        blockers.append(Blocker("in_the_future", text, "at"))
    return blockers


def _tell_all(group: ComplaintGroup, members: Sequence[Complaint], talk: GroupTalk, *, by: User, now: datetime) -> None:
    told = {
        "group_id": group.pk,
        "group_talk_id": talk.pk,
        "direction": talk.direction,
        "medium": talk.medium,
        "talked_at": talk.at.isoformat(),
    }
    record_event(events.GROUP_TALKED, group, by=by, at=now, **told)
    for row in members:
        if row.is_open:
            _reach(row, talk, told, by=by, now=now)
    group.version += 1
    group.updated_at = now
    group.save(update_fields=["version", "updated_at"])


def _reach(row: Complaint, talk: GroupTalk, told: dict[str, object], *, by: User, now: datetime) -> None:
    """What the talk is for one member: on its timeline, and for its promises when it was there already."""
    record_event(events.GROUP_TALKED, row, by=by, at=now, **told)
    if talk.direction == Direction.IN:
        cancel_deadlines(row, kinds=[ANSWER], at=now, by=by)
        open_one(row, ANSWER, at=now, by=by)
    elif talk.at >= row.received_at:
        row.first_contact_at = row.first_contact_at or talk.at
        meet_deadline(FIRST_RESPONSE, row, at=talk.at, by=by)
        meet_deadline(ANSWER, row, at=talk.at, by=by)
    save(row, "first_contact_at", at=now)
