"""The one place where the browser's side turns domain errors into pages."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from core.errors import Blocked, Conflict, DomainError, PermissionDenied
from core.files.refusals import FilesAway, NoRoom

STATUS: dict[type[DomainError], int] = {
    Blocked: 409,
    Conflict: 409,
    PermissionDenied: 403,
    NoRoom: 507,
    FilesAway: 503,
}


class DomainErrorMiddleware:
    """Answer a refused action with its sentences; nothing was changed."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, DomainError):
            return None
        return refusal(request, exception)


def refusal(request: HttpRequest, error: DomainError) -> HttpResponse:
    """Render a refusal: a note for htmx, else a page that keeps a way back."""
    blockers = error.blockers if isinstance(error, Blocked) else []
    context = {"error": error, "blockers": blockers, "is_conflict": isinstance(error, Conflict)}
    template = "core/_refused.html" if getattr(request, "htmx", False) else "core/refused.html"
    response = render(request, template, context, status=STATUS.get(type(error), 409))
    if getattr(request, "htmx", False):
        # Every page has one place for refusals, so that no form has to know about it.
        response["HX-Retarget"] = "#refusal"
        response["HX-Reswap"] = "outerHTML"
    return response
