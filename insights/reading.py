"""Weeks read for one person: what they may see of their departments, in four statements however many there are."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from operator import itemgetter
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet

from accounts.models import Department, User
from accounts.scope import scope_of
from complaints.events import CREATED
from complaints.models import Category, Complaint
from complaints.querysets import ComplaintQuerySet
from events.models import Event
from insights.courses import TYPES, Happening, Move
from insights.figures import NONE
from insights.folding import Figures, fold, joined
from insights.periods import Span, Week

# What is promised after the end, as the confirmation of an oral report, is kept within days; and the week before is
# read along to compare with.
LOOK_BACK = timedelta(days=7)


@dataclass(frozen=True)
class Told:
    """The week of some departments as one person may see it, with the week before."""

    week: Week
    departments: Sequence[Department]
    spans: Mapping[int, Span]
    weeks: Mapping[int, Figures]
    before: Figures
    categories: Mapping[str, Category]

    @property
    def whole(self) -> Figures:
        """All departments together."""
        return joined(self.weeks.values())


@dataclass(frozen=True)
class _Case:
    pk: int
    categories: frozenset[int]
    main: int | None


def departments_of(user: User) -> list[Department]:
    """The departments whose figures this person may see, each below the one it belongs to: one statement."""
    scope = scope_of(user)
    rows = Department.objects.select_related("calendar").order_by("path")
    if not scope.sees_all:
        rows = rows.filter(pk__in=scope.department_ids)
    return list(rows) if scope.may_read else []


def zone_of_department(department: Department) -> ZoneInfo:
    return ZoneInfo(department.calendar.time_zone)


def last_week(department: Department, now: datetime) -> Week:
    """The newest week that is over there."""
    return Week.at(now, zone_of_department(department)).before()


def read_weeks(user: User, departments: Sequence[Department], week: Week, *, now: datetime) -> Told:
    """Fold the week of each of these departments, as far as this person may see their complaints.

    Left out are complaints logged by mistake and imported ones. Categories are those on record now, so that who
    corrects one corrects the figures.
    """
    spans = {each.pk: week.span(zone_of_department(each)).until(now) for each in departments}
    earlier = {each.pk: week.before().span(zone_of_department(each)) for each in departments}
    weeks = {each.pk: Figures() for each in departments}
    before = Figures()
    if spans:
        cases = _cases(user, spans)
        for pk, history in _histories(cases, spans):
            for department_id in _departments(history) & spans.keys():
                fold(weeks[department_id], pk, history, spans[department_id], department_id)
                fold(before, pk, history, earlier[department_id], department_id)
    categories = _add_categories(weeks.values())
    return Told(week, departments, spans, weeks, before, categories)


def _cases(user: User, spans: Mapping[int, Span]) -> ComplaintQuerySet:
    """All that were open at some time in the week, and those whose last promises may still run."""
    start = min(span.start for span in spans.values()) - LOOK_BACK
    end = max(span.end for span in spans.values())
    gone = Event.objects.filter(type=Move.DEPARTMENT, at__gte=start).values("subject_id")
    rows = Complaint.objects.visible_to(user).counted().filter(is_imported=False, recorded_at__lt=end)
    rows = rows.filter(Q(ended_at=None) | Q(ended_at__gte=start))
    return rows.filter(Q(department__in=list(spans)) | Q(pk__in=gone))


def _histories(cases: ComplaintQuerySet, spans: Mapping[int, Span]) -> Iterator[tuple[int, list[Happening]]]:
    """The chains of these complaints, each in its order, as far as the week goes."""
    end = max(span.end for span in spans.values())
    rows = Event.objects.filter(
        subject_type="complaint", subject_id__in=cases.order_by().values("pk"), type__in=TYPES, at__lt=end
    )
    told = rows.order_by("subject_id", "seq").values_list("subject_id", "type", "at", "data_text")
    for pk, events in groupby(told, key=itemgetter(0)):
        yield pk, [Happening(name, at, json.loads(data)) for _pk, name, at, data in events]


def _departments(history: Iterable[Happening]) -> set[int]:
    """Where it has been."""
    return {each.data["department_id"] for each in history if each.type in (CREATED, Move.DEPARTMENT)}


def _add_categories(weeks: Iterable[Figures]) -> dict[str, Category]:
    """Count what was received by its main category, and by its further ones beside."""
    weeks = list(weeks)
    received = sorted({pk for each in weeks for pk in each.of("received")})
    if not received:
        return {}
    main, further = _chosen(received)
    known = {row.pk: row for row in Category.objects.all()}
    found: dict[str, Category] = {}
    for each in weeks:
        for pk in each.of("received"):
            chosen = known.get(main.get(pk) or 0)
            each.add(f"category.{chosen.code if chosen else NONE}", pk)
            if chosen:
                found[chosen.code] = chosen
            for other in further.get(pk, ()):
                each.add(f"further.{known[other].code}", pk)
                found[known[other].code] = known[other]
    return found


def _chosen(ids: Sequence[int]) -> tuple[dict[int, int | None], dict[int, list[int]]]:
    """The main and the further categories of these complaints."""
    main: dict[int, int | None] = {}
    further: dict[int, list[int]] = {}
    rows: QuerySet[Any, Any] = Complaint.objects.filter(pk__in=ids).order_by("pk")
    for pk, category_id, other_id in rows.values_list("pk", "category_id", "further_categories"):
        main[pk] = category_id
        if other_id is not None:
            further.setdefault(pk, []).append(other_id)
    return main, further
