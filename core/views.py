"""Pages that belong to no part of the product: the keyboard, and what is said when something went wrong."""

import secrets
import sys
from dataclasses import dataclass

import structlog
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.views.decorators.csrf import requires_csrf_token
from django.views.decorators.http import require_safe

from core.typed import typed_texts

log = structlog.get_logger(__name__)

RETRY_AFTER_SECONDS = 5


@dataclass(frozen=True)
class Trouble:
    """What went wrong, in words, and what one can do about it."""

    status: int
    title: str
    text: str
    icon: str = "alert-triangle"
    look: str = "warn"
    error_id: str = ""


@require_safe
def keyboard(request: HttpRequest) -> HttpResponse:
    return render(request, "core/keyboard.html")


def trouble(request: HttpRequest, what: Trouble) -> HttpResponse:
    """Answer with a page, or for htmx with a note that lands in the page's place for refusals."""
    if request.headers.get("HX-Request") == "true":
        response = render(request, "core/_trouble.html", {"trouble": what}, status=what.status)
        response["HX-Retarget"] = "#refusal"
        response["HX-Reswap"] = "outerHTML"
        return response
    # A sign-in that is gone, or never was, has no navigation to show.
    user = getattr(request, "user", None)
    shell = "base.html" if user is not None and user.is_authenticated else "entrance.html"
    return render(request, "core/trouble.html", {"trouble": what, "shell": shell}, status=what.status)


@requires_csrf_token
def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    if isinstance(exception, RequestDataTooBig | TooManyFieldsSent | TooManyFilesSent):
        return too_large(request)
    return trouble(
        request,
        Trouble(
            400,
            _("This request cannot be read"),
            _("Something in it is not text, or not what this page sends. Go back and try again."),
        ),
    )


@requires_csrf_token
def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return trouble(
        request,
        Trouble(
            403,
            _("Your role does not open this"),
            _("What you may open is in the navigation. If you need more, ask your administrator."),
            icon="lock",
            look="plain",
        ),
    )


@requires_csrf_token
def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return trouble(
        request,
        Trouble(
            404,
            _("Nothing is here for you"),
            _("The address is wrong, or what was here is not yours to see. Look for it by number, name or phone."),
            icon="search",
            look="plain",
        ),
    )


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form is older than the sign-in, or comes from elsewhere. What was typed stays in the browser."""
    log.warning("csrf_refused", path=request.path, reason=reason)
    return trouble(
        request,
        Trouble(
            403,
            _("This form is too old to be saved"),
            _("You signed in again since it was opened. Go back and load the page again: your text is still there."),
            icon="history",
        ),
    )


def too_large(request: HttpRequest) -> HttpResponse:
    return trouble(
        request,
        Trouble(413, _("This is too much at once"), _("Nothing was saved. Shorten the text, or send less at a time.")),
    )


def server_error(request: HttpRequest) -> HttpResponse:
    """Our fault. Asks neither the database nor the session, since either may be what is broken."""
    error_id = secrets.token_hex(2).upper()
    log.error("server_error", path=request.path, error_id=error_id)
    # Django calls this while it handles the exception.
    if isinstance(sys.exc_info()[1], OperationalError | InterfaceError):
        return _without_database(request)
    what = Trouble(
        500,
        _("Something broke on our side"),
        _("Your text is kept. Try again, or tell IT: error {id}").format(id=error_id),
        look="bad",
        error_id=error_id,
    )
    return _broken(request, what)


def _without_database(request: HttpRequest) -> HttpResponse:
    """It is away, full, or kept busy by something long: a passing fault, so browsers and machines may come again."""
    if hasattr(request, "session"):
        # It could not be saved either, and would be waited for again.
        request.session.modified = False
    response = _broken(
        request,
        Trouble(
            503,
            _("The database does not answer"),
            _("Nothing was saved. Your text is kept. Try again in a moment."),
            look="bad",
        ),
    )
    response["Retry-After"] = RETRY_AFTER_SECONDS
    return response


def _broken(request: HttpRequest, what: Trouble) -> HttpResponse:
    template = "core/_trouble.html" if request.headers.get("HX-Request") == "true" else "core/broken.html"
    texts = [] if template == "core/_trouble.html" else typed_texts(request)
    response = HttpResponse(render_to_string(template, {"trouble": what, "texts": texts}), status=what.status)
    if template == "core/_trouble.html":
        response["HX-Retarget"] = "#refusal"
        response["HX-Reswap"] = "outerHTML"
    return response
