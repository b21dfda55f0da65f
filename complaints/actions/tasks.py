"""What somebody must do on a case by a time: asked, changed, done or no longer needed. Source: DOMAIN.md 3.4."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from accounts.models import User
from complaints import events
from complaints.actions.locking import locked, require_open, save
from complaints.actions.talks import record_communication
from complaints.actions.task_ends import end_task, place_of
from complaints.codes import Direction, Medium
from complaints.deadlines import readers
from complaints.models import CaseTask, Complaint, ComplaintGroup, Meeting
from complaints.seniors import seniors_of
from complaints.task_deadline import TASK
from core import clock
from core.actions import action
from core.errors import Blocked, Blocker, Conflict, PermissionDenied
from deadlines.actions import cancel_deadlines, open_deadline
from events.log import record_event
from events.notices import notify, register_notice

TASK_FOR_YOU = register_notice("task.for_you", _("{by} gave you a task on {subject}"), icon="list-check")
TALK_FOR_YOU = register_notice(
    "task.talk_for_you", _("{by} asks you to talk to the customer of {subject}"), icon="phone"
)
# A senior is asked to come or to call, not to write.
SENIOR_MEDIA = (Medium.PHONE, Medium.VISIT)


@dataclass(frozen=True)
class PromisedTask:
    """A promise of a meeting: what, whose it is, and until when."""

    what: str
    assignee: User
    due_at: datetime


@action
def ask_senior(complaint_id: int, *, senior: User, medium: str, due_at: datetime, note: str = "", by: User) -> CaseTask:
    """Ask a named senior to call or visit by a time; it is their task, and the talk they log finishes it.

    The owner asks, or a supervisor, from any stage. Raises Blocked with every answer that is missing, and when the
    senior is asked already.
    """
    if not by.has_perm("complaints.work_case"):
        raise PermissionDenied
    complaint = locked(complaint_id, by=by)
    require_open(complaint)
    if complaint.owner_id not in (None, by.pk) and not by.has_perm("complaints.assign"):
        text = _("%(name)s has it. Only they or a supervisor bring in a senior.") % {"name": complaint.owner}
        raise PermissionDenied("not_yours", text)
    now = clock.now()
    blockers = check_due(due_at, now)
    if medium not in SENIOR_MEDIA:
        blockers.append(Blocker("unknown_medium", _("Choose whether they shall call or visit."), "medium"))
    if senior not in seniors_of(complaint, but=by):
        above = _("Choose a supervisor or manager above it who may see it, not yourself.")
        blockers.append(Blocker("no_senior", above, "senior"))
    if complaint.tasks.open().filter(kind=CaseTask.Kind.SENIOR_TALK, assignee=senior).exists():
        blockers.append(Blocker("asked_already", _("This person is asked already."), "senior"))
    if blockers:
        raise Blocked(blockers)
    task = _open_task(
        CaseTask(
            complaint=complaint, kind=CaseTask.Kind.SENIOR_TALK, what=note.strip(), medium=medium, assignee=senior,
            due_at=due_at,
        ),
        by=by,
        at=now,
    )  # fmt: skip
    save(complaint, at=now)
    return task


def add_promises(
    place: Complaint | ComplaintGroup, meeting: Meeting, promises: Sequence[PromisedTask], *, by: User, at: datetime
) -> list[CaseTask]:
    """Make tasks of what was promised, on a complaint or group that the caller has locked and checked."""
    of = {"complaint": place} if isinstance(place, Complaint) else {"group": place}
    return [
        _open_task(
            CaseTask(
                meeting=meeting,
                kind=CaseTask.Kind.PROMISE,
                what=promise.what.strip(),
                assignee=promise.assignee,
                due_at=promise.due_at,
                **of,
            ),
            by=by,
            at=at,
        )
        for promise in promises
    ]


def check_promises(place: Complaint | ComplaintGroup, promises: Sequence[PromisedTask], now: datetime) -> list[Blocker]:
    """What is wrong with each; a blocker's link names its place in the list, as `promises.0.due_at`."""
    blockers = []
    for number, promise in enumerate(promises):
        at = f"promises.{number}"
        if not promise.what.strip():
            blockers.append(Blocker("no_promise", _("Write what was promised."), f"{at}.what"))
        if not may_have(place, promise.assignee):
            text = _("This person cannot keep it: they may not see the case. Choose somebody else.")
            blockers.append(Blocker("cannot_have", text, f"{at}.assignee"))
        blockers += [Blocker(one.code, one.message, f"{at}.due_at") for one in check_due(promise.due_at, now)]
    return blockers


