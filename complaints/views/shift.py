"""Many complaints in one step: the work of a shift to a colleague, and from the queue to whoever shall have it."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.models import User
from accounts.roles import refused
from complaints import queue
from complaints.actions.many import Outcome, accept_many, give_many
from complaints.forms.case import grouped_by_department
from complaints.forms.fields import Words
from complaints.lines import for_lines, lines
from complaints.models import Complaint
from complaints.people import colleagues_of, staff_of
from complaints.querysets import ComplaintQuerySet
from complaints.views.lookup import reader
from core import clock

DESK, ASSIGN = "complaints.work_desk", "complaints.assign"
# More rows than this nobody looks through before ticking.
MOST_ROWS = 200
NOBODY = _("Choose who gets them.")


class GiveForm(forms.Form):
    """Which ones, and to whom."""

    use_required_attribute = False
    numbers = forms.MultipleChoiceField(required=False, error_messages={"invalid_choice": _("Tick what is listed.")})
    to = forms.ChoiceField(label=_("Give them to"), required=False, error_messages={"invalid_choice": NOBODY})
    note = Words(label=_("What the other should know"), max_length=1000, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args: Any, rows: Sequence[Complaint], people: Sequence[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rows = {row.number: row for row in rows}
        self.people = {str(person.pk): person for person in people}
        self.fields["numbers"].choices = [(number, number) for number in self.rows]  # type: ignore[attr-defined]
        self.fields["to"].choices = [("", _("Choose")), *grouped_by_department(people)]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if "numbers" in given and not given["numbers"]:
            self.add_error("numbers", forms.ValidationError(_("Tick at least one complaint."), code="required"))
        if "to" in given and given["to"] not in self.people:
            self.add_error("to", forms.ValidationError(NOBODY, code="required"))
        return given

    @property
    def ticked(self) -> list[Complaint]:
        return [self.rows[number] for number in self.cleaned_data["numbers"]]

    def give(self, by: User) -> list[Outcome]:
        to, note = self.people[self.cleaned_data["to"]], self.cleaned_data["note"]
        return give_many(self.ticked, to=to, reason=note, by=by)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def hand_over_all(request: HttpRequest) -> HttpResponse:
    """All my open work to a named colleague in one step; a leader does it for one of theirs. DOMAIN.md 10.14."""
    user = reader(request)
    if not user.has_perm(DESK):
        raise refused(DESK)
    staff = staff_of(user)
    whose = next((person for person in staff if str(person.pk) == request.GET.get("of", "")), user)
    rows = listed(Complaint.objects.visible_to(user).open().owned_by(whose))
    offered = listed(Complaint.objects.visible_to(user).open().filter(offered_to=user))
    people = [person for person in colleagues_of(user) if person.pk != whose.pk]
    is_accepting = request.POST.get("do") == "accept"
    form = GiveForm(request.POST if request.method == "POST" and not is_accepting else None, rows=rows, people=people)
    outcomes: list[Outcome] = []
    if request.method == "POST" and is_accepting:
        wanted = set(request.POST.getlist("numbers"))
        outcomes = accept_many([row for row in offered if row.number in wanted], by=user)
    elif form.is_bound and form.is_valid():
        outcomes = form.give(user)
    context = {
        "whose": whose,
        "is_mine": whose.pk == user.pk,
        "staff": staff,
        "offered": shown([row for row in offered if not outcomes or not is_accepting], user),
        "lines": [] if outcomes else shown(rows, user),
        "form": form,
        "outcomes": outcomes,
        "may_assign": user.has_perm(ASSIGN),
        "ticked": set(form["numbers"].value() or ()) if form.is_bound else {row.number for row in rows},
    }
    return render(request, "complaints/shift.html", context, status=_status(form, outcomes))


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def give_several(request: HttpRequest) -> HttpResponse:
    """Tick rows of the queue, and give them to one person: a supervisor's word, which holds at once."""
    user = reader(request)
    if not user.has_perm(ASSIGN):
        raise refused(ASSIGN)
    chosen = request.GET.get("show", "all")
    chosen = chosen if chosen in ("overdue", "soon", "unowned", "all") else "all"
    rows = listed(queue.filtered(user, "all", chosen, now=clock.now()))
    people = [user, *colleagues_of(user)]
    form = GiveForm(request.POST if request.method == "POST" else None, rows=rows, people=people)
    outcomes = form.give(user) if form.is_bound and form.is_valid() else []
    context = {
        "show": chosen,
        "lines": [] if outcomes else shown(rows, user),
        "form": form,
        "outcomes": outcomes,
        "ticked": set(form["numbers"].value() or ()) if form.is_bound else set(),
    }
    return render(request, "complaints/give_several.html", context, status=_status(form, outcomes))


def listed(rows: ComplaintQuerySet) -> list[Complaint]:
    return list(for_lines(rows).order_by(*queue.NEAREST_FIRST)[:MOST_ROWS])


def shown(rows: list[Complaint], user: User) -> list[Any]:
    queue.with_nearest_deadline(rows)
    return lines(rows, user)


def _status(form: GiveForm, outcomes: list[Outcome]) -> int:
    return 422 if form.is_bound and not outcomes else 200
