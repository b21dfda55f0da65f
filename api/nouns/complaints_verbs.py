"""What is pressed on a complaint: its transitions, its class, its owner, its links and its report."""

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import PolymorphicProxySerializer, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from api.fields import Code, Line, Text, Whole
from api.nouns.complaints_answers import REPORTS, ReportOutput
from api.nouns.complaints_base import ComplaintVerb, ComplaintView, OfComplaint, at_fields
from api.nouns.complaints_moves import MOVES, EndFields, PersonField, TransitionOutput, offered
from api.problems import invalid
from api.serializers import Input
from api.views import ActionView, CreateMixin, ItemView, OneView
from complaints.actions.classes import lower_class, raise_class
from complaints.actions.desk import call_supervisor
from complaints.actions.links import link_complaints
from complaints.actions.outside import record_gone_outside
from complaints.actions.ownership import assign_complaint
from complaints.actions.reopening import reopen_complaint
from complaints.actions.reports import confirm_oral_report, report_orally
from complaints.codes import OUTSIDE_CHANNELS, Channel, SeverityClass
from complaints.models import Complaint, ComplaintLink, OralReport


class Transitions(ComplaintView):
    """What you may do with it now, what is blocked too and by what; POST does it and answers with the complaint."""

    answers = {"GET": {200: TransitionOutput(many=True)}}

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        rows = offered(self.complaint, self.user)
        return Response(TransitionOutput(rows, many=True).data)

    @extend_schema(
        request=PolymorphicProxySerializer(
            component_name="Transition",
            serializers={name: move.body for name, move in MOVES.items()},
            resource_type_field_name="name",
        )
    )
    def post(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        complaint = self.complaint
        body = request.data
        name = body.get("name") if isinstance(body, Mapping) else None
        move = MOVES.get(name) if isinstance(name, str) else None
        if move is None:
            raise invalid("name", "unknown", _("There is no such transition."))
        self.input_class = move.body
        move.act(complaint, self.input(), self.user)
        return self.shown_again(complaint)


class ClassifyInput(Input):
    severity_class = Whole(min_value=1, max_value=2, help_text="2 raises it; 1 lowers it, which needs a supervisor.")
    reason = Text(max_length=1000, required=False, allow_blank=True, help_text="Why; needed to lower it.")

    example = {"severity_class": 2, "reason": "The customer comes back with a lawyer."}


class Classify(ComplaintVerb):
    """Raise it to class 2, or lower it to class 1: the same as the transitions `raise` and `lower`."""

    input_class = ClassifyInput
    posts = "complaints.raise_class"

    def act(self, values: dict[str, Any]) -> Complaint:
        change = raise_class if values["severity_class"] == SeverityClass.TWO else lower_class
        with at_fields({"reason": "reason"}):
            return change(self.complaint.pk, reason=values.get("reason", ""), by=self.user)


class AssignInput(Input):
    owner = PersonField(help_text="Who gets it, by username or id.")

    example = {"owner": "handler1"}

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping) and "department" in data:
            text = _("It cannot be moved to another department. Give it to one of its people.")
            raise invalid("department", "not_possible", text)
        return super().to_internal_value(data)


class Assign(ComplaintVerb):
    """Give it to somebody, which is a supervisor’s; or take it oneself when nobody has it."""

    input_class = AssignInput
    posts = "complaints.work_desk"

    def act(self, values: dict[str, Any]) -> Complaint:
        with at_fields({"owner": "owner"}):
            return assign_complaint(self.complaint.pk, owner=values["owner"], by=self.user)


class ReopenInput(Input):
    reason = Text(
        max_length=1000,
        error_messages={
            "required": _("Write the reason in one sentence."),
            "blank": _("Write the reason in one sentence."),
        },
        help_text="Why it is taken up again.",
    )

    example = {"reason": "The pump leaks again."}


class Reopen(ComplaintVerb):
    """Take up again what has ended: the same as the transition `reopen`."""

    input_class = ReopenInput
    posts = "complaints.work_desk"

    def act(self, values: dict[str, Any]) -> Complaint:
        return reopen_complaint(self.complaint.pk, reason=values["reason"], by=self.user)


class LinkInput(Input):
    number = Line(max_length=16, help_text="Number of the other complaint.")
    relation = Code(
        choices=ComplaintLink.Relation.choices, default=ComplaintLink.Relation.RELATED, help_text="How they belong."
    )

    example = {"number": "C-2026-000123", "relation": "same_matter"}


