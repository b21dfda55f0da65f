"""Firing what is due: claimed, recorded and rearmed in one transaction a batch. Source: TIMERS.md 5.

A batch is written as a whole. When anything in it fails, it is undone and each timer is tried alone, so that a broken
one costs only itself.
"""

import traceback
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from django.db import OperationalError, transaction

from accounts.models import User
from accounts.roles import Role
from core import clock
from deadlines import events
from deadlines.chain import Entry, Notice, notify_many, record_events
from deadlines.claiming import Ref, Subjects, claim, lock_subjects, read_due, subjects_of
from deadlines.crash_points import passes
from deadlines.kinds import kind_named, tell_apps
from deadlines.ladder import next_fire_at, reached_now
from deadlines.models import Deadline, Firing
from deadlines.recounting import bring_up_to_date
from deadlines.rows import overwrite
from deadlines.telling import Telling, find_people, unheard
from deadlines.timer import CHANGED, Timer, load_timers
from policies.reading import remembered

logger = structlog.get_logger(__name__)

BATCH = 100
# After each failure it waits so long and is tried again; after the last it is dead, until somebody changes it.
BACK_OFF = (
    timedelta(seconds=10), timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=2),
)  # fmt: skip
# What firing changes, as long as no rule was counted anew.
FIRED = (
    "state", "breached_at", "next_fire_at", "reached", "round", "put_off", "attempts", "last_error",
    "generation", "is_dead",
)  # fmt: skip


@dataclass
class Outcome:
    """What became of a batch."""

    fired: int = 0
    failed: int = 0
    busy: int = 0
    worst: timedelta = timedelta(0)
    # Where the next batch goes on; None when this was the last.
    last: Ref | None = None

    @property
    def progress(self) -> int:
        return self.fired + self.failed


def fire_due_deadlines(limit: int = BATCH, now: datetime | None = None) -> int:
    """Fire up to `limit` due deadlines. Returns how many it dealt with; 0 when nothing is left to do now."""
    return fire_batch(limit, now or clock.now()).progress


def fire_batch(limit: int, now: datetime, *, after: Ref | None = None) -> Outcome:
    """Fire one batch of what is due behind `after`. Raises OperationalError when the database is in the way."""
    refs = read_due(limit, now, after)
    if not refs:
        return Outcome()
    outcome = Outcome(last=refs[-1] if len(refs) == limit else None)
    with remembered():
        try:
            with transaction.atomic():
                _fire(refs, now, outcome)
                passes("before_commit")
        except OperationalError:
            raise
        except Exception:
            logger.warning("deadlines_fired_one_by_one", count=len(refs))
            outcome.fired = outcome.busy = 0
            with transaction.atomic():
                _fire_one_by_one(refs, now, outcome)
                passes("before_commit")
    passes("after_commit")
    return outcome


def _fire_one_by_one(refs: Sequence[Ref], now: datetime, outcome: Outcome) -> None:
    for ref in refs:
        try:
            with transaction.atomic():
                _fire([ref], now, outcome)
        except OperationalError:
            raise
        except Exception as error:
            logger.exception("deadline_failed", deadline=ref.pk, kind=ref.kind)
            with transaction.atomic():
                outcome.failed += _note_failure(ref, error, now)


def _fire(refs: Sequence[Ref], now: datetime, outcome: Outcome) -> None:
    subjects = lock_subjects(refs)
    free = [ref for ref in refs if ref.subject in subjects]
    outcome.busy += len(refs) - len(free)
    rows = claim(free)
    passes("after_claim")
    if not rows:
        return
    timers, shelf = load_timers(rows, current_ids={row.department.calendar_id for row in rows})
    recounted = bring_up_to_date(timers, subjects_of(timers, subjects), shelf, now)
    over, tellings = _sort_out(timers, subjects, now)
    find_people(tellings, shelf, now)
    written = [_write(telling, now) for telling in tellings]
    Firing.objects.bulk_create(firing for firing, _entry, _notice in written)
    has_reminders = any(entry.type == events.MET for entry in over)
    overwrite(rows, CHANGED if recounted or has_reminders else FIRED)
    entries = [*(entry for _timer, entry in recounted), *over, *(entry for _firing, entry, _notice in written)]
    record_events(entries, by=None, at=now)
    notify_many([*(notice for _firing, _entry, notice in written), *unheard(tellings)], at=now)
    tell_apps(rows)
    outcome.fired += len(rows)
    outcome.worst = max([outcome.worst, *(now - telling.found.planned_at for telling in tellings)])


