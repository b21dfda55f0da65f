"""Every Monday morning: which departments' weeks are due, who is told, and of what. Source: DOMAIN.md 3.6, 8.

A row says which week a department's leaders hear of next, and any sweep that comes by after its time tells them: late
rather than never. After an outage of weeks there is one mail, about the newest week; it names those that were left out.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import QuerySet

from accounts.duty import present_in
from accounts.models import Department, User
from accounts.roles import LEADERS
from deadlines.models import SweepHeartbeat
from insights.folding import Figures
from insights.models import WeekDue
from insights.periods import Week, starts_at
from insights.reading import departments_of, read_weeks, zone_of_department
from policies.reading import policy

# No zone is further ahead of UTC.
FURTHEST_AHEAD = timedelta(hours=14)
MAY = "insights.read_weeks"


def told_at(week: Week, department: Department) -> datetime:
    """When its leaders are told of a week: the hour of the policy on the Monday after it, there."""
    return starts_at(week.after().monday, zone_of_department(department), int(policy("week.hour")))


def newest_due(department: Department, now: datetime) -> Week:
    """The newest week whose time to be told of has come."""
    week = Week.at(now, zone_of_department(department)).before()
    return week if told_at(week, department) <= now else week.before()


def due_rows(now: datetime) -> list[WeekDue]:
    """The departments whose week is to be told of by now: one statement, by an index."""
    if SweepHeartbeat.objects.filter(clock_doubted_until__gt=now).exists():
        # Who cannot trust the clock does not write to everybody.
        return []
    last = (now + FURTHEST_AHEAD).date() - timedelta(days=7)
    rows = WeekDue.objects.filter(monday__lte=last, department__is_active=True).order_by("monday", "pk")
    rows = rows.select_related("department__calendar", "department__head")
    return [row for row in rows if told_at(Week(row.monday), row.department) <= now]


def without_row() -> QuerySet[Department]:
    """Departments that are new: of the week they are in, their leaders hear next Monday."""
    return Department.objects.active().filter(week_due=None).select_related("calendar")


@dataclass(frozen=True)
class Letter:
    """What one person is told of one week."""

    user: User
    figures: Figures


def letters(department: Department, week: Week, *, now: datetime) -> list[Letter]:
    """The leaders who are told, each with the week as they may see it; nobody hears of a week in which nothing was."""
    found = []
    for user in recipients(department, now=now):
        told = read_weeks(user, below(department, departments_of(user)), week, now=now)
        whole = told.whole
        if not whole.is_empty:
            found.append(Letter(user, whole))
    return found


def recipients(department: Department, *, now: datetime) -> list[User]:
    """Its supervisors and managers who are there, or who stands in for them; where nobody is, its head.

    Only those who may look at its figures: a stand-in from elsewhere has no right to them.
    """
    leaders = present_in(department, LEADERS, now=now)
    if not leaders and department.head is not None and department.head.is_active:
        leaders = [department.head]
    return [user for user in leaders if user.has_perm(MAY) and may_see(user, department)]


def may_see(user: User, department: Department) -> bool:
    return any(each.pk == department.pk for each in departments_of(user))


def below(department: Department, departments: Sequence[Department]) -> list[Department]:
    """It and those below it, of those somebody may see."""
    return [each for each in departments if each.path.startswith(department.path)]
