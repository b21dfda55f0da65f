"""The three views: one indexed SELECT as JSON, the 50 newest open rows as HTML, one INSERT."""

from datetime import UTC, datetime

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.urls import path

from tests.bench.bare.models import Ticket

PAGE = 50


def row(request: HttpRequest, pk: int) -> JsonResponse:
    ticket = get_object_or_404(Ticket, pk=pk)
    return JsonResponse({"id": ticket.pk, "title": ticket.title, "text": ticket.text, "owner": ticket.owner})


def page(request: HttpRequest) -> HttpResponse:
    tickets = Ticket.objects.filter(is_open=True).order_by("-created_at")[:PAGE]
    return render(request, "page.html", {"tickets": tickets})


def insert(request: HttpRequest) -> JsonResponse:
    ticket = Ticket.objects.create(
        title="Wiper blades",
        text="I was charged twice for the wiper blades.",
        place="West store",
        owner="clerk",
        is_open=True,
        created_at=datetime.now(UTC),
    )
    return JsonResponse({"id": ticket.pk}, status=201)


urlpatterns = [path("row/<int:pk>", row), path("page", page), path("insert", insert)]
