"""What the front page shows: open complaints, nearest deadline first, and the counters above them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import Exists, F, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.zones import zone_of
from complaints.codes import State
from complaints.models import Complaint, Nearest, OralReport
from complaints.querysets import ComplaintQuerySet
from complaints.written.readers import reports_of_interest
from core.apart import Statement, apart, ids_in, merged, whole
from core.counting import count_all
from deadlines.models import Deadline
from events.models import Event

PAGE = 50
# A counter says "1,000+" rather than count a whole table.
COUNTED = 1000
ACT_NOW = timedelta(minutes=30)

NEAREST_FIRST = (F("next_due_at").asc(nulls_last=True), "id")
BY_DUE = "next_due_at ASC NULLS LAST, pk"
DUE_COUNTED = (
    "SELECT COUNT(*), COUNT(*) FILTER (WHERE next_due_at <= %s), "
    "COUNT(*) FILTER (WHERE next_due_at > %s AND next_due_at <= %s)"
)

FILTERS = ("overdue", "soon", "unowned", "waiting", "all", "settled")


@dataclass(frozen=True)
class Counters:
    """Figures that filter the list below; each capped at `COUNTED`, `is_capped` when the open ones were."""

    overdue: int
    soon: int
    unowned: int
    waiting: int
    open: int
    settled: int
    is_capped: bool


@dataclass(frozen=True)
class Group:
    """One part of the list: act now, later today, later."""

    name: str
    title: str | Promise
    rows: list[Complaint]


def in_scope(user: User, scope: str) -> ComplaintQuerySet:
    """What the page is about: my own, or all I may see."""
    rows = Complaint.objects.visible_to(user)
    return rows.owned_by(user) if scope == "mine" else rows


def counters(user: User, scope: str, *, now: datetime) -> Counters:
    """Two bounded statements, whatever the number of complaints."""
    rows = in_scope(user, scope)
    shown, overdue, soon = count_due(rows.open(), scope, now=now)
    unowned = parts_of(scope, [rows.open().unowned().order_by().values("pk")[:COUNTED]])
    waiting = parts_of(scope, [rows.waiting().order_by().values("pk")[:COUNTED]])
    capped = count_all(
        unowned=merged(unowned, "pk", COUNTED),
        waiting=merged(waiting, "pk", COUNTED),
        settled=settled_today(rows, user, now=now).order_by()[:COUNTED],
    )
    return Counters(
        overdue=overdue,
        soon=soon,
        unowned=capped["unowned"],
        waiting=capped["waiting"],
        open=min(shown, COUNTED),
        settled=capped["settled"],
        is_capped=shown > COUNTED,
    )


def count_due(rows: ComplaintQuerySet, scope: str, *, now: datetime) -> tuple[int, int, int]:
    """Of the `COUNTED` nearest and one more: how many there are, are overdue, and are due soon."""
    nearest = merged(parts_of(scope, [first_due(rows, COUNTED + 1)]), BY_DUE, COUNTED + 1)
    if nearest is None:
        return 0, 0, 0
    instants = map(connection.ops.adapt_datetimefield_value, (now, now, now + ACT_NOW))
    with connection.cursor() as cursor:
        cursor.execute(f"{DUE_COUNTED} FROM ({nearest.sql}) nearest", [*instants, *nearest.values])
        open_ones, overdue, soon = cursor.fetchone()
    return open_ones, overdue, soon


def settled_today(rows: ComplaintQuerySet, user: User, *, now: datetime) -> ComplaintQuerySet:
    """Ended since midnight where the user works, but for what was logged by mistake or imported."""
    midnight = now.astimezone(zone_of(user)).replace(hour=0, minute=0, second=0, microsecond=0)
    return rows.filter(ended_at__gte=midnight, is_imported=False).exclude(state=State.VOIDED)


def filtered(user: User, scope: str, chosen: str, *, now: datetime) -> ComplaintQuerySet:
    """The rows behind a counter, nearest deadline first; what is settled, newest first."""
    rows = in_scope(user, scope)
    if chosen == "settled":
        return settled_today(rows, user, now=now).order_by("-ended_at", "-id")
    rows = rows.open()
    if chosen == "overdue":
        rows = rows.overdue(now)
    elif chosen == "soon":
        rows = rows.due_before(now, now + ACT_NOW)
    elif chosen == "unowned":
        rows = rows.unowned()
    elif chosen == "waiting":
        rows = rows.waiting()
    return rows.order_by(*NEAREST_FIRST)


def page(
    user: User, scope: str, chosen: str, *, now: datetime, after: tuple[datetime | None, int] | None, count: int
) -> ComplaintQuerySet:
    """The first rows after the last one shown, by its (`next_due_at`, id), or its (`ended_at`, id) where settled.

    A deep page costs what the first does, and neither follows what other stores have open.
    """
    rows = filtered(user, scope, chosen, now=now)
    if chosen == "settled":
        return ended_before(rows, after)[:count]
    first = merged(parts_of(scope, [first_due(part, count) for part in due_after(rows, after)]), BY_DUE, count)
    if first is None:
        return rows.none()
    return Complaint.objects.filter(pk__in=ids_in(first)).order_by(*NEAREST_FIRST)


def first_due(rows: ComplaintQuerySet, count: int) -> QuerySet[Complaint, Any]:
    return rows.order_by(*NEAREST_FIRST).values("next_due_at", "pk")[:count]


def parts_of(scope: str, rows: Iterable[QuerySet[Any, Any]]) -> list[Statement]:
    """What is one's own has an index; a department's, one's own and what one logged have one each."""
    read = whole if scope == "mine" else apart
    return [statement for each in rows for statement in read(each)]


