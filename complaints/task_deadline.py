"""The promise on a task: its own date, and who is told when it passes. Source: DOMAIN.md 3.5."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.duty import head_office_managers, on_duty
from accounts.models import User
from complaints.deadlines import readers
from complaints.models import CaseTask, ComplaintGroup
from core import clock
from deadlines.kinds import DeadlineKind, register_kind

TASK = "task"
RELATED = ("complaint__department", "complaint__owner__department", "group__department", "assignee__department")


def lock_tasks(ids: Sequence[int]) -> dict[int, CaseTask]:
    """Lock for the sweep those that nobody is at; the next tick comes for the others."""
    rows = CaseTask.objects.select_for_update(skip_locked=True, of=("self",)).filter(pk__in=ids).order_by("pk")
    return {row.pk: row for row in rows.select_related(*RELATED)}


def lock_task(task_id: int) -> CaseTask | None:
    return lock_tasks([task_id]).get(task_id)


def recipients(task: CaseTask, rung: str) -> list[User]:
    """Who is told on a rung: whose it is; then also the head of that department, and who owns the case."""
    found: list[User] = [task.assignee]
    if rung == "head_office":
        found += head_office_managers(now=clock.now())
    elif rung != "owner":
        head, owner = task.department.head, task.complaint.owner if task.complaint else None
        found += [*on_duty(rung, task.department, now=clock.now()), *(user for user in (head, owner) if user)]
    people = list({user.pk: user for user in found if user.is_active}.values())
    if task.complaint is not None:
        return readers(task.complaint, people)
    groups = ComplaintGroup.objects.filter(pk=task.group_id or 0)
    return [user for user in people if groups.visible_to(user).exists()]


def _open(task: Any) -> bool:
    return bool(task.is_open)


def register() -> None:
    """Declare the kind; called once from `apps.py`."""
    register_kind(
        DeadlineKind(
            name=TASK,
            label=_("Task"),
            policy_key=f"deadline.{TASK}",
            subject_type="casetask",
            lock=lock_task,
            lock_many=lock_tasks,
            still_due=_open,
            recipients=recipients,
            url=CaseTask.get_absolute_url,
            may_pause=False,
        )
    )
