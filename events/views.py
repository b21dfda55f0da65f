"""The bell and the page of notices behind it."""

from dataclasses import dataclass

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from events.actions import mark_notifications_read
from events.bell import ring
from events.models import Notification
from events.notice_words import notice_kind, notice_text

A_PAGE = 30


@dataclass(frozen=True)
class Line:
    """A notice in the reader's words."""

    notice: Notification
    text: str
    icon: str


@require_GET
def notifications(request: HttpRequest) -> HttpResponse:
    mine = Notification.objects.of(request.user)
    if request.GET.get("unread"):
        mine = mine.unread()
    page = Paginator(mine, A_PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "lines": [line(each) for each in page], "only_unread": bool(request.GET.get("unread"))}
    return render(request, "events/notifications.html", context)


def line(notification: Notification) -> Line:
    kind = notice_kind(notification.code)
    return Line(notification, notice_text(notification.code, notification.values), kind.icon if kind else "bell")


@require_GET
def bell(request: HttpRequest) -> HttpResponse:
    """Answer a poll: 204 while the bell is as the page shows it, else the bell."""
    now = ring(request.user)
    if request.GET.get("have") == now.mark:
        return HttpResponse(status=204)
    return render(request, "events/_bell.html", {"bell": now})


@require_POST
def open_notification(request: HttpRequest, notification_id: int) -> HttpResponse:
    """Mark one notice as read and go to what it is about."""
    notification = get_object_or_404(Notification.objects.of(request.user), pk=notification_id)
    mark_notifications_read([notification.pk], by=request.user)
    return redirect(notification.url or "events:notifications")


@require_POST
def read_all(request: HttpRequest) -> HttpResponse:
    count = mark_notifications_read(by=request.user)
    words = ngettext("{count} notice marked as read", "{count} notices marked as read", count).format(count=count)
    messages.success(request, words if count else _("There was nothing unread"))
    return redirect("events:notifications")
