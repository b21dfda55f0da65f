"""Who sends a request: a key, which acts as its user, or a browser that is signed in."""

from django.utils.translation import gettext_lazy as _
from rest_framework.authentication import BaseAuthentication, SessionAuthentication
from rest_framework.exceptions import AuthenticationFailed, PermissionDenied
from rest_framework.request import Request

from accounts.api_keys import find_key, mark_used
from accounts.models import ApiKey, User
from api.problems import Refusal
from core import clock


class KeyAuthentication(BaseAuthentication):
    """`Authorization: Bearer <key>`. The same answer for a key that is wrong, revoked, expired or a closed user's."""

    def authenticate(self, request: Request) -> tuple[User, ApiKey] | None:
        given = request.headers.get("Authorization")
        if given is None:
            return None
        scheme, _space, text = given.partition(" ")
        key = find_key(text.strip(), now=clock.now()) if scheme.lower() == "bearer" else None
        if key is None:
            raise AuthenticationFailed(_("This key is not valid, or not any more."), "invalid_key")
        mark_used(key, now=clock.now())
        return key.user, key

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="complaints"'


class BrowserAuthentication(SessionAuthentication):
    """The session of a browser, with its CSRF token in `X-CSRFToken`."""

    def enforce_csrf(self, request: Request) -> None:
        try:
            super().enforce_csrf(request)
        except PermissionDenied as error:
            raise Refusal(403, "csrf_failed", _("The header X-CSRFToken is missing or wrong.")) from error
