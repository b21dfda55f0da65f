"""One deadline in memory: its row, its course and its ladder, and what can happen to it.

Each operation changes the row and returns the facts of its event. The same operations run when it happens and when the
events are folded back (deadlines/rebuild.py), so the row is always what its events say.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from accounts.models import Department
from deadlines.calendars import Shelf, shelf_of
from deadlines.course import Course, Key, key_of
from deadlines.kinds import DeadlineKind, kind_named
from deadlines.ladder import Ladder, Reached, ladder_of, next_fire_at, passed
from deadlines.lengths import SAME_DAY, parse_length
from deadlines.models import Clock, Deadline, State
from policies.reading import policy, policy_version, value_of

Facts = dict[str, Any]
_MICROSECOND = timedelta(microseconds=1)
# The columns that operations change.
CHANGED = (
    "department", "severity_class", "policy_version", "length", "clock", "has_own_clock", "calendar",
    "calendar_version", "due_at", "spans", "state", "met_at", "breached_at", "next_fire_at", "reached", "round",
    "put_off", "generation", "attempts", "last_error", "is_dead",
)  # fmt: skip


@dataclass(frozen=True)
class Rule:
    """What a policy says about one promise."""

    version: int
    length: str
    clock: str
    ladder: Ladder


def rule_for(kind: DeadlineKind, severity_class: int) -> Rule | None:
    """Return the rule that holds now; None when there is no such promise for this class."""
    value = policy(kind.policy_key)
    length = length_text(value, severity_class)
    if length is None:
        return None
    return Rule(policy_version(kind.policy_key), length, value["clock"], ladder_of(value))


def length_text(value: Mapping[str, Any], severity_class: int) -> str | None:
    """The length for a class, with the late hours where the same-day rule needs them."""
    length: str | None = value["length"].get(str(severity_class))
    if length == SAME_DAY and "late_hours" in value:
        return f"{SAME_DAY}:{value['late_hours']:g}"
    return length


class Ladders:
    """The ladder of each version of a policy, each read once."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, int], Ladder] = {}

    def of(self, row: Deadline) -> Ladder:
        key = kind_named(row.kind).policy_key
        known = self._known.get((key, row.policy_version))
        if known is None:
            is_current = policy_version(key) == row.policy_version
            known = ladder_of(policy(key) if is_current else value_of(key, row.policy_version))
            self._known[key, row.policy_version] = known
        return known


