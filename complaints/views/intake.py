"""The intake form: saved with three answers, judged while one types, kept on the server until it is saved."""

import uuid
from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.db import IntegrityError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import User
from accounts.views import way_back
from complaints.actions.attachments import drop_from_draft
from complaints.actions.drafts import discard_draft, save_draft
from complaints.actions.links import add_to_complaint
from complaints.actions.lodge import lodge_complaint
from complaints.assessment import Assessment
from complaints.assessment import assess as judge
from complaints.attaching import Added, keep_files
from complaints.codes import SeverityClass
from complaints.forms.fields import as_id
from complaints.forms.intake import IntakeForm, as_data, initial_from, prefilled
from complaints.forms.refusals import save_with
from complaints.intake import Intake
from complaints.models import Attachment, Complaint, Draft
from complaints.views.lookup import reader
from complaints.views.slip import JUST_SAVED
from core import clock
from core.errors import PermissionDenied
from core.files.kinds import ACCEPT
from core.files.uploads import skipped_files
from customers.views import card_context
from policies.reading import policy

# Not part of what the clerk wrote.
NOT_KEPT = {"csrfmiddlewaretoken", "then", "sales_of", "staff_of", "files", "drop_files"}
# How long the number of a complaint that its recorder may not read can be looked at again, to print the slip.
SLIP_MINUTES = 15
MOST_REMEMBERED = 20


def clerk(request: HttpRequest) -> User:
    """Who fills in the form. Raises PermissionDenied for roles that log no complaints."""
    user = reader(request)
    if not user.has_perm("complaints.lodge_complaint"):
        raise PermissionDenied("may_not_lodge", gettext_lazy("Your role does not log complaints."))
    return user


