"""The page of one complaint, and everything that is pressed on it."""

from typing import Any
from urllib.parse import quote

from django.contrib import messages
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRedirect

from accounts.scope import Scope, scope_of
from complaints import case_page, stage_page
from complaints.actions.record import may_change
from complaints.actions.transitions import act as finish_act
from complaints.attaching import add_files
from complaints.desk_page import is_at_desk
from complaints.forms.case import KINDS, NOTE, Composer, EntryForm, offer_kinds
from complaints.forms.fields import as_id
from complaints.gallery import gallery_of
from complaints.models import Complaint
from complaints.views.attachments import tell
from complaints.views.lookup import complaint_page, find_complaint, reader
from complaints.visibility import sees_by_offer_alone
from core.prepared import prepared
from deadlines.explain import explain
from deadlines.models import Deadline
from events.models import EventHead


@complaint_page("GET")
def show(request: HttpRequest, number: str) -> HttpResponse:
    complaint = case_page.find_case(reader(request), number)
    entry = request.GET.get("entry", NOTE)
    composer = Composer(entry if entry in dict(KINDS) else NOTE, not complaint.is_open)
    return render(request, "complaints/detail.html", context_of(request, complaint) | {"composer": composer})


def context_of(request: HttpRequest, complaint: Complaint) -> dict[str, Any]:
    user = reader(request)
    chosen = request.GET.get("show", "all")
    chosen = chosen if chosen in case_page.SHOWN else "all"
    is_offered = sees_by_offer_alone(user, complaint)
    page = case_page.case_page(complaint, user, show=chosen, before=as_id(request.GET.get("before")))
    return {
        "page": page,
        "complaint": complaint,
        "show": chosen,
        "is_older": page.mark == 0,
        "card": page.card,
        "why": page.why,
        "linked": page.links,
        "guidance": page.guidance,
        "evaluation": page.evaluation,
        "suggestions": page.suggestions,
        "causes": page.causes,
        "gallery": gallery_of(complaint, user),
        # What is merely offered is read to decide; the work begins when it is accepted.
        "may_work": user.has_perm("complaints.work_desk") and not is_offered,
        "is_offered": is_offered,
        "together": page.together,
        "may_assign": user.has_perm("complaints.assign") and not is_offered,
        "may_change": complaint.is_open and may_change(complaint, user) and not is_offered,
        "is_at_desk": is_at_desk(complaint),
        "is_mine": complaint.owner_id == user.pk,
        "panel": stage_page.panel(complaint, user),
        "moves": stage_page.moves(complaint, user),
    }


@complaint_page("GET")
def live(request: HttpRequest, number: str) -> HttpResponse:
    """What has changed since `have`: nothing new is an empty 204, after one indexed statement."""
    scope = scope_of(reader(request))
    found = _newest_seq(scope, number) if scope.may_read else []
    if not found:
        raise Complaint.DoesNotExist
    if request.GET.get("have", "") == str(found[0] or 0):
        return HttpResponse(status=204)
    context = context_of(request, case_page.find_case(reader(request), number))
    response = render(request, "complaints/_case_live.html", context)
    newest = next((day.entries[0] for day in context["page"].days), None)
    if newest:
        response["X-News"] = quote(newest.words)
    return response


@prepared
def _newest_seq(scope: Scope, number: str) -> QuerySet[Complaint, int | None]:
    heads = EventHead.objects.filter(subject_type="complaint", subject_id=OuterRef("pk"))
    rows = Complaint.objects.within(scope).filter(number=number)
    return rows.annotate(seq=Subquery(heads.values("seq")[:1])).values_list("seq", flat=True)


@complaint_page("POST", posts="complaints.work_desk")
def add_entry(request: HttpRequest, number: str) -> HttpResponse:
    """Write a note, or record a talk with the customer."""
    complaint = find_complaint(request, number)
    form = EntryForm(request.POST, auto_id="entry_%s")
    is_sent = "send" in request.POST
    entry = form.save(complaint.pk, by=reader(request), is_sent=is_sent) if form.is_valid() else None
    # Also with an entry that is refused: what was chosen need not be chosen once more.
    added = add_files(request, complaint.pk, communication_id=entry.pk if entry else None, by=reader(request))
    tell(request, added)
    if entry is None:
        return composer_refused(request, number, form)
    words = _("The e-mail is on its way") if is_sent else _("Talk recorded")
    messages.success(request, _("Note kept") if form.cleaned_data["kind"] == NOTE else words)
    if not request.htmx:  # type: ignore[attr-defined]
        return redirect(complaint)
    complaint = case_page.find_case(reader(request), number)
    context = context_of(request, complaint) | {"composer": Composer(is_ended=not complaint.is_open)}
    return render(request, "complaints/_entry_added.html", context)


def composer_refused(request: HttpRequest, number: str, form: EntryForm) -> HttpResponse:
    complaint = case_page.find_case(reader(request), number)
    offer_kinds(form, is_ended=not complaint.is_open)
    if request.htmx:  # type: ignore[attr-defined]
        context = {"complaint": complaint, "entry_form": form, "may_work": True}
        return render(request, "complaints/_composer_refused.html", context, status=422)
    return render(request, "complaints/detail.html", context_of(request, complaint) | {"entry_form": form}, status=422)


@complaint_page("POST", posts="complaints.work_case")
def act(request: HttpRequest, number: str) -> HttpResponse:
    complaint = finish_act(find_complaint(request, number).pk, by=reader(request))
    messages.success(request, _("It goes on to the details"))
    if request.htmx:  # type: ignore[attr-defined]
        return HttpResponseClientRedirect(complaint.get_absolute_url())
    return redirect(complaint)


@complaint_page("GET")
def why_deadline(request: HttpRequest, number: str, deadline_id: int) -> HttpResponse:
    """Why a promise is due at that time."""
    complaint = find_complaint(request, number, "department__calendar")
    row = get_object_or_404(Deadline.objects.of(complaint), pk=deadline_id)
    context = {"complaint": complaint, "explanation": explain(row), "deadline": row}
    template = "_why_deadline" if request.htmx else "why_deadline"  # type: ignore[attr-defined]
    return render(request, f"complaints/{template}.html", context)


def back_to(complaint: Complaint, request: HttpRequest) -> str:
    """Where one goes on after a change: the complaint, or the queue when it is hidden from them now."""
    if Complaint.objects.visible_to(reader(request)).filter(pk=complaint.pk).exists():
        return reverse("complaints:detail", args=[complaint.number])
    return "/"
