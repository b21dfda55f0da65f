"""Counting open deadlines anew when a class, a clock, a policy, a calendar or a department changed. DOMAIN.md 3.5."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

from django.db.models import Model

from accounts.models import User
from deadlines import events
from deadlines.calendars import Shelf
from deadlines.chain import Entry, record_events
from deadlines.course import Key
from deadlines.kinds import kind_named
from deadlines.ladder import ladder_of
from deadlines.models import Clock, Deadline, Recomputation
from deadlines.opening import wake_for
from deadlines.rows import overwrite
from deadlines.timer import CHANGED, Rule, Timer, rule_for
from policies.reading import policy, policy_version

Done = Sequence[tuple[Timer, Entry]]
# "Leave the clock as it is", where None means "as the policy says".
KEEP: Final = "keep"


def count_anew(
    timer: Timer,
    subject: Model,
    at: datetime,
    key: Key,
    severity_class: int | None = None,
    own_clock: str | None = KEEP,
) -> Entry:
    """Apply the rule that holds now. `key` is the present version of the department's calendar."""
    row = timer.row
    severity_class = severity_class or row.severity_class
    rule = _rule(row, severity_class)
    if rule is None:
        return Entry(events.CANCELLED, subject, timer.cancel())
    is_own = row.has_own_clock if own_clock == KEEP else own_clock is not None
    own_clock = row.clock if own_clock == KEEP else own_clock
    clock = own_clock if is_own and own_clock else rule.clock
    facts = timer.recount(at, rule, severity_class, clock, is_own=is_own, key=key if clock == Clock.WORKING else None)
    return Entry(events.RECOMPUTED, subject, facts)


def _rule(row: Deadline, severity_class: int) -> Rule | None:
    kind = kind_named(row.kind)
    if not row.is_fixed:
        return rule_for(kind, severity_class)
    return Rule(policy_version(kind.policy_key), row.length, row.clock, ladder_of(policy(kind.policy_key)))


class Changes:
    """Since when the changes hold that are not worked off yet. Read only when something is stale."""

    def __init__(self) -> None:
        self._since: dict[tuple[str, str], datetime] | None = None

    def since(self, row: Deadline, default: datetime) -> datetime:
        if self._since is None:
            rows = Recomputation.objects.filter(finished_at=None)
            self._since = {(change.cause, change.reference): change.changed_at for change in rows}
        causes = (
            (Recomputation.Cause.POLICY, kind_named(row.kind).policy_key),
            (Recomputation.Cause.CALENDAR, str(row.department.calendar_id)),
            (Recomputation.Cause.DEPARTMENT, str(row.department_id)),
        )
        return min([default, *(self._since[cause] for cause in causes if cause in self._since)])


def is_stale(timer: Timer, shelf: Shelf) -> bool:
    """A policy, the calendar or the department has changed since it was counted."""
    row = timer.row
    if policy_version(kind_named(row.kind).policy_key) != row.policy_version or timer.belongs_elsewhere(row.department):
        return True
    return row.calendar_id is not None and shelf.current[row.calendar_id].version != row.calendar_version


def bring_up_to_date(
    timers: Iterable[Timer], subjects: Iterable[Model], shelf: Shelf, now: datetime, changes: Changes | None = None
) -> list[tuple[Timer, Entry]]:
    """Count those anew whose rules have changed meanwhile, from the time of the change.

    `shelf` has the present calendars of their departments.
    """
    changes = changes or Changes()
    done = []
    for timer, subject in zip(timers, subjects, strict=True):
        if not timer.row.is_open or not is_stale(timer, shelf):
            continue
        department = timer.row.department
        at, key = changes.since(timer.row, now), shelf.current[department.calendar_id]
        if timer.belongs_elsewhere(department):
            done.append((timer, Entry(events.RECOMPUTED, subject, timer.move(at, department.pk, key))))
        if is_stale(timer, shelf):
            done.append((timer, count_anew(timer, subject, at, key)))
    return done


def commit(done: Done, *, at: datetime, by: User | None) -> None:
    """Write changed rows and their events, and wake a sweep for what is due within a tick."""
    rows = list({timer.row.pk: timer.row for timer, _entry in done}.values())
    if not rows:
        return
    overwrite(rows, CHANGED)
    record_events([entry for _timer, entry in done], by=by, at=at)
    wake_for(rows, at)
