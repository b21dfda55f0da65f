"""Each request in its user's language, colours and time zone; and nobody gets in who is not signed in."""

from collections.abc import Callable
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render, resolve_url
from django.utils import timezone, translation

from accounts.models import User
from accounts.zones import zone_of
from core.typed import parts_of, typed_texts

THEME_COOKIE = "theme"
THEMES = {code for code, _ in User.THEMES}

GetResponse = Callable[[HttpRequest], HttpResponse]


class PreferencesMiddleware:
    """Stands after AuthenticationMiddleware. Who has set nothing gets what the browser asks for."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        if not isinstance(user, User):
            theme = request.COOKIES.get(THEME_COOKIE, "")
            request.theme = theme if theme in THEMES else "system"  # type: ignore[attr-defined]
            return self.get_response(request)
        request.theme = user.theme  # type: ignore[attr-defined]
        if user.language:
            translation.activate(user.language)
            request.LANGUAGE_CODE = translation.get_language()
        with timezone.override(zone_of(user)):
            response = self.get_response(request)
        response.setdefault("Content-Language", translation.get_language() or settings.LANGUAGE_CODE)
        return response


class SignInMiddleware(LoginRequiredMiddleware):
    """Tells scripts plainly that the sign-in has ended; a browser that asks for a page is sent to sign in.

    A redirect would be followed unseen, and the sign-in page would land inside a table cell.
    """

    def handle_no_permission(  # type: ignore[override]
        self, request: HttpRequest, view_func: Callable[..., HttpResponseBase]
    ) -> HttpResponseBase:
        if request.headers.get("HX-Request") == "true":
            response = HttpResponse(status=401)
            response["HX-Redirect"] = sign_in_url(request.headers.get("HX-Current-URL", ""))
            return response
        if request.headers.get("X-Requested-With") == "fetch":
            return HttpResponse(status=401)
        if request.method not in {"GET", "HEAD"}:
            # After signing in, the page the form stood on comes back, not the address that only takes a form.
            back = sign_in_url(request.headers.get("Referer", ""))
            if typed_texts(request):
                return render(request, "core/signed_out.html", {"sign_in_url": back}, status=401)
            return redirect(back)
        return super().handle_no_permission(request, view_func)


def sign_in_url(page: str) -> str:
    """The sign-in page that leads back to `page`, whose host is left out so that nobody is led elsewhere."""
    parts = parts_of(page)
    back = parts.path + (f"?{parts.query}" if parts.query else "")
    query = f"?{urlencode({'next': back})}" if back.startswith("/") and not back.startswith(("//", "/\\")) else ""
    return f"{resolve_url(settings.LOGIN_URL)}{query}"
