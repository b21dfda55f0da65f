"""Recurring causes: listed, opened by hand, planned, done, checked and given to somebody."""

from typing import Any, ClassVar

from django.db.models import Prefetch, Q, QuerySet
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request

from accounts.models import Department
from accounts.roles import refused
from api.fields import Code, Day, Instant, Line, Text, YesNo
from api.filters import CodeFilter, Filter, InstantFilter, YesNoFilter
from api.nouns.complaints_answers import Username
from api.nouns.complaints_base import at_fields
from api.nouns.complaints_moves import PersonField
from api.permissions import SAFE
from api.serializers import Input, Output
from api.views import ActionView, ItemView, ListCreateView, OneView
from complaints.actions import causes as actions
from complaints.causes import complaints_of
from complaints.models import Category, Cause, CorrectiveAction

READ = "complaints.read_complaints"
LONG = CorrectiveAction.LIMIT
MOST_COMPLAINTS = 200
RELATED = ("department", "category", "owner", "subject", "opened_by")


class CorrectiveActionOutput(Output):
    what = serializers.CharField(help_text="What is done about it.")
    due_on = Day(help_text="Until when.")
    planned_by = Username(help_text="Who planned it.")
    done_by = Username(help_text="Who did it.")
    done_at = Instant(allow_null=True, help_text="When it was done.")
    check_from = Instant(allow_null=True, help_text="From when on one can say whether it helped.")
    checked_by = Username(help_text="Who checked whether it helped.")
    checked_at = Instant(allow_null=True, help_text="When that was checked.")
    is_effective = serializers.BooleanField(allow_null=True, help_text="Whether it helped.")
    came_again = serializers.IntegerField(
        allow_null=True, help_text="How many complaints came after it was done, until the check."
    )


class CauseRowOutput(Output):
    """A recurring cause in a list."""

    number = serializers.CharField(help_text="Its number, for ever.")
    title = serializers.CharField(help_text="What is the same, in the language of the answer.")
    department = serializers.CharField(source="department.code", help_text="Code of the department.")
    category = serializers.CharField(source="category.code", help_text="Code of the category.")
    what = Code(choices=Cause.What.choices, help_text="What else is the same.")
    value = serializers.SerializerMethodField("same_thing", help_text="The product or batch; empty otherwise.")
    subject = Username(help_text="The staff member it is about; hidden from them.")
    state = Code(choices=Cause.State.choices, help_text="How far it is.")
    is_open = serializers.BooleanField(help_text="Whether it is not closed.")
    owner = Username(help_text="Who has it.")
    opened_at = Instant(help_text="When it was opened.")
    opened_by = Username(help_text="Who opened it by hand; null when the rule did.")
    closed_at = Instant(allow_null=True, help_text="When it was closed as effective.")
    updated_at = Instant(help_text="When it changed last.")
    complaint_count = serializers.IntegerField(help_text="How many of its complaints you may see.")
    newest_at = Instant(allow_null=True, help_text="When the newest of them was received.")
    corrective_action = serializers.SerializerMethodField(
        help_text="What is planned, under way or waiting for its check; null while nothing is planned."
    )

    def same_thing(self, cause: Cause) -> str:
        return "" if cause.what == Cause.What.SUBJECT else cause.value

    @extend_schema_field(CorrectiveActionOutput(allow_null=True))
    def get_corrective_action(self, cause: Cause) -> dict[str, Any] | None:
        current = next((row for row in cause.corrective_actions.all() if row.checked_at is None), None)
        return None if current is None else CorrectiveActionOutput(current).data


