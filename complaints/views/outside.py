"""What others have of a complaint: their letter corrected, accepted, answered; and the longer time of complex cases."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _

from accounts.roles import refused
from complaints.forms.talks import AcceptMatterForm, AnswerMatterForm, ExtendForm, MatterForm
from complaints.models import Complaint, OutsideMatter
from complaints.views.lookup import complaint_page, find_complaint, reader
from complaints.views.talks import Asked
from deadlines.models import Deadline

CHANGE = Asked(
    _("What is known of it outside"),
    _("Their name, their number and their dates. Another date of theirs starts its clock anew."),
    _("Save"),
)
ACCEPT = Asked(
    _("It was accepted outside"),
    _("The authority took it on. From that day on it is to be settled; the clock of the law for that begins."),
    _("Note it"),
)
ANSWER = Asked(
    _("It is answered outside"),
    _("Their clocks end with it. It is no answer to the customer."),
    _("Note the answer"),
)
EXTEND = Asked(
    _("The longer time of complex cases"),
    _("The law gives complex cases more days, from the same start. The reason is kept as a note."),
    _("Give it the longer time"),
)


@complaint_page("GET", "POST", posts="complaints.work_desk")
def change(request: HttpRequest, number: str, matter_id: int) -> HttpResponse:
    complaint, matter = _find(request, number, matter_id)
    form = MatterForm(request.POST if request.method == "POST" else None, matter=matter)
    if request.method == "POST" and form.is_valid() and form.save(matter, by=reader(request)) is not None:
        return _done(request, complaint, _("Saved"))
    return _asked(request, complaint, CHANGE, "outside", form)


@complaint_page("GET", "POST", posts="complaints.work_desk")
def accept(request: HttpRequest, number: str, matter_id: int) -> HttpResponse:
    complaint, matter = _find(request, number, matter_id)
    form = AcceptMatterForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid() and form.save(matter, by=reader(request)) is not None:
        return _done(request, complaint, _("Noted; the next clock runs"))
    return _asked(request, complaint, ACCEPT, "accept", form)


@complaint_page("GET", "POST", posts="complaints.work_desk")
def answer(request: HttpRequest, number: str, matter_id: int) -> HttpResponse:
    complaint, matter = _find(request, number, matter_id)
    form = AnswerMatterForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid() and form.save(matter, by=reader(request)) is not None:
        return _done(request, complaint, _("Noted; their clocks have ended"))
    return _asked(request, complaint, ANSWER, "answer", form)


@complaint_page("GET", "POST")
def extend(request: HttpRequest, number: str, clock_id: int) -> HttpResponse:
    if not reader(request).has_perm("complaints.extend_statutory"):
        raise refused("complaints.extend_statutory")
    complaint = find_complaint(request, number, "department")
    if not Deadline.objects.of(complaint).filter(pk=clock_id, kind="statutory").exists():
        raise Http404
    form = ExtendForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid() and form.save(clock_id, by=reader(request)) is not None:
        return _done(request, complaint, _("It has the longer time"))
    return _asked(request, complaint, EXTEND, "extend", form)


def _find(request: HttpRequest, number: str, matter_id: int) -> tuple[Complaint, OutsideMatter]:
    if not reader(request).has_perm("complaints.work_desk"):
        raise refused("complaints.work_desk")
    complaint = find_complaint(request, number, "department")
    matter = complaint.outside_matters.filter(pk=matter_id).first()
    if matter is None:
        raise Http404
    return complaint, matter


def _done(request: HttpRequest, complaint: Complaint, words: Any) -> HttpResponse:
    messages.success(request, str(words))
    return redirect(complaint)


def _asked(request: HttpRequest, complaint: Complaint, question: Asked, name: str, form: Any) -> HttpResponse:
    context = {"complaint": complaint, "question": question, "name": name, "form": form}
    return render(request, "complaints/question.html", context, status=422 if form.is_bound else 200)
