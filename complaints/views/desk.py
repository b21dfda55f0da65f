"""LASTR on one screen. Each press saves a step and answers with the screen as it is now."""

from typing import Any

from django.contrib import messages
from django.db.models import Exists, OuterRef
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from accounts.authority import own_limit
from accounts.models import User
from complaints import desk_page
from complaints.actions.desk import call_supervisor, is_heated
from complaints.class_reasons import why_class
from complaints.codes import LASTR_STATES, State
from complaints.customer_card import customer_card
from complaints.forms.desk import AssessmentForm, ChangeDeskForm, StepForm
from complaints.gallery import gallery_of
from complaints.guidance.cards import current_mark
from complaints.guidance.shown import guidance_for
from complaints.models import Attachment, Complaint, OralReport, SelfAssessment, StepRecord
from complaints.supervisors import confirms_as, people_to_tell
from complaints.views.lookup import complaint_page, find_complaint, reader
from complaints.visibility import sees_by_offer_alone
from core import clock
from core.errors import Blocked, Blocker, Conflict
from core.formats import SIGNS, listed_text
from deadlines.models import Deadline
from policies.reading import policy

RELATED = ("department", "owner", "customer", "category", "sale", "recorded_by")


@complaint_page("GET")
def show(request: HttpRequest, number: str) -> HttpResponse:
    complaint = _found(request, number)
    user = reader(request)
    # What is merely offered is accepted or declined on its own page.
    may_work = user.has_perm("complaints.work_desk") and not sees_by_offer_alone(user, complaint)
    if not desk_page.is_at_desk(complaint) or not may_work:
        return redirect(complaint)
    return _screen(request, complaint, changing=request.GET.get("change", ""))


@complaint_page("POST", posts="complaints.work_desk")
def finish(request: HttpRequest, number: str, step: str) -> HttpResponse:
    """Finish the step in hand."""
    complaint, records, form = _posted(request, number, step)
    saved = form.finish(complaint, by=reader(request)) if form.is_valid() else None
    if saved is None:
        if desk_page.step_in_hand(complaint, records) != step:
            # An old tab: there is no open form that could show what is wrong.
            raise Conflict("step_done", _("This step is done already. Use “Change” to correct it."), current=complaint)
        return _screen(request, complaint, records=records, form=form, status=422)
    if saved.state == State.CLOSED:
        messages.success(request, _("Reported and closed. Your supervisor is asked to confirm."))
    if not request.htmx:  # type: ignore[attr-defined]
        return redirect("complaints:desk", number)
    complaint.refresh_from_db()
    return _screen(request, complaint)


@complaint_page("POST", posts="complaints.work_desk")
def correct(request: HttpRequest, number: str, step: str) -> HttpResponse:
    """Rewrite a done step; the old words stay in the record."""
    complaint, records, form = _posted(request, number, step)
    if step not in records:
        raise Blocked([Blocker("step_not_done", _("This step is not done yet."))])
    if not form.is_valid() or form.correct(complaint, by=reader(request)) is None:
        return _screen(request, complaint, records=records, changing=step, form=form, status=422)
    messages.success(request, _("Changed"))
    if not request.htmx:  # type: ignore[attr-defined]
        return redirect("complaints:desk", number)
    complaint.refresh_from_db()
    return _screen(request, complaint)


def _found(request: HttpRequest, number: str) -> Complaint:
    """The complaint, the mark of the guidance beside it, and whether there are files to be asked for."""
    has_files = Exists(Attachment.objects.filter(complaint=OuterRef("pk")))
    visible = Complaint.objects.visible_to(reader(request)).select_related(*RELATED)
    return visible.annotate(guidance_mark=current_mark(), has_attachments=has_files).get(number=number)


def _posted(request: HttpRequest, number: str, step: str) -> tuple[Complaint, dict[str, StepRecord], StepForm]:
    if step not in LASTR_STATES:
        raise Http404
    complaint = _found(request, number)
    records = desk_page.current_records(complaint)
    people = people_to_tell(complaint, by=reader(request), now=clock.now()) if step == State.REPORT else ()
    return complaint, records, desk_page.new_form(step, records, request.POST, people=people)