class CauseOutput(CauseRowOutput):
    """A recurring cause, with its complaints and what was done before."""

    note = serializers.CharField(help_text="Why somebody opened it by hand; may be empty.")
    complaints = serializers.SerializerMethodField(
        help_text="Numbers of its complaints that you may see, newest first, at most 200."
    )
    past_actions = serializers.SerializerMethodField(help_text="Corrective actions that were checked, newest first.")

    def get_complaints(self, cause: Cause) -> list[str]:
        rows = complaints_of(cause, self.context["request"].user)
        return list(rows.values_list("number", flat=True)[:MOST_COMPLAINTS])

    @extend_schema_field(CorrectiveActionOutput(many=True))
    def get_past_actions(self, cause: Cause) -> list[Any]:
        past = [row for row in cause.corrective_actions.all() if row.checked_at is not None]
        return list(CorrectiveActionOutput(past, many=True).data)


class CauseInput(Input):
    department = Line(max_length=32, help_text="Code of the department.")
    category = Line(max_length=64, help_text="Code of the category.")
    what = Code(choices=Cause.What.choices, help_text="What else is the same.")
    value = Line(
        max_length=160, required=False, allow_blank=True, help_text="The product or batch, as on the complaints."
    )
    subject = PersonField(required=False, help_text="The staff member, by username or id.")
    note = Text(max_length=500, help_text="Why you open it.")

    example = {
        "department": "west-lake",
        "category": "over_promising",
        "what": "product",
        "value": "Compact SUV",
        "note": "The spring brochure promises what the car does not have.",
    }

    def validate_department(self, code: str) -> Department:
        found = Department.objects.active().filter(code=code).first()
        if found is None:
            raise serializers.ValidationError(_("There is no department with this code."), code="unknown")
        return found

    def validate_category(self, code: str) -> Category:
        found = Category.objects.filter(code=code, is_active=True).first()
        if found is None:
            raise serializers.ValidationError(_("There is no category with this code."), code="unknown")
        return found


class PlanInput(Input):
    corrective_action = Text(max_length=LONG, help_text="What will be done about it.")
    due_on = Day(help_text="Until when.")

    example = {"corrective_action": "Reprint the brochure, and tell every consultant.", "due_on": "2026-12-15"}


class DoneInput(Input):
    note = Text(max_length=LONG, required=False, allow_blank=True, help_text="How it was done.")

    example = {"note": "The new brochure is in all stores."}


class CheckInput(Input):
    is_effective = YesNo(help_text="Whether it helped: true closes the cause, false opens it again.")
    note = Text(max_length=LONG, required=False, allow_blank=True, help_text="What was seen; needed when it did not.")

    example = {"is_effective": True, "note": "Nothing of the kind for six weeks."}


class GiveInput(Input):
    owner = PersonField(help_text="Who gets it, by username or id.")

    example = {"owner": "supervisor1"}


class AddInput(Input):
    number = Line(max_length=16, help_text="Number of the complaint.")

    example = {"number": "C-2026-000123"}


class OfCauses(OneView):
    """Causes that you may see."""

    queryset = Cause.objects.none()
    path_words: ClassVar[dict[str, str]] = {"number": "Number of the cause, such as K-31."}
    # Without it nothing is sent here.
    posts: ClassVar[str] = "complaints.work_desk"

    def check_permissions(self, request: Request) -> None:
        super().check_permissions(request)
        needed = READ if request.method in SAFE else self.posts
        if not self.user.has_perm(needed):
            raise refused(needed)

    def get_queryset(self) -> QuerySet[Cause]:
        actions_by = CorrectiveAction.objects.select_related("planned_by", "done_by", "checked_by")
        rows = Cause.objects.visible_to(self.user).select_related(*RELATED).counted_for(self.user)
        return rows.prefetch_related(Prefetch("corrective_actions", actions_by))