def check_due(due_at: datetime, now: datetime) -> list[Blocker]:
    if due_at > now:
        return []
    return [Blocker("due_in_the_past", _("This time is over. Enter one that is still to come."), "due_at")]


def may_have(place: Complaint | ComplaintGroup, person: User) -> bool:
    """Whether a task of it can be theirs: a person who works here and may see it."""
    if not person.is_active or person.is_service_account or not person.has_perm("complaints.work_case"):
        return False
    if isinstance(place, Complaint):
        return bool(readers(place, [person]))
    return ComplaintGroup.objects.visible_to(person).filter(pk=place.pk).exists()


def _open_task(task: CaseTask, *, by: User, at: datetime) -> CaseTask:
    """Save it with its event and its deadline, and tell whose it is."""
    task.created_by, task.created_at = by, at
    task.save(force_insert=True)
    record_event(
        events.TASK_OPENED,
        place_of(task),
        by=by,
        at=at,
        task_id=task.pk,
        kind=task.kind,
        assignee=str(task.assignee),
        assignee_id=task.assignee_id,
        due_at=task.due_at,
    )
    _open_clock(task, by=by, at=at)
    _tell(task, by=by, at=at)
    return task


def _open_clock(task: CaseTask, *, by: User, at: datetime) -> None:
    severity_class = task.complaint.severity_class if task.complaint else 2
    open_deadline(
        TASK, task, department=task.department, severity_class=severity_class, started_at=at, at=at,
        due_at=task.due_at, by=by,
    )  # fmt: skip


def _tell(task: CaseTask, *, by: User, at: datetime) -> None:
    if task.assignee_id == by.pk:
        return
    code = TALK_FOR_YOU if task.kind == CaseTask.Kind.SENIOR_TALK else TASK_FOR_YOU
    key = f"task:{task.pk}:{task.version}"
    # Of a group no number can be told, and its title is somebody's words.
    subject = task.complaint.number if task.complaint else _("a group complaint")
    notify([task.assignee], code, key=key, url=task.get_absolute_url(), at=at, subject=str(subject), by=by.as_value)


@action
def finish_task(
    task_id: int,
    *,
    note: str,
    medium: str = "",
    at: datetime | None = None,
    duration_seconds: int | None = None,
    by: User,
) -> CaseTask:
    """It is done, with a note. A senior's talk is logged on the case with what was said, which finishes it.

    Whose it is says so, the owner of the case, or a supervisor; a talk only who had it. Raises Conflict
    `task_ended` when it was ended meanwhile.
    """
    task = locked_task(task_id, by=by)
    _require_open(task)
    if not note.strip():
        raise Blocked([Blocker("no_note", _("Write in a sentence what was done."), "note")])
    now = clock.now()
    if task.kind == CaseTask.Kind.SENIOR_TALK:
        return _log_talk(task, note, medium or task.medium, at, duration_seconds, by)
    end_task(task, CaseTask.State.DONE, note=note, at=now, by=by)
    _save_place(task, now)
    return task


def _log_talk(
    task: CaseTask, note: str, medium: str, at: datetime | None, duration_seconds: int | None, by: User
) -> CaseTask:
    """Record the talk; what hears of it finishes the task (complaints/subscribers.py)."""
    if task.assignee_id != by.pk:
        raise PermissionDenied("not_yours", _("Only %(name)s can say how the talk went.") % {"name": task.assignee})
    assert task.complaint_id is not None  # noqa: S101 (groups ask no senior)
    record_communication(
        task.complaint_id,
        direction=Direction.OUT,
        medium=medium,
        summary=note,
        at=at,
        duration_seconds=duration_seconds,
        by=by,
    )
    task.refresh_from_db()
    return task


