"""What authorities and the press have of complaints: corrected, accepted, answered; and the clocks of the law."""

from typing import Any

from django.db.models import QuerySet
from django.urls import path
from django.utils.translation import gettext_lazy as _
from rest_framework.request import Request

from accounts.roles import refused
from api.fields import Day, Line, Text
from api.nouns.complaints_answers import OutsideOutput
from api.nouns.complaints_base import ComplaintVerb, at_fields
from api.permissions import SAFE
from api.serializers import Input
from api.views import ActionView, ChangeMixin, OneView
from complaints import statutory
from complaints.actions.outside_matters import accept_matter, answer_matter, change_matter, extend_statutory
from complaints.deadlines import STATUTORY
from complaints.models import Complaint, OutsideMatter
from core.errors import Blocked, Blocker
from deadlines.models import Deadline

WORKS = "complaints.work_desk"


class OfMatters(OneView):
    """Matters of complaints that you may see."""

    serializer_class = OutsideOutput
    queryset = OutsideMatter.objects.none()

    def check_permissions(self, request: Request) -> None:
        super().check_permissions(request)
        if request.method not in SAFE and not self.user.has_perm(WORKS):
            raise refused(WORKS)

    def get_queryset(self) -> QuerySet[OutsideMatter]:
        visible = Complaint.objects.visible_to(self.user)
        return OutsideMatter.objects.filter(complaint__in=visible).select_related("complaint")


class MatterChangeInput(Input):
    authority = Line(required=False, allow_blank=True, max_length=160, help_text="Name of the authority or medium.")
    reference = Line(required=False, allow_blank=True, max_length=80, help_text="Their reference.")
    received_on = Day(required=False, help_text="When it came.")
    answer_by = Day(required=False, allow_null=True, help_text="Until when they want an answer.")

    example = {"reference": "2026-0815", "answer_by": "2026-11-30"}


class OneMatter(OfMatters, ChangeMixin):
    """One matter outside; PATCH corrects it. Another date of theirs starts its clock anew."""

    input_class = MatterChangeInput

    def change(self, item: OutsideMatter, values: dict[str, Any], version: int) -> OutsideMatter:
        now = {name: getattr(item, name) for name in ("authority", "reference", "received_on", "answer_by")}
        with at_fields({"received_on": "received_on", "answer_by": "answer_by"}):
            return change_matter(item.pk, **{**now, **values}, expected_version=version, by=self.user)


class OutsideAcceptInput(Input):
    accepted_on = Day(required=False, help_text="When they took it on; today, when left out.")

    example = {"accepted_on": "2026-11-20"}


class Accept(OfMatters, ActionView):
    """They took it on: the clock of their letter is kept, that of settling it begins."""

    input_class = OutsideAcceptInput

    def act(self, values: dict[str, Any]) -> OutsideMatter:
        with at_fields({"accepted_on": "accepted_on"}):
            return accept_matter(self.get_object().pk, accepted_on=values.get("accepted_on"), by=self.user)


class OutsideAnswerInput(Input):
    summary = Text(max_length=5000, help_text="What was answered.")

    example = {"summary": "Our side of it, with the invoice."}


class Answer(OfMatters, ActionView):
    """They were answered: their clocks end. It is no answer to the customer."""

    input_class = OutsideAnswerInput

    def act(self, values: dict[str, Any]) -> OutsideMatter:
        return answer_matter(self.get_object().pk, summary=values["summary"], by=self.user)


class ExtendInput(Input):
    rule = Line(max_length=40, help_text="Code of the rule, as `deadlines[].rule` says it.")
    reason = Text(max_length=1000, help_text="Why the case is complex.")

    example = {"rule": "bank_insurer", "reason": "An expert has to look at it."}


class Extend(ComplaintVerb):
    """The longer time that a rule of law gives to complex cases: a supervisor’s word."""

    input_class = ExtendInput
    posts = "complaints.extend_statutory"

    def act(self, values: dict[str, Any]) -> Complaint:
        running = Deadline.objects.of(self.complaint).open().filter(kind=STATUTORY)
        row = next((row for row in running if statutory.code_of(row.about) == values["rule"]), None)
        if row is None:
            raise Blocked([Blocker("no_such_clock", _("No clock of this rule runs here."))])
        return extend_statutory(row.pk, reason=values["reason"], by=self.user)


urlpatterns = [
    path("outside/<id:pk>", OneMatter.as_view(), name="outside-detail"),
    path("outside/<id:pk>/accept", Accept.as_view(), name="outside-accept"),
    path("outside/<id:pk>/answer", Answer.as_view(), name="outside-answer"),
    path("complaints/<word:number>/extend", Extend.as_view(), name="complaints-extend"),
]
