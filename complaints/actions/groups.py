"""Group complaints: opened over complaints that stay what they are, joined, represented, left, closed.

Locks: the members by rising id, then the group. Source: DOMAIN.md 3.1.
"""

from collections.abc import Collection, Sequence
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from accounts.models import User
from complaints import events
from complaints.actions.locking import locked_together, refusal, rows_locked, save
from complaints.actions.outside import RETRIAGED, triage_as_group
from complaints.models import Complaint, ComplaintGroup, GroupMember, GroupRepresentative
from core import clock
from core.actions import action
from core.errors import Blocked, Blocker, Conflict, PermissionDenied
from events.log import record_event

TITLE_LIMIT = 160


@action
def open_group(numbers: Collection[str], *, title: str, by: User) -> ComplaintGroup:
    """Put complaints under one head; its department is the first one's. Raises Blocked for what cannot be together."""
    _require_right(by)
    blockers = []
    if not title.strip():
        blockers.append(Blocker("no_title", _("Write in a few words what it is about."), "title"))
    ids = _ids_of(numbers, by, blockers, field="numbers")
    if not ids and not blockers:
        blockers.append(Blocker("nobody", _("Name at least one complaint."), "numbers"))
    if blockers:
        raise Blocked(blockers)
    members = locked_together(ids, by=by)
    _check_free(members, field="numbers")
    now = clock.now()
    group = ComplaintGroup.objects.create(
        title=title.strip()[:TITLE_LIMIT], department=members[0].department, opened_by=by, opened_at=now, updated_at=now
    )
    record_event(events.GROUP_OPENED, group, by=by, at=now, members=len(members))
    _join(group, members, members, reason="", by=by, at=now)
    return group


@action
def add_member(group_id: int, *, number: str, reason: str = "", by: User) -> ComplaintGroup:
    """Add a complaint to an open group; adding a member again changes nothing."""
    _require_right(by)
    seen(group_id, by)
    blockers: list[Blocker] = []
    ids = _ids_of([number], by, blockers, field="number")
    if blockers:
        raise Blocked(blockers)
    before = active_ids(group_id)
    locked_rows = {row.pk: row for row in rows_locked({*before, *ids})}
    group = locked_group(group_id, by=by)
    require_group_open(group)
    _require_same_members(group, before)
    joining = locked_rows[ids[0]]
    if not Complaint.objects.in_hand_of(by).filter(pk=joining.pk).exists():
        raise refusal(joining, by)
    if joining.group_id == group.pk:
        return group
    _check_free([joining], field="number")
    now = clock.now()
    _join(group, [joining], list(locked_rows.values()), reason=reason.strip(), by=by, at=now)
    _save_group(group, at=now)
    return group


@action
def remove_member(group_id: int, *, number: str, reason: str, by: User) -> ComplaintGroup:
    """Take a complaint out, with the reason. Its representative speaks no longer; the last member stays."""
    _require_right(by)
    seen(group_id, by)
    leaving = _member(group_id, number, by)
    complaint = locked_together([leaving.pk], by=by)[0]
    group = locked_group(group_id, by=by)
    require_group_open(group)
    blockers = []
    if complaint.group_id != group.pk:
        raise Conflict("no_member", _("It is no member of this group any more."), current=group)
    if not reason.strip():
        blockers.append(Blocker("no_reason", _("Write the reason in one sentence."), "reason"))
    if active_ids(group.pk) == [complaint.pk]:
        blockers.append(Blocker("last_member", _("A group has at least one member. Close it instead.")))
    if blockers:
        raise Blocked(blockers)
    now = clock.now()
    for speaking in group.representatives.filter(complaint=complaint, ended_at=None):
        _end(speaking, group, reason.strip(), by=by, at=now)
    row = group.member_rows.get(complaint=complaint, removed_at=None)
    row.removed_by, row.removed_at, row.removed_reason = by, now, reason.strip()
    row.save(update_fields=["removed_by", "removed_at", "removed_reason"])
    complaint.group = None
    record_event(events.GROUP_LEFT, complaint, by=by, at=now, group_id=group.pk)
    save(complaint, "group", at=now)
    _save_group(group, at=now)
    return group


