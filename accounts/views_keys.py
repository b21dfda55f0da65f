"""Keys of programs, one's own and those of service accounts: a list, a new one shown once, and revoking."""

import secrets
from typing import cast

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.key_actions import create_api_key, revoke_api_key
from accounts.key_forms import KeyForm
from accounts.models import ApiKey, ServiceAccount, User
from accounts.service_accounts import NOT_CONFIRMED, is_confirmed
from accounts.views_service import HOUSE, account_or_404, needs
from core import clock
from core.errors import Blocked

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
def new_key(request: HttpRequest) -> HttpResponse:
    """A key opens the house without a password, so whoever makes one has just confirmed who they are."""
    return made_key(request, cast(User, request.user))


@require_http_methods(["GET", "HEAD", "POST"])
def new_service_key(request: HttpRequest, account_id: int) -> HttpResponse:
    needs(request, HOUSE)
    answer: HttpResponse = confirmed_service_key(request, account_id)
    return answer


@reauthentication_required(app="accounts")  # type: ignore[untyped-decorator]
def confirmed_service_key(request: HttpRequest, account_id: int) -> HttpResponse:
    account = account_or_404(account_id, cast(User, request.user))
    return made_key(request, account.user, account)


@sensitive_variables("secret")
def made_key(request: HttpRequest, owner: User, account: ServiceAccount | None = None) -> HttpResponse:
    """Ask for a key of `owner`, make it, and show it this once. `account` when the owner is a program."""
    if not is_confirmed(owner):
        raise Blocked([NOT_CONFIRMED])
    back = account.get_absolute_url() if account else reverse("accounts:keys")
    form = KeyForm(request.POST if request.method == "POST" else None, user=owner)
    context = {"form": form, "account": account, "back": back}
    # A form of one account makes no key of another.
    known = f"{FORM}_{owner.pk}"
    if request.method != "POST":
        request.session[known] = secrets.token_urlsafe(16)
    elif request.POST.get("form", "") != request.session.get(known):
        messages.info(request, _("This form was sent already. Its key is in the list."))
        return redirect(back)
    elif form.is_valid():
        key, secret = create_api_key(owner.pk, **form.cleaned_data, now=clock.now(), by=cast(User, request.user))
        del request.session[known]
        return render(request, "accounts/key_made.html", {**context, "key": key, "secret": secret})
    context["form_id"] = request.session[known]
    return render(request, "accounts/key_new.html", context, status=422 if form.errors else 200)


@require_POST
def revoke_key(request: HttpRequest, key_id: int) -> HttpResponse:
    user = cast(User, request.user)
    key = get_object_or_404(ApiKey, pk=key_id, user=user)
    revoke_api_key(key.pk, now=clock.now(), by=user)
    messages.success(request, _("The key is revoked"))
    return redirect("accounts:keys")


@require_POST
def revoke_service_key(request: HttpRequest, account_id: int, key_id: int) -> HttpResponse:
    user = needs(request, HOUSE)
    account = account_or_404(account_id, user)
    key = get_object_or_404(account.user.api_keys, pk=key_id)
    revoke_api_key(key.pk, now=clock.now(), by=user)
    messages.success(request, _("The key is revoked"))
    return redirect(account)
