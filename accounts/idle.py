"""A sign-in ends when nobody touches the page, soon at the shared desk and later elsewhere, and after a working day."""

import time
from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse

from accounts.models import User
from accounts.roles import Role
from accounts.sessions import note_touch
from policies.reading import policy

SEEN = "seen_at"
BEGAN = "began_at"
# Not each request writes the session.
WRITE_EVERY = 30


def idle_minutes(user: User) -> int:
    """The front desk works at computers that others pass by, so theirs lock sooner."""
    ends: int = policy("session.idle_minutes")
    locks: int = policy("session.lock_minutes")
    return min(ends, locks) if user.has_role(Role.FRONT_DESK) else ends


class IdleMiddleware:
    """Stands after AuthenticationMiddleware. What polls by itself (X-Poll) is nobody's touch.

    Counts by the wall clock, as sessions do. Nothing typed is lost: it stays in the browser under the user's id,
    and drafts on the server.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        if isinstance(user, User):
            limit = idle_minutes(user)
            now = time.time()
            seen, began = request.session.get(SEEN, now), request.session.get(BEGAN, now)
            # However busy: Django's own age begins anew with each write of the session.
            if now - seen > limit * 60 or now - began > settings.SESSION_COOKIE_AGE:
                logout(request)
            else:
                request.idle_seconds = limit * 60  # type: ignore[attr-defined]
                is_new = BEGAN not in request.session
                if "X-Poll" not in request.headers and (now - seen > WRITE_EVERY or is_new):
                    request.session[SEEN], request.session[BEGAN] = now, began
                    note_touch(request, now)
        return self.get_response(request)
