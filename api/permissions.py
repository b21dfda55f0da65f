"""What a key is for. What its user may do, and to whose matters, the actions and querysets decide."""

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from accounts.models import ApiKey
from accounts.second_factor import require_second_factor
from accounts.service_accounts import NOT_CONFIRMED, is_confirmed
from api.problems import Refusal

SAFE = ("GET", "HEAD")


class InScope(BasePermission):
    """Signed in, and where a key is narrowed to scopes, one of those that the view takes."""

    def has_permission(self, request: Request | HttpRequest, view: object) -> bool:
        if not request.user or not request.user.is_authenticated:
            return False
        key = getattr(request, "auth", None)
        if not isinstance(key, ApiKey):
            # A key is no sign-in, but a browser's session is.
            require_second_factor(request.user)
            return True
        if not is_confirmed(key.user):
            raise Refusal(403, NOT_CONFIRMED.code, NOT_CONFIRMED.message)
        if not key.scopes:
            return True
        name = "read_scopes" if request.method in SAFE else "write_scopes"
        wanted: tuple[str, ...] = getattr(view, name)
        if not set(wanted) & set(key.scopes):
            text = _("This key is not for that. It would need the scope %(scope)s.") % {"scope": wanted[0]}
            raise Refusal(403, "scope_missing", text)
        return True


class Anybody(BasePermission):
    """For what tells no secrets: health, the document and its page."""