@action
def name_representative(group_id: int, *, number: str, name: str, proof: str, by: User) -> GroupRepresentative:
    """Somebody of a member's side speaks for the group, with the proof of their authority. Several may."""
    _require_right(by)
    seen(group_id, by)
    member = _member(group_id, number, by)
    complaint = locked_together([member.pk], by=by)[0]
    group = locked_group(group_id, by=by)
    require_group_open(group)
    blockers = []
    if complaint.group_id != group.pk:
        raise Conflict("no_member", _("It is no member of this group any more."), current=group)
    if not name.strip():
        blockers.append(Blocker("no_name", _("Write who speaks for them."), "name"))
    if not proof.strip():
        blockers.append(Blocker("no_proof", _("Write what shows that the others let them speak."), "proof"))
    if group.representatives.filter(complaint=complaint, ended_at=None).exists():
        text = _("Somebody of this member speaks for the group already. End that first.")
        blockers.append(Blocker("represented_already", text, "number"))
    if blockers:
        raise Blocked(blockers)
    now = clock.now()
    row = GroupRepresentative.objects.create(
        group=group, complaint=complaint, name=name.strip(), proof=proof.strip(), named_by=by, named_at=now
    )
    record_event(events.GROUP_REPRESENTED, group, by=by, at=now, representative_id=row.pk, complaint_id=complaint.pk)
    _save_group(group, at=now)
    return row


@action
def end_representative(representative_id: int, *, reason: str, by: User) -> GroupRepresentative:
    """They speak for the group no longer; that they did stays on record."""
    _require_right(by)
    groups = ComplaintGroup.objects.visible_to(by)
    found = GroupRepresentative.objects.filter(group__in=groups).get(pk=representative_id)
    group = locked_group(found.group_id, by=by)
    require_group_open(group)
    row = GroupRepresentative.objects.select_for_update().get(pk=representative_id)
    if row.ended_at is not None:
        raise Conflict("ended_already", _("They do not speak for the group any more."), current=group)
    if not reason.strip():
        raise Blocked([Blocker("no_reason", _("Write the reason in one sentence."), "reason")])
    now = clock.now()
    _end(row, group, reason.strip(), by=by, at=now)
    _save_group(group, at=now)
    return row


def _end(row: GroupRepresentative, group: ComplaintGroup, reason: str, *, by: User, at: datetime) -> None:
    row.ended_by, row.ended_at, row.ended_reason = by, at, reason
    row.save(update_fields=["ended_by", "ended_at", "ended_reason"])
    record_event(events.GROUP_UNREPRESENTED, group, by=by, at=at, representative_id=row.pk)


@action
def close_group(group_id: int, *, reason: str, by: User) -> ComplaintGroup:
    """The one negotiation is over. The members' complaints go on, or have ended, each by itself."""
    _require_right(by)
    group = locked_group(group_id, by=by)
    require_group_open(group)
    if not reason.strip():
        raise Blocked([Blocker("no_reason", _("Write in a sentence what came of it."), "reason")])
    now = clock.now()
    group.closed_by, group.closed_at, group.closed_reason = by, now, reason.strip()
    record_event(events.GROUP_CLOSED, group, by=by, at=now)
    _save_group(group, "closed_by", "closed_at", "closed_reason", at=now)
    return group


# ------------------------------------------------------------------ parts


def _require_right(by: User) -> None:
    if not by.has_perm("complaints.work_case"):
        raise PermissionDenied


def seen(group_id: int, by: User) -> None:
    """Raises ComplaintGroup.DoesNotExist for what is hidden."""
    if not ComplaintGroup.objects.visible_to(by).filter(pk=group_id).exists():
        raise ComplaintGroup.DoesNotExist


