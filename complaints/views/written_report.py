"""The pages of a written report: read, written with the record beside it, answered, printed; and the list to read."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.roles import refused
from complaints.actions import written_reports
from complaints.case_page import find_case
from complaints.facts_shown import facts_shown
from complaints.forms.written_report import ReportForm, ReturnForm
from complaints.models import Complaint, WrittenReport
from complaints.views.lookup import complaint_page, find_complaint, reader
from complaints.written.draft import drafted
from complaints.written.page import ReportPage, newest_report, report_page
from complaints.written.paper import report_pdf
from complaints.written.readers import department_above, waiting_for
from complaints.written.sections import SECTIONS
from core import clock
from core.errors import Conflict, PermissionDenied

RELATED = ("department__calendar", "department__parent", "category", "owner", "recorded_by", "customer")
# What most reports of a house in work are: the newest of them are enough for a list.
MINE = 30


@complaint_page("GET")
def show(request: HttpRequest, number: str) -> HttpResponse:
    """The report as it is read, with its versions; who may write it and has not begun is led to the editor."""
    complaint = find_complaint(request, number, *RELATED)
    page = report_page(complaint, reader(request), now=clock.now())
    if page.report is None and page.may_write:
        return redirect("complaints:edit_report", number)
    return _shown(request, complaint, page, ReturnForm())


def _shown(
    request: HttpRequest, complaint: Complaint, page: ReportPage, form: ReturnForm, *, status: int = 200
) -> HttpResponse:
    context = {"complaint": complaint, "page": page, "report": page.report, "form": form}
    context["above"] = page.report.department if page.report else department_above(complaint)
    return render(request, "complaints/report_read.html", context, status=status)


@complaint_page("GET", "POST", posts="complaints.work_case")
def edit(request: HttpRequest, number: str) -> HttpResponse:
    """Write it: drafted from the record at first, with the record beside it."""
    complaint = find_case(reader(request), number)
    if not written_reports.may_write(complaint, reader(request)):
        raise PermissionDenied("not_yours", _("Its owner, its recorder or a supervisor writes the report."))
    page = report_page(complaint, reader(request), now=clock.now())
    if request.method == "POST":
        return _save(request, complaint, page)
    if not page.may_write:
        return redirect("complaints:written_report", number)
    return _editor(request, complaint, page, ReportForm(initial=_initial(request, complaint, page.report)))


def _initial(request: HttpRequest, complaint: Complaint, report: WrittenReport | None) -> dict[str, Any]:
    """The words in hand; or anew from the record, in the language asked for."""
    asked = request.GET.get("draft", "")
    in_hand = report if report is not None and report.is_in_hand else None
    version = in_hand.version if in_hand else 0
    if in_hand and asked not in dict(settings.LANGUAGES):
        return {**in_hand.sections, "language": in_hand.language, "version": version}
    language = asked if asked in dict(settings.LANGUAGES) else complaint.department.language
    return {**drafted(complaint, language), "language": language, "version": version}


def _save(request: HttpRequest, complaint: Complaint, page: ReportPage) -> HttpResponse:
    form = ReportForm(request.POST)
    is_sent = "send" in request.POST
    if not form.is_valid():
        return _editor(request, complaint, page, form, status=422)
    try:
        saved = form.save(complaint, is_sent=is_sent, by=reader(request))
    except Conflict as conflict:
        if conflict.code != "stale":
            raise
        return _clash(request, complaint, page, form, conflict.current)
    if saved is None:
        return _editor(request, complaint, page, form, status=422)
    if is_sent:
        words = _("The report is sent to %(department)s") % {"department": saved.department}
        messages.success(request, words)
        return redirect("complaints:written_report", complaint.number)
    messages.success(request, _("The report is kept as a draft"))
    return redirect("complaints:edit_report", complaint.number)


def _clash(
    request: HttpRequest, complaint: Complaint, page: ReportPage, form: ReportForm, current: WrittenReport | None
) -> HttpResponse:
    """Somebody wrote meanwhile: their words are shown beside what was typed, and saving once more keeps what stands."""
    typed = form.sections
    theirs = current.sections if current else {}
    renewed = ReportForm({**request.POST.dict(), "version": str(current.version if current else 0)})
    clashes = [
        (section.title, theirs.get(section.code, ""))
        for section in SECTIONS
        if theirs.get(section.code, "") != typed[section.code]
    ]
    return _editor(
        request, complaint, page, renewed, status=409, clashes=clashes, writer=current and current.changed_by
    )


def _editor(
    request: HttpRequest, complaint: Complaint, page: ReportPage, form: ReportForm, *, status: int = 200, **more: Any
) -> HttpResponse:
    records = {record.step: record for record in complaint.step_records.all()}
    talks = complaint.communications.select_related("recorded_by")[:MINE]
    context = {
        "complaint": complaint,
        "page": page,
        "report": page.report if page.report and page.report.is_in_hand else None,
        "above": department_above(complaint),
        "form": form,
        "groups": facts_shown(complaint, records),
        "talks": talks,
        "languages": settings.LANGUAGES,
        **more,
    }
    return render(request, "complaints/report_edit.html", context, status=status)


@complaint_page("POST")
def acknowledge(request: HttpRequest, number: str) -> HttpResponse:
    complaint = find_complaint(request, number)
    is_closing = "close" in request.POST
    report = written_reports.report_to_answer(complaint, reader(request))
    written_reports.acknowledge_report(report.pk, is_closing=is_closing, by=reader(request))
    if is_closing:
        messages.success(request, _("The written report is acknowledged, and the case is closed"))
    else:
        messages.success(request, _("The written report is acknowledged"))
    return redirect("complaints:written_report", number)


@complaint_page("POST")
def send_back(request: HttpRequest, number: str) -> HttpResponse:
    """Return it with a question; without one it comes back with what is missing."""
    complaint = find_complaint(request, number, *RELATED)
    written_reports.report_to_answer(complaint, reader(request))
    form = ReturnForm(request.POST)
    if form.is_valid() and form.save(complaint, by=reader(request)) is not None:
        messages.success(request, _("The written report is returned with your question"))
        return redirect("complaints:written_report", number)
    page = report_page(complaint, reader(request), now=clock.now())
    return _shown(request, complaint, page, form, status=422)


@never_cache
@complaint_page("GET")
def document(request: HttpRequest, number: str) -> HttpResponse:
    """The report as a file to keep; never shown in the page, never made from anybody's HTML."""
    complaint = find_complaint(request, number, *RELATED)
    report = newest_report(complaint)
    if report is None:
        return redirect("complaints:written_report", number)
    return pdf_answer(report)


def pdf_answer(report: WrittenReport) -> HttpResponse:
    name = f"{report.number}-{report.complaint.number}.pdf"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "X-Content-Type-Options": "nosniff"}
    return HttpResponse(report_pdf(report), content_type="application/pdf", headers=headers)


@require_safe
@never_cache
def to_read(request: HttpRequest) -> HttpResponse:
    """Reports that wait for me; mine that came back, or wait elsewhere."""
    user = reader(request)
    if not user.has_perm("complaints.read_complaints"):
        raise refused("complaints.read_complaints")
    visible = Complaint.objects.visible_to(user)
    mine = WrittenReport.objects.current().filter(authors=user, complaint__in=visible).with_people()
    mine = mine.select_related("complaint", "department", "answered_by", "answered_for")
    states = WrittenReport.State
    context = {
        "waiting": waiting_for(user, now=clock.now()),
        "mine": mine.exclude(state=states.ACKNOWLEDGED).order_by("-changed_at")[:MINE],
        "read": mine.filter(state=states.ACKNOWLEDGED).order_by("-answered_at")[:MINE],
    }
    return render(request, "complaints/reports_to_read.html", context)
