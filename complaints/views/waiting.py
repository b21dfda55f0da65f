"""Waiting for the customer, and ending it."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from complaints import case_page
from complaints.actions.record import may_change
from complaints.actions.waiting import NOT_YOURS, resume_complaint
from complaints.forms.talks import WaitForm
from complaints.views.case import context_of
from complaints.views.lookup import complaint_page, find_complaint, reader
from complaints.views.talks import Asked
from core.errors import PermissionDenied
from core.formats import when_text

WAIT = Asked(
    gettext_lazy("Wait for the customer"),
    gettext_lazy("“Resolved” stands still meanwhile. First response, answers and the clocks of the law go on."),
    gettext_lazy("Wait for the customer"),
)


@complaint_page("GET", "POST", posts="complaints.work_case")
def wait(request: HttpRequest, number: str) -> HttpResponse:
    complaint = find_complaint(request, number, "department")
    if not may_change(complaint, reader(request)):
        raise PermissionDenied("not_yours", NOT_YOURS)
    if request.method != "POST" and complaint.waiting_until:
        messages.info(request, _("It waits already, until %(until)s") % {"until": when_text(complaint.waiting_until)})
        return redirect(complaint)
    form = WaitForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid() and form.save(complaint, by=reader(request)) is not None:
        messages.success(request, _("It waits for the customer"))
        return redirect(complaint)
    context = {"complaint": complaint, "question": WAIT, "name": "wait", "form": form}
    return render(request, "complaints/question.html", context, status=422 if form.is_bound else 200)


@complaint_page("POST", posts="complaints.work_case")
def resume(request: HttpRequest, number: str) -> HttpResponse:
    complaint = resume_complaint(find_complaint(request, number).pk, by=reader(request))
    messages.success(request, _("The wait has ended; the clock runs again"))
    if not request.htmx:  # type: ignore[attr-defined]
        return redirect(complaint)
    found = case_page.find_case(reader(request), number)
    return render(request, "complaints/_case_live.html", context_of(request, found))
