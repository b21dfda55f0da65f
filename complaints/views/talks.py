"""Beside the composer: begin with a template, correct what was recorded, send again what could not be sent."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.roles import refused
from complaints import case_page
from complaints.actions.sending import send_communication_again
from complaints.forms.case import MESSAGE, EntryForm, offer_kinds
from complaints.forms.fields import as_id
from complaints.forms.talks import CorrectForm, SendAgainForm
from complaints.message_templates import filled_for, offered
from complaints.models import Communication, Complaint, MessageTemplate
from complaints.views.case import composer_refused, context_of
from complaints.views.lookup import complaint_page, find_complaint, reader
from core.errors import PermissionDenied


@dataclass(frozen=True)
class Asked:
    """What `question.html` says of a question that is not on the list of all."""

    title: str | Promise
    text: str | Promise
    press: str | Promise
    is_final: bool = False


CORRECT = Asked(
    gettext_lazy("Correct what was recorded"),
    gettext_lazy("The old text is kept. When it was, and who got in touch, stays as it is."),
    gettext_lazy("Correct it"),
)
SEND_AGAIN = Asked(
    gettext_lazy("Send the e-mail again"),
    gettext_lazy("It goes to the address that is in the record now. Correct the address there first if it is wrong."),
    gettext_lazy("Send it again"),
)


@complaint_page("GET")
def pick_template(request: HttpRequest, number: str) -> HttpResponse:
    """What a message can begin with, in the customer's language."""
    complaint = find_complaint(request, number)
    context = {"complaint": complaint, "templates": offered(complaint.language)}
    template = "_templates" if request.htmx else "templates"  # type: ignore[attr-defined]
    return render(request, f"complaints/{template}.html", context)


@complaint_page("POST", posts="complaints.work_desk")
def fill_entry(request: HttpRequest, number: str) -> HttpResponse:
    """The composer with the text of a template below what was typed. Nothing is written."""
    complaint = case_page.find_case(reader(request), number)
    template = MessageTemplate.objects.filter(pk=as_id(request.POST.get("template")) or 0, is_active=True).first()
    typed = EntryForm(request.POST, auto_id="entry_%s")
    typed.is_valid()
    if template is None:
        typed.add_error(None, _("This template is not there any more. Choose another."))
        return composer_refused(request, number, typed)
    subject, body = filled_for(template, complaint, reader(request), typed.cleaned_data.get("next_answer_at"))
    written = request.POST.get("summary", "").strip()
    kept = {name: request.POST.get(name, "") for name in ("participants", "next_answer_at")}
    form = EntryForm(
        initial={
            **kept,
            "kind": MESSAGE,
            "medium": request.POST.get("medium") or "email",
            "direction": "out",
            "subject": request.POST.get("subject", "").strip() or subject,
            "summary": f"{written}\n\n{body}" if written else body,
            "is_interim": bool(request.POST.get("is_interim")) or template.purpose == "interim_answer",
        },
        auto_id="entry_%s",
    )
    offer_kinds(form, is_ended=not complaint.is_open)
    if request.htmx:  # type: ignore[attr-defined]
        context = {"complaint": complaint, "entry_form": form, "may_work": True}
        return render(request, "complaints/_composer_refused.html", context)
    return render(request, "complaints/detail.html", context_of(request, complaint) | {"entry_form": form})


@complaint_page("GET", "POST", posts="complaints.work_desk")
def correct(request: HttpRequest, number: str, talk_id: int) -> HttpResponse:
    complaint, row = _find(request, number, talk_id, "complaints.work_desk")
    if row.recorded_by_id != request.user.pk or row.delivery_state:
        raise PermissionDenied("not_the_author", _("Only who recorded it corrects it. Write a note instead."))
    form = CorrectForm(request.POST if request.method == "POST" else None, row=row)
    if request.method == "POST" and form.is_valid() and form.save(by=reader(request)) is not None:
        messages.success(request, _("Corrected; the old text is kept"))
        return redirect(complaint)
    return _asked(request, complaint, CORRECT, "correct", form)


@complaint_page("GET", "POST", posts="complaints.work_case")
def send_again(request: HttpRequest, number: str, talk_id: int) -> HttpResponse:
    complaint, row = _find(request, number, talk_id, "complaints.work_case")
    if request.method == "POST":
        send_communication_again(row.pk, by=reader(request))
        messages.success(request, _("The e-mail is on its way"))
        return redirect(complaint)
    return _asked(request, complaint, SEND_AGAIN, "send-again", SendAgainForm())


def _find(request: HttpRequest, number: str, talk_id: int, permission: str) -> tuple[Complaint, Communication]:
    if not reader(request).has_perm(permission):
        raise refused(permission)
    complaint = find_complaint(request, number, "department")
    row = complaint.communications.filter(pk=talk_id).first()
    if row is None:
        raise Http404
    return complaint, row


def _asked(request: HttpRequest, complaint: Complaint, question: Asked, name: str, form: Any) -> HttpResponse:
    context = {"complaint": complaint, "question": question, "name": name, "form": form}
    return render(request, "complaints/question.html", context, status=422 if form.is_bound else 200)