def as_key(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def new(request: HttpRequest) -> HttpResponse:
    user = clerk(request)
    if request.method == "POST":
        return _posted(request, user)
    key = as_key(request.GET.get("draft", ""))
    kept = Draft.objects.filter(key=key).first() if key else None
    if key is None or (kept is not None and kept.user_id != user.pk):
        # Each form has an address of its own, so that reloading it or signing in again comes back to it.
        told = {name: str(request.GET[name]) for name in ("who", "phone") if request.GET.get(name)}
        return redirect(f"{reverse('complaints:new')}?{urlencode({'draft': str(uuid.uuid4()), **told})}")
    saved = Complaint.objects.filter(intake_key=key, recorded_by=user).first()
    if saved is not None:
        return _after(request, saved, user)
    fields = initial_from(kept.fields) if kept else prefilled(request.GET.get("who") or request.GET.get("phone", ""))
    return _show(request, user, key, IntakeForm(user=user, initial={**fields, "draft": key}))


def _posted(request: HttpRequest, user: User) -> HttpResponse:
    data = request.POST.copy()
    key = as_key(data.get("draft", "")) or uuid.uuid4()
    data["draft"] = str(key)
    then = data.get("then", "take")
    for attachment_id in data.getlist("drop_files")[:MOST_REMEMBERED]:
        drop_from_draft(key, as_id(attachment_id) or 0, by=user)
    # Whatever else is wrong with the form, what was chosen need not be chosen once more.
    added = keep_files(request, key, by=user) if request.FILES or skipped_files(request) else Added()
    for each in added.refused:
        messages.warning(request, f"{each.name}: {each.sentence}")
    if then == "draft":
        save_draft(key, fields=kept_fields(data), by=user)
        messages.success(request, _("The draft is kept. It is on your front page."))
        return redirect("complaints:queue")
    form = IntakeForm(data, user=user)
    if then == "look":
        return _show(request, user, key, _looked_at(form, user, key))
    if then.startswith("add:"):
        return _add(request, user, key, form, then.removeprefix("add:"))
    if form.is_valid():
        intake = form.intake()
        intake.is_taken = then != "hand_over"
        saved = save_with(form, lambda: _lodge_once(intake, user))
        if saved is not None:
            if saved.recorded_by_id != user.pk:
                raise Http404
            messages.success(request, _("%(number)s is saved") % {"number": saved.number})
            return _after(request, saved, user)
    return _show(request, user, key, form, status=422)


def _lodge_once(intake: Intake, user: User) -> Complaint:
    """Of two presses at the same moment the slower one is refused by the database, and finds what the other saved."""
    try:
        return lodge_complaint(intake, by=user)
    except IntegrityError:
        faster = Complaint.objects.filter(intake_key=intake.key).first() if intake.key else None
        if faster is None:
            raise
        return faster


def _after(request: HttpRequest, saved: Complaint, user: User) -> HttpResponse:
    """Where the work goes on: LASTR at the desk, the case, or the slip when its recorder may not read it."""
    if not Complaint.objects.visible_to(user).filter(pk=saved.pk).exists():
        # From its saving on, so that the address of the form does not open it again tomorrow.
        request.session[JUST_SAVED] = {"number": saved.number, "until": _until(saved.recorded_at)}
        return redirect("complaints:saved", saved.number)
    if saved.is_open and saved.severity_class == SeverityClass.ONE and saved.owner_id == user.pk:
        return redirect("complaints:desk", saved.number)
    return redirect(saved)


def _until(now: datetime) -> str:
    return (now + timedelta(minutes=SLIP_MINUTES)).isoformat()


def _add(request: HttpRequest, user: User, key: uuid.UUID, form: IntakeForm, number: str) -> HttpResponse:
    """Keep it as a message on an older complaint; pressed twice, it is one message."""
    # The number comes from a button, so whatever else it may be is not there.
    older = Complaint.objects.visible_to(user).filter(number=number).first() if number.isprintable() else None
    if older is None:
        raise Http404
    done: list[str] = request.session.get("added", [])
    if str(key) not in done:
        form.is_valid()
        description, channel = form.cleaned_data.get("description"), form.cleaned_data.get("channel")
        if not description or not channel:
            return _show(request, user, key, form, status=422)
        try:
            add_to_complaint(number, text=description, channel=channel, draft_key=str(key), by=user)
        except Complaint.DoesNotExist as error:
            raise Http404 from error
        request.session["added"] = [*done, str(key)][-MOST_REMEMBERED:]
        messages.success(request, _("Added to %(number)s") % {"number": number})
    return redirect(older)


def _looked_at(form: IntakeForm, user: User, key: uuid.UUID) -> IntakeForm:
    """Without scripts: the same form with what the words suggest ticked, to be looked at before saving."""
    form.full_clean()
    found = judgement(form, user)
    fields = {name: form.raw(name) for name in form.fields}
    for name in ("demands", "threats"):
        fields[name] = [*(fields[name] or []), *found.hints[name].codes]
    fields["is_danger"] = fields["is_danger"] or bool(found.hints["is_danger"].codes)
    return IntakeForm(user=user, initial={**fields, "draft": key})


def kept_fields(data: QueryDict) -> dict[str, list[str]]:
    """The form as posted. No database keeps a null byte, so it is left out here and refused when saving."""
    return {
        name.replace("\0", ""): [value.replace("\0", "") for value in values]
        for name, values in data.lists()
        if name not in NOT_KEPT
    }


# ------------------------------------------------------------------ what is shown


def _show(request: HttpRequest, user: User, key: uuid.UUID, form: IntakeForm, status: int = 200) -> HttpResponse:
    asked = form if form.is_bound else IntakeForm(as_data(form.initial), user=user)
    asked.full_clean() if asked is not form else None
    context = known_context(asked, user) | files_context(user, key) | {"form": form, "key": key, "now": clock.now()}
    return render(request, "complaints/intake.html", context, status=status)


def files_context(user: User, key: uuid.UUID) -> dict[str, Any]:
    """What came with the form so far."""
    return {
        "key": key,
        "files": list(Attachment.objects.of_draft(key, user)),
        "accept": ACCEPT,
        "most_megabytes": policy("files.most_megabytes"),
    }


def judgement(form: IntakeForm, user: User) -> Assessment:
    return judge(
        form.intake(),
        customer=None if form.cleaned_data.get("is_anonymous") else form.customer_on_form,
        department=form.department_on_form,
        declined={name: form.declined(name) for name in ("demands", "threats")},
        by=user,
        now=clock.now(),
    )


def known_context(form: IntakeForm, user: User) -> dict[str, Any]:
    """The right column, and the parts of the form that follow from the customer and the department."""
    given = form.cleaned_data
    customer = None if given.get("is_anonymous") else form.customer_on_form
    known = judgement(form, user)
    shown = {duplicate.complaint.number for duplicate in known.duplicates}
    linked, not_same = given.get("link_to", []), given.get("not_same", [])
    return {
        "form": form,
        "known": known,
        "linked": linked,
        "not_same": not_same,
        # Decided earlier, and not among those shown now.
        "kept_linked": [number for number in linked if number not in shown],
        "kept_apart": [number for number in not_same if number not in shown],
        "customer_known": customer,
        **(card_context(customer) if customer else {}),
    }


@require_POST
@never_cache
def assess(request: HttpRequest) -> HttpResponse:
    """Judge the form as it stands. Whatever is half typed is left out; nothing is an error yet."""
    user = clerk(request)
    form = IntakeForm(request.POST, user=user)
    form.full_clean()
    context = known_context(form, user)
    shown_of = str(form.customer_on_form.pk) if form.customer_on_form else ""
    staff_of = str(form.department_on_form.pk) if form.department_on_form else ""
    context["is_oob"] = True
    context["is_other_customer"] = request.POST.get("sales_of", "") != shown_of
    context["is_other_department"] = request.POST.get("staff_of", "") != staff_of
    return render(request, "complaints/_intake_judged.html", context)


@require_POST
@never_cache
def draft(request: HttpRequest) -> HttpResponseBase:
    """Keep the form as it stands; asked by a script after each change."""
    user = clerk(request)
    key = as_key(request.POST.get("draft", ""))
    if key is None:
        return JsonResponse({"error": _("This form has no key. Load the page again.")}, status=400)
    # A page sends its last words when it is left: those of a form that was added to an older complaint come too late.
    is_added = str(key) in request.session.get("added", [])
    kept = None if is_added else save_draft(key, fields=kept_fields(request.POST), by=user)
    if kept is None:
        return HttpResponse(status=204)
    return JsonResponse({"draft": str(key), "saved_at": kept.updated_at.isoformat()})


@require_POST
def discard(request: HttpRequest) -> HttpResponse:
    """Throw an unfinished form away."""
    user = clerk(request)
    if key := as_key(request.POST.get("draft", "")):
        discard_draft(key, by=user)
        messages.success(request, _("The draft is thrown away"))
    return redirect(way_back(request))


@require_safe
@never_cache
def saved(request: HttpRequest, number: str) -> HttpResponse:
    """What the recorder of a complaint that is hidden from them still gets: its number, and the way to the slip."""
    user = clerk(request)
    kept = request.session.get(JUST_SAVED) or {}
    if kept.get("number") != number or clock.now() > datetime.fromisoformat(kept["until"]):
        raise Http404
    complaint = Complaint.objects.filter(recorded_by=user, number=number).first()
    if complaint is None:
        raise Http404
    return render(request, "complaints/intake_saved.html", {"complaint": complaint})
