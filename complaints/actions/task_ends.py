"""How a task ends: done or called off, by a person or by what happened on its complaint."""

from datetime import datetime

from accounts.models import User
from complaints import events
from complaints.models import CaseTask, Complaint, ComplaintGroup
from complaints.task_deadline import TASK
from deadlines.actions import cancel_deadlines, meet_deadline
from events.log import record_event


def place_of(task: CaseTask) -> Complaint | ComplaintGroup:
    """On whose timeline it is told."""
    place = task.complaint or task.group
    assert place is not None  # noqa: S101 (a constraint says so)
    return place


def end_task(task: CaseTask, state: CaseTask.State, *, note: str, at: datetime, by: User | None) -> None:
    """Write its end, the event and what becomes of its deadline, on a task that the caller has locked."""
    task.state, task.note, task.ended_at, task.ended_by = state, note.strip(), at, by
    task.version += 1
    task.save(update_fields=["state", "note", "ended_at", "ended_by", "version"])
    if state == CaseTask.State.DONE:
        record_event(events.TASK_DONE, place_of(task), by=by, at=at, task_id=task.pk, kind=task.kind)
        meet_deadline(TASK, task, at=at, by=by)
    else:
        record_event(events.TASK_CANCELLED, place_of(task), by=by, at=at, task_id=task.pk, kind=task.kind)
        cancel_deadlines(task, at=at, by=by)


def locked_tasks_of(complaint: Complaint) -> list[CaseTask]:
    """Its open talks by seniors, locked by rising id; the caller has locked the complaint."""
    rows = complaint.tasks.open().filter(kind=CaseTask.Kind.SENIOR_TALK).select_for_update(of=("self",)).order_by("pk")
    return list(rows)


def call_off_talks(complaint: Complaint, *, by: User | None, at: datetime) -> None:
    """A complaint that ended asks no senior to call any more; promises made to the customer stay."""
    for task in locked_tasks_of(complaint):
        end_task(task, CaseTask.State.CANCELLED, note="", at=at, by=by)


def finish_talks_of(senior_id: int, complaint: Complaint, *, at: datetime, by: User | None) -> None:
    """The senior's talk is logged on the case: that is what they were asked for. Source: DOMAIN.md 3.4."""
    for task in locked_tasks_of(complaint):
        if task.assignee_id == senior_id:
            end_task(task, CaseTask.State.DONE, note="", at=at, by=by)
