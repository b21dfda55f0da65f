"""What people set about themselves: language, colours, keys."""

from typing import cast

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.http import require_http_methods, require_POST

from accounts.actions import set_preferences
from accounts.forms import LanguageForm, PreferencesForm, ThemeForm
from accounts.middleware import THEME_COOKIE
from accounts.models import User
from accounts.second_factor import has_one

A_YEAR = 365 * 24 * 3600
# The longest of the limits on guessing.
TRY_AGAIN_SECONDS = 15 * 60
LONGEST_ADDRESS = 1000


@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: HttpRequest) -> HttpResponse:
    user = cast(User, request.user)
    initial = {"language": user.language, "theme": user.theme, "has_single_keys": user.has_single_keys}
    form = PreferencesForm(request.POST or None, initial=initial)
    context = {"form": form, "has_second_factor": has_one(user)}
    if request.method != "POST":
        return render(request, "accounts/profile.html", context)
    if not form.is_valid():
        return render(request, "accounts/profile.html", context, status=422)
    set_preferences(user.pk, **form.cleaned_data, by=user)
    with override(form.cleaned_data["language"] or None):
        messages.success(request, _("Saved"))
    return remember(redirect("accounts:profile"), settings.LANGUAGE_COOKIE_NAME, form.cleaned_data["language"])


@login_not_required
@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Switch the language: for good when signed in, else for this browser."""
    form = LanguageForm(request.POST)
    answer = redirect(way_back(request))
    if not form.is_valid():
        return answer
    chosen = form.cleaned_data["language"]
    change_own(request, language=chosen)
    return remember(answer, settings.LANGUAGE_COOKIE_NAME, chosen)


@login_not_required
@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """Switch light or dark: for good when signed in, else for this browser."""
    form = ThemeForm(request.POST)
    answer = redirect(way_back(request))
    if not form.is_valid():
        return answer
    change_own(request, theme=form.cleaned_data["theme"])
    return remember(answer, THEME_COOKIE, form.cleaned_data["theme"])


@require_POST
def lock(request: HttpRequest) -> HttpResponse:
    """End the sign-in because nobody touched the page; unlike signing out, what was typed stays in the browser."""
    logout(request)
    return HttpResponse(status=204)


def too_many_tries(request: HttpRequest) -> HttpResponse:
    """Answer who guesses: the same for every account, whether there is one or not."""
    answer = render(request, "429.html", status=429)
    answer["Retry-After"] = str(TRY_AGAIN_SECONDS)
    return answer


def change_own(request: HttpRequest, **changes: str) -> None:
    user = request.user
    if isinstance(user, User):
        kept = {"language": user.language, "theme": user.theme, "has_single_keys": user.has_single_keys}
        set_preferences(user.pk, **{**kept, **changes}, by=user)  # type: ignore[arg-type]


def way_back(request: HttpRequest) -> str:
    """The page the visitor came from, never another house's."""
    to = request.POST.get("next", "")
    # What does not begin so would be taken for the name of a view, and a browser cuts what is longer.
    if not to.startswith("/") or len(to) > LONGEST_ADDRESS:
        return "/"
    if url_has_allowed_host_and_scheme(to, {request.get_host()}, require_https=request.is_secure()):
        return to
    return "/"


def remember(answer: HttpResponse, cookie: str, value: str) -> HttpResponse:
    """Keep a choice in this browser too, for the sign-in page."""
    if value:
        answer.set_cookie(cookie, value, max_age=A_YEAR, secure=settings.SESSION_COOKIE_SECURE, samesite="Lax")
    else:
        answer.delete_cookie(cookie, samesite="Lax")
    return answer