def due_after(rows: ComplaintQuerySet, after: tuple[datetime | None, int] | None) -> list[ComplaintQuerySet]:
    """Ranges at whose beginning an index can start, which one with an OR could not: the dated and the undated."""
    if after is None:
        return [rows]
    due, pk = after
    undated = rows.filter(next_due_at=None)
    if due is None:
        return [undated.filter(id__gt=pk)]
    return [rows.filter(Q(next_due_at__gt=due) | Q(id__gt=pk), next_due_at__gte=due), undated]


def ended_before(rows: ComplaintQuerySet, after: tuple[datetime | None, int] | None) -> ComplaintQuerySet:
    if after is None:
        return rows
    ended, pk = after
    return rows.filter(Q(ended_at__lt=ended) | Q(pk__lt=pk), ended_at__lte=ended) if ended else rows.none()


def grouped(rows: Sequence[Complaint], user: User, *, now: datetime) -> list[Group]:
    """Act now (overdue or within 30 minutes), later today, later, waiting for the customer; empty ones are left out.

    What waits stands last, but for what is due today all the same.
    """
    tomorrow = (now.astimezone(zone_of(user)) + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    groups = [
        Group("now", _("Act now"), []),
        Group("today", _("Later today"), []),
        Group("later", _("Later"), []),
        Group("waiting", _("Waiting for the customer"), []),
    ]
    for row in rows:
        due = row.next_due_at
        place = 2 if due is None or due >= tomorrow else 1 if due > now + ACT_NOW else 0
        place = 3 if place == 2 and row.is_waiting else place
        groups[place].rows.append(row)
    return [group for group in groups if group.rows]


def with_nearest_deadline(rows: Sequence[Complaint]) -> None:
    """Set `nearest` on each row: the deadline its chip shows, by one statement for the whole page."""
    nearest: dict[int, Nearest] = {}
    running = Deadline.objects.filter(subject_type="complaint", subject_id__in=[row.pk for row in rows]).running()
    for subject_id, *told in running.order_by("due_at").values_list("subject_id", *Nearest._fields):
        nearest.setdefault(subject_id, Nearest(*told))
    for row in rows:
        row.nearest = nearest.get(row.pk)


def reports_waiting(user: User) -> list[OralReport]:
    """Oral reports made to this user, or by them, that nobody confirmed yet; newest first.

    Not on what is hidden from them by now: somebody may have been named as its subject since.
    """
    rows = _oral_reports(user).filter(complaint__in=Complaint.objects.visible_to(user))
    return list(rows.select_related("complaint", "to", "to_for", "reported_by").order_by("-id")[:10])


def _oral_reports(user: User) -> QuerySet[OralReport]:
    return OralReport.objects.filter(Q(to=user) | Q(reported_by=user), confirmed_at=None, superseded_at=None)


def has_reports(user: User) -> tuple[bool, bool]:
    """Whether oral and written reports may wait for this user, or came back to them.

    There is mostly none, and to ask who may see one takes longer than all else of the page: one statement for both.
    """
    one = User.objects.filter(pk=user.pk)
    found = one.values_list(Exists(_oral_reports(user)), Exists(reports_of_interest(user))).first()
    return found or (False, False)


def last_change() -> int:
    """A mark that changes when anything happened anywhere: one look at the end of the log, for cheap polling."""
    return Event.objects.order_by("-id").values_list("id", flat=True).first() or 0