@complaint_page("GET", "POST", posts="complaints.work_desk")
def change(request: HttpRequest, number: str) -> HttpResponse:
    """Note another time, place or person; open at every step."""
    complaint = find_complaint(request, number)
    form = ChangeDeskForm(request.POST or None)
    is_saved = request.method == "POST" and form.is_valid() and form.save(complaint.pk, by=reader(request))
    if is_saved:
        messages.success(request, _("Noted"))
        if not request.htmx:  # type: ignore[attr-defined]
            return redirect("complaints:desk", number)
        form = ChangeDeskForm()
    status = 422 if request.method == "POST" and not is_saved else 200
    context = {
        "complaint": complaint,
        "change_form": form,
        "changes": list(complaint.desk_changes.select_related("recorded_by")),
        "is_heated": is_heated(complaint),
    }
    template = "complaints/_calm.html" if request.htmx else "complaints/desk_change.html"  # type: ignore[attr-defined]
    return render(request, template, context, status=status)


@complaint_page("POST", posts="complaints.work_desk")
def call(request: HttpRequest, number: str) -> HttpResponse:
    """Ask the supervisor to come over, with one press."""
    complaint = find_complaint(request, number)
    asked = call_supervisor(complaint.pk, by=reader(request))
    messages.success(request, _("%(names)s was asked to come over") % {"names": listed_text(asked)})
    if not request.htmx:  # type: ignore[attr-defined]
        return redirect("complaints:desk", number)
    complaint.refresh_from_db()
    return render(request, "complaints/_come_over.html", {"complaint": complaint})


@complaint_page("POST")
def assess(request: HttpRequest, number: str) -> HttpResponse:
    """Keep the seven points of who ran the talk, or of a supervisor beside them."""
    complaint = _found(request, number)
    form = AssessmentForm(request.POST)
    if not form.is_valid():
        return _screen(request, complaint, assessment=form, status=422)
    form.save(complaint.pk, by=reader(request))
    messages.success(request, _("Kept. It is for coaching only."))
    return redirect("complaints:desk", number)


def _screen(
    request: HttpRequest,
    complaint: Complaint,
    *,
    records: dict[str, StepRecord] | None = None,
    changing: str = "",
    form: StepForm | None = None,
    assessment: AssessmentForm | None = None,
    status: int = 200,
) -> HttpResponse:
    user = reader(request)
    records = desk_page.current_records(complaint) if records is None else records
    in_hand = desk_page.step_in_hand(complaint, records)
    people = people_to_tell(complaint, by=user, now=clock.now()) if in_hand == State.REPORT else []
    lines = desk_page.steps(complaint, records, changing=changing, form=form, people=people)
    opened = next((line.form for line in lines if line.form), None)
    if opened is not None:
        opened.take_focus(is_swapped=bool(request.htmx))  # type: ignore[attr-defined]
    context = {
        "complaint": complaint,
        "steps": lines,
        "form": opened,
        "in_hand": in_hand,
        "people": people,
        "chips": _chips(complaint),
        "is_heated": is_heated(complaint),
        "changes": list(complaint.desk_changes.select_related("recorded_by")),
        "change_form": ChangeDeskForm(),
        "limit": own_limit(user),
        "currency": policy("company.currency"),
        "guidance": guidance_for(complaint, user, step=changing or in_hand or "", most_open=2),
        "why": why_class(complaint),
        "card": customer_card(complaint, user),
        "gallery": gallery_of(complaint, user),
        "currency_sign": SIGNS.get(policy("company.currency"), policy("company.currency")),
        **(_afterwards(complaint, user, records, assessment) if not complaint.is_open else {}),
    }
    template = "complaints/_desk.html" if request.htmx else "complaints/desk.html"  # type: ignore[attr-defined]
    return render(request, template, context, status=status)


def _chips(complaint: Complaint) -> dict[str, Deadline]:
    """The promises the head shows, by kind: the newest of each."""
    return {row.kind: row for row in Deadline.objects.of(complaint).exclude(state="cancelled").order_by("id")}


def _afterwards(
    complaint: Complaint, user: User, records: dict[str, StepRecord], assessment: AssessmentForm | None
) -> dict[str, Any]:
    """What stands below the steps when it is closed: the report, and the seven points of both sides."""
    rows = list(complaint.self_assessments.select_related("assessed_by"))
    is_clerk = any(record.recorded_by_id == user.pk for record in records.values())
    mine: SelfAssessment | None = next((row for row in rows if row.is_by_supervisor is not is_clerk), None)
    may_assess = complaint.state == State.CLOSED and (is_clerk or user.has_perm("complaints.score_desk"))
    report: OralReport | None = complaint.oral_reports.select_related(
        "to", "to_for", "reported_by", "confirmed_by", "confirmed_for"
    ).first()
    return {
        "report": report,
        "may_confirm": report is not None and confirms_as(report, user) is not None,
        "others": [row for row in rows if row is not mine],
        "assessment": (assessment or AssessmentForm(initial=mine.answers if mine else {})) if may_assess else None,
    }