@action
def cancel_task(task_id: int, *, note: str, by: User) -> CaseTask:
    """It is no longer needed, with the reason: whoever asked for it, the owner of the case, or a supervisor."""
    task = locked_task(task_id, by=by)
    _require_open(task)
    if not note.strip():
        raise Blocked([Blocker("no_reason", _("Write the reason in one sentence."), "note")])
    now = clock.now()
    end_task(task, CaseTask.State.CANCELLED, note=note, at=now, by=by)
    _save_place(task, now)
    return task


@action
def change_task(
    task_id: int,
    *,
    expected_version: int,
    what: str | None = None,
    assignee: User | None = None,
    due_at: datetime | None = None,
    by: User,
) -> CaseTask:
    """Change what it is, whose, or until when; what is None stays. Raises Conflict `stale` when somebody else did."""
    task = locked_task(task_id, by=by)
    _require_open(task)
    if task.version != expected_version:
        raise Conflict("stale", _("Somebody changed this task while you were writing."), current=task)
    now = clock.now()
    blockers = check_due(due_at, now) if due_at not in (None, task.due_at) else []
    if what is not None and not what.strip() and task.kind == CaseTask.Kind.PROMISE:
        blockers.append(Blocker("no_promise", _("Write what was promised."), "what"))
    if assignee is not None and assignee.pk != task.assignee_id and not _may_get(task, assignee):
        text = _("This person cannot keep it: they may not see the case. Choose somebody else.")
        blockers.append(Blocker("cannot_have", text, "assignee"))
    if blockers:
        raise Blocked(blockers)
    old = (task.what, task.assignee_id, task.due_at)
    task.what = task.what if what is None else what.strip()
    task.assignee, task.due_at = assignee or task.assignee, due_at or task.due_at
    if old == (task.what, task.assignee_id, task.due_at):
        return task
    task.version += 1
    task.save(update_fields=["what", "assignee", "due_at", "version"])
    record_event(
        events.TASK_CHANGED,
        place_of(task),
        by=by,
        at=now,
        task_id=task.pk,
        assignee=str(task.assignee),
        assignee_id=task.assignee_id,
        due_at=task.due_at,
    )
    if old[2] != task.due_at:
        cancel_deadlines(task, at=now, by=by)
        _open_clock(task, by=by, at=now)
    if old[1] != task.assignee_id:
        _tell(task, by=by, at=now)
    _save_place(task, now)
    return task


def _may_get(task: CaseTask, person: User) -> bool:
    if task.kind == CaseTask.Kind.SENIOR_TALK and task.complaint is not None:
        return person.has_perm("complaints.assign") and may_have(task.complaint, person)
    return may_have(place_of(task), person)


def locked_task(task_id: int, *, by: User) -> CaseTask:
    """Lock its complaint or group, then the task, and check that `by` may end or change it."""
    if not by.has_perm("complaints.work_case"):
        raise PermissionDenied
    found = CaseTask.objects.visible_to(by).get(pk=task_id)
    complaint = locked(found.complaint_id, by=by) if found.complaint_id is not None else None
    group = None
    if complaint is None:
        groups = ComplaintGroup.objects.select_for_update(of=("self",)).select_related("department")
        group = groups.get(pk=found.group_id or 0)
    task = CaseTask.objects.select_for_update(of=("self",)).select_related("assignee__department").get(pk=task_id)
    task.complaint, task.group = complaint, group
    owner_id = complaint.owner_id if complaint is not None else None
    if by.pk not in (task.assignee_id, task.created_by_id, owner_id) and not by.has_perm("complaints.assign"):
        text = _("It is a task of %(name)s. They, the owner of the case or a supervisor change it.")
        raise PermissionDenied("not_yours", text % {"name": task.assignee})
    return task


def _require_open(task: CaseTask) -> None:
    if not task.is_open:
        raise Conflict("task_ended", _("This task has ended already."), current=task)


def _save_place(task: CaseTask, at: datetime) -> None:
    if task.complaint is not None:
        save(task.complaint, at=at)
    elif task.group is not None:
        task.group.version += 1
        task.group.updated_at = at
        task.group.save(update_fields=["version", "updated_at"])
