"""Complaints: lodged, found, read and changed, and what is pressed on one of them."""

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import PolymorphicProxySerializer
from rest_framework.request import Request
from rest_framework.response import Response

from api.filters import CodeFilter, DayFilter, Filter, IdFilter, InstantFilter, YesNoFilter
from api.nouns import complaints_facts as facts
from api.nouns.complaints_answers import ComplaintOutput, ComplaintRowOutput, HiddenComplaintOutput
from api.nouns.complaints_base import ComplaintView, at_fields
from api.nouns.complaints_rows import complaints_for, complete, complete_new, complete_one
from api.permissions import SAFE
from api.problems import Refusal
from api.views import ChangeMixin, ListCreateView
from complaints.actions.lodge import lodge_complaint
from complaints.actions.record import change_complaint
from complaints.codes import Channel, Fault, Nature, Reach, SeverityClass, State
from complaints.duplicates import possible_duplicates
from complaints.forms.search import gone_outside
from complaints.intake import Intake
from complaints.models import Complaint, ExternalReference
from complaints.querysets import ComplaintQuerySet
from complaints.search import COMPLAINTS, known_number
from complaints.visibility import may_see
from core import clock
from core.errors import PermissionDenied
from customers.phones import looks_like_phone, normalized_phone

# What a refusal is about, where the body calls it the same.
AT_THE_TOP = ("description", "department", "subjects", "link_to")
OF_THE_CUSTOMER = ("name", "phone", "email", "company", "address", "language", "preferred_contact")


def places(told: Mapping[str, Any]) -> dict[str, str]:
    """Where in this body an answer stands that the intake misses, or cannot keep."""
    part = "contact" if "contact" in told else "customer"
    customer = {name: f"{part}.{name}" for name in OF_THE_CUSTOMER} | {"preferred_hours": f"{part}.preferred_time"}
    return {name: name for name in AT_THE_TOP} | customer


LODGED = PolymorphicProxySerializer(
    component_name="LodgedComplaint",
    serializers=[ComplaintOutput, HiddenComplaintOutput],
    resource_type_field_name=None,
)


class OpenFilter(YesNoFilter):
    def __init__(self) -> None:
        super().__init__("state__in", "Whether it has not ended.")

    def apply(self, rows: QuerySet[Any], value: bool) -> QuerySet[Any]:
        return rows.filter(ended_at__isnull=value)


class ClassFilter(Filter):
    schema = {"type": "integer", "enum": list(SeverityClass.values)}

    def read(self, text: str) -> int:
        return {"1": 1, "2": 2}[text]


class WaitingFilter(YesNoFilter):
    def apply(self, rows: QuerySet[Any], value: bool) -> QuerySet[Any]:
        return rows.filter(waiting_until__isnull=not value)


class OutsideFilter(Filter):
    """By what an authority or the press has of it."""

    def apply(self, rows: QuerySet[Any], value: Any) -> QuerySet[Any]:
        return rows.filter(gone_outside(**{self.lookup: value}))


class OutsideByFilter(DayFilter):
    def apply(self, rows: QuerySet[Any], value: Any) -> QuerySet[Any]:
        return rows.filter(gone_outside(**{self.lookup: value}, answered_at=None))


class ExternalIdFilter(Filter):
    """An id of another system, `system:id`."""

    schema = {"type": "string", "minLength": 3, "maxLength": 161, "pattern": "^[^:]+:.+$"}

    def read(self, text: str) -> tuple[str, str]:
        source, colon, external_id = text.partition(":")
        if not (source and colon and external_id):
            raise ValueError(text)
        return source, external_id

    def apply(self, rows: QuerySet[Any], value: tuple[str, str]) -> QuerySet[Any]:
        known = ExternalReference.objects.filter(source=value[0], external_id=value[1])
        return rows.filter(pk__in=known.values("complaint"))