class Causes(OfCauses, ListCreateView):
    """Recurring causes that you may see, newest first; POST opens one by hand, which is a manager’s."""

    serializer_class = CauseRowOutput
    input_class = CauseInput
    posts = "complaints.open_causes"
    filters = {
        "state": CodeFilter("state", "How far it is.", Cause.State.values),
        "is_open": YesNoFilter("closed_at__isnull", "Whether it is not closed."),
        "department": Filter("department__code", "Code of the department."),
        "category": Filter("category__code", "Code of the category."),
        "owner": Filter("owner__username", "Username of who has it."),
        "updated_since": InstantFilter("updated_at__gte", "Changed at or after this instant."),
    }
    orderings = {"id": "pk", "opened_at": "opened_at", "updated_at": "updated_at"}
    default_ordering = "-id"
    has_search = True

    def get_serializer_class(self) -> Any:
        return CauseRowOutput if self.request.method in SAFE else CauseOutput

    def search(self, rows: QuerySet[Any], text: str) -> QuerySet[Any]:
        named = Q(category__name_en__icontains=text) | Q(category__name_zh__icontains=text)
        things = Q(what__in=[Cause.What.PRODUCT, Cause.What.BATCH], value__icontains=text)
        return rows.filter(named | things | Q(number__iexact=text))

    def create(self, values: dict[str, Any]) -> Cause:
        places = {name: name for name in ("department", "category", "what", "value", "subject", "note")}
        with at_fields(places):
            return actions.open_cause(by=self.user, **values)

    def location(self, made: Cause) -> str:
        return reverse("api:causes-detail", kwargs={"number": made.number})


class OneOfCauses(OfCauses):
    serializer_class = CauseOutput
    lookup_field = "number"
    lookup_url_kwarg = "number"


class OneCause(OneOfCauses, ItemView):
    """A recurring cause, with its complaints and what was done about it."""


class CauseVerb(OneOfCauses, ActionView):
    """POST of one verb on a cause."""


class Plan(CauseVerb):
    """Say what is done about it and until when: its owner or a leader. Planning again changes both."""

    input_class = PlanInput

    def act(self, values: dict[str, Any]) -> Cause:
        cause = self.get_object()
        with at_fields({"corrective_action": "corrective_action", "due_on": "due_on"}):
            return actions.plan_action(
                cause.pk, what=values["corrective_action"], due_on=values["due_on"], by=self.user
            )


class Done(CauseVerb):
    """The corrective action is done; later it is checked whether it helped."""

    input_class = DoneInput

    def act(self, values: dict[str, Any]) -> Cause:
        return actions.finish_action(self.get_object().pk, note=values.get("note", ""), by=self.user)


class Check(CauseVerb):
    """Say whether the corrective action helped: that closes the cause, or opens it again."""

    input_class = CheckInput

    def act(self, values: dict[str, Any]) -> Cause:
        cause = self.get_object()
        with at_fields({"note": "note"}):
            return actions.check_effect(
                cause.pk, is_effective=values["is_effective"], note=values.get("note", ""), by=self.user
            )


class Assign(CauseVerb):
    """Give it to somebody, which is a leader’s."""

    input_class = GiveInput
    posts = "complaints.work_causes"

    def act(self, values: dict[str, Any]) -> Cause:
        cause = self.get_object()
        with at_fields({"owner": "owner"}):
            return actions.assign_cause(cause.pk, owner=values["owner"], by=self.user)


class AddComplaint(CauseVerb):
    """Add one more complaint by its number; adding it again changes nothing."""

    input_class = AddInput

    def act(self, values: dict[str, Any]) -> Cause:
        cause = self.get_object()
        with at_fields({"number": "number"}):
            return actions.add_to_cause(cause.pk, number=values["number"], by=self.user)


urlpatterns = [
    path("causes", Causes.as_view(), name="causes-list"),
    path("causes/<word:number>", OneCause.as_view(), name="causes-detail"),
    path("causes/<word:number>/plan", Plan.as_view(), name="causes-plan"),
    path("causes/<word:number>/done", Done.as_view(), name="causes-done"),
    path("causes/<word:number>/check", Check.as_view(), name="causes-check"),
    path("causes/<word:number>/assign", Assign.as_view(), name="causes-assign"),
    path("causes/<word:number>/complaints", AddComplaint.as_view(), name="causes-complaints"),
]
