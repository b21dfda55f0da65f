"""Working together on one complaint: handing it over, bringing in a senior, keeping a meeting, joining a group."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _

from accounts.roles import refused
from complaints.actions.hand_over import accept_hand_over, withdraw_hand_over
from complaints.forms.groups import JoinGroupForm
from complaints.forms.together import DeclineForm, HandOverForm, MeetingForm, SeniorForm
from complaints.models import Complaint
from complaints.people import people_around
from complaints.views.case import back_to
from complaints.views.lookup import complaint_page, find_complaint, reader
from complaints.views.questions import Question

HAND_OVER = Question(
    _("Hand it over"),
    _("The other accepts or declines; until then it stays with the one who has it. A supervisor’s word holds at once."),
    _("Hand it over"),
    _("Handed over, or offered"),
    HandOverForm,
    "complaints.work_desk",
)
DECLINE = Question(
    _("Decline the offer"),
    _("It stays with the one who has it, and they read your reason."),
    _("Decline"),
    _("Declined"),
    DeclineForm,
    "complaints.work_desk",
)
SENIOR = Question(
    _("Bring in a senior"),
    _("They call or visit the customer by this time. It is their task; the talk they note here finishes it."),
    _("Ask them"),
    _("Asked. It is their task now."),
    SeniorForm,
    "complaints.work_case",
)


def _ask(request: HttpRequest, number: str, question: Question, name: str) -> HttpResponse:
    """A short question about a complaint; as `questions.ask`, for forms that know who asks."""
    user = reader(request)
    if not user.has_perm(question.permission):
        raise refused(question.permission)
    complaint = find_complaint(request, number, "department", "owner")
    kwargs: dict[str, Any] = {} if question.form is DeclineForm else {"complaint": complaint, "user": user}
    form = question.form(request.POST if request.method == "POST" else None, **kwargs)
    if request.method == "POST" and form.is_valid() and form.save(complaint, by=user) is not None:
        messages.success(request, str(question.done))
        return redirect(back_to(complaint, request))
    context = {"complaint": complaint, "question": question, "name": name, "form": form}
    return render(request, "complaints/question.html", context, status=422 if form.is_bound else 200)


@complaint_page("GET", "POST")
def hand_over(request: HttpRequest, number: str) -> HttpResponse:
    return _ask(request, number, HAND_OVER, "hand_over")


@complaint_page("GET", "POST")
def decline_offer(request: HttpRequest, number: str) -> HttpResponse:
    return _ask(request, number, DECLINE, "decline_offer")


@complaint_page("GET", "POST")
def senior(request: HttpRequest, number: str) -> HttpResponse:
    return _ask(request, number, SENIOR, "senior")


@complaint_page("POST", posts="complaints.work_desk")
def accept_offer(request: HttpRequest, number: str) -> HttpResponse:
    complaint = accept_hand_over(find_complaint(request, number).pk, by=reader(request))
    messages.success(request, _("%(number)s is yours") % {"number": number})
    return redirect(complaint)


@complaint_page("POST", posts="complaints.work_desk")
def withdraw_offer(request: HttpRequest, number: str) -> HttpResponse:
    complaint = withdraw_hand_over(find_complaint(request, number).pk, by=reader(request))
    messages.success(request, _("The offer is withdrawn"))
    return redirect(complaint)


@complaint_page("GET", "POST", posts="complaints.work_case")
def meeting(request: HttpRequest, number: str) -> HttpResponse:
    """Keep a meeting: its promises become tasks."""
    user = reader(request)
    if not user.has_perm("complaints.work_case"):
        raise refused("complaints.work_case")
    complaint = find_complaint(request, number, "department")
    form = _meeting_form(request, complaint)
    if request.method == "POST" and form.is_valid() and form.save(complaint, by=user) is not None:
        messages.success(request, _("The meeting is kept"))
        return redirect(complaint)
    context = {"complaint": complaint, "form": form, "back_url": complaint.get_absolute_url()}
    return render(request, "complaints/meeting.html", context, status=422 if form.is_bound else 200)


def _meeting_form(request: HttpRequest, complaint: Complaint) -> MeetingForm:
    user = reader(request)
    data = request.POST if request.method == "POST" else None
    return MeetingForm(data, people=people_around(complaint, user), user=user)


@complaint_page("GET", "POST", posts="complaints.work_case")
def join_group(request: HttpRequest, number: str) -> HttpResponse:
    """Put it into a group complaint, or begin one with it."""
    user = reader(request)
    if not user.has_perm("complaints.work_case"):
        raise refused("complaints.work_case")
    complaint = find_complaint(request, number, "department")
    form = JoinGroupForm(request.POST if request.method == "POST" else None, user=user)
    if request.method == "POST" and form.is_valid() and form.save(complaint, by=user) is not None:
        messages.success(request, _("It belongs to the group"))
        return redirect(back_to(complaint, request))
    context = {"complaint": complaint, "form": form}
    return render(request, "complaints/group_join.html", context, status=422 if form.is_bound else 200)