class Complaints(ListCreateView):
    """Complaints that you may see, newest first; POST lodges one: what happened, how it came, and who complains.

    Whoever may not read what they lodged (it is about them, or only for named people) gets its number alone.
    """

    queryset = Complaint.objects.none()
    serializer_class = ComplaintRowOutput
    answers = {"POST": {200: LODGED, 201: LODGED}}
    input_class = facts.ComplaintInput
    filters = {
        "state": CodeFilter("state", "Where it stands.", State.values),
        "is_open": OpenFilter(),
        "severity_class": ClassFilter("severity_class", "1 or 2."),
        "owner": Filter("owner__username", "Username of who works on it."),
        "is_unowned": YesNoFilter("owner__isnull", "Whether nobody owns it."),
        "department": Filter("department__code", "Code of the department it is about."),
        "category": Filter("category__code", "Code of its main category."),
        "channel": CodeFilter("channel", "How it came.", Channel.values),
        "reach": CodeFilter("reach", "Told to us, or to others.", Reach.values),
        "nature": CodeFilter("nature", "What kind of complaint it turned out to be.", Nature.values),
        "fault": CodeFilter("fault", "How much of it was the company’s fault.", Fault.values),
        "customer": IdFilter("customer_id", "Id of the customer."),
        "external_id": ExternalIdFilter("", "Its id in another system, as system:id."),
        "received_since": InstantFilter("received_at__gte", "Received at or after this instant."),
        "received_until": InstantFilter("received_at__lt", "Received before this instant."),
        "is_waiting": WaitingFilter("waiting_until", "Whether we wait for the customer."),
        "outside_reference": OutsideFilter("reference", "Exactly this reference of an authority."),
        "outside_answer_by": OutsideByFilter(
            "answer_by__lte", "An authority wants an answer by this day, and has none."
        ),
        "due_before": InstantFilter("next_due_at__lt", "Its nearest open deadline is due before this instant."),
        "updated_since": InstantFilter("updated_at__gte", "Changed at or after this instant."),
    }
    orderings = {"id": "pk", "received_at": "received_at", "updated_at": "updated_at", "next_due_at": "next_due_at"}
    default_ordering = "-id"
    has_search = True
    # Whether the complaint that is answered was lodged by an earlier request with the same key.
    was_there = False
    lodged: Intake | None = None

    def check_permissions(self, request: Request) -> None:
        super().check_permissions(request)
        if request.method in SAFE:
            if not self.user.has_perm("complaints.read_complaints"):
                raise PermissionDenied("may_not_read", _("Your role does not read complaints."))
        elif not self.user.has_perm("complaints.lodge_complaint"):
            raise PermissionDenied("may_not_lodge", _("Your role does not log complaints."))

    def get_serializer_class(self) -> Any:
        return ComplaintRowOutput if self.request.method in SAFE else ComplaintOutput

    def get_queryset(self) -> ComplaintQuerySet:
        return complaints_for(self.user)

    def search(self, rows: QuerySet[Any], text: str) -> QuerySet[Any]:
        """As the page does: a number typed short, a phone in any writing, or words."""
        if known := known_number(text, self.user):
            return rows.filter(pk=known.pk)
        if looks_like_phone(text):
            called = rows.filter(contact_phone_normalized=normalized_phone(text))
            if called.exists():
                return called
        return COMPLAINTS.search(rows, text)

    def shown_rows(self, rows: list[Complaint]) -> list[Any]:
        complete(rows, self.user)
        return super().shown_rows(rows)

    def create(self, values: dict[str, Any]) -> Complaint:
        intake = facts.intake(values, self.user)
        if "key" in values:
            self.was_there = Complaint.objects.filter(intake_key=values["key"]).exists()
        with at_fields(places(values)):
            made = lodge_complaint(intake, by=self.user)
        if made.recorded_by_id != self.user.pk:
            raise Refusal(409, "duplicate", _("This key was used for something else."))
        self.lodged = intake
        return made

    def location(self, made: Complaint) -> str:
        return reverse("api:complaints-detail", kwargs={"number": made.number})

    def shown_made(self, made: Complaint) -> Response:
        if self._is_in_hand(made):
            return self.shown(complete_new(made, self._duplicates(made)))
        now = self.get_queryset().filter(pk=made.pk).first()
        if now is None:
            return Response(HiddenComplaintOutput(made).data)
        return self.shown(complete_one(now, self.user, self._duplicates(now)))

    def _is_in_hand(self, made: Complaint) -> bool:
        """Whether all that its maker may see of it is in memory, so that nothing has to be read again."""
        is_whole = bool(made.begun) and self.lodged is not None and self.lodged.is_plain and not made.is_restricted
        return is_whole and may_see(self.user, made, subject_ids=(), reader_ids=())

    def _duplicates(self, made: Complaint) -> list[Any]:
        """Others of the last days, also by similar words: what a desk is shown while it types."""
        intake = self.lodged
        if intake is None:
            return []
        intake.key, intake.customer_id, intake.phone = made.intake_key, made.customer_id, made.contact_phone
        return possible_duplicates(intake, by=self.user, now=clock.now())

    def post(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        response = super().post(request, *args, **kwargs)
        if self.was_there:
            response.status_code = 200
        return response


class OneComplaint(ComplaintView, ChangeMixin):
    """One complaint; PATCH changes its facts: by its recorder, its owner or a supervisor, until it ends."""

    input_class = facts.ComplaintChangeInput
    posts = "complaints.work_desk"

    def change(self, item: Complaint, values: dict[str, Any], version: int) -> Complaint:
        with at_fields({"description": "description", "category": "category", "subjects": "subjects"}):
            return change_complaint(item.pk, expected_version=version, by=self.user, **facts.changes(values))


urlpatterns = [
    path("complaints", Complaints.as_view(), name="complaints-list"),
    path("complaints/<word:number>", OneComplaint.as_view(), name="complaints-detail"),
]