@dataclass
class Timer:
    row: Deadline
    course: Course
    ladder: Ladder

    # ------------------------------------------------------------ operations

    def open(self) -> Facts:
        self._derive()
        row = self.row
        return self._facts(
            department_id=row.department_id,
            severity_class=row.severity_class,
            started_at=row.started_at,
            clock=row.clock,
            has_own_clock=row.has_own_clock,
            is_fixed=row.is_fixed,
            length=row.length,
            calendar_id=row.calendar_id,
            calendar_version=row.calendar_version,
            policy_version=row.policy_version,
        )

    def is_overdue(self, at: datetime) -> bool:
        """Past its due time, and nobody has noticed yet."""
        due_at = self.course.due_at
        return self.row.breached_at is None and due_at is not None and at > due_at

    def breach(self) -> Facts:
        """Broken, and noticed only when it was kept at last: there is nobody to be told any more."""
        self.row.state, self.row.breached_at = State.BREACHED, self.row.due_at
        return self._facts()

    def meet(self, at: datetime) -> Facts:
        """Kept; what was broken before stays broken."""
        row = self.row
        row.state, row.met_at = State.MET, max(at, row.started_at)
        self._end()
        return self._facts(met_at=row.met_at, is_late=row.is_late)

    def cancel(self) -> Facts:
        self.row.state = State.CANCELLED
        self._end()
        return self._facts()

    def pause(self, at: datetime) -> Facts:
        self.course = self.course.paused(at)
        self.row.state = State.PAUSED
        self._rearm()
        return self._facts(changed_at=at)

    def resume(self, at: datetime, key: Key) -> Facts:
        self.course = self.course.resumed(at, key)
        self.row.state = State.BREACHED if self.row.breached_at else State.PENDING
        self._put_in(key)
        self._rearm()
        return self._facts(changed_at=at, calendar_id=self.row.calendar_id, calendar_version=self.row.calendar_version)

    def belongs_elsewhere(self, department: Department) -> bool:
        """Its department, or the department's calendar, is another one than it runs in."""
        is_tied = self.row.clock == Clock.WORKING and not self.row.is_fixed
        return self.row.department_id != department.pk or (is_tied and self.row.calendar_id != department.calendar_id)

    def move(self, at: datetime, department_id: int, key: Key) -> Facts:
        """Go on in another department, or in the other calendar that the department got."""
        self.row.department_id = department_id
        if not self.row.is_fixed and self.row.clock == Clock.WORKING:
            # The end of a day that is over already is not moved any more.
            if not (self.course.length.is_same_day and self.row.breached_at):
                self.course = self.course.moved(at, key)
            self._put_in(key)
            self._pass_warnings(at)
        self._rearm()
        return self._facts(
            change="moved",
            changed_at=at,
            department_id=department_id,
            calendar_id=self.row.calendar_id,
            calendar_version=self.row.calendar_version,
        )

    def recount(self, at: datetime, rule: Rule, severity_class: int, clock: str, *, is_own: bool, key: Key) -> Facts:
        """Apply a changed class, policy, clock or calendar. `key` is the newest version of the present calendar.

        A broken promise stays broken, unless the looser rule gives it time again.
        """
        row = self.row
        outcome = "kept"
        if not row.is_fixed:
            course, outcome = self.course.recounted(at, parse_length(rule.length), key)
            if row.breached_at is None or _has_time_again(course, at):
                row.breached_at = None
                row.state = State.PENDING if row.state == State.BREACHED else row.state
                self.course, row.put_off = course, timedelta(0)
            row.clock, row.has_own_clock = clock, is_own
            self._put_in(key)
        row.severity_class, row.policy_version, self.ladder = severity_class, rule.version, rule.ladder
        self._pass_warnings(at)
        self._rearm()
        return self._facts(
            change="recounted",
            changed_at=at,
            outcome=outcome,
            severity_class=severity_class,
            length=rule.length,
            clock=clock,
            has_own_clock=is_own,
            calendar_id=key.calendar_id if key else None,
            calendar_version=key.version if key else 0,
            policy_version=rule.version,
        )

    def fire(self, found: Reached, reached: float, told: Sequence[str], recipient_ids: Sequence[int]) -> Facts:
        """One rung fired; at the end of the promise or later, the first time, that is the breach."""
        row = self.row
        row.round += 1
        row.reached, row.put_off = reached, found.put_off
        if not found.rung.is_warning and row.breached_at is None:
            row.state, row.breached_at = State.BREACHED, row.due_at
        row.attempts, row.last_error = 0, ""
        row.next_fire_at = next_fire_at(self.course, self.ladder, row.reached, row.put_off)
        return self._facts(
            round=row.round,
            rung=found.rung.at,
            reached=reached,
            told=list(told),
            recipient_ids=sorted(recipient_ids),
            passed_over=[rung.at for rung in found.passed_over],
            planned_at=found.planned_at,
            put_off=row.put_off // _MICROSECOND,
        )

    # ------------------------------------------------------------ parts

    def _facts(self, **more: Any) -> Facts:
        row = self.row
        which = {"about": row.about} if row.about else {}
        facts = {"deadline": row.pk, "kind": row.kind, "generation": row.generation, "due_at": row.due_at}
        return {**facts, **which, **more}

    def _put_in(self, key: Key) -> None:
        self.row.calendar_id = key.calendar_id if key else None
        self.row.calendar_version = key.version if key else 0

    def _pass_warnings(self, at: datetime) -> None:
        """After a change, warnings that lie behind the clock do not ring for everything at once."""
        if self.row.breached_at is None:
            self.row.reached = passed(self.course, self.ladder, at)

    def _rearm(self) -> None:
        """Derive the row anew; what a sweep has read before is void."""
        self.row.generation += 1
        self.row.attempts, self.row.last_error, self.row.is_dead = 0, "", False
        self._derive()

    def _derive(self) -> None:
        row = self.row
        row.length = self.course.length.text
        row.spans = self.course.spans_as_json()
        row.due_at = self.course.due_at or row.due_at
        row.next_fire_at = next_fire_at(self.course, self.ladder, row.reached, row.put_off)

    def _end(self) -> None:
        self.row.generation += 1
        self.row.next_fire_at, self.row.is_dead = None, False


def _has_time_again(course: Course, at: datetime) -> bool:
    return course.left(at) > timedelta(0)


def load_timers(
    rows: Iterable[Deadline], *, current_ids: Iterable[int] = (), ladders: Ladders | None = None
) -> tuple[list[Timer], Shelf]:
    """Give rows their courses and ladders, with one query for all calendars.

    `current_ids` are calendars whose present version is wanted too.
    """
    rows = list(rows)
    keys = [key_of(span["calendar_id"], span["version"]) for row in rows for span in row.spans]
    shelf = shelf_of(keys, set(current_ids))
    ladders = ladders or Ladders()
    timers = [Timer(row, Course.from_json(row.length, row.spans, shelf.book), ladders.of(row)) for row in rows]
    return timers, shelf
