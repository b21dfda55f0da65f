"""What a request to the API says of itself, before anybody knows who sent it."""

import re
import uuid

from allauth.core.internal.httpkit import get_client_ip
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.http import HttpRequest
from django.utils.translation import get_supported_language_variant
from django.utils.translation.trans_real import parse_accept_lang_header

PREFIX = "/api/"
# A caller's own id is repeated in logs and answers, so it is kept short and plain.
_REQUEST_ID = re.compile(r"[A-Za-z0-9._:+/=-]{1,128}")


def is_api(request: HttpRequest) -> bool:
    return request.path_info.startswith(PREFIX) or request.path_info == PREFIX[:-1]


def wanted_request_id(request: HttpRequest) -> str:
    """The id the caller gave, or a new one."""
    given = request.META.get("HTTP_X_REQUEST_ID", "")
    return given if _REQUEST_ID.fullmatch(given) else str(uuid.uuid4())


def request_id(request: HttpRequest) -> str:
    return str(getattr(request, "request_id", ""))


def language_of(request: HttpRequest) -> str:
    """By Accept-Language alone: a program has no cookie, and a person's own choice is for pages."""
    for code, _quality in parse_accept_lang_header(request.headers.get("Accept-Language", "").lower()):
        try:
            return get_supported_language_variant(code)
        except LookupError:
            continue
    return settings.LANGUAGE_CODE


def address_of(request: HttpRequest) -> str:
    """Where it comes from; of X-Forwarded-For only what our own proxies added is believed, as for signing in."""
    try:
        return get_client_ip(request) or "unknown"
    except (ImproperlyConfigured, PermissionDenied, ValueError):
        # It came past the proxies, or with an address that is none.
        return str(request.META.get("REMOTE_ADDR", "unknown"))
