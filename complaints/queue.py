"""What the front page shows: open complaints, nearest deadline first, and the counters above them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import F, Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.zones import zone_of
from complaints.codes import State
from complaints.models import Complaint, OralReport
from complaints.querysets import ComplaintQuerySet
from deadlines.models import Deadline
from events.models import Event

PAGE = 50
# A counter says "1,000+" rather than count a whole table.
COUNTED = 1000
ACT_NOW = timedelta(minutes=30)

FILTERS = ("overdue", "soon", "unowned", "all", "settled")


@dataclass(frozen=True)
class Counters:
    """Figures that filter the list below; each capped at `COUNTED`, `is_capped` when the open ones were."""

    overdue: int
    soon: int
    unowned: int
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
    """Three bounded statements, whatever the number of complaints."""
    rows = in_scope(user, scope)
    open_rows = list(
        rows.open()
        .order_by(F("next_due_at").asc(nulls_last=True))
        .values_list("next_due_at", "owner_id")[: COUNTED + 1]
    )
    is_capped = len(open_rows) > COUNTED
    dues = [due for due, _owner in open_rows if due is not None]
    unowned = rows.open().unowned()[:COUNTED].count() if is_capped else sum(owner is None for _due, owner in open_rows)
    return Counters(
        overdue=sum(due <= now for due in dues),
        soon=sum(now < due <= now + ACT_NOW for due in dues),
        unowned=unowned,
        open=min(len(open_rows), COUNTED),
        settled=settled_today(rows, user, now=now)[:COUNTED].count(),
        is_capped=is_capped,
    )


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
    return rows.order_by(F("next_due_at").asc(nulls_last=True), "id")


def page_after(rows: ComplaintQuerySet, after: tuple[datetime | None, int] | None) -> ComplaintQuerySet:
    """The rows after (next_due_at, id) of the last one shown: a deep page costs what the first does."""
    if after is None:
        return rows
    due, pk = after
    if due is None:
        return rows.filter(next_due_at=None, id__gt=pk)
    return rows.filter(Q(next_due_at__gt=due) | Q(next_due_at=due, id__gt=pk) | Q(next_due_at=None))


def grouped(rows: Sequence[Complaint], user: User, *, now: datetime) -> list[Group]:
    """Act now (overdue or within 30 minutes), later today, later; empty groups are left out."""
    tomorrow = (now.astimezone(zone_of(user)) + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    groups = [Group("now", _("Act now"), []), Group("today", _("Later today"), []), Group("later", _("Later"), [])]
    for row in rows:
        due = row.next_due_at
        place = 2 if due is None or due >= tomorrow else 1 if due > now + ACT_NOW else 0
        groups[place].rows.append(row)
    return [group for group in groups if group.rows]


def with_nearest_deadline(rows: Sequence[Complaint]) -> None:
    """Set `nearest` on each row: the deadline its chip shows, by one statement for the whole page."""
    nearest: dict[int, Deadline] = {}
    running = Deadline.objects.filter(subject_type="complaint", subject_id__in=[row.pk for row in rows]).running()
    for deadline in running.order_by("due_at"):
        nearest.setdefault(deadline.subject_id, deadline)
    for row in rows:
        row.nearest = nearest.get(row.pk)


def reports_waiting(user: User) -> list[OralReport]:
    """Oral reports made to this user, or by them, that nobody confirmed yet; newest first.

    Not on what is hidden from them by now: somebody may have been named as its subject since.
    """
    rows = OralReport.objects.filter(Q(to=user) | Q(reported_by=user), confirmed_at=None)
    rows = rows.filter(complaint__in=Complaint.objects.visible_to(user))
    return list(rows.select_related("complaint", "to", "to_for", "reported_by").order_by("-id")[:10])


def last_change() -> int:
    """A mark that changes when anything happened anywhere: one look at the end of the log, for cheap polling."""
    return Event.objects.order_by("-id").values_list("id", flat=True).first() or 0
