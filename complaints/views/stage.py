"""The stages of a case: their forms on its page, and the presses that lead on."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRedirect

from complaints import case_page, stage_page
from complaints.actions.agree import ON_RECORD, go_on
from complaints.codes import State
from complaints.forms.agree import CaseQuestionForm, StageForm
from complaints.forms.case import Composer
from complaints.models import CaseQuestion, Complaint
from complaints.views.case import context_of
from complaints.views.lookup import complaint_page, find_complaint, reader
from core.errors import Conflict


@complaint_page("POST", posts="complaints.work_case")
def details(request: HttpRequest, number: str) -> HttpResponse:
    """Keep the facts, or keep them and go on to the options."""
    complaint = find_complaint(request, number)
    form = stage_page.details_form(complaint, reader(request), request.POST)
    return _save(request, complaint, form, _("The facts are confirmed. Now compare the options."))


@complaint_page("POST", posts="complaints.work_case")
def execution(request: HttpRequest, number: str) -> HttpResponse:
    """Write down what was carried out, and go on to the evaluation."""
    complaint = find_complaint(request, number)
    return _save(request, complaint, stage_page.execution_form(request.POST), _("Carried out. Now ask the customer."))


def _save(request: HttpRequest, complaint: Complaint, form: StageForm, done: str) -> HttpResponse:
    goes_on = request.POST.get("do") != "keep"
    if form.is_valid() and form.save(complaint, by=reader(request), goes_on=goes_on) is not None:
        messages.success(request, done if goes_on else _("Kept"))
        return _back(request, complaint)
    if complaint.state != form.state:
        # An old tab: the page as it is now has no such form, so the words are given back beside the refusal.
        sentence = _("The case is in “%(stage)s” by now. Your words were not saved.")
        raise Conflict("stage_left", sentence % {"stage": State(complaint.state).label}, current=complaint)
    return _page(request, complaint.number, form=form)


@complaint_page("POST", posts="complaints.work_case")
def ask(request: HttpRequest, number: str) -> HttpResponse:
    """Note a question."""
    complaint = find_complaint(request, number)
    form = CaseQuestionForm(request.POST, auto_id="question_%s")
    if form.is_valid() and form.save(complaint, by=reader(request)) is not None:
        messages.success(request, _("Question noted"))
        return _back(request, complaint, "#questions")
    if complaint.state != State.GET_DETAILS:
        raise Conflict("stage_left", _("The case has gone on. Your words were not saved."), current=complaint)
    return _page(request, number, question_form=form)


@complaint_page("POST", posts="complaints.work_case")
def answer(request: HttpRequest, number: str, question_id: int) -> HttpResponse:
    """Note the answer to a question."""
    complaint = find_complaint(request, number)
    form = stage_page.answer_form(question_id, request.POST)
    try:
        if form.is_valid() and form.save(complaint, question_id, by=reader(request)) is not None:
            messages.success(request, _("Answer noted"))
            return _back(request, complaint, "#questions")
    except CaseQuestion.DoesNotExist as error:
        raise Conflict("question_gone", _("This question is not there any more.")) from error
    return _page(request, number, answers={question_id: form})


@complaint_page("POST", posts="complaints.work_case")
def press(request: HttpRequest, number: str, name: str) -> HttpResponse:
    """Go on, when all that the stage asks is on record."""
    if name not in ON_RECORD:
        raise Http404
    complaint = go_on(find_complaint(request, number).pk, name, by=reader(request))
    messages.success(request, _("It goes on to “%(stage)s”") % {"stage": State(complaint.state).label})
    return _back(request, complaint)


def _back(request: HttpRequest, complaint: Complaint, part: str = "") -> HttpResponse:
    url = f"{complaint.get_absolute_url()}{part}"
    return HttpResponseClientRedirect(url) if request.htmx else redirect(url)  # type: ignore[attr-defined]


def _page(request: HttpRequest, number: str, **forms: Any) -> HttpResponse:
    """What was typed, with what is wrong in it."""
    complaint = case_page.find_case(reader(request), number)
    shown = stage_page.panel(complaint, reader(request), **forms)
    if request.htmx:  # type: ignore[attr-defined]
        context = {"complaint": complaint, "panel": shown, "may_work": True}
        return render(request, "complaints/_stage.html", context, status=422)
    context = context_of(request, complaint) | {"panel": shown, "composer": Composer(is_ended=not complaint.is_open)}
    return render(request, "complaints/detail.html", context, status=422)
