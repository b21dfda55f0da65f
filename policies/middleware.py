"""One look at the policies per request."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from policies.reading import remembered


class PoliciesMiddleware:
    """A request sees one state of the policies from its beginning to its end, for one query at most."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with remembered():
            return self.get_response(request)
