"""The pages of a complaint's proposal: written, decided, answered; and the inbox of those who decide."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe
from django_htmx.http import HttpResponseClientRedirect

from accounts.roles import refused
from compensation.actions.deciding import approve_proposal
from compensation.actions.writing import submit_proposal
from compensation.forms import (
    GONE,
    AcceptForm,
    DecisionForm,
    DeclineForm,
    RejectForm,
    ReturnForm,
    WriteForm,
    initial_of,
)
from compensation.models import Proposal
from complaints.forms.fields import as_id
from complaints.models import Complaint
from complaints.views.lookup import complaint_page, find_complaint, reader
from core.errors import Conflict

SHOWN = 100


def proposals_of(complaint: Complaint) -> list[Proposal]:
    """All versions, the newest first."""
    return list(complaint.proposals.for_list())


def _live(complaint: Complaint) -> Proposal | None:
    return next((proposal for proposal in proposals_of(complaint) if proposal.is_live), None)


@complaint_page("GET")
def versions(request: HttpRequest, number: str) -> HttpResponse:
    """Every version with what was said about it."""
    complaint = find_complaint(request, number)
    return render(request, "compensation/versions.html", {"complaint": complaint, "proposals": proposals_of(complaint)})


@complaint_page("GET", "POST")
def write(request: HttpRequest, number: str) -> HttpResponse:
    """Write a proposal, or a new version of it; pressing asks for its approval in the same step."""
    if not reader(request).has_perm("compensation.propose"):
        raise refused("compensation.propose")
    complaint = find_complaint(request, number, "department")
    if request.method != "POST":
        return _form(request, complaint, WriteForm(initial=initial_of(next(iter(proposals_of(complaint)), None))))
    form = WriteForm(request.POST)
    saved = form.save(complaint, expected=_seen(request), by=reader(request)) if form.is_valid() else None
    if saved is None:
        return _form(request, complaint, form, seen=request.POST.get("seen", ""))
    if request.POST.get("do") == "submit" and form.submit(saved, by=reader(request)) is None:
        # The draft is kept; what it still misses is said at its fields.
        return _form(request, complaint, form, seen=seen_of(saved))
    done = _("The approval is asked for") if request.POST.get("do") == "submit" else _("Draft kept")
    messages.success(request, done)
    return redirect(f"{complaint.get_absolute_url()}#proposal")


def _form(request: HttpRequest, complaint: Complaint, form: WriteForm, seen: str | None = None) -> HttpResponse:
    live = _live(complaint)
    context = {
        "complaint": complaint,
        "form": form,
        "live": live,
        "seen": seen_of(live) if seen is None else seen,
        "is_new_version": live is not None and (live.state != "draft" or live.proposer_id != reader(request).pk),
    }
    return render(request, "compensation/write.html", context, status=422 if form.is_bound else 200)


def seen_of(proposal: Proposal | None) -> str:
    """What the writer saw, so that two who write at once see each other."""
    return f"{proposal.pk}-{proposal.revision}" if proposal else ""


def _seen(request: HttpRequest) -> tuple[int, int] | None:
    pk, _dash, revision = request.POST.get("seen", "").partition("-")
    found = as_id(pk), as_id(revision)
    return found if found[0] and found[1] else None  # type: ignore[return-value]


@complaint_page("POST", posts="compensation.propose")
def submit(request: HttpRequest, number: str) -> HttpResponse:
    complaint = find_complaint(request, number)
    submit_proposal(_posted(request, complaint, permission="compensation.propose"), by=reader(request))
    messages.success(request, _("The approval is asked for"))
    return _back(request, complaint)


@complaint_page("POST")
def approve(request: HttpRequest, number: str) -> HttpResponse:
    complaint = find_complaint(request, number)
    approve_proposal(_posted(request, complaint, permission="compensation.decide"), by=reader(request))
    messages.success(request, _("Approved. The proposer is told."))
    return _back(request, complaint)


def _posted(request: HttpRequest, complaint: Complaint, *, permission: str) -> int:
    """The version that was pressed, of this complaint. Raises Conflict for one that is not there."""
    pk = as_id(request.POST.get("proposal", ""))
    if pk is None or not complaint.proposals.filter(pk=pk).exists():
        if not reader(request).has_perm(permission):
            raise refused(permission)
        raise Conflict("proposal_gone", GONE)
    return pk


def _back(request: HttpRequest, complaint: Complaint) -> HttpResponse:
    url = f"{complaint.get_absolute_url()}#proposal"
    return HttpResponseClientRedirect(url) if request.htmx else redirect(url)  # type: ignore[attr-defined]


@dataclass(frozen=True)
class Question:
    """What is asked, what the button says and what is said when it was done."""

    title: str | Promise
    text: str | Promise
    press: str | Promise
    done: str | Promise
    form: type[DecisionForm]
    permission: str
    is_final: bool = False


QUESTIONS: dict[str, Question] = {
    "return": Question(
        gettext_lazy("Return it with a question"),
        gettext_lazy("It goes back to who proposed it, who answers in a new version."),
        gettext_lazy("Return it"),
        gettext_lazy("Returned. The proposer is told."),
        ReturnForm,
        "compensation.decide",
    ),
    "reject": Question(
        gettext_lazy("Reject the proposal"),
        gettext_lazy("It ends here; another proposal may be written."),
        gettext_lazy("Reject it"),
        gettext_lazy("Rejected. The proposer is told."),
        RejectForm,
        "compensation.decide",
        is_final=True,
    ),
    "accept": Question(
        gettext_lazy("The customer accepts it"),
        gettext_lazy("Record the answer after you have made the offer."),
        gettext_lazy("Record the answer"),
        gettext_lazy("Recorded: the customer accepts it"),
        AcceptForm,
        "compensation.propose",
    ),
    "decline": Question(
        gettext_lazy("The customer declines it"),
        gettext_lazy("The case stays with the options, and another proposal may be written."),
        gettext_lazy("Record the answer"),
        gettext_lazy("Recorded: the customer declines it"),
        DeclineForm,
        "compensation.propose",
    ),
}


@complaint_page("GET", "POST")
def ask(request: HttpRequest, number: str, name: str) -> HttpResponse:
    """Ask one of the questions; the action behind the form says who may, and whether it is possible."""
    if not reader(request).has_perm("compensation.propose"):
        raise refused("compensation.propose")
    complaint = find_complaint(request, number, "department")
    question = QUESTIONS[name]
    if request.method == "POST":
        form = question.form(request.POST)
        if form.is_valid():
            _posted(request, complaint, permission=question.permission)
            if form.save(by=reader(request)) is not None:
                messages.success(request, str(question.done))
                return redirect(f"{complaint.get_absolute_url()}#progress")
    else:
        live = _live(complaint)
        if live is None:
            messages.info(request, _("There is no proposal to answer. Write one first."))
            return redirect(complaint)
        form = question.form(initial={"proposal": live.pk})
    context: dict[str, Any] = {"complaint": complaint, "question": question, "name": f"proposal-{name}", "form": form}
    return render(request, "complaints/question.html", context, status=422 if form.is_bound else 200)


@login_required
@require_safe
def inbox(request: HttpRequest) -> HttpResponse:
    """What waits for this user's decision, the oldest first."""
    if not reader(request).has_perm("compensation.decide"):
        raise refused("compensation.decide")
    rows = Proposal.objects.awaiting(reader(request)).for_list().order_by("submitted_at", "pk")
    proposals = list(rows[: SHOWN + 1])
    context = {"proposals": proposals[:SHOWN], "has_more": len(proposals) > SHOWN}
    return render(request, "compensation/inbox.html", context)
