"""The pages of guidance: looking for cards, one card with its history, and writing them."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import User
from accounts.roles import refused
from complaints.actions.guidance import MANAGE, archive_card, restore_card
from complaints.codes import Situation, Skill, State
from complaints.forms.fields import as_id
from complaints.forms.guidance import GuidanceCardForm, GuidanceSearchForm, category_names
from complaints.guidance.content import Content, content_of, from_json
from complaints.guidance.search import Found, find_cards
from complaints.guidance.shown import shown_card
from complaints.guidance.starter import ensure_starter_guidance
from complaints.models import GuidanceCard
from complaints.views.lookup import reader
from complaints.words import label
from core.errors import Conflict
from customers.codes import Temperament

READ = "complaints.read_guidance"
PAGE = 24
VERSIONS_SHOWN = 50


def needs(request: HttpRequest, permission: str) -> User:
    user = reader(request)
    if not user.has_perm(permission):
        raise refused(permission)
    return user


def card_or_404(card_id: int, user: User) -> GuidanceCard:
    return get_object_or_404(GuidanceCard.objects.visible_to(user), pk=card_id)


@require_safe
def guidance(request: HttpRequest) -> HttpResponse:
    """All cards, or those that were looked for."""
    user = needs(request, READ)
    names = category_names()
    form = GuidanceSearchForm(request.GET, categories=names)
    context: dict[str, Any] = {"form": form, "may_manage": user.has_perm(MANAGE)}
    if not form.is_valid():
        return render(request, "complaints/guidance.html", context | {"find_text": ""}, status=422)
    rows = GuidanceCard.objects.visible_to(user)
    shows_archived = form.cleaned_data["archived"]
    found = find_cards(rows.filter(is_archived=shows_archived), form.wanted)
    page = Paginator(found, PAGE).get_page(as_id(request.GET.get("page")) or 1)
    context |= {
        "cards": [_line(one, form.spoken, dict(names)) for one in page],
        "page": page,
        "kept_query": urlencode({name: text for name, text in request.GET.items() if name != "page" and text}),
        "is_narrowed": not form.wanted.is_empty or shows_archived,
    }
    return render(request, "complaints/guidance.html", context)


def _line(found: Found, spoken: str, names: dict[str, str]) -> dict[str, Any]:
    row, content = found.row, found.content
    return {
        "row": row,
        "card": shown_card(row.pk, content, spoken, get_language() or "en", has_name=True),
        "fits": fits_of(content, names),
    }


def fits_of(content: Content, names: dict[str, str]) -> list[str]:
    """What a card fits, in words: its step, types, situations and categories."""
    return [
        *(label(State, code) for code in content.steps),
        *(label(Temperament, code) for code in content.temperaments),
        *(label(Situation, code) for code in content.situations),
        *(names.get(code, code) for code in content.categories),
    ]


@require_safe
def card(request: HttpRequest, card_id: int) -> HttpResponse:
    """One card in both languages, with who changed it when; an old version is read by ?version=."""
    user = needs(request, READ)
    row = card_or_404(card_id, user)
    versions = list(row.versions.select_related("written_by")[:VERSIONS_SHOWN])
    asked = as_id(request.GET.get("version"))
    old = next((one for one in versions if one.version == asked and one.version != row.version), None)
    content = from_json(old.content) if old else content_of(row)
    context = {
        "row": row,
        "content": content,
        "tongues": sorted(content.written, key=lambda texts: not (get_language() or "en").startswith(texts.language)),
        "fits": fits_of(content, dict(category_names())),
        "skills": [label(Skill, code) for code in content.skills],
        "versions": versions,
        "old": old,
        "may_manage": user.has_perm(MANAGE),
    }
    return render(request, "complaints/guidance_card.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def new_card(request: HttpRequest) -> HttpResponse:
    user = needs(request, MANAGE)
    form = GuidanceCardForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid() and (made := form.save(None, by=user)):
        messages.success(request, _("The card is written. It is shown from now on."))
        return redirect(made)
    return render(request, "complaints/guidance_edit.html", {"form": form}, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def edit_card(request: HttpRequest, card_id: int) -> HttpResponse:
    user = needs(request, MANAGE)
    row = card_or_404(card_id, user)
    given = request.POST.copy() if request.method == "POST" else None
    content = content_of(row)
    form = GuidanceCardForm(given, content=content, version=row.version)
    context: dict[str, Any] = {"form": form, "row": row}
    status = 200
    if given is not None:
        try:
            if form.is_valid() and form.save(row.pk, by=user):
                messages.success(request, _("Saved. The old text is kept with the card."))
                return redirect(row)
            status = 422
        except Conflict as conflict:
            # What was typed stays; sent once more, it holds against what is there now.
            given["version"] = str(conflict.current.version)
            context |= {"theirs": content_of(conflict.current), "is_conflict": True}
            status = 409
    return render(request, "complaints/guidance_edit.html", context, status=status)


@require_POST
def archive(request: HttpRequest, card_id: int) -> HttpResponse:
    user = needs(request, MANAGE)
    row = archive_card(card_or_404(card_id, user).pk, by=user)
    messages.success(request, _("Archived. It is shown nowhere any more, and can be brought back."))
    return redirect(row)


@require_POST
def restore(request: HttpRequest, card_id: int) -> HttpResponse:
    user = needs(request, MANAGE)
    row = restore_card(card_or_404(card_id, user).pk, by=user)
    messages.success(request, _("Brought back. It is shown from now on."))
    return redirect(row)


@require_POST
def add_starter(request: HttpRequest) -> HttpResponse:
    """Take what is missing of the starter set."""
    added = ensure_starter_guidance(by=needs(request, MANAGE))
    if added:
        messages.success(request, _("Cards added from the starter set: %(count)d") % {"count": added})
    else:
        messages.info(request, _("All cards of the starter set are here already."))
    return redirect("complaints:guidance")
