"""Every write on deadlines by people's actions. The caller has locked the subject, so its deadlines are ours.

Each of these is idempotent: where there is nothing to do, nothing is written and None or [] comes back.
Source: DOMAIN.md 3.5; TIMERS.md 5, "Avoid the deadlock".
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from django.db.models import Model
from django.utils.translation import gettext_lazy as _

from accounts.models import Department, User
from core.actions import action
from core.errors import Blocked, Blocker
from deadlines import events
from deadlines.chain import Entry
from deadlines.firing import fire_due_deadlines
from deadlines.kinds import kind_named, label
from deadlines.models import Deadline, State
from deadlines.opening import Opening, Planned, never_opens, open_all, open_first
from deadlines.recounting import KEEP, bring_up_to_date, commit, count_anew
from deadlines.timer import Timer, load_timers
from deadlines.working_time import NoWorkingTime
from policies.reading import remembered

__all__ = [
    "Entry",
    "Opening",
    "cancel_deadlines",
    "fire_due_deadlines",
    "meet_deadline",
    "open_deadline",
    "open_deadlines_in_bulk",
    "open_first_deadlines",
    "pause_deadline",
    "recompute_deadlines",
    "resume_deadline",
]


@action
def open_deadline(  # noqa: PLR0913
    kind: str,
    subject: Model,
    *,
    department: Department,
    severity_class: int,
    started_at: datetime,
    at: datetime,
    clock: str | None = None,
    due_at: datetime | None = None,
    about: str = "",
    by: User | None = None,
) -> Deadline | None:
    """Make a promise. None when the policy promises nothing of this kind to the class.

    `clock` replaces the policy's. With `due_at` the promise has its own date, and no policy or calendar moves it.
    `about` tells it from others of its kind on this subject.
    Raises LookupError for an unknown kind, Conflict when it is running already, Blocked when the calendar never
    opens or the date is not after the start.
    """
    opening = Opening(kind, subject, department, severity_class, started_at, clock, due_at, about)
    return next(iter(open_all([opening], at=at, by=by)), None)


@action
def open_deadlines_in_bulk(openings: Sequence[Opening], *, at: datetime, by: User | None = None) -> list[Deadline]:
    """Make many promises, of one subject or of fifty, with as many statements as for one. Raises as open_deadline."""
    return open_all(openings, at=at, by=by) if openings else []


@action
def open_first_deadlines(
    created: Entry, planned: Sequence[Planned], *, at: datetime, by: User | None = None
) -> list[Deadline]:
    """Record `created`, the first event of a subject that this transaction has made, and make its promises.

    `plan` has worked them out. Raises IntegrityError when the subject has events already.
    """
    return open_first(created, planned, at=at, by=by)


@action
def meet_deadline(
    kind: str, subject: Model, *, about: Collection[str] | None = None, at: datetime, by: User | None = None
) -> Deadline | None:
    """The promise was kept at `at`. What was late stays late, whether or not a sweep came by before.

    With `about` only those of the kind that are about one of these.
    """
    rows = _lock(subject, [kind], about)
    timers, done = _up_to_date(rows, subject, at)
    for timer in timers:
        if timer.row.is_open and timer.is_overdue(at):
            done.append((timer, Entry(events.BREACHED, subject, timer.breach())))
        if timer.row.is_open:
            done.append((timer, Entry(events.MET, subject, timer.meet(at))))
    commit(done, at=at, by=by)
    return next(iter(rows), None)


@action
def cancel_deadlines(
    subject: Model,
    *,
    kinds: Collection[str] | None = None,
    except_kinds: Collection[str] = (),
    about: Collection[str] | None = None,
    at: datetime,
    by: User | None = None,
) -> list[Deadline]:
    """The promises are no longer needed: of these kinds (and about one of these), or all but those."""
    rows = [row for row in _lock(subject, kinds, about) if row.kind not in except_kinds]
    timers, _shelf = load_timers(rows)
    commit([(timer, Entry(events.CANCELLED, subject, timer.cancel())) for timer in timers], at=at, by=by)
    return rows


@action
def pause_deadline(kind: str, subject: Model, *, at: datetime, by: User | None = None) -> Deadline | None:
    """Let the clock of a promise stand still, as while we wait for the customer.

    Raises Blocked for a kind that never pauses, such as the first response.
    """
    if not kind_named(kind).may_pause:
        raise Blocked([Blocker("never_pauses", _("“{kind}” never pauses.").format(kind=label(kind)))])
    rows = [row for row in _lock(subject, [kind]) if row.state != State.PAUSED]
    timers, done = _up_to_date(rows, subject, at)
    paused = [(timer, Entry(events.PAUSED, subject, timer.pause(at))) for timer in timers if timer.row.is_open]
    commit([*done, *paused], at=at, by=by)
    return next(iter(rows), None)


@action
def resume_deadline(kind: str, subject: Model, *, at: datetime, by: User | None = None) -> Deadline | None:
    """Let a paused promise run on with what was left of it, in the calendar as it is now."""
    rows = [row for row in _lock(subject, [kind]) if row.state == State.PAUSED]
    timers, shelf = load_timers(rows, current_ids={row.calendar_id for row in rows if row.calendar_id})
    done = []
    for timer in timers:
        key = shelf.current[timer.row.calendar_id] if timer.row.calendar_id else None
        try:
            done.append((timer, Entry(events.RESUMED, subject, timer.resume(at, key))))
        except NoWorkingTime as error:
            raise never_opens(timer.row.department) from error
    commit(done, at=at, by=by)
    return next(iter(rows), None)


@action
def recompute_deadlines(
    subject: Model,
    *,
    department: Department | None = None,
    severity_class: int | None = None,
    clocks: Mapping[str, str | None] | None = None,
    at: datetime,
    by: User | None = None,
) -> list[Deadline]:
    """The subject went to another department or class, or the clock of a kind changed (None: the policy's again).

    Time used in one department's calendar stays used, the rest runs in the new one. A looser class counts from the
    original start; a stricter one from the change, and is never due later than before. A promise that the new class
    does not have is cancelled. Raises Blocked when the department's calendar never opens.
    """
    rows = _lock(subject, None)
    clocks = clocks or {}
    places = [row.department for row in rows] + ([department] if department else [])
    with remembered():
        timers, shelf = load_timers(rows, current_ids={place.calendar_id for place in places})
        done = []
        for timer in timers:
            to = department or timer.row.department
            key = shelf.current[to.calendar_id]
            try:
                if timer.belongs_elsewhere(to):
                    done.append((timer, Entry(events.RECOMPUTED, subject, timer.move(at, to.pk, key))))
                if severity_class not in (None, timer.row.severity_class) or timer.row.kind in clocks:
                    own = clocks.get(timer.row.kind, KEEP)
                    done.append((timer, count_anew(timer, subject, at, key, severity_class, own)))
            except NoWorkingTime as error:
                raise never_opens(to) from error
    commit(done, at=at, by=by)
    return rows


def _up_to_date(
    rows: Sequence[Deadline], subject: Model, at: datetime
) -> tuple[list[Timer], list[tuple[Timer, Entry]]]:
    """Load the timers as the rules that hold now have them, though the sweep may not have come by yet."""
    with remembered():
        timers, shelf = load_timers(rows, current_ids={row.department.calendar_id for row in rows})
        return timers, bring_up_to_date(timers, [subject] * len(timers), shelf, at)


def _lock(subject: Model, kinds: Collection[str] | None, about: Collection[str] | None = None) -> list[Deadline]:
    """The subject's open deadlines, locked by rising id. Raises LookupError for a kind that nobody declares."""
    rows = Deadline.objects.of(subject).open().select_related("department")
    if kinds is not None:
        rows = rows.filter(kind__in=[kind_named(kind).name for kind in kinds])
    if about is not None:
        rows = rows.filter(about__in=about)
    return list(rows.select_for_update(of=("self",)).order_by("id"))
