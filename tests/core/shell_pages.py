"""Pages of their own for the browser tests of the shell: a list that is polled, and a form."""

import time
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.template import engines
from django.urls import include, path
from django.utils.safestring import mark_safe

from core import clock
from core.errors import Blocked, Blocker

HERE = Path(__file__).parent / "shell"

# What the pages have been told; the tests read and change it.
seen = SimpleNamespace(version=0, saved=[], drafts=[], waits=0.0)


def draw(request: HttpRequest, name: str, **values: Any) -> str:
    return str(engines["django"].from_string((HERE / name).read_text(encoding="utf-8")).render(values, request))


def make_deadline(seconds: int, minutes: int = 300) -> SimpleNamespace:
    due_at = clock.now() + timedelta(seconds=seconds)
    return SimpleNamespace(due_at=due_at, started_at=due_at - timedelta(minutes=minutes), state="pending", met_at=None)


def show_list(request: HttpRequest) -> HttpResponse:
    if request.GET.get("have") == str(seen.version):
        return HttpResponse(status=204)
    rows = [
        ("王芳", "交车前说全景天窗是标配，提车那天才发现没有。", make_deadline(-372)),
        ("Emily Carter", "I was charged twice for the wiper blades.", make_deadline(3, 15)),
        ("赵敏", "定金合同写的是 11 月 5 日交车，拖了两周。", make_deadline(11880)),
    ]
    part = draw(request, "_list.html", rows=rows, version=seen.version)
    return HttpResponse(part if "have" in request.GET else draw(request, "list.html", list=mark_safe(part)))


def form(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return HttpResponse(draw(request, "form.html"))
    if request.POST["what"] == "blocked":
        raise Blocked([Blocker("not_approved", "The proposal is not approved yet.", "/remind/")])
    if request.POST["what"] == "broken":
        raise RuntimeError("on purpose")
    if request.POST["what"] == "slow":
        # Long enough for a second press.
        time.sleep(0.5)
    seen.saved.append(request.POST.dict())
    messages.success(request, "Complaint C-2026-000418 saved")
    return HttpResponse("<p>saved</p>") if request.headers.get("HX-Request") else redirect("/list/")


def draft(request: HttpRequest) -> HttpResponse:
    seen.drafts.append(request.POST.dict())
    return JsonResponse({"draft": "d7", "saved_at": clock.now().isoformat()})


def pick(request: HttpRequest) -> HttpResponse:
    return HttpResponse(
        '<li role="option" data-value="1" data-text="王芳" data-fill=\'{"reach": "138 0571 6620"}\'>王芳</li>'
        '<li role="option" data-value="" data-text="王">New customer</li>'
    )


urlpatterns = [
    path("list/", show_list),
    path("form/", form),
    path("draft/", draft),
    path("pick/", pick),
    *(path("", include(f"{app}.urls")) for app in ("accounts", "events", "core")),
    path("accounts/", include("allauth.account.urls")),
]
handler403, handler404, handler500 = "core.views.forbidden", "core.views.not_found", "core.views.server_error"
