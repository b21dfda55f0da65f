"""Working off changes of policies, calendars and departments: a batch at a time, so that saving them stays quick."""

from collections.abc import Callable
from datetime import datetime

import structlog
from django.db import OperationalError, transaction
from django.db.models import Q

from accounts.models import Calendar, Department
from deadlines.claiming import Ref, claim, lock_subjects, subjects_of
from deadlines.kinds import kinds_by_policy, tell_apps
from deadlines.models import Clock, Deadline, Recomputation
from deadlines.querysets import DeadlineQuerySet
from deadlines.recounting import bring_up_to_date, commit
from deadlines.timer import load_timers
from policies.reading import policy_version, remembered

logger = structlog.get_logger(__name__)

BATCH = 100


def recompute_changed(now: datetime, *, has_time: Callable[[], bool] = lambda: True) -> int:
    """Recompute what open changes concern, while there is time. Returns how many deadlines were counted anew.

    Subjects that somebody is at are left to the next call; a change is finished when nothing is left of it.
    """
    counted = 0
    for change in Recomputation.objects.filter(finished_at=None).order_by("id"):
        done, is_finished = _work_off(change, now, has_time)
        counted += done
        if is_finished:
            Recomputation.objects.filter(pk=change.pk).update(finished_at=now)
    return counted


def _work_off(change: Recomputation, now: datetime, has_time: Callable[[], bool]) -> tuple[int, bool]:
    counted, last_pk, is_left = 0, 0, False
    with remembered():
        concerned = concerned_by(change)
        while has_time():
            rows = concerned.filter(pk__gt=last_pk).order_by("pk").values_list(*Ref._fields)[:BATCH]
            refs = [Ref(*row) for row in rows]
            if not refs:
                return counted, not is_left
            last_pk = refs[-1].pk
            done, busy = _recompute(refs, now)
            counted, is_left = counted + done, is_left or bool(busy)
    return counted, False


def concerned_by(change: Recomputation) -> DeadlineQuerySet:
    """The open deadlines that were last counted before this change."""
    rows = Deadline.objects.open()
    match change.cause:
        case Recomputation.Cause.POLICY:
            version = policy_version(change.reference)
            return rows.filter(kind__in=kinds_by_policy(change.reference)).exclude(policy_version=version)
        case Recomputation.Cause.CALENDAR:
            version = Calendar.objects.get(pk=change.reference).version
            return rows.filter(calendar_id=change.reference).exclude(calendar_version=version)
        case _:
            calendar_id = Department.objects.get(pk=change.reference).calendar_id
            tied = Q(clock=Clock.WORKING, is_fixed=False) & ~Q(calendar_id=calendar_id)
            return rows.filter(tied, department_id=change.reference)


def _recompute(refs: list[Ref], now: datetime) -> tuple[int, int]:
    """Recompute a batch, or each alone when that fails. Returns how many were done, and how many are left."""
    try:
        return _recompute_together(refs, now)
    except OperationalError:
        raise
    except Exception as error:
        if len(refs) > 1:
            answers = [_recompute([ref], now) for ref in refs]
            return sum(done for done, _ in answers), sum(busy for _, busy in answers)
        # It keeps its old due time. When that comes, the sweep fails on it, retries, and tells the administrators.
        logger.exception("deadline_not_recomputed", deadline=refs[0].pk, error=type(error).__name__)
        return 0, 0


@transaction.atomic
def _recompute_together(refs: list[Ref], now: datetime) -> tuple[int, int]:
    subjects = lock_subjects(refs)
    rows = claim([ref for ref in refs if ref.subject in subjects])
    timers, shelf = load_timers(rows, current_ids={row.department.calendar_id for row in rows})
    done = bring_up_to_date(timers, subjects_of(timers, subjects), shelf, now)
    commit(done, at=now, by=None)
    tell_apps(timer.row for timer, _entry in done)
    return len({timer.row.pk for timer, _entry in done}), len(refs) - len(rows)
