"""The page of a week, and the list behind each of its figures."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.models import Department, User
from accounts.roles import refused
from complaints.lines import for_lines, lines
from complaints.models import Complaint
from complaints.views.lookup import reader
from core import clock
from insights.delivery import MAY, below
from insights.figures import figure_named
from insights.forms import WeekForm, offered
from insights.page import WeekPage, address_of
from insights.reading import departments_of, read_weeks
from insights.words import week_text

# A list on the page is for looking through; who wants to find one searches.
LISTED = 200


@require_safe
@never_cache
def weeks(request: HttpRequest) -> HttpResponse:
    user = reader(request)
    departments, form = _asked(request, user)
    if form is None or not form.is_valid():
        status = 422 if form is not None else 200
        return render(request, "insights/weeks.html", {"form": form, "page": None}, status=status)
    chosen = form.cleaned_data
    department = chosen["department"]
    page = WeekPage(user, department, below(department, departments), chosen["week"], clock.now())
    context = {
        "form": form,
        "page": page,
        "department_choices": form.fields["department"].choices,  # type: ignore[attr-defined]
        "week_choices": offered(chosen["week"], chosen["newest"]),
    }
    return render(request, "insights/weeks.html", context)


@require_safe
@never_cache
def cases(request: HttpRequest) -> HttpResponse:
    """The complaints that a figure counts: the newest first, each once."""
    user = reader(request)
    departments, form = _asked(request, user)
    if form is None or not form.is_valid():
        raise Http404
    chosen = form.cleaned_data
    department = chosen["department"]
    places = [department] if "only" in request.GET else below(department, departments)
    told = read_weeks(user, places, chosen["week"], now=clock.now())
    name = request.GET.get("figure", "")
    figure = figure_named(name, told.categories)
    if figure is None:
        raise Http404
    found = told.whole.of(name)
    ids = sorted(set(found), reverse=True)
    rows = for_lines(Complaint.objects.visible_to(user).filter(pk__in=ids[:LISTED]).order_by("-pk")) if ids else []
    context: dict[str, Any] = {
        "figure": figure,
        "department": department,
        "week": chosen["week"],
        "week_words": week_text(chosen["week"]),
        "back_url": address_of(department, chosen["week"]),
        "times": len(found),
        "count": len(ids),
        "lines": lines(rows, user),
        "left": max(0, len(ids) - LISTED),
    }
    return render(request, "insights/cases.html", context)


def _asked(request: HttpRequest, user: User) -> tuple[list[Department], WeekForm | None]:
    """What is asked for; no form for somebody without a department. Refuses who looks at no figures."""
    if not user.has_perm(MAY):
        raise refused(MAY)
    departments = departments_of(user)
    home = next((each for each in departments if each.pk == user.department_id), None)
    if not departments:
        return departments, None
    form = WeekForm(request.GET, departments=departments, home=home or departments[0], now=clock.now())
    return departments, form