def locked_group(group_id: int, *, by: User) -> ComplaintGroup:
    """Lock the group, after the complaints that the caller needs. Raises ComplaintGroup.DoesNotExist if hidden."""
    rows = ComplaintGroup.objects.select_for_update(of=("self",)).select_related("department")
    group = rows.get(pk=group_id)
    seen(group_id, by)
    return group


def require_group_open(group: ComplaintGroup) -> None:
    if not group.is_open:
        raise Conflict("group_closed", _("This group complaint is closed."), current=group)


def active_ids(group_id: int) -> list[int]:
    return list(Complaint.objects.filter(group=group_id).order_by("pk").values_list("pk", flat=True))


def locked_members(group_id: int, *, by: User) -> tuple[ComplaintGroup, list[Complaint]]:
    """Lock all members by rising id, then the group. Raises Conflict when somebody came or went just now."""
    seen(group_id, by)
    before = active_ids(group_id)
    # Also those that `by` does not see: what is said to the group is said to all of it.
    members = rows_locked(before)
    group = locked_group(group_id, by=by)
    _require_same_members(group, before)
    return group, members


def _require_same_members(group: ComplaintGroup, before: Sequence[int]) -> None:
    if active_ids(group.pk) != list(before):
        raise Conflict("members_changed", _("Somebody joined or left just now. Look at it again."), current=group)


def _ids_of(numbers: Collection[str], by: User, blockers: list[Blocker], *, field: str) -> list[int]:
    wanted = {number.strip().upper() for number in numbers if number.strip()}
    found = dict(Complaint.objects.visible_to(by).filter(number__in=wanted).values_list("number", "pk"))
    if missing := sorted(wanted - found.keys()):
        text = _("There is no complaint %(number)s.") % {"number": missing[0]}
        blockers.append(Blocker("unknown_complaint", text, field))
    elif not wanted:
        blockers.append(Blocker("unknown_complaint", _("Enter the number of a complaint."), field))
    return sorted(found.values())


def _member(group_id: int, number: str, by: User) -> Complaint:
    found = Complaint.objects.visible_to(by).filter(group=group_id, number=number.strip().upper()).first()
    if found is None:
        raise Blocked([Blocker("no_member", _("No member of this group has this number."), "number")])
    return found


def _check_free(members: Sequence[Complaint], *, field: str) -> None:
    blockers = []
    for row in members:
        if row.group_id is not None:
            text = _("%(number)s belongs to a group already.") % {"number": row.number}
            blockers.append(Blocker("in_a_group", text, field))
        elif not row.is_open:
            text = _("%(number)s has ended. Only open complaints form a group.") % {"number": row.number}
            blockers.append(Blocker("already_ended", text, field))
    if blockers:
        raise Blocked(blockers)


def _join(
    group: ComplaintGroup,
    joining: Sequence[Complaint],
    members: Sequence[Complaint],
    *,
    reason: str,
    by: User,
    at: datetime,
) -> None:
    """Let these join; `members` are all, the joining ones among them, locked. Judges them by how many they are now.

    From as many customers on as the policy says, each is class 2, and a crisis is suggested. Customers are counted,
    not complaints; who complained without a name counts each time. Source: DOMAIN.md 3.2.
    """
    GroupMember.objects.bulk_create(
        GroupMember(group=group, complaint=row, added_by=by, added_at=at, reason=reason) for row in joining
    )
    for row in joining:
        row.group = group
        record_event(events.GROUP_JOINED, row, by=by, at=at, group_id=group.pk)
    named = {row.customer_id for row in members if row.customer_id is not None}
    size = len(named) + sum(row.customer_id is None for row in members)
    new = {row.pk for row in joining}
    for row in members:
        is_judged = row.is_open and triage_as_group(row, size, by=by, at=at)
        if is_judged or row.pk in new:
            save(row, "group", *RETRIAGED, at=at)


def _save_group(group: ComplaintGroup, *fields: str, at: datetime) -> None:
    group.version += 1
    group.updated_at = at
    group.save(update_fields=[*fields, "version", "updated_at"])
