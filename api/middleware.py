"""What all answers under /api/ have in common, whoever answers."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from api.problems import Refusal, plain_answer, too_many
from api.requests import is_api, language_of, wanted_request_id
from api.throttling import Standing, counted_address

HEALTH = "/api/v1/health/"


class ApiMiddleware:
    """Stands above all that may answer, and right below what says the same to everybody."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not is_api(request):
            # The log makes its own.
            request.META.pop("HTTP_X_REQUEST_ID", None)
            return self.get_response(request)
        request.request_id = wanted_request_id(request)  # type: ignore[attr-defined]
        # The log says the same id.
        request.META["HTTP_X_REQUEST_ID"] = request.request_id  # type: ignore[attr-defined]
        # With a slash at its end an address works too, without a redirect that would drop a body.
        if request.path_info.endswith("/"):
            request.path_info = request.path_info[:-1]
        response = self._refused(request) or self.get_response(request)
        standing: Standing | None = getattr(request, "standing", None)
        if standing is None:
            # No view has counted it: it led nowhere.
            standing = counted_address(request)
            if standing.is_over:
                with translation.override(language_of(request)):
                    response = plain_answer(request, too_many(standing.reset))
        standing.tell(response)
        response["X-Request-ID"] = request.request_id  # type: ignore[attr-defined]
        return response

    def _refused(self, request: HttpRequest) -> HttpResponse | None:
        refusal: Refusal | None = None
        if settings.SECURE_SSL_REDIRECT and not request.is_secure() and not request.path_info.startswith(HEALTH):
            # A redirect would teach callers to send their key in the clear first.
            refusal = Refusal(403, "https_required", _("Use https: this key has now been seen by others."))
        elif "chunked" in request.headers.get("Transfer-Encoding", "").lower():
            # Its body would be taken for an empty one.
            refusal = Refusal(411, "length_required", _("Send the body with a Content-Length."))
        if refusal is None:
            return None
        with translation.override(language_of(request)):
            return plain_answer(request, refusal)
