"""Errors that no view answers: a problem document for the API, a page for people."""

import sys
from collections.abc import Callable

import structlog
from django.core.exceptions import DisallowedHost, RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import requires_csrf_token

from api.problems import Refusal, not_there, plain_answer, too_large
from api.requests import is_api, language_of
from core import views

log = structlog.get_logger(__name__)


def _problem(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    with translation.override(language_of(request)):
        return plain_answer(request, refusal)


@requires_csrf_token
def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    if not is_api(request):
        return _page(views.bad_request, request, exception)
    if isinstance(exception, RequestDataTooBig | TooManyFieldsSent | TooManyFilesSent):
        return _problem(request, too_large())
    if isinstance(exception, DisallowedHost):
        return _problem(request, Refusal(400, "unknown_host", _("This installation is not reached by that name.")))
    return _problem(request, Refusal(400, "malformed", _("This request cannot be read.")))


@requires_csrf_token
def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    if not is_api(request):
        return _page(views.forbidden, request, exception)
    return _problem(request, Refusal(403, "not_allowed", _("You may not do this.")))


@requires_csrf_token
def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _problem(request, not_there()) if is_api(request) else _page(views.not_found, request, exception)


def _page(view: Callable[..., HttpResponse], request: HttpRequest, exception: Exception | None) -> HttpResponse:
    return view(request, exception)


def server_error(request: HttpRequest) -> HttpResponse:
    """Our fault. Says nothing of it but the id by which the log tells more."""
    if not is_api(request):
        return views.server_error(request)
    # Django calls this while it handles the exception.
    if isinstance(sys.exc_info()[1], OperationalError | InterfaceError):
        seconds = str(views.RETRY_AFTER_SECONDS)
        detail = _("The database does not answer. Nothing was saved. Try again in a moment.")
        return _problem(request, Refusal(503, "unavailable", detail, headers={"Retry-After": seconds}))
    log.error("server_error", path=request.path)
    return _problem(request, Refusal(500, "server_error", _("Nothing was saved. Tell IT the id of this request.")))
