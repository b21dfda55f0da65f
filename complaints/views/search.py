"""Finding a complaint by its words, its number, or who complained; bounded in statements and in rows."""

from typing import Any, cast

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.models import User
from complaints.forms.fields import as_id
from complaints.forms.search import SearchForm
from complaints.lines import for_lines, lines
from complaints.models import Complaint
from complaints.nav import due_now, set_act_now
from complaints.querysets import ComplaintQuerySet
from complaints.search import COMPLAINTS, known_number
from complaints.views.lookup import reader
from core import clock
from core.counting import count_all
from core.errors import PermissionDenied
from customers.phones import looks_like_phone
from customers.search import find_customers

PAGE = 50
# More than this is "1,000+".
COUNTED = 1000
CUSTOMERS_SHOWN = 5


@require_safe
@never_cache
def find(request: HttpRequest) -> HttpResponse:
    user = reader(request)
    if not user.has_perm("complaints.read_complaints"):
        raise PermissionDenied("may_not_read", gettext_lazy("Your role does not read complaints."))
    form = SearchForm(request.GET, user=user)
    if not form.is_valid():
        return render(request, "complaints/search.html", {"form": form, "find_text": ""}, status=422)
    typed = form.cleaned_data["q"]
    if "after" not in request.GET and (known := known_number(typed, user)):
        return redirect(known)
    context: dict[str, Any] = {"form": form, "find_text": typed, "typed": typed, "is_phone": looks_like_phone(typed)}
    if typed or form.is_narrowed:
        context |= found(request, form, user)
    template = "complaints/search.html"
    if request.htmx and "after" in request.GET:  # type: ignore[attr-defined]
        template = "complaints/_search_more.html"
    return render(request, template, context)


def found(request: HttpRequest, form: SearchForm, user: User) -> dict[str, Any]:
    typed = form.cleaned_data["q"]
    matching = form.narrow(cast(ComplaintQuerySet, COMPLAINTS.search(Complaint.objects.visible_to(user), typed)))
    is_first = "after" not in request.GET
    # Cut before anything is joined to it: for the joins' sake a planner would read all customers.
    shown = below(matching, request.GET.get("after")).values("pk")[: PAGE + 1]
    rows = list(for_lines(Complaint.objects.filter(pk__in=shown).order_by("-pk")))
    has_more, rows = len(rows) > PAGE, rows[:PAGE]
    context = {
        "has_searched": True,
        "lines": lines(rows, user),
        "more": more_query(request, rows[-1].pk) if has_more else "",
        "now": clock.now(),
    }
    if is_first:
        context["count"] = count_of(matching, user) if has_more else len(rows)
        may_find = bool(typed) and user.has_perm("customers.view_customers")
        context["customers"] = find_customers(typed, limit=CUSTOMERS_SHOWN) if may_find else []
        context["may_lodge"] = user.has_perm("complaints.lodge_complaint")
    return context


def count_of(matching: ComplaintQuerySet, user: User) -> int:
    """How many there are, up to what is shown; the figure beside "Now" is counted in the same statement."""
    counts = count_all(found=matching.order_by()[:COUNTED], due=due_now(user))
    set_act_now(user, overdue=counts["due"], soon=0)
    return counts["found"]


def below(rows: ComplaintQuerySet, after: str | None) -> ComplaintQuerySet:
    """The rows after the last one shown; newest first, so a deep page costs what the first does."""
    if after is None:
        return rows
    pk = as_id(after)
    if pk is None:
        raise BadRequest("after")
    return rows.filter(pk__lt=pk)


def more_query(request: HttpRequest, last: int) -> str:
    kept = {name: str(value) for name, value in request.GET.items() if name != "after" and value}
    return urlencode(kept | {"after": str(last)})