def _sort_out(timers: Sequence[Timer], subjects: Subjects, now: datetime) -> tuple[list[Entry], list[Telling]]:
    """Tell what has become pointless, which is cancelled, from what fires."""
    over, tellings = [], []
    for timer, subject in zip(timers, subjects_of(timers, subjects), strict=True):
        row = timer.row
        if row.next_fire_at is None or row.next_fire_at > now:
            continue
        kind = kind_named(row.kind)
        if not kind.still_due(subject):
            over.append(Entry(events.CANCELLED, subject, timer.cancel()))
        elif kind.is_reminder and row.due_at <= now:
            # At its own time, however late the sweep comes by.
            over.append(Entry(events.MET, subject, timer.meet(row.due_at)))
        elif found := reached_now(timer.course, timer.ladder, row.reached, row.put_off, now):
            tellings.append(Telling(timer, found, subject))
        else:
            row.next_fire_at = next_fire_at(timer.course, timer.ladder, row.reached, row.put_off)
    return over, tellings


def _write(telling: Telling, now: datetime) -> tuple[Firing, Entry, Notice]:
    row, found = telling.timer.row, telling.found
    was_late = row.is_late
    facts = telling.timer.fire(found, telling.reached, telling.told(), list(telling.people))
    is_first_breach = row.is_late and not was_late
    firing = Firing(
        deadline=row,
        generation=row.generation,
        round=row.round,
        rung=found.rung.at,
        told=telling.told(),
        passed_over=[rung.at for rung in found.passed_over],
        planned_at=found.planned_at,
        fired_at=now,
    )
    entry = Entry(events.BREACHED if is_first_breach else events.ESCALATED, telling.subject, facts)
    return firing, entry, telling.notice(is_first_breach=is_first_breach)


def _note_failure(ref: Ref, error: Exception, now: datetime) -> int:
    """Put a broken timer off, or give it up and tell the administrators."""
    row = Deadline.objects.select_for_update(skip_locked=True).filter(pk=ref.pk, generation=ref.generation).first()
    if row is None:
        return 0
    row.attempts += 1
    # No message: it may hold what a person wrote. The log has it all.
    frame = traceback.extract_tb(error.__traceback__)[-1]
    row.last_error = f"{type(error).__name__} in {frame.name}, line {frame.lineno}"[:200]
    row.is_dead = row.attempts > len(BACK_OFF)
    row.next_fire_at = None if row.is_dead else now + BACK_OFF[row.attempts - 1]
    row.save(update_fields=["attempts", "last_error", "is_dead", "next_fire_at"])
    if row.is_dead:
        notice = Notice(
            recipients=list(User.objects.active().people().with_role(Role.ADMINISTRATOR)),
            code=events.DEAD_NOTICE,
            key=f"deadline-dead:{row.pk}:{row.generation}",
            url="",
            values={"kind": row.kind, "subject": f"{row.subject_type} {row.subject_id}"},
        )
        notify_many([notice], at=now)
    return 1


def revive_dead(now: datetime | None = None) -> int:
    """Let what was given up be tried again, once its cause is mended. Returns how many there were."""
    now = now or clock.now()
    return Deadline.objects.open().filter(is_dead=True).update(is_dead=False, attempts=0, next_fire_at=now)
