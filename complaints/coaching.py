"""How somebody's talks at the desk went, month by month: as they say themselves and as a supervisor saw it.

For coaching alone: no list compares people, and nothing of it reaches figures. Source: DOMAIN.md 3.3.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet

from accounts.models import User
from accounts.roles import CASE_ROLES
from accounts.scope import scope_of
from complaints.models import Complaint, SelfAssessment, StepRecord

MONTHS = 12
# A point counts whole, half or not at all.
WORTH = {SelfAssessment.Answer.YES: 100, SelfAssessment.Answer.PARTLY: 50, SelfAssessment.Answer.NO: 0}


@dataclass(frozen=True)
class Scored:
    """One side's answers about one talk."""

    at: datetime
    is_by_supervisor: bool
    answers: Mapping[str, str]


@dataclass(frozen=True)
class Side:
    """What one side said: how many talks, and how well they went, of 100. No share where nothing was answered."""

    talks: int = 0
    share: int | None = None


@dataclass(frozen=True)
class Month:
    first: date
    own: Side
    supervisor: Side


@dataclass(frozen=True)
class Point:
    point: str
    own: Side
    supervisor: Side


@dataclass(frozen=True)
class Curve:
    """The last twelve months, oldest first, and the seven points over all of them."""

    months: list[Month]
    points: list[Point]

    @property
    def is_empty(self) -> bool:
        return not any(month.own.talks or month.supervisor.talks for month in self.months)


def curve(scored: Iterable[Scored], *, now: datetime, zone: ZoneInfo) -> Curve:
    """Fold answers into months of `zone`; what is older than twelve months is left out."""
    firsts = last_months(now.astimezone(zone).date())
    by_month: dict[tuple[date, bool], list[Scored]] = defaultdict(list)
    for one in scored:
        first = one.at.astimezone(zone).date().replace(day=1)
        if firsts[0] <= first <= firsts[-1]:
            by_month[first, one.is_by_supervisor].append(one)
    own = [one for (_first, is_theirs), rows in by_month.items() for one in rows if not is_theirs]
    seen = [one for (_first, is_theirs), rows in by_month.items() for one in rows if is_theirs]
    return Curve(
        [Month(first, side(by_month[first, False]), side(by_month[first, True])) for first in firsts],
        [Point(point, side(own, point), side(seen, point)) for point in SelfAssessment.POINTS],
    )


def last_months(today: date) -> list[date]:
    """The first days of this month and the eleven before it, oldest first."""
    count = today.year * 12 + today.month - 1
    return [date(number // 12, number % 12 + 1, 1) for number in range(count - MONTHS + 1, count + 1)]


def side(rows: Sequence[Scored], point: str = "") -> Side:
    """Of all points, or of one; what was left open does not count."""
    asked = [[row.answers.get(point, "")] if point else list(row.answers.values()) for row in rows]
    given = [[WORTH[SelfAssessment.Answer(answer)] for answer in answers if answer] for answers in asked]
    worth = [value for values in given for value in values]
    talks = sum(bool(values) for values in given)
    return Side(talks, round(sum(worth) / len(worth)) if worth else None)


def scored_talks(person: User, *, since: datetime) -> list[Scored]:
    """Every talk in which the person recorded a step, as they and a supervisor assessed it."""
    theirs = StepRecord.objects.filter(recorded_by=person).values("complaint")
    rows = SelfAssessment.objects.filter(complaint__in=theirs, assessed_at__gte=since)
    # A colleague who ran the other half of a talk answers for themselves.
    mine = rows.filter(Q(is_by_supervisor=True) | Q(assessed_by=person))
    return [Scored(*row) for row in mine.values_list("assessed_at", "is_by_supervisor", "answers")]


def coached_by(user: User) -> QuerySet[User]:
    """Whose curve this user may see: their own, and a leader those of the people in their departments."""
    people = User.objects.people().filter(role_grants__role__in=CASE_ROLES).distinct().order_by("name", "pk")
    scope = scope_of(user)
    if not user.has_perm("complaints.score_desk") and not scope.is_auditor:
        return people.filter(pk=user.pk)
    within = Q() if scope.sees_all else Q(department_id__in=scope.department_ids) | Q(pk=user.pk)
    # What is about one's superior is not for those below, nor is how they do.
    return people.filter(within).exclude(pk__in=set(scope.hidden_subject_ids) - {user.pk})


def talks_to_score(user: User) -> QuerySet[Complaint]:
    """Talks that ended and were assessed by who ran them, which this leader has not scored; newest first."""
    answered = SelfAssessment.objects.filter(is_by_supervisor=False).values("complaint")
    seen = SelfAssessment.objects.filter(is_by_supervisor=True).values("complaint")
    ran = StepRecord.objects.filter(recorded_by=user).values("complaint")
    rows = Complaint.objects.visible_to(user).filter(pk__in=answered).exclude(pk__in=seen).exclude(pk__in=ran)
    return rows.select_related("owner").order_by("-pk")
