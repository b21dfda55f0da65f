"""One's own keys, by which programs act as oneself: a list, a new one shown once, and revoking."""

import secrets
from typing import Any, cast

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.key_actions import create_api_key, revoke_api_key
from accounts.key_forms import KeyForm
from accounts.models import ApiKey, User
from core import clock

# The form that was last shown: sent twice, as by loading the page again, it makes one key.
FORM = "key_form"


@require_safe
def keys(request: HttpRequest) -> HttpResponse:
    user, now = cast(User, request.user), clock.now()
    rows = list(ApiKey.objects.filter(user=user))
    good = {key.pk for key in ApiKey.objects.filter(user=user).valid(now)}
    context = {"valid": [key for key in rows if key.pk in good], "ended": [key for key in rows if key.pk not in good]}
    return render(request, "accounts/keys.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@reauthentication_required(app="accounts")  # type: ignore[untyped-decorator]
@sensitive_variables("secret")
def new_key(request: HttpRequest) -> HttpResponse:
    """A key opens the house without a password, so whoever makes one has just confirmed who they are."""
    user = cast(User, request.user)
    form = KeyForm(request.POST if request.method == "POST" else None, user=user)
    if request.method != "POST":
        request.session[FORM] = secrets.token_urlsafe(16)
        return _asked(request, form)
    if request.POST.get("form", "") != request.session.get(FORM):
        messages.info(request, _("This form was sent already. Its key is in the list."))
        return redirect("accounts:keys")
    if not form.is_valid():
        return _asked(request, form, status=422)
    key, secret = create_api_key(user.pk, **form.cleaned_data, now=clock.now(), by=user)
    del request.session[FORM]
    return render(request, "accounts/key_made.html", {"key": key, "secret": secret})


def _asked(request: HttpRequest, form: KeyForm, **answer: Any) -> HttpResponse:
    return render(request, "accounts/key_new.html", {"form": form, "form_id": request.session[FORM]}, **answer)


@require_POST
def revoke_key(request: HttpRequest, key_id: int) -> HttpResponse:
    user = cast(User, request.user)
    key = get_object_or_404(ApiKey, pk=key_id, user=user)
    revoke_api_key(key.pk, now=clock.now(), by=user)
    messages.success(request, _("The key is revoked"))
    return redirect("accounts:keys")
