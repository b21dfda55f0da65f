"""Recurring causes: the list, one of them with its complaints and its trend, and what is pressed on it."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db.models import F, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import User
from accounts.roles import refused
from accounts.zones import zone_of
from complaints.case_page import QUIET
from complaints.cause_workflow import current_action
from complaints.causes import COMPLAINTS_SHOWN, MOST_ROWS, came_again, complaints_of, may_work_on, trend
from complaints.forms.causes import AddForm, CauseStep, CheckForm, DoneForm, NewCauseForm, OwnerForm, PlanForm
from complaints.lines import for_lines, lines
from complaints.models import Cause
from complaints.views.lookup import reader
from core import clock
from deadlines.models import Deadline
from events.log import timeline
from events.registry import describe, icon

READ, WORK, LEAD, OPEN = (
    "complaints.read_complaints", "complaints.work_desk", "complaints.work_causes", "complaints.open_causes",
)  # fmt: skip
SHOWN = {
    "open": pgettext_lazy("recurring causes", "Open"),
    "closed": pgettext_lazy("recurring causes", "Closed"),
    "all": gettext_lazy("All"),
}
MOST_SHOWN = 200
HISTORY_SHOWN = 50
LONGEST_QUERY = 100
# The step that is next, by the state; what is closed has none.
STEPS: dict[str, tuple[str, type[CauseStep]]] = {
    Cause.State.OPEN: ("plan", PlanForm),
    Cause.State.ACTING: ("done", DoneForm),
    Cause.State.CHECKING: ("check", CheckForm),
}


def _needs(request: HttpRequest, permission: str) -> User:
    user = reader(request)
    if not user.has_perm(permission):
        raise refused(permission)
    return user


@require_safe
@never_cache
def causes(request: HttpRequest) -> HttpResponse:
    """Open ones first, with as many complaints as the reader may see."""
    user = _needs(request, READ)
    show = request.GET.get("show", "open")
    show = show if show in SHOWN else "open"
    typed = " ".join(request.GET.get("q", "").replace("\0", "").split())[:LONGEST_QUERY]
    rows = Cause.objects.visible_to(user).for_list().counted_for(user)
    if show != "all":
        rows = rows.filter(closed_at__isnull=show == "open")
    if typed:
        rows = rows.filter(_like(typed))
    rows = rows.order_by(F("closed_at").desc(nulls_first=True), "-pk")
    found = list(rows[: MOST_SHOWN + 1])
    due = Deadline.objects.next_due("cause", [cause.pk for cause in found])
    context = {
        "rows": [(cause, due.get(cause.pk)) for cause in found[:MOST_SHOWN]],
        "has_more": len(found) > MOST_SHOWN,
        "show": show,
        "shown": SHOWN.items(),
        "typed": typed,
        "may_open": user.has_perm(OPEN),
    }
    return render(request, "complaints/causes.html", context)


def _like(typed: str) -> Q:
    names = Q(category__name_en__icontains=typed) | Q(category__name_zh__icontains=typed)
    return names | Q(number__iexact=typed) | Q(subject__name__icontains=typed) | Q(
        what__in=[Cause.What.PRODUCT, Cause.What.BATCH], value__icontains=typed
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
def new_cause(request: HttpRequest) -> HttpResponse:
    user = _needs(request, OPEN)
    form = NewCauseForm(request.POST if request.method == "POST" else None, user=user)
    if request.method == "POST" and form.is_valid() and (cause := form.save(by=user)) is not None:
        messages.success(request, _("Opened: %(number)s") % {"number": cause.number})
        return redirect("complaints:cause", cause.number)
    return render(request, "complaints/cause_new.html", {"form": form}, status=422 if form.is_bound else 200)


@require_safe
@never_cache
def cause(request: HttpRequest, cause_number: str) -> HttpResponse:
    user = _needs(request, READ)
    return _page(request, _find(user, cause_number))


def _find(user: User, number: str) -> Cause:
    rows = Cause.objects.visible_to(user).for_list().counted_for(user)
    return get_object_or_404(rows.select_related("opened_by", "department__calendar"), number=number)


def _page(request: HttpRequest, cause: Cause, *, status: int = 200, **forms: CauseStep) -> HttpResponse:
    """`forms` is one that came back with what is wrong in it, by its name."""
    user = reader(request)
    action = current_action(cause)
    actions = list(cause.corrective_actions.select_related("planned_by", "done_by", "checked_by"))
    shown = complaints_of(cause, user)
    step, form_class = STEPS.get(cause.state, ("", None))
    may_work = cause.is_open and may_work_on(user, cause)
    initial = {"seen_version": cause.version}
    context: dict[str, Any] = {
        "cause": cause,
        "action": action,
        "past": [row for row in actions if row.checked_at is not None],
        "again": came_again(cause, action.done_at) if action and action.done_at else 0,
        "lines": lines(for_lines(shown[:COMPLAINTS_SHOWN]), user),
        "trend": trend(
            list(shown.values_list("received_at", flat=True)[:MOST_ROWS]),
            now=clock.now(),
            zone=zone_of(user),
            done_at=next((row.done_at for row in actions if row.done_at), None),
        ),
        "deadline": Deadline.objects.next_due("cause", [cause.pk]).get(cause.pk),
        "history": [
            (event, icon(event), describe(event)) for event in timeline(cause).exclude(type__in=QUIET)[:HISTORY_SHOWN]
        ],
        "may_work": may_work,
        "may_give": cause.is_open and user.has_perm(LEAD),
        "step": step if may_work else "",
        "step_form": form_class(initial=initial) if form_class and may_work else None,
        "plan_form": _again(action, cause) if cause.state == Cause.State.ACTING and may_work else None,
        "add_form": AddForm() if may_work else None,
        **forms,
    }
    if context["may_give"] and "owner_form" not in forms:
        context["owner_form"] = OwnerForm(cause=cause)
    return render(request, "complaints/cause.html", context, status=status)


def _again(action: Any, cause: Cause) -> PlanForm:
    """The plan as it stands, to be changed."""
    known = {"corrective_action": action.what, "due_on": action.due_on} if action else {}
    return PlanForm(initial={**known, "seen_version": cause.version}, auto_id="plan_%s")


Words = str | Promise


def _press(
    form_class: Callable[..., CauseStep], name: str, done: Words, *, permission: str = WORK, wants_cause: bool = False
) -> Callable[..., HttpResponse]:
    """A view for one press on a cause; a form that came back is left by its address."""

    @require_http_methods(["GET", "HEAD", "POST"])
    def press(request: HttpRequest, cause_number: str) -> HttpResponse:
        user = _needs(request, permission)
        if request.method != "POST":
            return redirect("complaints:cause", cause_number)
        cause = _find(user, cause_number)
        kwargs: dict[str, Any] = {"cause": cause} if wants_cause else {}
        form = form_class(request.POST, **kwargs)
        if not form.is_valid() or form.save(cause, by=user) is None:
            # The plan is changed in a form of its own beside the next step.
            place = (
                "plan_form" if name == "step_form" and isinstance(form, PlanForm) and cause.state != "open" else name
            )
            return _page(request, cause, status=422, **{place: form})
        messages.success(request, str(done))
        return redirect("complaints:cause", cause_number)

    return press


plan = _press(PlanForm, "step_form", gettext_lazy("The plan is kept"))
done = _press(DoneForm, "step_form", gettext_lazy("Done. You are told when it is to be checked."))
check = _press(CheckForm, "step_form", gettext_lazy("The check is kept"))
add = _press(AddForm, "add_form", gettext_lazy("Added"))
give = _press(OwnerForm, "owner_form", gettext_lazy("Given"), permission=LEAD, wants_cause=True)
