"""Service accounts: the list, one of them, and what administrators and managers do there."""

import secrets
from collections.abc import Mapping
from typing import Any, cast

from django.contrib import messages
from django.db.models import Exists, OuterRef
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import ApiKey, RightsRequest, ServiceAccount, User
from accounts.roles import refused
from accounts.service_accounts import confirmers, is_confirmed, waiting_request
from accounts.service_actions import confirm_rights, start_service_account, stop_service_account
from accounts.service_forms import ChangeRightsForm, EditAccountForm, NewAccountForm, RefuseForm
from core import clock
from core.errors import Conflict
from events.log import timeline
from events.registry import describe, icon

VIEW, HOUSE = "accounts.view_service_accounts", "accounts.manage_house"
# The form of a new account that was last shown: sent twice, it makes one.
FORM = "service_account_form"
HISTORY_SHOWN = 30


def needs(request: HttpRequest, permission: str) -> User:
    user = cast(User, request.user)
    if not user.has_perm(permission):
        raise refused(permission)
    return user


@require_safe
def service_accounts(request: HttpRequest) -> HttpResponse:
    user = needs(request, VIEW)
    waits = RightsRequest.objects.filter(account=OuterRef("pk"), state=RightsRequest.State.WAITING)
    valid = ApiKey.objects.filter(user=OuterRef("user_id")).valid(clock.now())
    rows = ServiceAccount.objects.visible_to(user).select_related("user__department", "responsible")
    rows = rows.prefetch_related("user__role_grants").annotate(is_waiting=Exists(waits), has_key=Exists(valid))
    mine = RightsRequest.objects.decidable_by(user).select_related("account__user", "department", "asked_by")
    return render(request, "accounts/service_accounts.html", {"accounts": list(rows), "mine": list(mine)})


@require_safe
def service_account(request: HttpRequest, account_id: int) -> HttpResponse:
    user = needs(request, VIEW)
    return shown(request, account_or_404(account_id, user))


def shown(request: HttpRequest, account: ServiceAccount, *, status: int = 200, **more: Any) -> HttpResponse:
    """The page of one account; `more` is a form that came back with what is wrong in it."""
    user, now = cast(User, request.user), clock.now()
    waiting = waiting_request(account)
    keys = list(ApiKey.objects.filter(user=account.user))
    good = set(ApiKey.objects.filter(user=account.user).valid(now).values_list("pk", flat=True))
    events = timeline(account.user)[:HISTORY_SHOWN]
    context = {
        "account": account,
        "is_confirmed": is_confirmed(account.user),
        "waiting": waiting,
        "may_decide": bool(waiting and RightsRequest.objects.decidable_by(user).filter(pk=waiting.pk).exists()),
        "is_own_request": bool(waiting and waiting.asked_by_id == user.pk),
        "confirmers": _confirmers(waiting),
        "last": account.requests.exclude(state=RightsRequest.State.WAITING).select_related("decided_by").first(),
        "valid": [key for key in keys if key.pk in good],
        "ended": [key for key in keys if key.pk not in good],
        "history": [(event, icon(event), describe(event)) for event in events],
        "refuse_form": RefuseForm(),
        **more,
    }
    return render(request, "accounts/service_account.html", context, status=status)


def _confirmers(waiting: RightsRequest | None) -> list[User]:
    if waiting is None:
        return []
    return list(confirmers(waiting.department, waiting.roles, but=waiting.asked_by))


def account_or_404(account_id: int, user: User) -> ServiceAccount:
    rows = ServiceAccount.objects.visible_to(user).select_related("user__department", "responsible")
    rows = rows.prefetch_related("user__role_grants")
    return get_object_or_404(rows, pk=account_id)


