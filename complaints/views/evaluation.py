"""Evaluating the outcome: what is typed is kept with each press; the last one closes the case."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from accounts.roles import refused
from complaints.actions.evaluation import WORK, require_evaluable
from complaints.causes import causes_of
from complaints.forms.evaluation import EvaluationForm
from complaints.models import Complaint
from complaints.views.case import back_to
from complaints.views.lookup import complaint_page, find_complaint, reader


@complaint_page("GET", "POST", posts=WORK)
def evaluate(request: HttpRequest, number: str) -> HttpResponse:
    """Keep what is known so far, or close with it. What is missing then stands at its field, and nothing is lost."""
    user = reader(request)
    if not user.has_perm(WORK):
        raise refused(WORK)
    complaint = find_complaint(request, number, "department", "category")
    require_evaluable(complaint)
    if request.method != "POST":
        return _page(request, complaint, EvaluationForm(complaint=complaint, user=user))
    form = EvaluationForm(request.POST, complaint=complaint, user=user)
    save = form.close if request.POST.get("press") == "close" else form.keep
    saved = save(by=user) if form.is_valid() else None
    if saved is None:
        return _page(request, complaint, form, status=422)
    if saved.is_open or not form.is_case:
        messages.success(request, _("Kept"))
        return redirect("complaints:evaluate" if form.is_case else "complaints:desk", number)
    messages.success(request, _("Closed. What was learned is kept."))
    return redirect(back_to(saved, request))


def _page(request: HttpRequest, complaint: Complaint, form: EvaluationForm, *, status: int = 200) -> HttpResponse:
    context = {
        "complaint": complaint,
        "form": form,
        "suggestions": list(complaint.suggestions.all()),
        "causes": causes_of(complaint, reader(request)),
        "is_case": form.is_case,
    }
    return render(request, "complaints/evaluate.html", context, status=status)
