"""Group complaints: the list, one of them with its members and talks, and what is asked about it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import User
from accounts.roles import refused
from complaints.actions.group_talks import record_group_meeting
from complaints.forms.groups import (
    AddMemberForm,
    CloseGroupForm,
    EndRepresentativeForm,
    GroupForm,
    GroupTalkForm,
    OpenGroupForm,
    RemoveMemberForm,
    RepresentativeForm,
)
from complaints.forms.together import MeetingForm
from complaints.models import Complaint, ComplaintGroup, GroupRepresentative
from complaints.people import people_around
from complaints.together import card_of, task_lines
from complaints.views.lookup import reader
from core.errors import Sentence

READ, WORK = "complaints.read_complaints", "complaints.work_case"
PAGE = 100


@dataclass(frozen=True)
class Question:
    """What is asked about a group, and what is said when it was done."""

    title: Sentence
    text: Sentence
    press: Sentence
    done: Sentence
    form: type[GroupForm]
    wants_members: bool = False


QUESTIONS: dict[str, Question] = {
    "add_member": Question(
        _("Add a complaint"),
        _("It keeps its own record, answer and end. What was said to the group before is not said to it."),
        _("Add it"),
        _("Added"),
        AddMemberForm,
    ),
    "remove_member": Question(
        _("Take a complaint out"),
        _("It goes on by itself. Who spoke for the group from its side speaks no longer."),
        _("Take it out"),
        _("Taken out"),
        RemoveMemberForm,
        wants_members=True,
    ),
    "represent": Question(
        _("Name a representative"),
        _("With whom we negotiate. Nobody is bound by another’s signature."),
        _("Name them"),
        _("Named"),
        RepresentativeForm,
        wants_members=True,
    ),
    "talk": Question(
        _("Note a talk with the group"),
        _("Written once; every member’s history shows it, and it counts as contact and answer for each."),
        _("Keep it"),
        _("Talk recorded"),
        GroupTalkForm,
    ),
    "close_group": Question(
        _("Close the group complaint"),
        _("The one negotiation is over. Each member’s complaint goes on to its own end."),
        _("Close it"),
        _("Closed"),
        CloseGroupForm,
    ),
}


def _require(request: HttpRequest, permission: str) -> User:
    user = reader(request)
    if not user.has_perm(permission):
        raise refused(permission)
    return user


def _find(user: User, group_id: int) -> ComplaintGroup:
    found = ComplaintGroup.objects.visible_to(user).filter(pk=group_id).select_related("department").first()
    if found is None:
        raise Http404
    return found


@require_safe
@never_cache
def groups(request: HttpRequest) -> HttpResponse:
    """Those one may see, the open ones first."""
    user = _require(request, READ)
    rows = ComplaintGroup.objects.visible_to(user).select_related("department")
    shown = sorted(rows[:PAGE], key=lambda row: not row.is_open)
    return render(request, "complaints/groups.html", {"groups": shown})


@require_http_methods(["GET", "HEAD", "POST"])
def new_group(request: HttpRequest) -> HttpResponse:
    user = _require(request, WORK)
    form = OpenGroupForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid() and (made := form.save(by=user)) is not None:
        messages.success(request, _("The group complaint is open"))
        return redirect(made)
    return render(request, "complaints/group_new.html", {"form": form}, status=422 if form.is_bound else 200)


@require_safe
@never_cache
def group(request: HttpRequest, group_id: int) -> HttpResponse:
    user = _require(request, READ)
    found = _find(user, group_id)
    card = card_of(found, user)
    seen = {row.pk for row in card.members}
    spoke = found.representatives.exclude(ended_at=None).select_related("complaint", "ended_by")
    context = {
        "group": found,
        "card": card,
        "spoke_before": [row for row in spoke if row.complaint_id in seen],
        "talks": found.talks.select_related("recorded_by", "meeting").prefetch_related("meeting__ours")[:PAGE],
        "tasks": task_lines(found.tasks.for_list()[:PAGE], user),
        "may_work": user.has_perm(WORK),
    }
    return render(request, "complaints/group.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest, group_id: int, name: str) -> HttpResponse:
    """One of the questions; the action behind its form says whether it is possible."""
    user = _require(request, WORK)
    found, question = _find(user, group_id), QUESTIONS[name]
    kwargs: dict[str, Any] = {"members": _members(found, user)} if question.wants_members else {}
    form = question.form(request.POST if request.method == "POST" else None, **kwargs)
    return _answered(request, found, question, form, by=user)


@require_http_methods(["GET", "HEAD", "POST"])
def unrepresent(request: HttpRequest, group_id: int, representative_id: int) -> HttpResponse:
    """Somebody speaks for the group no longer."""
    user = _require(request, WORK)
    found = _find(user, group_id)
    members = Complaint.objects.visible_to(user).filter(group=found)
    rows = GroupRepresentative.objects.filter(group=found, complaint__in=members, pk=representative_id)
    if not rows.exists():
        raise Http404
    question = Question(
        _("They speak for the group no longer"),
        _("That they did stays on record."),
        _("Note it"),
        _("Noted"),
        EndRepresentativeForm,
    )
    form = EndRepresentativeForm(request.POST if request.method == "POST" else None)
    form.representative_id = representative_id
    return _answered(request, found, question, form, by=user)


def _answered(
    request: HttpRequest, found: ComplaintGroup, question: Question, form: GroupForm, *, by: User
) -> HttpResponse:
    if form.is_bound and form.is_valid() and form.save(found, by=by) is not None:
        messages.success(request, str(question.done))
        is_still_seen = ComplaintGroup.objects.visible_to(by).filter(pk=found.pk).exists()
        return redirect(found) if is_still_seen else redirect("complaints:groups")
    context = {"group": found, "question": question, "form": form}
    return render(request, "complaints/group_question.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def meeting(request: HttpRequest, group_id: int) -> HttpResponse:
    """Keep a meeting with the group, such as an owners' meeting."""
    user = _require(request, WORK)
    found = _find(user, group_id)
    data = request.POST if request.method == "POST" else None
    form = MeetingForm(data, people=people_around(found, user), user=user)
    if form.is_bound and form.is_valid() and form.save_with(_keep(found.pk, user)) is not None:
        messages.success(request, _("The meeting is kept"))
        return redirect(found)
    context = {"group": found, "form": form, "back_url": found.get_absolute_url()}
    return render(request, "complaints/meeting.html", context, status=422 if form.is_bound else 200)


def _keep(group_id: int, by: User) -> Callable[[Any], object]:
    return lambda held: record_group_meeting(group_id, held, by=by)


def _members(found: ComplaintGroup, user: User) -> list[Complaint]:
    return list(Complaint.objects.visible_to(user).filter(group=found).order_by("pk"))
