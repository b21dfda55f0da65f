"""A noun of the tests' own, so that the conventions are tried whatever the product's nouns do.

Named as ROOT_URLCONF, it stands beside the real addresses. A trial is a customer; some names make the action fail.
"""

from typing import Any

from django.db import OperationalError
from django.db.models import QuerySet
from django.urls import include, path, reverse
from rest_framework import serializers
from rest_framework.exceptions import PermissionDenied
from rest_framework.parsers import MultiPartParser
from rest_framework.response import Response

from api.fields import (
    Code,
    Day,
    Duration,
    Id,
    Instant,
    Language,
    Line,
    MoneyField,
    Phone,
    Text,
    Whole,
    YesNo,
    instant_text,
    money,
)
from api.filters import IdFilter, InstantFilter
from api.serializers import Input, Output
from api.views import ActionView, ChangeMixin, ListCreateView
from config import urls
from core.errors import Blocked, Blocker, Conflict
from customers.actions import change_customer, create_customer
from customers.models import Customer


class TrialOutput(Output):
    id = serializers.IntegerField(help_text="Id.")
    name = serializers.CharField(help_text="Name.")
    birthday = Day(allow_null=True, help_text="Birthday.")
    version = serializers.IntegerField(help_text="Version.")


class Row(Input):
    amount = MoneyField(only="CNY", help_text="Sum.")
    text = Text(max_length=20, required=False, help_text="Text.")


class TrialInput(Input):
    name = Line(max_length=120, help_text="Name.")
    birthday = Day(required=False, allow_null=True, help_text="Birthday.")
    rows = Row(many=True, required=False, help_text="Rows.")
    count = Whole(required=False, help_text="Count.")
    other = Id(required=False, help_text="Another.")
    sure = YesNo(required=False, help_text="Sure.")
    at = Instant(required=False, help_text="Instant.")
    word = Code(choices=["a", "b"], required=False, help_text="Word.")
    length = Duration(required=False, help_text="Length.")
    phone = Phone(required=False, help_text="Phone.")
    language = Language(required=False, help_text="Language.")


class Broken(Exception):
    """A fault of ours."""


def made(name: str, by: Any, **details: Any) -> Customer:
    """Writes first, and then may fail: what was written must be gone."""
    customer = create_customer(name, by=by, **details)
    match name:
        case "blocked":
            raise Blocked([Blocker("first", "First."), Blocker("second", "Second.")])
        case "conflict":
            raise Conflict("already_there")
        case "forbidden":
            raise PermissionDenied
        case "missing":
            Customer.objects.get(pk=0)
        case "broken":
            raise Broken("a secret of ours")
        case "no database":
            raise OperationalError("server closed the connection unexpectedly: secret")
    return customer


class Trials(ListCreateView):
    """Trials."""

    serializer_class, input_class = TrialOutput, TrialInput
    filters = {"other": IdFilter("pk", "Id."), "since": InstantFilter("created_at__gte", "Since.")}
    orderings = {"name": "name", "birthday": "birthday", "created_at": "created_at", "id": "pk"}
    default_ordering = "-created_at"

    def get_queryset(self) -> QuerySet[Customer]:
        return Customer.objects.all()

    def create(self, values: dict[str, Any]) -> Customer:
        known = {name: values[name] for name in ("birthday",) if values.get(name)}
        return made(values["name"], by=self.user, **known)

    def location(self, made: Customer) -> str:
        return reverse("trial:one", kwargs={"pk": made.pk})


class Trial(ChangeMixin):
    """One trial."""

    serializer_class, input_class = TrialOutput, TrialInput

    def get_queryset(self) -> QuerySet[Customer]:
        return Customer.objects.all()

    def change(self, item: Customer, values: dict[str, Any], version: int) -> Customer:
        return change_customer(item.pk, name=values["name"], version=version, by=self.user)


class Echo(ActionView):
    """Says what was understood."""

    input_class = TrialInput

    def act(self, values: dict[str, Any]) -> Any:
        return values

    def shown_again(self, item: dict[str, Any]) -> Any:
        said: dict[str, Any] = {name: str(value) for name, value in item.items() if name not in ("rows", "at")}
        said["rows"] = [money(row["amount"].amount, row["amount"].currency) for row in item.get("rows", [])]
        if "at" in item:
            said["at"] = instant_text(item["at"])
        return Response(said)


class Upload(ActionView):
    """Takes a file."""

    parser_classes = (MultiPartParser,)
    max_body_bytes = 2 * 1024 * 1024

    def post(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        made(request.data["name"], by=self.user)
        return Response({"bytes": request.data["file"].size})


handler400, handler403 = urls.handler400, urls.handler403
handler404, handler500 = urls.handler404, urls.handler500
trials = [
    path("trials", Trials.as_view(), name="list"),
    path("trials/echo", Echo.as_view(), name="echo"),
    path("trials/upload", Upload.as_view(), name="upload"),
    path("trials/<id:pk>", Trial.as_view(), name="one"),
]
urlpatterns = [path("api/v1/", include((trials, "trial"))), *urls.urlpatterns]
