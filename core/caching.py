"""Nobody but its reader keeps a page: it tells of customers, and the desk's computer is shared."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_cache_control, patch_vary_headers


class NotKeptMiddleware:
    """Stands right below what serves files, so that errors of all that is below are covered too."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        # Who is signed in, and whether htmx asks, make another answer of the same address.
        patch_vary_headers(response, ["Cookie", "HX-Request"])
        patch_cache_control(response, no_store=True, private=True)
        return response
