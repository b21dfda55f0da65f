"""Errors as RFC 9457 problem documents: the one place where the API turns refusals into answers. Source: API.md."""

import json
import math
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.core.exceptions import PermissionDenied as DjangoPermissionDenied
from django.core.exceptions import ValidationError as DjangoValidationError
from django.core.serializers.json import DjangoJSONEncoder
from django.http import Http404, HttpRequest, HttpResponse, UnreadablePostError
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.serializers import as_serializer_error

from api.requests import request_id
from core.errors import Blocked, DomainError, PermissionDenied, Sentence
from core.files.refusals import FilesAway, NoRoom

MEDIA_TYPE = "application/problem+json"

# What an error of this status is called, the same for each occurrence.
TITLES: dict[int, tuple[str, Promise]] = {
    400: ("invalid_request", _("The request is not right")),
    401: ("not_signed_in", _("Who are you?")),
    403: ("not_allowed", _("You may not do this")),
    404: ("not_found", _("Nothing is here for you")),
    405: ("method_not_allowed", _("This cannot be done here")),
    406: ("not_acceptable", _("No such form of answer")),
    409: ("conflict", _("The present state does not allow it")),
    411: ("length_required", _("The length of the body is missing")),
    412: ("precondition_failed", _("It was changed meanwhile")),
    413: ("too_large", _("This is too much at once")),
    415: ("unsupported_media_type", _("No such form of body")),
    422: ("idempotency_key_reused", _("This key was used for something else")),
    428: ("precondition_required", _("Say which version you saw")),
    429: ("too_many_requests", _("Too many requests")),
    500: ("server_error", _("Something broke on our side")),
    503: ("unavailable", _("Not available for the moment")),
    507: ("no_room", _("There is no room left")),
}


class Refusal(Exception):
    """An error of the API's own, such as a missing If-Match; what the business refuses are the errors of core."""

    def __init__(
        self, status: int, code: str, detail: Sentence, *, headers: Mapping[str, str] | None = None, **more: Any
    ) -> None:
        self.status, self.code, self.detail = status, code, detail
        self.headers, self.more = dict(headers or {}), more
        super().__init__(code)


def invalid(field: str, code: str, message: Sentence) -> Refusal:
    """One wrong field or parameter."""
    return invalid_fields([{"field": field, "code": code, "message": message}])


def invalid_fields(errors: list[dict[str, Any]]) -> Refusal:
    return Refusal(400, "invalid", _("Some of it is not right: see the errors."), errors=errors)


def too_large() -> Refusal:
    return Refusal(413, "too_large", _("The body is larger than is taken here. Nothing was saved."))


def too_many(seconds: int) -> Refusal:
    text = _("Too many requests in this minute. Try again in %(seconds)s s.") % {"seconds": seconds}
    return Refusal(429, "too_many_requests", text, headers={"Retry-After": str(seconds)})


def document(request: HttpRequest, refusal: Refusal) -> dict[str, Any]:
    kind, title = TITLES[refusal.status]
    return {
        "type": f"urn:complaints:problem:{kind}",
        "title": title,
        "status": refusal.status,
        "detail": refusal.detail,
        "code": refusal.code,
        "request_id": request_id(request),
        **refusal.more,
    }


def plain_answer(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """For what is refused before, or outside of, a view of the API."""
    body = json.dumps(document(request, refusal), cls=DjangoJSONEncoder, ensure_ascii=False, separators=(",", ":"))
    return HttpResponse(body, status=refusal.status, content_type=MEDIA_TYPE, headers=refusal.headers)


def answer(error: Exception, context: Mapping[str, Any]) -> Response | None:
    """The exception handler of all views; None for a fault of ours, which Django's handler of errors gets."""
    refusal = refusal_for(error)
    if refusal is None:
        return None
    headers = dict(refusal.headers)
    if how := getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = how
    body = document(context["request"], refusal)
    return Response(body, status=refusal.status, headers=headers, content_type=MEDIA_TYPE)


# What Django and REST framework refuse by themselves; None: in their own words, which are translated.
_FRAMEWORK: dict[type[Exception], tuple[int, str, Sentence | None]] = {
    UnreadablePostError: (400, "malformed", _("The body broke off.")),
    exceptions.PermissionDenied: (403, "not_allowed", _("You may not do this.")),
    DjangoPermissionDenied: (403, "not_allowed", _("You may not do this.")),
    exceptions.MethodNotAllowed: (405, "method_not_allowed", None),
    exceptions.NotAcceptable: (406, "not_acceptable", _("Answers are application/json.")),
    exceptions.UnsupportedMediaType: (415, "unsupported_media_type", None),
    exceptions.ParseError: (400, "malformed", None),
}


def refusal_for(error: Exception) -> Refusal | None:  # noqa: PLR0911
    if isinstance(error, Refusal):
        return error
    if isinstance(error, DomainError):
        return _of_house(error)
    if isinstance(error, Http404 | ObjectDoesNotExist | exceptions.NotFound):
        return not_there()
    if isinstance(error, exceptions.ValidationError):
        return invalid_fields(flat(error.detail))
    if isinstance(error, DjangoValidationError):
        return invalid_fields(flat(as_serializer_error(error)))
    if isinstance(error, exceptions.NotAuthenticated | exceptions.AuthenticationFailed):
        return Refusal(401, str(error.get_codes()), str(error.detail))
    if isinstance(error, exceptions.Throttled):
        return too_many(math.ceil(getattr(error, "wait", None) or 1))
    for kind, (status, code, detail) in _FRAMEWORK.items():
        if isinstance(error, kind):
            return Refusal(status, code, detail or str(getattr(error, "detail", "")))
    return None


def _of_house(error: DomainError) -> Refusal:
    if isinstance(error, PermissionDenied):
        return Refusal(403, error.code, error.message)
    if isinstance(error, Blocked):
        blocked_by = [{"code": blocker.code, "message": blocker.message} for blocker in error.blockers]
        return Refusal(409, error.code, error.message, blocked_by=blocked_by)
    if isinstance(error, NoRoom):
        return Refusal(507, error.code, error.message)
    if isinstance(error, FilesAway):
        return Refusal(503, error.code, error.message, headers={"Retry-After": "30"})
    return Refusal(409, error.code, error.message)


def not_there() -> Refusal:
    """The same for what does not exist and for what is hidden from the reader."""
    return Refusal(404, "not_found", _("The address is wrong, or what is there is not yours to see."))


def flat(detail: Any, path: str = "") -> list[dict[str, Any]]:
    """Put nested errors of serializers into one list with dotted paths: `customer.phone`, `lines.0.amount`."""
    if isinstance(detail, Mapping):
        return [
            error
            for key, inner in detail.items()
            for error in flat(inner, path if key == "non_field_errors" else f"{path}.{key}".lstrip("."))
        ]
    if isinstance(detail, list):
        return [
            error
            for index, inner in enumerate(detail)
            # A list of sentences is about one field; a list of mappings is about the rows of a list.
            for error in flat(inner, f"{path}.{index}".lstrip(".") if isinstance(inner, Mapping) else path)
        ]
    return [{"field": path, "code": getattr(detail, "code", "invalid"), "message": str(detail)}]
