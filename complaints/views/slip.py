"""The customer's slip, for printing on A5 and as a QR code. Source: DOMAIN.md 10.12; docs/decisions/0003."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone, translation
from django.views.decorators.cache import never_cache

from complaints.models import Complaint
from complaints.slip import Slip, qr_svg, slip_of
from complaints.views.lookup import complaint_page, reader
from core import clock

RELATED = ("department__calendar", "recorded_by")
# What saving leaves in the session when it has hidden the complaint from its recorder: {"number", "until"}.
JUST_SAVED = "just_saved"


@never_cache
@complaint_page("GET")
def slip(request: HttpRequest, number: str) -> HttpResponse:
    complaint, is_hidden = _find(request, number)
    if is_hidden and request.method == "GET":
        del request.session[JUST_SAVED]
    with translation.override(complaint.language), timezone.override(_zone(complaint)):
        paper = slip_of(complaint)
        picture = qr_svg(paper.qr_text)
    context = {
        "complaint": complaint,
        "slip": paper,
        "picture": picture,
        "is_hidden": is_hidden,
        "reader_language": translation.get_language(),
    }
    return render(request, "complaints/slip.html", context)


@never_cache
@complaint_page("GET")
def qr(request: HttpRequest, number: str) -> HttpResponse:
    """The QR code alone, as a picture."""
    complaint, _is_hidden = _find(request, number)
    with translation.override(complaint.language), timezone.override(_zone(complaint)):
        paper: Slip = slip_of(complaint)
        picture = qr_svg(paper.qr_text)
    return HttpResponse(picture, content_type="image/svg+xml")


def _zone(complaint: Complaint) -> ZoneInfo:
    return ZoneInfo(complaint.department.calendar.time_zone)


def _find(request: HttpRequest, number: str) -> tuple[Complaint, bool]:
    """The complaint, and whether it is hidden from the reader, who then has the one look that saving granted."""
    user = reader(request)
    rows = Complaint.objects.select_related(*RELATED)
    visible = rows.visible_to(user).filter(number=number).first()
    if visible is not None:
        return visible, False
    granted = request.session.get(JUST_SAVED) or {}
    if granted.get("number") != number or clock.now() > datetime.fromisoformat(granted["until"]):
        raise Http404
    return rows.get(number=number, recorded_by=user), True
