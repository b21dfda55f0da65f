"""Recurring causes: which complaints are the same, who may see a cause, and how it went by the week.

Source: DOMAIN.md 3.2, 3.6, 2.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.duty import on_duty
from accounts.models import User
from accounts.roles import CASE_ROLES, LEADERS, Role
from accounts.scope import scope_of
from complaints.codes import State
from complaints.models import Category, Cause, CauseComplaint, Complaint
from complaints.querysets import ComplaintQuerySet

What = Cause.What
# What is shown of one cause: the newest complaints, and so many weeks.
COMPLAINTS_SHOWN = 100
WEEKS_SHOWN = 12
WEEK = timedelta(days=7)
# A cause with more in these weeks is drawn by its newest.
MOST_ROWS = 2000


def with_open_causes(rows: QuerySet[Category], department_id: int | None) -> QuerySet[Any]:
    """Categories with `has_open_cause`: whether one of this department is open, in the statement that reads them."""
    here = Cause.objects.open().filter(department=department_id, category=OuterRef("pk"))
    return rows.annotate(has_open_cause=Exists(here))


def same_things(complaint: Complaint, subject_ids: Iterable[int]) -> set[tuple[str, str]]:
    """Everything by which this complaint may belong to a cause of its department and category."""
    sale = complaint.sale
    products = {complaint.product_name, sale.product_name if sale else ""} - {""}
    batches = {complaint.product_batch, sale.batch if sale else ""} - {""}
    return {
        (What.CATEGORY.value, ""),
        *((What.PRODUCT.value, name) for name in products),
        *((What.BATCH.value, name) for name in batches),
        *((What.SUBJECT.value, str(pk)) for pk in subject_ids),
    }


def complaints_like(cause: Cause, *, since: datetime) -> ComplaintQuerySet:
    """Complaints of the same thing received after `since`, imported ones never, nor those logged by mistake."""
    rows = Complaint.objects.counted().filter(
        department=cause.department_id, category=cause.category_id, received_at__gt=since, is_imported=False
    )
    match cause.what:
        case What.PRODUCT:
            return rows.filter(Q(product_name=cause.value) | Q(sale__product_name=cause.value))
        case What.BATCH:
            return rows.filter(Q(product_batch=cause.value) | Q(sale__batch=cause.value))
        case What.SUBJECT:
            return rows.filter(subject_rows__user=cause.subject_id)
    return rows


def came_again(cause: Cause, since: datetime) -> int:
    """How many of its complaints came after the corrective action was done; whoever asks, the figure is the same."""
    rows = cause.complaint_rows.exclude(complaint__state=State.VOIDED)
    return rows.filter(complaint__received_at__gt=since).count()


# ------------------------------------------------------------------ who


def named_for(cause: Cause) -> set[int]:
    """The readers named for its complaints; asked for a restricted category only."""
    if not cause.category.is_restricted:
        return set()
    named = Complaint.named_readers.through.objects.filter(complaint__cause_rows__cause=cause)
    return set(named.values_list("user_id", flat=True))


def is_kept_from(user: User, cause: Cause, named: Collection[int]) -> bool:
    """Whether it must stay hidden from them wherever they work. Source: DOMAIN.md 2."""
    if not user.is_active or not user.has_role(*CASE_ROLES, Role.AUDITOR) or cause.subject_id == user.pk:
        return True
    if user.has_role(Role.AUDITOR):
        return False
    head_id = user.department.head_id if user.department else None
    if cause.subject_id is not None and cause.subject_id == head_id:
        return True
    return cause.category.is_restricted and user.pk not in named


def readers_of(cause: Cause, users: Iterable[User]) -> list[User]:
    """Those of the users who may see it, as `visible_to` says; nobody is told of what they must not see."""
    named = named_for(cause)
    return [
        user
        for user in users
        if not is_kept_from(user, cause, named)
        and (user.pk == cause.owner_id or user.has_role(Role.AUDITOR) or _is_in_reach(user, cause))
    ]


def _is_in_reach(user: User, cause: Cause) -> bool:
    return bool(user.department and cause.department.path.startswith(user.department.path))


def first_owner(cause: Cause, now: datetime) -> User | None:
    """Who has it first: the head of the department, else its supervisor, else the manager above.

    A restricted one, which these must not see, goes to the first of the people named for it.
    """
    head = cause.department.head
    if head is not None and readers_of(cause, [head]):
        return head
    for role in LEADERS:
        if found := leaders_on_duty(cause, role, now):
            return found[0]
    return next(iter(named_people(cause)), None)


def named_people(cause: Cause) -> list[User]:
    """The people named for a restricted one who may see it; nobody for all others."""
    if not cause.category.is_restricted:
        return []
    people = User.objects.active().people().filter(pk__in=named_for(cause)).order_by("pk")
    return readers_of(cause, people.select_related("department").prefetch_related("role_grants"))


def leaders_on_duty(cause: Cause, role: str, now: datetime) -> list[User]:
    """The present holders of a role in the nearest department upwards who may see it."""
    about = {cause.subject_id} if cause.subject_id else set()
    return readers_of(cause, on_duty(role, cause.department, now=now, exclude_ids=about))


def possible_owners(cause: Cause) -> list[User]:
    """Those who may be given it: who works on complaints in its department or one above, nearest first."""
    lineage, named = cause.department.lineage, named_for(cause)
    rows = User.objects.active().people().with_role(*CASE_ROLES).filter(department__in=lineage)
    rows = rows.select_related("department").prefetch_related("role_grants")
    people = [user for user in rows if not is_kept_from(user, cause, named)]
    return sorted(people, key=lambda user: (lineage.index(user.department_id or 0), user.name))


def may_work_on(user: User, cause: Cause) -> bool:
    """Its owner plans, does and checks; so does any leader who may see it."""
    is_owner = cause.owner_id == user.pk and user.has_perm("complaints.work_desk")
    return is_owner or user.has_perm("complaints.work_causes")


def departments_of(user: User) -> tuple[int, ...] | None:
    """Departments in which this user may open a cause; None for all of them."""
    scope = scope_of(user)
    return None if scope.sees_all else scope.department_ids


# ------------------------------------------------------------------ its complaints, and how it went


def causes_of(complaint: Complaint, user: User) -> list[Cause]:
    """The causes it belongs to, as far as the reader may see them, the open ones first."""
    rows = Cause.objects.visible_to(user).filter(complaint_rows__complaint=complaint).for_list()
    return sorted(rows.order_by("-id"), key=lambda cause: not cause.is_open)


def complaints_of(cause: Cause, user: User) -> ComplaintQuerySet:
    """Its complaints that this reader may see, newest first."""
    linked = CauseComplaint.objects.filter(cause=cause, complaint=OuterRef("pk"))
    return Complaint.objects.visible_to(user).filter(Exists(linked)).order_by("-received_at", "-pk")


@dataclass(frozen=True)
class Week:
    """One week of the trend; `height` and `x` are the bar's, in the units of the drawing."""

    starts_on: date
    count: int
    x: int
    height: int
    is_after_action: bool

    @property
    def y(self) -> int:
        return Trend.HEIGHT - self.height

    @property
    def middle(self) -> int:
        return self.x + Trend.BAR // 2

    @property
    def label_y(self) -> int:
        return self.y - 4


