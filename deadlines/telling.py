"""Whom a rung tells, and in which words. Source: DOMAIN.md 3.5, 10.3, 10.9."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from accounts.models import User
from accounts.roles import Role
from deadlines import events
from deadlines.calendars import Shelf
from deadlines.chain import Notice
from deadlines.kinds import Subject, kind_named
from deadlines.ladder import Reached, Rung, following
from deadlines.models import Clock
from deadlines.timer import Timer
from deadlines.working_time import is_open


@dataclass
class Telling:
    """One rung being fired: who was looked for, who was found, and how far up the ladder that went."""

    timer: Timer
    found: Reached
    subject: Subject
    asked: list[Rung] = field(default_factory=list)
    people: dict[int, User] = field(default_factory=dict)
    is_urgent: bool = False

    @property
    def reached(self) -> float:
        """A rank that was told early has had its turn; the end of the promise itself is never passed over."""
        return max(
            [self.found.rung.at, *(rung.at for rung in self.asked if rung.is_warning == self.found.rung.is_warning)]
        )

    @property
    def is_unheard(self) -> bool:
        """There was somebody to tell, and nobody was found on any rung."""
        return bool(self.asked) and not self.people

    def told(self) -> list[str]:
        return [rung.to for rung in self.asked]

    def notice(self, *, is_first_breach: bool) -> Notice:
        row = self.timer.row
        code = events.ESCALATION_NOTICE
        if self.is_urgent:
            code = events.URGENT_NOTICE
        elif self.found.rung.is_warning:
            code = events.WARNING_NOTICE
        elif is_first_breach:
            code = events.BREACH_NOTICE
        return Notice(
            recipients=list(self.people.values()),
            code=code,
            key=f"deadline:{row.pk}:{row.generation}:{row.round}",
            url=kind_named(row.kind).url(self.subject),
            values={
                "subject": str(self.subject),
                "kind": row.kind,
                "about": row.about,
                "due_at": row.due_at,
                "round": row.round,
            },
        )


def find_people(tellings: Sequence[Telling], shelf: Shelf, now: datetime) -> None:
    """Find the people of each rung; where nobody is found, the next rung at once."""
    waiting: dict[int, Rung] = {}
    for index, telling in enumerate(tellings):
        telling.is_urgent = _is_urgent(telling, shelf, now)
        if telling.found.rung.to:
            waiting[index] = telling.found.rung
        elif telling.is_urgent and (rung := following(telling.timer.ladder, telling.found.rung)):
            waiting[index] = rung
    while waiting:
        answers = _ask(tellings, waiting)
        for index, rung in list(waiting.items()):
            telling = tellings[index]
            telling.asked.append(rung)
            telling.people |= {user.pk: user for user in answers.get(index, [])}
            higher = following(telling.timer.ladder, rung)
            if higher and (telling.is_urgent or not telling.people):
                waiting[index] = higher
            else:
                del waiting[index]


def _is_urgent(telling: Telling, shelf: Shelf, now: datetime) -> bool:
    """Around the clock, and the store is closed: then all rungs at once."""
    row = telling.timer.row
    if row.clock != Clock.AROUND_THE_CLOCK or row.is_fixed:
        return False
    return not is_open(now, shelf.book[shelf.current[row.department.calendar_id]])


def _ask(tellings: Sequence[Telling], waiting: Mapping[int, Rung]) -> dict[int, list[User]]:
    """Ask each kind once for each rank."""
    questions: dict[tuple[str, str], list[int]] = {}
    for index, rung in waiting.items():
        questions.setdefault((tellings[index].timer.row.kind, rung.to), []).append(index)
    answers: dict[int, list[User]] = {}
    for (kind, rank), indexes in questions.items():
        subjects = {tellings[index].subject.pk: tellings[index].subject for index in indexes}
        told = kind_named(kind).told(list(subjects.values()), rank)
        answers |= {index: told.get(tellings[index].subject.pk, []) for index in indexes}
    return answers


def unheard(tellings: Iterable[Telling]) -> list[Notice]:
    """Where a promise was broken and nobody is on duty, the administrators hear that nobody was told."""
    silent = [telling for telling in tellings if telling.is_unheard and not telling.found.rung.is_warning]
    if not silent:
        return []
    administrators = list(User.objects.active().people().with_role(Role.ADMINISTRATOR))
    return [
        Notice(
            recipients=administrators,
            code=events.NOBODY_NOTICE,
            key=f"deadline-nobody:{telling.timer.row.pk}:{telling.timer.row.generation}",
            url="",
            values={"subject": str(telling.subject), "kind": telling.timer.row.kind, "about": telling.timer.row.about},
        )
        for telling in silent
    ]