class Link(ComplaintVerb):
    """Link it to another complaint that you may see; linking a pair again changes nothing."""

    input_class = LinkInput
    posts = "complaints.work_desk"

    def act(self, values: dict[str, Any]) -> Complaint:
        complaint = self.complaint
        with at_fields({"link_to": "number"}):
            link_complaints(complaint.pk, values["number"].upper(), relation=values["relation"], by=self.user)
        return complaint


class GoneOutsideInput(Input):
    channel = Code(choices=[(code, code) for code in Channel.values if code in OUTSIDE_CHANNELS], help_text="To whom.")
    summary = Text(max_length=5000, help_text="What was said, written or posted.")

    example = {"channel": "press", "summary": "A reporter of the evening paper called."}


class GoneOutside(ComplaintVerb):
    """It has gone outside: kept on it, triaged again, told to the leaders."""

    input_class = GoneOutsideInput
    posts = "complaints.work_desk"

    def act(self, values: dict[str, Any]) -> Complaint:
        return record_gone_outside(self.complaint.pk, by=self.user, **values)


class CallSupervisor(ComplaintVerb):
    """Ask the supervisors on duty to come over."""

    posts = "complaints.work_desk"

    def act(self, values: dict[str, Any]) -> Complaint:
        complaint = self.complaint
        call_supervisor(complaint.pk, by=self.user)
        return complaint


class ReportInput(EndFields):
    kind = Code(choices=[(kind, kind) for kind in REPORTS], help_text="How it is reported.")
    to = PersonField(help_text="The supervisor who was told, by username or id.")
    text = Text(max_length=1000, required=False, allow_blank=True, help_text="What was told beside the record.")

    example = {"kind": "oral", "to": "supervisor1", "text": "", "outcome": "upheld", "relief": "monetary"}


REPORT_RELATED = ("complaint", "to", "to_for", "reported_by", "confirmed_by", "confirmed_for")


class Report(OfComplaint, CreateMixin):
    """Report a class 1 complaint orally, which closes it: the same as the transition `reported`."""

    serializer_class = ReportOutput
    input_class = ReportInput
    posts = "complaints.work_desk"

    def create(self, values: dict[str, Any]) -> OralReport:
        told = {name: values[name] for name in ("to", "outcome", "relief")}
        complaint = report_orally(self.complaint.pk, note=values.get("text", ""), by=self.user, **told)
        return complaint.oral_reports.select_related(*REPORT_RELATED)[0]

    def again(self, item: OralReport) -> OralReport:
        return item

    def location(self, made: OralReport) -> str:
        return reverse("api:reports-detail", kwargs={"pk": made.pk})


class OfReports(OneView):
    """Reports on complaints that you may see."""

    serializer_class = ReportOutput
    queryset = OralReport.objects.none()

    def get_queryset(self) -> QuerySet[OralReport]:
        visible = Complaint.objects.visible_to(self.user)
        return OralReport.objects.filter(complaint__in=visible).select_related(*REPORT_RELATED)


class OneReport(OfReports, ItemView):
    """To whom a complaint was reported, and whether they confirmed it."""


class Acknowledge(OfReports, ActionView):
    """Confirm that you heard it; never by who made it. Confirming again changes nothing."""

    def act(self, values: dict[str, Any]) -> OralReport:
        report = self.get_object()
        return confirm_oral_report(report.complaint_id, by=self.user)


urlpatterns = [
    path("complaints/<word:number>/transitions", Transitions.as_view(), name="complaints-transitions"),
    path("complaints/<word:number>/classify", Classify.as_view(), name="complaints-classify"),
    path("complaints/<word:number>/assign", Assign.as_view(), name="complaints-assign"),
    path("complaints/<word:number>/reopen", Reopen.as_view(), name="complaints-reopen"),
    path("complaints/<word:number>/link", Link.as_view(), name="complaints-link"),
    path("complaints/<word:number>/gone-outside", GoneOutside.as_view(), name="complaints-gone-outside"),
    path("complaints/<word:number>/call-supervisor", CallSupervisor.as_view(), name="complaints-call-supervisor"),
    path("complaints/<word:number>/report", Report.as_view(), name="complaints-report"),
    path("reports/<id:pk>", OneReport.as_view(), name="reports-detail"),
    path("reports/<id:pk>/acknowledge", Acknowledge.as_view(), name="reports-acknowledge"),
]
