"""What somebody has to do by a time: the list, and one task with what may be done with it."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.roles import refused
from complaints.forms.together import TalkDoneForm, TaskChangeForm, TaskNoteForm
from complaints.models import CaseTask, Complaint, ComplaintGroup
from complaints.people import people_around
from complaints.together import TaskLine, my_tasks, task_lines
from complaints.views.lookup import reader
from core import clock

READ, WORK = "complaints.read_complaints", "complaints.work_case"


@require_safe
@never_cache
def tasks(request: HttpRequest) -> HttpResponse:
    """My tasks, the nearest first; overdue ones are marked."""
    user = reader(request)
    if not user.has_perm(READ):
        raise refused(READ)
    lines = my_tasks(user)
    late = sum(line.is_overdue for line in lines)
    return render(request, "complaints/tasks.html", {"lines": lines, "late": late, "now": clock.now()})


def _line(request: HttpRequest, task_id: int) -> TaskLine:
    user = reader(request)
    found = CaseTask.objects.visible_to(user).filter(pk=task_id).for_list().first()
    if found is None:
        raise Http404
    return task_lines([found], user)[0]


@require_safe
@never_cache
def task(request: HttpRequest, task_id: int) -> HttpResponse:
    if not reader(request).has_perm(READ):
        raise refused(READ)
    line = _line(request, task_id)
    return render(request, "complaints/task.html", _context(line, _done_form(line.task)))


@require_http_methods(["POST"])
def finish(request: HttpRequest, task_id: int) -> HttpResponse:
    """It is done; a senior's talk is kept on the case."""
    line, place = _open_line(request, task_id)
    form = _done_form(line.task, request.POST)
    if form.is_valid() and form.finish(line.task, by=reader(request)) is not None:
        messages.success(request, _("Done"))
        return redirect(place)
    return render(request, "complaints/task.html", _context(line, form), status=422)


@require_http_methods(["GET", "HEAD", "POST"])
def cancel(request: HttpRequest, task_id: int) -> HttpResponse:
    line, place = _open_line(request, task_id)
    form = TaskNoteForm(request.POST if request.method == "POST" else None)
    form.fields["note"].label = _("Why it is not needed any more")
    if form.is_bound and form.is_valid() and form.cancel(line.task, by=reader(request)) is not None:
        messages.success(request, _("The task is called off"))
        return redirect(place)
    context = _context(line, form) | {"title": _("Call the task off"), "press": _("Call it off")}
    return render(request, "complaints/task_form.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def change(request: HttpRequest, task_id: int) -> HttpResponse:
    line, place = _open_line(request, task_id)
    found = line.task.complaint or line.task.group
    assert found is not None  # noqa: S101 (a constraint says so)
    people = people_around(found, reader(request))
    form = TaskChangeForm(request.POST if request.method == "POST" else None, task=line.task, people=people)
    if form.is_bound and form.is_valid() and form.save(by=reader(request)) is not None:
        messages.success(request, _("Changed"))
        return redirect(place)
    context = _context(line, form) | {"title": _("Change the task"), "press": _("Save")}
    return render(request, "complaints/task_form.html", context, status=422 if form.is_bound else 200)


def _open_line(request: HttpRequest, task_id: int) -> tuple[TaskLine, Complaint | ComplaintGroup]:
    """The task, and where one goes on afterwards. What is ended meanwhile, or another's, the action says."""
    if not reader(request).has_perm(WORK):
        raise refused(WORK)
    line = _line(request, task_id)
    place = line.task.complaint or line.task.group
    assert place is not None  # noqa: S101 (a constraint says so)
    return line, place


def _done_form(task: CaseTask, data: Any = None) -> TaskNoteForm:
    if task.kind != CaseTask.Kind.SENIOR_TALK:
        return TaskNoteForm(data)
    form = TalkDoneForm(data, initial={"medium": task.medium})
    form.fields["note"].label = _("What was said")
    return form


def _context(line: TaskLine, form: Any) -> dict[str, Any]:
    return {"line": line, "task": line.task, "form": form}
