"""The front page: what is to be done now, nearest deadline first, kept fresh without moving under the hand."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.db.models import Subquery
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.models import User
from accounts.views import way_back
from complaints import queue
from complaints.actions.ownership import take_complaint
from complaints.actions.reports import confirm_oral_report
from complaints.drafts import kept_drafts
from complaints.forms.fields import as_id
from complaints.lines import Line, for_lines, lines
from complaints.models import Complaint
from complaints.nav import set_act_now
from complaints.news import is_all_mine, news_since
from complaints.opening import calendar_at, opening_words
from complaints.views.lookup import complaint_page, reader
from complaints.written.readers import returned_to, waiting_for
from core import clock
from events.models import Event

SCOPES = ("all", "mine")
# Whose queue was looked at last, in the session.
REMEMBERED = "queue_scope"
# However much was opened below, a refresh never reads more than this.
MOST_ROWS = 500
# Also without any news the page is made anew after this long: groups and counters depend on the time.
LONGEST_STILL = timedelta(minutes=5)


@dataclass(frozen=True)
class Asked:
    """What the address says: whose, which counter, after which row."""

    scope: str
    show: str
    after: str = ""

    @property
    def query(self) -> str:
        return urlencode({name: value for name, value in (("scope", self.scope), ("show", self.show)) if value})

    @property
    def position(self) -> tuple[datetime | None, int] | None:
        """The last row shown before; raises BadRequest for what this page did not write."""
        if not self.after:
            return None
        instant, _sep, pk = self.after.rpartition("_")
        found = as_id(pk)
        try:
            due = datetime.fromisoformat(instant) if instant else None
        except ValueError as error:
            raise BadRequest("after") from error
        # At the ends of time another zone has no such instant.
        if found is None or (due is not None and (due.tzinfo is None or not 1900 <= due.year <= 9000)):
            raise BadRequest("after")
        return due, found


@dataclass(frozen=True)
class Part:
    """A group of the list with its lines."""

    name: str
    title: Any
    lines: list[Line]


def asked_of(request: HttpRequest) -> Asked:
    """Read the address; what it does not say is as at the last visit."""
    scope = request.GET.get("scope") or request.session.get(REMEMBERED, "all")
    show = request.GET.get("show") or "all"
    if scope not in SCOPES or show not in queue.FILTERS:
        raise BadRequest("scope")
    return Asked(scope, show, request.GET.get("after", ""))


@require_safe
@never_cache
def now(request: HttpRequest) -> HttpResponse:
    """The page, or for htmx the rows below those shown."""
    user = reader(request)
    if not user.has_perm("complaints.read_complaints"):
        return render(request, "complaints/queue_closed.html")
    asked = asked_of(request)
    if request.session.get(REMEMBERED, "all") != asked.scope:
        request.session[REMEMBERED] = asked.scope
    context = list_context(user, asked, now=clock.now(), limit=queue.PAGE)
    if request.htmx and asked.after:  # type: ignore[attr-defined]
        shown = ids_in(request.GET)
        context["shown"] = [*shown, *context["shown"]]
        # The list still begins where it began, and what happened since it was read is still news.
        context["asked"] = replace(asked, after="")
        context["mark"] = as_id(request.GET.get("mark")) or context["mark"]
        context["last_group"] = request.GET.get("last_group", "")
        return render(request, "complaints/_queue_more.html", context)
    return render(request, "complaints/queue.html", context | head_context(user, now=clock.now()))


@require_safe
@never_cache
def changes(request: HttpRequest) -> HttpResponse:
    """Answer a page that asks whether anything is new: 204 when not, else the list, with words about the news."""
    user, at = reader(request), clock.now()
    asked = asked_of(request)
    mark = as_id(request.GET.get("mark")) or 0
    newest = queue.last_change()
    is_still = at < _turn_asked(request.GET, at)
    if is_still and newest == mark:
        return HttpResponse(status=204)
    shown = ids_in(request.GET)
    news = news_since(mark, user, asked.scope, shown)
    if is_still and not news:
        # What happened elsewhere need not be looked at again.
        return HttpResponse(status=204, headers={"X-Mark": str(newest)})
    limit = min(MOST_ROWS, max(queue.PAGE, -(-len(shown) // queue.PAGE) * queue.PAGE))
    response = render(request, "complaints/_queue.html", list_context(user, asked, now=at, limit=limit))
    response["X-News"] = quoted(news.words)
    return response


def quoted(words: str) -> str:
    """Words for a header, which takes no Chinese."""
    return QueryDict(mutable=True).urlencode() if not words else urlencode({"": words})[1:].replace("+", "%20")


def _turn_asked(query: QueryDict, at: datetime) -> datetime:
    try:
        turn = datetime.fromisoformat(query.get("turn", ""))
    except ValueError:
        return at
    return turn if turn.tzinfo else at


def ids_in(query: QueryDict) -> list[int]:
    typed = query.get("shown", "").split(",")[:MOST_ROWS]
    return [pk for each in typed if (pk := as_id(each)) is not None]


# ------------------------------------------------------------------ what the page shows


def list_context(user: User, asked: Asked, *, now: datetime, limit: int) -> dict[str, Any]:
    """Counters, rows in groups, and what a later question needs to know about them."""
    counters = queue.counters(user, asked.scope, now=now)
    if asked.scope == "all":
        set_act_now(user, overdue=counters.overdue, soon=counters.soon)
    # The mark comes with the rows in one statement, so that what happens after it is news, not lost.
    newest = Event.objects.order_by("-pk").values("pk")[:1]
    found = queue.page(user, asked.scope, asked.show, now=now, after=asked.position, count=limit + 1)
    rows = list(for_lines(found).annotate(mark=Subquery(newest)))
    mark: int = getattr(rows[0], "mark", 0) if rows else queue.last_change()
    rows, has_more = rows[:limit], len(rows) > limit
    queue.with_nearest_deadline(rows)
    return {
        "asked": asked,
        "counters": counters,
        "parts": parts(rows, user, asked, now=now),
        "more_after": token(rows[-1], asked.show) if has_more else "",
        "shown": [row.pk for row in rows],
        "mark": mark,
        "turn": next_turn(rows, user, now=now),
        "reports": waiting_reports(user),
        "drafts": kept_drafts(user),
        "may_lodge": user.has_perm("complaints.lodge_complaint"),
        "may_confirm": user.has_perm("complaints.confirm_oral_report"),
        "user_id": user.pk,
    }


def token(row: Complaint, show: str) -> str:
    """Where the next page begins."""
    instant = row.ended_at if show == "settled" else row.next_due_at
    return f"{instant.isoformat() if instant else ''}_{row.pk}"


def parts(rows: Sequence[Complaint], user: User, asked: Asked, *, now: datetime) -> list[Part]:
    if not rows:
        return []
    if asked.show == "settled":
        return [Part("settled", _("Settled today"), lines(rows, user))]
    return [Part(group.name, group.title, lines(group.rows, user)) for group in queue.grouped(rows, user, now=now)]


def next_turn(rows: Sequence[Complaint], user: User, *, now: datetime) -> datetime:
    """When a row will belong to another group, at the latest in five minutes."""
    turns = [now + LONGEST_STILL]
    for row in rows:
        if row.next_due_at is not None:
            turns += [turn for turn in (row.next_due_at - queue.ACT_NOW, row.next_due_at) if turn > now]
    return min(turns)


def waiting_reports(user: User) -> dict[str, list[Any]]:
    """What waits for this user to confirm or read, what came back to them, and what they told and nobody confirmed."""
    has_oral, has_written = queue.has_reports(user)
    waiting = queue.reports_waiting(user) if has_oral else []
    return {
        "to_read": waiting_for(user, now=clock.now()) if has_written else [],
        "returned": returned_to(user) if has_written else [],
        "to_confirm": [report for report in waiting if report.to_id == user.pk],
        "told": [report for report in waiting if report.reported_by_id == user.pk],
    }


def head_context(user: User, *, now: datetime) -> dict[str, Any]:
    department = user.department
    calendar = calendar_at(department.calendar) if department else None
    return {
        "now": now,
        "department": department,
        "opening": opening_words(calendar, now) if calendar else "",
    }


# ------------------------------------------------------------------ what can be done from here


@complaint_page("POST")
def take(request: HttpRequest, number: str) -> HttpResponse:
    """Take it; a colleague who was faster is named."""
    user = reader(request)
    found = Complaint.objects.visible_to(user).get(number=number)
    take_complaint(found.pk, by=user)
    if not request.htmx:  # type: ignore[attr-defined]
        messages.success(request, _("%(number)s is yours") % {"number": number})
        return redirect(way_back(request))
    row = for_lines(Complaint.objects.visible_to(user)).get(pk=found.pk)
    queue.with_nearest_deadline([row])
    mark = as_id(request.POST.get("mark")) or 0
    is_alone = is_all_mine(mark, found.pk)
    scope = request.POST.get("scope")
    context = {
        "lines": lines([row], user),
        "asked": Asked(scope if scope in SCOPES else "all", request.POST.get("show", "all")),
        "counters": queue.counters(user, scope if scope in SCOPES else "all", now=clock.now()),
        "mark": queue.last_change() if is_alone else mark,
    }
    return render(request, "complaints/_queue_taken.html", context)


@complaint_page("POST")
def confirm_report(request: HttpRequest, number: str) -> HttpResponse:
    """Confirm an oral report with one press."""
    user = reader(request)
    found = Complaint.objects.visible_to(user).get(number=number)
    confirm_oral_report(found.pk, by=user)
    messages.success(request, _("The oral report on %(number)s is confirmed") % {"number": number})
    return redirect(way_back(request))
