"""What is pressed on a complaint: its transitions, its class, its owner and its links."""

from collections.abc import Mapping
from typing import Any

from django.urls import path
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import PolymorphicProxySerializer, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from api.fields import Code, Day, Instant, Line, Text, Whole
from api.nouns.complaints_base import ComplaintVerb, ComplaintView, at_fields
from api.nouns.complaints_moves import LONG, MOVES, DepartmentField, PersonField, TransitionOutput, offered
from api.problems import invalid
from api.serializers import Input
from complaints.actions.classes import lower_class, raise_class
from complaints.actions.desk import call_supervisor
from complaints.actions.hand_over import accept_hand_over, decline_hand_over, hand_over, withdraw_hand_over
from complaints.actions.links import link_complaints
from complaints.actions.outside import record_gone_outside
from complaints.actions.reopening import reopen_complaint
from complaints.actions.waiting import resume_complaint, wait_for_customer
from complaints.codes import OUTSIDE_CHANNELS, Channel, SeverityClass
from complaints.models import Complaint, ComplaintLink


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
    owner = PersonField(required=False, help_text="Who gets it, by username or id.")
    department = DepartmentField(required=False, help_text="Or the department it goes to, by its code.")
    reason = Text(
        max_length=LONG, required=False, allow_blank=True, help_text="Why; needed for a department, read by the other."
    )

    example = {"owner": "handler1"}

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if "owner" not in attrs and "department" not in attrs:
            raise invalid("owner", "required", _("Say who gets it: an owner or a department."))
        if "owner" in attrs and "department" in attrs:
            raise invalid("department", "one_of_both", _("Give it to a person or to a department, not to both."))
        return attrs


class Assign(ComplaintVerb):
    """Give it to somebody: at once by a supervisor, or to oneself when nobody has it; by anybody else an offer.

    To a department likewise, with a reason: at once by a supervisor of both, else an offer. What is offered stays with
    the one who has it until `/handover/accept`.
    """

    input_class = AssignInput
    posts = "complaints.work_desk"

    def act(self, values: dict[str, Any]) -> Complaint:
        with at_fields({"owner": "owner", "department": "department", "reason": "reason"}):
            return hand_over(
                self.complaint.pk,
                to=values.get("owner"),
                department=values.get("department"),
                reason=values.get("reason", ""),
                by=self.user,
            )


class AcceptHandOver(ComplaintVerb):
    """Accept what is offered to you, or to your department: you own it from now on. 409 `no_offer` when it is over."""

    posts = "complaints.work_desk"

    def act(self, values: dict[str, Any]) -> Complaint:
        return accept_hand_over(self.complaint.pk, by=self.user)


class OfferDeclineInput(Input):
    reason = Text(max_length=LONG, help_text="Why; read by the one who has it.")

    example = {"reason": "I am away from tomorrow on."}


class DeclineHandOver(ComplaintVerb):
    """Decline what is offered; it stays with the one who has it. 204 when you do not see it any more."""

    input_class = OfferDeclineInput
    posts = "complaints.work_desk"

    def act(self, values: dict[str, Any]) -> Complaint:
        return decline_hand_over(self.complaint.pk, reason=values["reason"], by=self.user)


class WithdrawHandOver(ComplaintVerb):
    """Take the offer back: who made it, the owner, or a supervisor."""

    posts = "complaints.work_desk"

    def act(self, values: dict[str, Any]) -> Complaint:
        return withdraw_hand_over(self.complaint.pk, by=self.user)


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
    authority = Line(required=False, allow_blank=True, max_length=160, help_text="Name of the authority or medium.")
    reference = Line(required=False, allow_blank=True, max_length=80, help_text="Their reference.")
    received_on = Day(required=False, help_text="When it came; today, when left out.")
    answer_by = Day(required=False, allow_null=True, help_text="Until when they want an answer.")

    example = {
        "channel": "regulator",
        "summary": "They ask for our side of it.",
        "authority": "Market supervision office",
        "reference": "2026-0815",
        "received_on": "2026-11-18",
        "answer_by": "2026-11-27",
    }


class GoneOutside(ComplaintVerb):
    """It has gone outside: kept on it, triaged again, told to the leaders; a letter starts the clocks of the law."""

    input_class = GoneOutsideInput
    posts = "complaints.work_desk"

    def act(self, values: dict[str, Any]) -> Complaint:
        with at_fields({"received_on": "received_on", "answer_by": "answer_by"}):
            return record_gone_outside(self.complaint.pk, by=self.user, **values)


class WaitInput(Input):
    reason = Text(max_length=1000, help_text="What is waited for.")
    until = Instant(help_text="When it ends by itself at the latest.")

    example = {"reason": "She sends a photo of the invoice.", "until": "2026-11-27T18:00:00+08:00"}


class WaitForCustomer(ComplaintVerb):
    """It is the customer’s turn: `resolved` stands still until then, or until they get in touch."""

    input_class = WaitInput
    posts = "complaints.work_case"

    def act(self, values: dict[str, Any]) -> Complaint:
        with at_fields({"reason": "reason", "until": "until"}):
            return wait_for_customer(self.complaint.pk, by=self.user, **values)


class Resume(ComplaintVerb):
    """End the wait for the customer; `resolved` runs on with what was left of it."""

    posts = "complaints.work_case"

    def act(self, values: dict[str, Any]) -> Complaint:
        return resume_complaint(self.complaint.pk, by=self.user)


class CallSupervisor(ComplaintVerb):
    """Ask the supervisors on duty to come over."""

    posts = "complaints.work_desk"

    def act(self, values: dict[str, Any]) -> Complaint:
        complaint = self.complaint
        call_supervisor(complaint.pk, by=self.user)
        return complaint


urlpatterns = [
    path("complaints/<word:number>/transitions", Transitions.as_view(), name="complaints-transitions"),
    path("complaints/<word:number>/classify", Classify.as_view(), name="complaints-classify"),
    path("complaints/<word:number>/assign", Assign.as_view(), name="complaints-assign"),
    path("complaints/<word:number>/handover/accept", AcceptHandOver.as_view(), name="complaints-handover-accept"),
    path("complaints/<word:number>/handover/decline", DeclineHandOver.as_view(), name="complaints-handover-decline"),
    path("complaints/<word:number>/handover/withdraw", WithdrawHandOver.as_view(), name="complaints-handover-withdraw"),
    path("complaints/<word:number>/reopen", Reopen.as_view(), name="complaints-reopen"),
    path("complaints/<word:number>/link", Link.as_view(), name="complaints-link"),
    path("complaints/<word:number>/gone-outside", GoneOutside.as_view(), name="complaints-gone-outside"),
    path("complaints/<word:number>/wait", WaitForCustomer.as_view(), name="complaints-wait"),
    path("complaints/<word:number>/resume", Resume.as_view(), name="complaints-resume"),
    path("complaints/<word:number>/call-supervisor", CallSupervisor.as_view(), name="complaints-call-supervisor"),
]
