"""What the sweep writes: nothing here is anybody's press."""

from datetime import date, datetime

from core.actions import action
from events.notices import notify
from events.outbox import enqueue
from insights.delivery import Letter, letters, newest_due, without_row
from insights.mail import CHANNEL, key_of
from insights.models import WeekDue
from insights.notices import WEEK_OVER
from insights.page import address_of
from insights.periods import Week
from insights.reading import zone_of_department


@action
def begin_departments(now: datetime) -> int:
    """Give each new department its row, so that its first Monday comes. Returns how many are new."""
    rows = [WeekDue(department=each, monday=Week.at(now, zone_of_department(each)).monday) for each in without_row()]
    # Two sweeps at once want the same rows.
    WeekDue.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


def tell_week(due: WeekDue, now: datetime) -> int:
    """Tell a department's leaders of its newest week. Returns how many were told; 0 too when another sweep did.

    The figures are read first: only the writing holds a lock.
    """
    week = newest_due(due.department, now)
    return _tell(due.pk, due.monday, week, letters(due.department, week, now=now), now)


@action
def _tell(due_id: int, seen: date, week: Week, told: list[Letter], now: datetime) -> int:
    """Ring, write and go on to the next week, in one transaction."""
    due = claimed(due_id, seen)
    if due is None:
        return 0
    department, missed = due.department, _missed(due, week)
    for letter in told:
        user, figures = letter.user, letter.figures
        notify(
            [user],
            WEEK_OVER,
            key=f"week:{department.pk}:{week}",
            url=address_of(department, week),
            at=now,
            week=str(week),
            department=str(department),
            **{name: figures.count(name) for name in ("received", "closed", "open", "overdue")},
        )
        if user.email:
            payload = {"user": user.pk, "department": department.pk, "week": str(week), "missed": missed}
            enqueue(CHANNEL, user.email, payload, key=key_of(department, week, user))
    due.monday = week.after().monday
    due.save(update_fields=["monday"])
    return len(told)


def claimed(due_id: int, seen: date) -> WeekDue | None:
    """The row, locked; None when another sweep is at it, or has told of that week by now."""
    rows = WeekDue.objects.select_for_update(skip_locked=True, of=("self",)).select_related("department")
    return rows.filter(pk=due_id, monday=seen).first()


def _missed(due: WeekDue, week: Week) -> list[str]:
    """The weeks that were due before this one, and nobody was told of."""
    found: list[str] = []
    each = Week(due.monday)
    while each < week and len(found) < MOST_MISSED:
        found.append(str(each))
        each = each.after()
    return found


# Of a longer outage the first weeks are enough to know.
MOST_MISSED = 10
