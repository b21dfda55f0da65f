"""What answers to htmx carry besides their part of the page."""

from collections.abc import Callable

from django.contrib.messages import get_messages
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string


class HtmxAnswerMiddleware:
    """Sends waiting messages along as toasts."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.headers.get("HX-Request") != "true" or not takes_toasts(response):
            return response
        waiting = list(get_messages(request))
        if waiting:
            toasts = render_to_string("core/_toasts.html", {"messages": waiting, "is_oob": True})
            response.content = response.content + toasts.encode()
        return response


def takes_toasts(response: HttpResponse) -> bool:
    """Only a part of a page that will be swapped in; a redirect's messages wait for the page it leads to."""
    return (
        response.status_code in {200, 422}
        and not response.streaming
        and not response.has_header("HX-Redirect")
        and not response.has_header("HX-Refresh")
        and response.get("Content-Type", "").startswith("text/html")
    )
