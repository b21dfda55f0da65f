"""Changing the facts on record. Two people at once: the second sees both texts, and nothing typed is lost."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from accounts.models import User
from complaints.actions.locking import require_open
from complaints.actions.record import change_complaint, may_change
from complaints.events import CHANGED
from complaints.forms.record import Clash, RecordForm, renewed, take_theirs
from complaints.forms.refusals import save_with
from complaints.models import Complaint
from complaints.views.case import back_to
from complaints.views.lookup import complaint_page, find_complaint, reader
from core.errors import Conflict, PermissionDenied
from events.log import timeline

RELATED = ("department", "category")


@complaint_page("GET", "POST")
def edit(request: HttpRequest, number: str) -> HttpResponse:
    complaint = find_complaint(request, number, *RELATED)
    if not may_change(complaint, reader(request)):
        raise PermissionDenied("not_yours", _("Its recorder, its owner or a supervisor changes the record."))
    if request.method != "POST":
        require_open(complaint)
        return _page(request, complaint, RecordForm(complaint=complaint))
    form = RecordForm(take_theirs(request.POST), complaint=complaint)
    if not form.is_valid():
        return _page(request, complaint, form, status=422)
    if not form.touched:
        return redirect(complaint)
    return _save(request, complaint, form)


def _save(request: HttpRequest, complaint: Complaint, form: RecordForm) -> HttpResponse:
    """Save what was touched. Where others changed other facts meanwhile, both changes stand."""
    if form.cleaned_data["version"] != complaint.version and (clashes := form.clashes(complaint)):
        return _clash(request, complaint, form, clashes)
    try:
        saved = save_with(form, lambda: _change(complaint, form, by=reader(request)))
    except Conflict as conflict:
        # In the instant between looking and saving.
        if conflict.code != "stale":
            raise
        return _clash(request, conflict.current, form, form.clashes(conflict.current))
    if saved is None:
        return _page(request, complaint, form, status=422)
    messages.success(request, _("Record changed"))
    return redirect(back_to(saved, request))


def _change(complaint: Complaint, form: RecordForm, *, by: User) -> Complaint:
    return change_complaint(complaint.pk, expected_version=complaint.version, by=by, **form.changes())


def _clash(request: HttpRequest, current: Complaint, form: RecordForm, clashes: list[Clash]) -> HttpResponse:
    change = timeline(current).filter(type=CHANGED).first()
    return _page(request, current, renewed(form, current), clashes=clashes, change=change, status=409)


def _page(
    request: HttpRequest,
    complaint: Complaint,
    form: RecordForm,
    *,
    clashes: list[Clash] | None = None,
    change: object = None,
    status: int = 200,
) -> HttpResponse:
    context = {"complaint": complaint, "form": form, "clashes": clashes, "change": change, "is_conflict": status == 409}
    return render(request, "complaints/record.html", context, status=status)
