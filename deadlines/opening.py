"""Making promises: for one complaint at the desk, or for fifty of an import, with the same few statements."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from django.conf import settings
from django.db.models import Model
from django.utils.translation import gettext_lazy as _

from accounts.models import Department, User
from core.errors import Blocked, Blocker, Conflict
from deadlines import events
from deadlines.calendars import Shelf, hours_at_hand, shelf_of
from deadlines.chain import Entry, begin_chains, record_events
from deadlines.course import Course
from deadlines.kinds import DeadlineKind, kind_named
from deadlines.ladder import ladder_of
from deadlines.lengths import parse_length
from deadlines.models import Clock, Deadline
from deadlines.timer import Facts, Timer, rule_for
from deadlines.working_time import NoWorkingTime
from events.wakeup import wake
from policies.reading import policy, policy_version, remembered


@dataclass(frozen=True)
class Opening:
    """A promise to be made. `clock` replaces the policy's; with `due_at` it has its own date and no policy moves it.

    `about` tells it from others of its kind on the same subject.
    """

    kind: str
    subject: Model
    department: Department
    severity_class: int
    started_at: datetime
    clock: str | None = None
    due_at: datetime | None = None
    about: str = ""


class Planned(NamedTuple):
    """A promise with its due time, not written yet, and what its event will tell."""

    subject: Model
    row: Deadline
    facts: Facts


def open_all(openings: Sequence[Opening], *, at: datetime, by: User | None) -> list[Deadline]:
    """Write the deadlines and their events. Those whose policy promises nothing to the class are left out."""
    _refuse_second(openings)
    rows, opened = _write(plan(openings))
    record_events(opened, by=by, at=at)
    wake_for(rows, at)
    return rows


def open_first(created: Entry, planned: Sequence[Planned], *, at: datetime, by: User | None) -> list[Deadline]:
    """Record that a subject was made, and the promises that begin with it: of what is new none can be running."""
    rows, opened = _write(planned)
    begin_chains([created, *opened], by=by, at=at)
    wake_for(rows, at)
    return rows


def plan(openings: Sequence[Opening]) -> list[Planned]:
    """Work out what is promised until when. The subjects need not be saved yet."""
    with remembered():
        departments = [opening.department for opening in openings]
        shelf = hours_at_hand(departments) or shelf_of([], {place.calendar_id for place in departments})
        made = [(opening.subject, timer) for opening in openings if (timer := _timer(opening, shelf))]
        return [Planned(subject, timer.row, timer.open()) for subject, timer in made]


def _write(planned: Sequence[Planned]) -> tuple[list[Deadline], list[Entry]]:
    for each in planned:
        each.row.subject_id = each.subject.pk
    rows = Deadline.objects.bulk_create([each.row for each in planned])
    return rows, [Entry(events.OPENED, each.subject, {**each.facts, "deadline": each.row.pk}) for each in planned]


def wake_for(rows: Iterable[Deadline], at: datetime) -> None:
    """What is due within a tick does not wait for the next one."""
    soon = at + timedelta(seconds=settings.SWEEP_SECONDS)
    if any(row.next_fire_at and row.next_fire_at <= soon for row in rows):
        wake("deadlines.tasks.sweep_deadlines")


def _refuse_second(openings: Sequence[Opening]) -> None:
    """Raise Conflict when such a promise is open already. The constraint says the same, less politely."""
    wanted = {
        (opening.kind, opening.subject._meta.model_name, opening.subject.pk, opening.about) for opening in openings
    }
    found = (
        Deadline.objects.open()
        .filter(
            kind__in={kind for kind, _, _, _ in wanted},
            subject_type__in={name for _, name, _, _ in wanted},
            subject_id__in={pk for _, _, pk, _ in wanted},
        )
        .values_list("kind", "subject_type", "subject_id", "about")
    )
    if len(wanted) < len(openings) or wanted & set(found):
        raise Conflict("deadline_open", _("This promise is running already."))


def _timer(opening: Opening, shelf: Shelf) -> Timer | None:
    kind = kind_named(opening.kind)
    if kind.subject_type != opening.subject._meta.model_name:
        raise ValueError(
            f"{kind.name} is promised to a {kind.subject_type}, not to a {opening.subject._meta.model_name}."
        )
    return _fixed(opening, kind) if opening.due_at else _by_policy(opening, kind, shelf)


def _fixed(opening: Opening, kind: DeadlineKind) -> Timer:
    """A promise with its own date runs around the clock until then; the policy only names the rungs."""
    due_at = opening.due_at or opening.started_at
    if due_at <= opening.started_at:
        raise Blocked([Blocker("due_before_start", _("The date must be after the start."))])
    course = Course.until(due_at, opening.started_at)
    row = _row(opening, Clock.AROUND_THE_CLOCK, policy_version(kind.policy_key))
    row.is_fixed = True
    return Timer(row, course, ladder_of(policy(kind.policy_key)))


def _by_policy(opening: Opening, kind: DeadlineKind, shelf: Shelf) -> Timer | None:
    rule = rule_for(kind, opening.severity_class)
    if rule is None:
        return None
    row = _row(opening, opening.clock or rule.clock, rule.version)
    row.has_own_clock = opening.clock is not None
    key = shelf.current[opening.department.calendar_id] if row.clock == Clock.WORKING else None
    row.calendar_id, row.calendar_version = (key.calendar_id, key.version) if key else (None, 0)
    course = Course.begin(parse_length(rule.length), opening.started_at, key, shelf.book)
    try:
        row.due_at = course.due_at or opening.started_at
    except NoWorkingTime as error:
        raise never_opens(opening.department) from error
    return Timer(row, course, rule.ladder)


def _row(opening: Opening, clock: str, version: int) -> Deadline:
    return Deadline(
        kind=opening.kind,
        subject_type=kind_named(opening.kind).subject_type,
        subject_id=opening.subject.pk,
        about=opening.about,
        department=opening.department,
        severity_class=opening.severity_class,
        policy_version=version,
        clock=clock,
        started_at=opening.started_at,
        due_at=opening.due_at or opening.started_at,
        put_off=timedelta(0),
    )


def never_opens(department: Department) -> Blocked:
    sentence = _("The calendar of {department} never opens. Ask the administrator to mend it.")
    return Blocked([Blocker("never_opens", sentence.format(department=department))])
