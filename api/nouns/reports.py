"""Reports on complaints: told to a supervisor in class 1, written to the department above in class 2."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse
from django.urls import path, reverse
from django.utils import translation
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import PolymorphicProxySerializer, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotAcceptable
from rest_framework.request import Request
from rest_framework.response import Response

from api.fields import Code, Instant, Language, Text, YesNo
from api.nouns.complaints_answers import REPORTS, ReportOutput, Username
from api.nouns.complaints_base import OfComplaint, at_fields
from api.nouns.complaints_moves import EndFields, PersonField
from api.serializers import Input, Output
from api.views import ActionView, ApiView, CreateMixin, ItemView, OneView
from complaints.actions.reports import confirm_oral_report, report_orally
from complaints.actions.written_reports import (
    QUESTION_LIMIT,
    acknowledge_report,
    return_report,
    save_report,
    submit_report,
)
from complaints.models import Complaint, OralReport, WrittenReport, WrittenReportVersion
from complaints.models.report import FIRST_PUBLIC_ID, SECTION_LIMIT
from complaints.written.condition import current_report
from complaints.written.draft import drafted
from complaints.written.paper import report_pdf
from complaints.written.sections import CODES, SECTIONS, Section

WRITTEN = "written"
ORAL_RELATED = ("complaint", "to", "to_for", "reported_by", "confirmed_by", "confirmed_for")
WRITTEN_RELATED = ("complaint", "department", "changed_by", "submitted_by", "answered_by", "answered_for")
OF_THE_PAPER = ("complaint__department__calendar", "complaint__owner", "complaint__category", "department")
# Where in the body stands what an action refuses.
PLACES = {"to": "to", "language": "language"} | {code: f"sections.{code}" for code in CODES}


class OralReportInput(EndFields):
    kind = Code(choices=[(kind, kind) for kind in REPORTS], help_text="How it is reported.")
    to = PersonField(help_text="The supervisor who was told, by username or id.")
    text = Text(max_length=1000, required=False, allow_blank=True, help_text="What was told beside the record.")

    example = {"kind": "oral", "to": "supervisor1", "text": "", "outcome": "upheld", "relief": "monetary"}


def _hint(section: Section) -> str:
    # The document is in English, whoever asks for it first.
    with translation.override("en"):
        return str(section.hint)


class SectionsInput(Input):
    """What is left out stays as it is in the draft, or is drafted from the record."""

    def get_fields(self) -> dict[str, Any]:
        return {
            section.code: Text(max_length=SECTION_LIMIT, required=False, allow_blank=True, help_text=_hint(section))
            for section in SECTIONS
        }


class WrittenReportInput(Input):
    kind = Code(choices=[(WRITTEN, WRITTEN)], help_text="How it is reported.")
    to = PersonField(required=False, help_text="Who of the department above is told beside its leaders on duty.")
    text = Text(
        max_length=SECTION_LIMIT, required=False, allow_blank=True, help_text="The remarks, beside what is drafted."
    )
    language = Language(required=False, help_text="The language it is written in; the department’s, when left out.")
    sections = SectionsInput(required=False, help_text="The report’s own words, by section.")
    submit = YesNo(default=True, help_text="Send it to the department above; false keeps it as a draft.")

    example = {
        "kind": "written",
        "text": "The customer was called again on Friday.",
        "sections": {"cause": "The brochure was not changed with the model year."},
        "submit": True,
    }


class ReportSectionsOutput(Output):
    def get_fields(self) -> dict[str, Any]:
        return {section.code: serializers.CharField(default="", help_text=_hint(section)) for section in SECTIONS}


class ReportVersionOutput(Output):
    version = serializers.IntegerField(source="number", help_text="1 is the first that was sent.")
    language = Language(help_text="The language it is written in.")
    sections = ReportSectionsOutput(help_text="The words that were sent; they never change.")
    submitted_by = serializers.CharField(source="submitted_by.username", help_text="Who sent it.")
    submitted_at = Instant(help_text="When.")
    answer = Code(
        choices=WrittenReportVersion.Answer.choices,
        allow_null=True,
        source="answer_or_none",
        help_text="What the department above answered; null while it reads.",
    )
    question = serializers.CharField(help_text="The question it was returned with; empty when there is none.")
    answered_by = Username(help_text="Who answered.")
    answered_for = Username(help_text="The absent leader for whom they answered.")
    answered_at = Instant(allow_null=True, help_text="When it was answered.")


class WrittenReportOutput(Output):
    id = serializers.IntegerField(source="public_id", help_text="Id of the report; it is answered by it.")
    number = serializers.CharField(help_text="Number of the report, such as R-2026-000012.")
    complaint = serializers.CharField(source="complaint.number", help_text="Number of the complaint.")
    kind = serializers.SerializerMethodField(help_text="How it was reported: written.")
    department = serializers.CharField(source="department.code", help_text="Code of the department that reads it.")
    status = Code(choices=WrittenReport.State.choices, source="state", help_text="How it stands.")
    language = Language(help_text="The language it is written in.")
    sections = ReportSectionsOutput(help_text="The words in hand, or as they were sent last.")
    written_by = serializers.CharField(source="changed_by.username", help_text="Who wrote at it last.")
    written_at = Instant(source="changed_at", help_text="When.")
    submitted_by = Username(help_text="Who sent it; null before it is sent.")
    submitted_at = Instant(allow_null=True, help_text="When it was sent.")
    acknowledged_by = Username(help_text="Who acknowledged it.")
    acknowledged_for = Username(help_text="The absent leader for whom they acknowledged it.")
    acknowledged_at = Instant(allow_null=True, help_text="When it was acknowledged.")
    versions = ReportVersionOutput(many=True, source="sent_versions", help_text="What was sent, newest first.")

    def get_kind(self, report: WrittenReport) -> str:
        return WRITTEN


ANY_REPORT = PolymorphicProxySerializer(
    component_name="AnyReport", serializers=[ReportOutput, WrittenReportOutput], resource_type_field_name=None
)


def find_written(reports: Any, pk: int) -> WrittenReport:
    """With all that its answer tells. Raises WrittenReport.DoesNotExist."""
    return _complete(reports.with_public_id(pk).select_related(*WRITTEN_RELATED).get())


def _complete(report: WrittenReport) -> WrittenReport:
    """Put onto it what its columns say in other words."""
    people = ("submitted_by", "answered_by", "answered_for")
    versions = list(report.versions.select_related(*people))
    for version in versions:
        version.__dict__["answer_or_none"] = version.answer or None
    is_good = report.state == WrittenReport.State.ACKNOWLEDGED
    report.__dict__.update(
        sent_versions=versions,
        acknowledged_by=report.answered_by if is_good else None,
        acknowledged_for=report.answered_for if is_good else None,
        acknowledged_at=report.answered_at if is_good else None,
    )
    return report


def shown_report(report: OralReport | WrittenReport) -> Any:
    """The answer that tells of it."""
    return WrittenReportOutput(report) if isinstance(report, WrittenReport) else ReportOutput(report)


class ReportsOfComplaint(OfComplaint):
    """All reports on a complaint, oral and written, newest first; also those whose case went on after them."""

    answers = {"GET": {200: PolymorphicProxySerializer(
        component_name="AnyReport", serializers=[ReportOutput, WrittenReportOutput], resource_type_field_name=None,
        many=True,
    )}}  # fmt: skip

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        oral = self.complaint.oral_reports.select_related(*ORAL_RELATED)
        written = [_complete(row) for row in self.complaint.written_reports.select_related(*WRITTEN_RELATED)]
        found: list[tuple[Any, Any]] = [(row.reported_at, row) for row in oral]
        found += [(row.begun_at, row) for row in written]
        found.sort(key=lambda pair: pair[0], reverse=True)
        return Response([shown_report(row).data for _at, row in found])


class OfReports(OneView):
    """Reports on complaints that you may see."""

    serializer_class: type[Output] = ReportOutput

    def get_object(self) -> Any:
        visible = Complaint.objects.visible_to(self.user)
        pk = self.kwargs["pk"]
        if pk >= FIRST_PUBLIC_ID:
            return find_written(WrittenReport.objects.filter(complaint__in=visible), pk)
        return OralReport.objects.filter(complaint__in=visible).select_related(*ORAL_RELATED).get(pk=pk)

    def get_serializer(self, *args: Any, **kwargs: Any) -> Any:
        return shown_report(args[0])

    def again(self, item: OralReport | WrittenReport) -> Any | None:
        visible = Complaint.objects.visible_to(self.user)
        if isinstance(item, OralReport):
            rows = OralReport.objects.filter(complaint__in=visible, pk=item.pk)
            return rows.select_related(*ORAL_RELATED).first()
        found = WrittenReport.objects.filter(complaint__in=visible, pk=item.pk).select_related(*WRITTEN_RELATED).first()
        return found and _complete(found)


class Report(OfComplaint, OfReports, CreateMixin):
    """Report it: orally, which closes a class 1 complaint; or in writing to the department above, in class 2.

    A written report that is in hand is written on, and keeps what is not given.
    """

    posts = "complaints.work_desk"
    answers = {"POST": {201: ANY_REPORT}}

    @extend_schema(
        request=PolymorphicProxySerializer(
            component_name="NewReport",
            serializers={"oral": OralReportInput, WRITTEN: WrittenReportInput},
            resource_type_field_name="kind",
        )
    )
    def post(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        body = request.data
        is_written = isinstance(body, Mapping) and body.get("kind") == WRITTEN
        self.input_class = WrittenReportInput if is_written else OralReportInput
        return super().post(request, *args, **kwargs)

    def look_again(self) -> None:
        """The complaint must still be there for who asks."""
        _there = self.complaint

    def create(self, values: dict[str, Any]) -> OralReport | WrittenReport:
        if values["kind"] == WRITTEN:
            return self._write(values)
        told = {name: values[name] for name in ("to", "outcome", "relief")}
        complaint = report_orally(self.complaint.pk, note=values.get("text", ""), by=self.user, **told)
        return complaint.oral_reports.select_related(*ORAL_RELATED)[0]

    def _write(self, values: dict[str, Any]) -> WrittenReport:
        complaint = self.complaint
        report = current_report(complaint)
        in_hand = report if report is not None and report.is_in_hand else None
        language = values.get("language") or (in_hand.language if in_hand else complaint.department.language)
        before = in_hand.sections if in_hand else drafted(complaint, language)
        sections = {**before, **values.get("sections", {})}
        if values.get("text"):
            sections["remarks"] = values["text"]
        told: dict[str, Any] = {"sections": sections, "language": language, "by": self.user}
        told["expected_version"] = report.version if report else 0
        with at_fields(PLACES):
            if values["submit"]:
                return submit_report(complaint.pk, to=values.get("to"), **told)
            return save_report(complaint.pk, **told)

    def location(self, made: OralReport | WrittenReport) -> str:
        pk = made.public_id if isinstance(made, WrittenReport) else made.pk
        return reverse("api:reports-detail", kwargs={"pk": pk})


class OneReport(OfReports, ItemView):
    """A report: to whom it was told and whether they confirmed it, or its words and what the department answered."""

    answers = {"GET": {200: ANY_REPORT, 304: None}}


class Acknowledge(OfReports, ActionView):
    """Confirm that you heard it, or read it for the department above; never by who made it.

    Confirming again changes nothing.
    """

    answers = {"POST": {200: ANY_REPORT, 204: None}}

    def act(self, values: dict[str, Any]) -> OralReport | WrittenReport:
        report = self.get_object()
        if isinstance(report, WrittenReport):
            return acknowledge_report(report.pk, by=self.user)
        return confirm_oral_report(report.complaint_id, by=self.user)


class ReportReturnInput(Input):
    question = Text(max_length=QUESTION_LIMIT, help_text="What the department above wants to know.")

    example = {"question": "Who changed the brochure, and when?"}


class OfWrittenReports(OfReports):
    """Written reports alone: an oral one is not there."""

    serializer_class = WrittenReportOutput

    def get_object(self) -> WrittenReport:
        visible = Complaint.objects.visible_to(self.user)
        return find_written(WrittenReport.objects.filter(complaint__in=visible), self.kwargs["pk"])


class Return(OfWrittenReports, ActionView):
    """Send a written report back with a question; its writer answers with a new version."""

    input_class = ReportReturnInput

    def act(self, values: dict[str, Any]) -> WrittenReport:
        with at_fields({"question": "question"}):
            return return_report(self.get_object().pk, question=values["question"], by=self.user)


class Document(ApiView):
    """The written report as a PDF: what was sent last, or the draft, marked as one."""

    answers = {"GET": {(200, "application/pdf"): OpenApiTypes.BINARY}}  # type: ignore[dict-item]

    def perform_content_negotiation(self, request: Request, force: bool = False) -> Any:
        try:
            return super().perform_content_negotiation(request, force)
        except NotAcceptable:
            if "application/pdf" not in request.headers.get("Accept", ""):
                raise
            # Errors are told as everywhere.
            return super().perform_content_negotiation(request, force=True)

    def get(self, request: Request, *args: Any, **kwargs: Any) -> HttpResponse:
        visible = Complaint.objects.visible_to(self.user)
        reports = WrittenReport.objects.filter(complaint__in=visible).select_related(*WRITTEN_RELATED, *OF_THE_PAPER)
        report = reports.with_public_id(self.kwargs["pk"]).get()
        name = f"{report.number}-{report.complaint.number}.pdf"
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return HttpResponse(report_pdf(report), content_type="application/pdf", headers=headers)


urlpatterns = [
    path("complaints/<word:number>/report", Report.as_view(), name="complaints-report"),
    path("complaints/<word:number>/reports", ReportsOfComplaint.as_view(), name="complaints-reports"),
    path("reports/<id:pk>", OneReport.as_view(), name="reports-detail"),
    path("reports/<id:pk>/acknowledge", Acknowledge.as_view(), name="reports-acknowledge"),
    path("reports/<id:pk>/return", Return.as_view(), name="reports-return"),
    path("reports/<id:pk>/document", Document.as_view(), name="reports-document"),
]
