"""Where one is signed in, and signing out elsewhere."""

from datetime import UTC, datetime, timedelta
from typing import cast

from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from accounts.idle import idle_minutes
from accounts.models import User
from accounts.sessions import end_other_sessions, end_session, open_sessions


@require_safe
def sessions(request: HttpRequest) -> HttpResponse:
    user = cast(User, request.user)
    # By the clock that sessions go by.
    untouched_since = datetime.now(UTC) - timedelta(minutes=idle_minutes(user))
    found = open_sessions(user, this=request.session.session_key or "", untouched_since=untouched_since)
    return render(request, "accounts/sessions.html", {"sessions": found, "has_others": len(found) > 1})


@require_POST
def end_one(request: HttpRequest, session_id: int) -> HttpResponse:
    user = cast(User, request.user)
    row = get_object_or_404(UserSession, pk=session_id, user=user)
    end_session(row.pk, by=user)
    messages.success(request, _("Signed out there"))
    return redirect("accounts:sessions")


@require_POST
def end_others(request: HttpRequest) -> HttpResponse:
    ended = end_other_sessions(keep=request.session.session_key or "", by=cast(User, request.user))
    words = ngettext("Signed out in %(count)s other place", "Signed out in %(count)s other places", ended)
    messages.success(request, words % {"count": ended})
    return redirect("accounts:sessions")
