"""Figures and rules that managers edit. Source: API.md."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.db.models import OuterRef, QuerySet, Subquery
from django.urls import path
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request

from accounts.roles import refused
from api.fields import Instant
from api.filters import Filter
from api.problems import invalid
from api.refusals import refused_at
from api.serializers import Input, Output
from api.views import ApiView, ChangeMixin, ListView
from policies.actions import set_policy
from policies.defaults import SPECS
from policies.models import Policy, PolicyVersion

# Each policy has a shape of its own.
ANY = {"description": "A number, a text, a list or an object, as the policy wants it."}


@extend_schema_field(ANY)
class Value(serializers.JSONField):
    """Any JSON; the policy itself says what it may be."""

    def to_internal_value(self, data: Any) -> Any:
        return data


class PolicyOutput(Output):
    key = serializers.CharField(help_text="Key of the policy.")
    label = serializers.CharField(  # type: ignore[assignment]
        help_text="Its name, in the language of the answer."
    )
    help = serializers.SerializerMethodField(help_text="What it decides.")
    unit = serializers.SerializerMethodField(help_text="The unit of the figure; empty for none.")
    value = serializers.SerializerMethodField(help_text="The value that holds now.")
    default = serializers.SerializerMethodField(
        method_name="value_at_first", help_text="The value it had before anybody changed it."
    )
    version = serializers.IntegerField(help_text="How often it was changed; 0 is the default.")
    changed_at = Instant(allow_null=True, help_text="When it was last changed; null for never.")
    changed_by = serializers.CharField(
        allow_null=True, help_text="Username of who changed it last; null for never, or the system."
    )

    def get_help(self, row: Policy) -> str:
        return str(SPECS[row.key].help)

    def get_unit(self, row: Policy) -> str:
        return str(SPECS[row.key].unit)

    @extend_schema_field(ANY)
    def get_value(self, row: Any) -> Any:
        return row.value if row.version else SPECS[row.key].default

    @extend_schema_field(ANY)
    def value_at_first(self, row: Policy) -> Any:
        return SPECS[row.key].default


class PolicyInput(Input):
    value = Value(help_text="The new value, whole. It holds from now on; the old versions stay.")

    example = {"value": {"front_desk": "200", "handler": "500", "supervisor": "5000", "manager": "50000"}}


class PoliciesRead(ApiView):
    """Refuses at once, with the browser's sentence, who sees no policies at all."""

    queryset = Policy.objects.none()
    serializer_class = PolicyOutput
    read_scopes: ClassVar[tuple[str, ...]] = ("read", "admin")
    write_scopes: ClassVar[tuple[str, ...]] = ("admin",)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if not self.user.has_perm("policies.view_policies"):
            raise refused("policies.view_policies")

    def get_queryset(self) -> QuerySet[Policy]:
        newest = PolicyVersion.objects.filter(key=OuterRef("key"), version=OuterRef("version"))
        return Policy.objects.filter(key__in=SPECS).annotate(
            value=Subquery(newest.values("value")),
            changed_at=Subquery(newest.values("valid_from")),
            changed_by=Subquery(newest.values("by__username")),
        )


class Policies(PoliciesRead, ListView):
    """Deadlines, thresholds, limits and words, with what each decides."""

    filters: ClassVar[Mapping[str, Filter]] = {"key": Filter("key", "Exactly this key.")}
    orderings: ClassVar[Mapping[str, str]] = {"key": "key"}
    default_ordering = "key"
    has_search = True

    def search(self, rows: QuerySet[Any], text: str) -> QuerySet[Any]:
        typed = text.casefold()
        found = [key for key, spec in SPECS.items() if typed in f"{key} {spec.label} {spec.help}".casefold()]
        return rows.filter(key__in=found)


class PolicyItem(PoliciesRead, ChangeMixin):
    """One policy. A new value is checked as in the browser, and open deadlines are computed anew by it."""

    input_class = PolicyInput
    lookup_field = "key"

    def change(self, item: Policy, values: dict[str, Any], version: int) -> Policy:
        if "value" not in values:
            raise invalid("value", "required", _("Give the new value."))
        with refused_at({}, otherwise="value"):
            return set_policy(item.key, values["value"], expected_version=version, by=self.user)


urlpatterns = [
    path("policies", Policies.as_view(), name="policies-list"),
    path("policies/<word:key>", PolicyItem.as_view(), name="policies-detail"),
]
