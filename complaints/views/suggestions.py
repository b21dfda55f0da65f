"""Suggestions found in complaints: the list, and one of them with its answer."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.roles import refused
from complaints.forms.causes import AnswerForm
from complaints.forms.fields import as_id
from complaints.models import Suggestion
from complaints.views.lookup import reader

READ, ANSWER = "complaints.read_complaints", "complaints.answer_suggestions"
PAGE = 50
LONGEST_QUERY = 100
RELATED = ("complaint", "department", "kept_by", "answered_by")


@require_safe
@never_cache
def suggestions(request: HttpRequest) -> HttpResponse:
    """Newest first; by state, by words, and a page after the other."""
    user = reader(request)
    if not user.has_perm(READ):
        raise refused(READ)
    state = request.GET.get("state", "")
    state = state if state in Suggestion.State.values else ""
    typed = " ".join(request.GET.get("q", "").replace("\0", "").split())[:LONGEST_QUERY]
    rows = Suggestion.objects.visible_to(user).select_related(*RELATED).order_by("-pk")
    if state:
        rows = rows.filter(state=state)
    if typed:
        rows = rows.filter(text__icontains=typed)
    if (before := as_id(request.GET.get("before"))) is not None:
        rows = rows.filter(pk__lt=before)
    found = list(rows[: PAGE + 1])
    kept: dict[str, str | int] = {"state": state, "q": typed}
    context = {
        "suggestions": found[:PAGE],
        "more": urlencode({**kept, "before": found[PAGE - 1].pk}) if len(found) > PAGE else "",
        "state": state,
        "states": Suggestion.State.choices,
        "typed": typed,
    }
    return render(request, "complaints/suggestions.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def suggestion(request: HttpRequest, suggestion_id: int) -> HttpResponse:
    """One suggestion; a leader answers it."""
    user = reader(request)
    needed = ANSWER if request.method == "POST" else READ
    if not user.has_perm(needed):
        raise refused(needed)
    row = get_object_or_404(Suggestion.objects.visible_to(user).select_related(*RELATED), pk=suggestion_id)
    is_answered = row.state != Suggestion.State.KEPT
    initial = {"state": row.state if is_answered else "", "answer": row.answer, "reward": row.reward}
    form = AnswerForm(
        request.POST if request.method == "POST" else None, initial={**initial, "seen_version": row.version}
    )
    if request.method == "POST" and form.is_valid() and form.save(row, by=user) is not None:
        messages.success(request, _("Answered"))
        return redirect("complaints:suggestions")
    context = {"suggestion": row, "form": form if user.has_perm(ANSWER) else None}
    return render(request, "complaints/suggestion.html", context, status=422 if form.is_bound else 200)
