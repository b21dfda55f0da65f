"""How every page of one complaint begins: found for its reader, or not there at all."""

import functools
from collections.abc import Callable
from typing import cast

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_http_methods

from accounts.models import User
from accounts.roles import refused
from complaints.models import Complaint

View = Callable[..., HttpResponseBase]


def reader(request: HttpRequest) -> User:
    return cast(User, request.user)


def find_complaint(request: HttpRequest, number: str, *related: str) -> Complaint:
    """Return it as its reader may see it; what is hidden from them does not exist. Raises Complaint.DoesNotExist."""
    visible = Complaint.objects.visible_to(reader(request))
    return (visible.select_related(*related) if related else visible).get(number=number)


def complaint_page(*methods: str, posts: str = "") -> Callable[[View], View]:
    """A view of these methods whose complaint is there, or 404: also when it was hidden while the page was open.

    `posts` is the permission to send it something: who lacks it is told so before any field is looked at.
    """
    allowed = ["HEAD", *methods] if "GET" in methods else list(methods)

    def decorate(view: View) -> View:
        @require_http_methods(allowed)
        @functools.wraps(view)
        def found(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
            if request.method == "POST" and posts and not reader(request).has_perm(posts):
                raise refused(posts)
            try:
                return view(request, *args, **kwargs)
            except Complaint.DoesNotExist as error:
                raise Http404 from error

        return found

    return decorate