class Trend(list[Week]):
    """Weeks from the oldest to the present one."""

    HEIGHT, BAR, STEP = 96, 36, 52

    @property
    def total(self) -> int:
        return sum(week.count for week in self)

    @property
    def width(self) -> int:
        return len(self) * self.STEP


def trend(
    received: Sequence[datetime], *, now: datetime, zone: ZoneInfo, done_at: datetime | None, weeks: int = WEEKS_SHOWN
) -> Trend:
    """Count instants by the week, Monday to Sunday, where the reader works. Pure."""
    today = now.astimezone(zone).date()
    monday = today - timedelta(days=today.weekday())
    starts = [monday - WEEK * back for back in range(weeks - 1, -1, -1)]
    days = [at.astimezone(zone).date() for at in received]
    counts = [sum(start <= day < start + WEEK for day in days) for start in starts]
    most = max([*counts, 1])
    done_on = done_at.astimezone(zone).date() if done_at else None
    return Trend(
        Week(
            start,
            count,
            x=place * Trend.STEP + (Trend.STEP - Trend.BAR) // 2,
            # Room above the highest bar for its figure.
            height=round(count / most * (Trend.HEIGHT - 18)),
            is_after_action=done_on is not None and start + WEEK > done_on,
        )
        for place, (start, count) in enumerate(zip(starts, counts, strict=True))
    )
