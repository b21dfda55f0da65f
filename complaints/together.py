"""What colleagues do on a complaint together, as its page shows it: the open offer, tasks, the group."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db.models import Exists, OuterRef, QuerySet

from accounts.models import User
from complaints.actions.hand_over import may_answer
from complaints.actions.offers import open_offer
from complaints.models import CaseTask, Complaint, ComplaintGroup, GroupRepresentative, HandOver
from complaints.task_deadline import TASK
from core import clock
from deadlines.models import Deadline

MOST_TASKS = 50


@dataclass(frozen=True)
class Offer:
    """The open offer as this reader sees it: theirs to answer, theirs to withdraw, or merely there."""

    row: HandOver
    is_mine: bool
    may_withdraw: bool


@dataclass(frozen=True)
class TaskLine:
    """A task with the promise on it, and what this reader may do with it."""

    task: CaseTask
    deadline: Deadline | None
    may_finish: bool
    may_change: bool
    is_mine: bool

    @property
    def is_overdue(self) -> bool:
        return self.task.is_open and self.task.due_at <= clock.now()


@dataclass(frozen=True)
class GroupCard:
    """The group it belongs to, with who speaks for it and the members that this reader may see."""

    group: ComplaintGroup
    representatives: list[GroupRepresentative]
    members: list[Complaint]


@dataclass(frozen=True)
class Together:
    offer: Offer | None = None
    tasks: list[TaskLine] = field(default_factory=list)
    group: GroupCard | None = None


def together_on(complaint: Complaint, user: User) -> Together:
    """Asked for only where there is something: `has_tasks` comes with the complaint, the rest stands on its row."""
    return Together(
        offer=offer_of(complaint, user),
        tasks=tasks_of(complaint, user) if getattr(complaint, "has_tasks", True) else [],
        group=group_card(complaint, user) if complaint.group_id is not None else None,
    )


def offer_of(complaint: Complaint, user: User) -> Offer | None:
    row = open_offer(complaint)
    if row is None:
        return None
    works = user.has_perm("complaints.work_desk") and not user.is_service_account
    is_giver = user.pk in (row.offered_by_id, complaint.owner_id) or user.has_perm("complaints.assign")
    is_mine = works and may_answer(row, user) and user.pk != complaint.owner_id
    return Offer(row, is_mine=is_mine, may_withdraw=works and is_giver)


def tasks_of(complaint: Complaint, user: User) -> list[TaskLine]:
    return task_lines(complaint.tasks.for_list()[:MOST_TASKS], user)


def task_lines(rows: QuerySet[CaseTask] | Sequence[CaseTask], user: User) -> list[TaskLine]:
    """Two statements for any number of them: the open ones first, the nearest date first."""
    tasks = list(rows)
    of = {row.pk: row for row in tasks}
    newest: dict[int, Deadline] = {}
    if of:
        for deadline in Deadline.objects.filter(subject_type="casetask", subject_id__in=of, kind=TASK).order_by("pk"):
            newest[deadline.subject_id] = deadline
    shown = [_line(task, newest.get(task.pk), user) for task in tasks]
    return sorted(shown, key=lambda line: (not line.task.is_open, line.task.due_at))


def _line(task: CaseTask, deadline: Deadline | None, user: User) -> TaskLine:
    is_mine = task.assignee_id == user.pk
    owner_id = task.complaint.owner_id if task.complaint else None
    may_change = user.has_perm("complaints.work_case") and (
        user.pk in (task.assignee_id, task.created_by_id, owner_id) or user.has_perm("complaints.assign")
    )
    may_change = may_change and task.is_open
    is_talk = task.kind == CaseTask.Kind.SENIOR_TALK
    return TaskLine(
        task, deadline, may_finish=may_change and (is_mine or not is_talk), may_change=may_change, is_mine=is_mine
    )


def group_card(complaint: Complaint, user: User) -> GroupCard | None:
    group = ComplaintGroup.objects.visible_to(user).filter(pk=complaint.group_id or 0).first()
    return card_of(group, user, but=complaint.pk) if group is not None else None


def card_of(group: ComplaintGroup, user: User, *, but: int = 0) -> GroupCard:
    """Members that the reader may not see are left out, and so is who speaks of their side; nobody counts them."""
    members = Complaint.objects.visible_to(user).filter(group=group)
    seen = Exists(members.filter(pk=OuterRef("complaint_id")))
    speaking = group.representatives.filter(seen, ended_at=None).select_related("complaint")
    return GroupCard(group, list(speaking), list(members.exclude(pk=but).select_related("owner").order_by("pk")))


def my_tasks(user: User) -> list[TaskLine]:
    """What this user has to do, the nearest first; of what they may see now."""
    rows = CaseTask.objects.visible_to(user).open().filter(assignee=user).for_list()
    return task_lines(rows[: 4 * MOST_TASKS], user)
