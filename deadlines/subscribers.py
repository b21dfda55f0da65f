"""What the clock does when rules change elsewhere: it notes it, and the sweep recomputes batch by batch."""

from typing import Any

from accounts.models import Calendar, Department
from deadlines.calendars import keep_snapshot
from deadlines.kinds import kinds_by_policy
from deadlines.models import Recomputation
from events.models import Event
from events.subscribe import subscribe
from events.wakeup import wake


@subscribe("policy.changed")
def recompute_for_policy(event: Event, subject: Any) -> None:
    if kinds_by_policy(event.data["key"]):
        _note(Recomputation.Cause.POLICY, event.data["key"], event)


@subscribe("calendar.changed")
def recompute_for_calendar(event: Event, subject: Calendar) -> None:
    # In the transaction that saved it, so every version is kept as it was.
    keep_snapshot(subject.pk)
    _note(Recomputation.Cause.CALENDAR, str(subject.pk), event)


@subscribe("department.changed", has_other_calendar=True)
def recompute_for_department(event: Event, subject: Department) -> None:
    _note(Recomputation.Cause.DEPARTMENT, str(subject.pk), event)


def _note(cause: Recomputation.Cause, reference: str, event: Event) -> None:
    Recomputation.objects.create(cause=cause, reference=reference, changed_at=event.at)
    wake("deadlines.tasks.sweep_deadlines")