@require_http_methods(["GET", "HEAD", "POST"])
def new_service_account(request: HttpRequest) -> HttpResponse:
    user = needs(request, HOUSE)
    form = NewAccountForm(request.POST if request.method == "POST" else None)
    if request.method != "POST":
        request.session[FORM] = secrets.token_urlsafe(16)
    elif request.POST.get("form", "") != request.session.get(FORM):
        messages.info(request, _("This form was sent already. Its account is in the list."))
        return redirect("accounts:service_accounts")
    elif form.is_valid() and (account := form.save(user)):
        del request.session[FORM]
        messages.success(request, _("Created. A manager must confirm its roles now."))
        return redirect(account)
    context = {"form": form, "form_id": request.session[FORM]}
    return render(request, "accounts/service_account_new.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def edit_service_account(request: HttpRequest, account_id: int) -> HttpResponse:
    account = account_or_404(account_id, needs(request, HOUSE))
    initial = {"name": account.user.name, "purpose": account.purpose, "responsible": account.responsible_id}
    return _changed(request, account, EditAccountForm, initial, _("Change the account"), _("Saved"))


@require_http_methods(["GET", "HEAD", "POST"])
def ask_rights(request: HttpRequest, account_id: int) -> HttpResponse:
    account = account_or_404(account_id, needs(request, HOUSE))
    asked = waiting_request(account)
    department = asked.department_id if asked else account.user.department_id
    roles = asked.roles if asked else sorted(account.user.role_set)
    initial = {"department": department, "roles": roles}
    return _changed(request, account, ChangeRightsForm, initial, _("Ask for other roles"), _("Saved"))


def _changed(
    request: HttpRequest,
    account: ServiceAccount,
    form_class: type[EditAccountForm] | type[ChangeRightsForm],
    initial: Mapping[str, Any],
    title: str,
    done: str,
) -> HttpResponse:
    given = request.POST.copy() if request.method == "POST" else None
    form = form_class(given, initial={**initial, "version": account.version})
    context: dict[str, Any] = {"account": account, "form": form, "title": title}
    status = 200
    if given is not None:
        try:
            if form.is_valid() and form.save(account.pk, cast(User, request.user)):
                messages.success(request, done)
                return redirect(account)
            status = 422
        except Conflict as conflict:
            now = cast(ServiceAccount, conflict.current)
            # What was typed stays; sent once more, it holds against what is there now.
            given["version"] = str(now.version)
            context |= {"account": now, "is_conflict": True}
            status = 409
    return render(request, "accounts/service_account_edit.html", context, status=status)


@require_POST
def confirm(request: HttpRequest, account_id: int, request_id: int) -> HttpResponse:
    user = needs(request, "accounts.confirm_rights")
    asked = get_object_or_404(account_or_404(account_id, user).requests, pk=request_id)
    account = confirm_rights(asked.pk, by=user)
    messages.success(request, _("Confirmed. It may act from now on."))
    return redirect(account)


@require_http_methods(["GET", "HEAD", "POST"])
def refuse(request: HttpRequest, account_id: int, request_id: int) -> HttpResponse:
    user = needs(request, "accounts.confirm_rights")
    if request.method != "POST":
        # A form that came back is left by its address: another language, or loading it again.
        return redirect("accounts:service_account", account_id)
    account = account_or_404(account_id, user)
    asked = get_object_or_404(account.requests, pk=request_id)
    form = RefuseForm(request.POST)
    if not form.is_valid() or form.save(asked.pk, user) is None:
        return shown(request, account, status=422, refuse_form=form)
    messages.success(request, _("Refused. Whoever asked is told why."))
    return redirect(account)


@require_POST
def stop(request: HttpRequest, account_id: int) -> HttpResponse:
    user = needs(request, HOUSE)
    account = stop_service_account(account_or_404(account_id, user).pk, by=user)
    messages.success(request, _("Switched off. Its keys open nothing any more."))
    return redirect(account)


@require_POST
def start(request: HttpRequest, account_id: int) -> HttpResponse:
    user = needs(request, HOUSE)
    account = start_service_account(account_or_404(account_id, user).pk, by=user)
    messages.success(request, _("Switched on again"))
    return redirect(account)
