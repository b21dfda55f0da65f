"""The health page, for supervisors and monitors."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from deadlines.health import NO_DATABASE, examine, is_broker_there


@never_cache
@login_not_required
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """Green after the first sweep, and while sweeps come. Tells no secrets."""
    report = examine()
    body = {
        "status": report.status,
        "database": NO_DATABASE not in report.findings,
        "broker": is_broker_there(),
        "last_sweep_seconds": report.sweep_age,
        "findings": sorted(report.findings),
    }
    return JsonResponse(body, status=200 if report.is_ready else 503)
