"""Is it up, and does its clock tick? For monitors, without a key and without secrets."""

from typing import Any

from django.urls import path
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.permissions import Anybody
from api.serializers import Output
from api.views import ApiView
from deadlines.health import NO_DATABASE, examine, is_broker_there


class AliveOutput(Output):
    status = serializers.ChoiceField(choices=["ok"], help_text="The web process answers.")


class ReadyOutput(Output):
    status = serializers.ChoiceField(
        choices=["ok", "degraded", "starting", "failing"], help_text="The last two are answered with 503."
    )
    database = serializers.BooleanField(help_text="Whether the database answers.")
    broker = serializers.BooleanField(help_text="Whether wake-ups can be sent; nothing is lost when not.")
    last_sweep_seconds = serializers.FloatField(allow_null=True, help_text="Age of the last sweep for due deadlines.")
    findings = serializers.ListField(child=serializers.CharField(), help_text="Codes of what is not as it should be.")


class Live(ApiView):
    """The process answers; asks nothing else."""

    serializer_class = AliveOutput
    authentication_classes = ()
    permission_classes = (Anybody,)

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return Response({"status": "ok"})


class Ready(ApiView):
    """Database, broker and the age of the last sweep; 503 while requests should go elsewhere."""

    serializer_class = ReadyOutput
    answers = {"GET": {200: ReadyOutput, 503: ReadyOutput}}
    authentication_classes = ()
    permission_classes = (Anybody,)

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        report = examine()
        found = {
            "status": report.status,
            "database": NO_DATABASE not in report.findings,
            "broker": is_broker_there(),
            "last_sweep_seconds": report.sweep_age,
            "findings": sorted(report.findings),
        }
        return Response(found, status=200 if report.is_ready else 503)


urlpatterns = [
    path("health/live", Live.as_view(), name="health-live"),
    path("health/ready", Ready.as_view(), name="health-ready"),
]
