"""Who signs in with a second factor, and what those may open who must have one and have none."""

from collections.abc import Callable
from typing import Any

from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.errors import PermissionDenied
from policies.reading import policy

REQUIRED = "second_factor_required"
SET_UP = "mfa_activate_totp"
# What it takes to set it up, and the ways out.
OPEN = frozenset(
    {SET_UP, "account_reauthenticate", "mfa_reauthenticate", "account_logout", "admin:logout", "accounts:lock"}
)


def must_have(user: User) -> bool:
    """Whether one of the user's roles asks for a second factor."""
    return user.has_role(*policy("signin.second_factor"))


def has_one(user: User) -> bool:
    return bool(get_adapter().is_mfa_enabled(user, [Authenticator.Type.TOTP]))


def must_set_up(user: User) -> bool:
    return must_have(user) and not has_one(user)


def require_second_factor(user: User) -> None:
    """Refuse a session whose user must have a second factor and has none. A key is no sign-in: it is not asked."""
    if must_set_up(user):
        raise PermissionDenied(REQUIRED, _("Set up your second factor first. It is on your profile, in a browser."))


class SecondFactorMiddleware:
    """Stands after SignInMiddleware, and leads to the page that sets it up whoever must have one and has none.

    What is open to everybody stays open. The API, which looks after its own sign-in, asks `require_second_factor`.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        user, match = request.user, request.resolver_match
        if not isinstance(user, User) or not getattr(view, "login_required", True):
            return None
        if (match is not None and match.view_name in OPEN) or not must_set_up(user):
            return None
        return led_there(request)


def led_there(request: HttpRequest) -> HttpResponse:
    """As for a sign-in that has ended: scripts are told plainly, and what was typed is given back."""
    if request.headers.get("HX-Request") == "true":
        return HttpResponse(status=403, headers={"HX-Redirect": reverse(SET_UP)})
    if request.headers.get("X-Requested-With") == "fetch":
        return HttpResponse(status=403)
    if request.method not in {"GET", "HEAD"}:
        return render(request, "accounts/second_factor_first.html", status=403)
    return redirect(SET_UP)
