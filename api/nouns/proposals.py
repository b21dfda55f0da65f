"""Proposals: written for a complaint, decided by others, answered by the customer."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from django.urls import path, reverse
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request

from accounts.roles import refused
from api.fields import Code, Instant, Text, YesNo
from api.filters import CodeFilter, Filter
from api.nouns.complaints_answers import Username
from api.nouns.complaints_base import OfComplaint, at_fields
from api.permissions import SAFE
from api.serializers import Input, Output
from api.views import ActionView, ApiView, ItemView, ListCreateView, ListView, OneView
from compensation.actions.answering import accept_proposal, decline_proposal
from compensation.actions.deciding import approve_proposal, reject_proposal, return_proposal
from compensation.actions.writing import MOST_COMPARED, MOST_LINES, Line, Written, submit_proposal, write_proposal
from compensation.codes import Consideration, LineGroup, ProposalState
from compensation.models import Proposal
from complaints.codes import RemedyKind

LONG = 1000


class LineOutput(Output):
    kind = Code(choices=RemedyKind.choices, help_text="The remedy.")
    description = serializers.CharField(help_text="What exactly the customer gets.")
    group = Code(choices=LineGroup.choices, help_text="Material or moral.")


class AlternativeOutput(Output):
    description = serializers.CharField(help_text="Which remedy was compared.")
    cost = serializers.CharField(help_text="What it costs us in the end, in words.")


class ConsiderationsOutput(Output):
    long_relationship = serializers.CharField(help_text="Whether there is a long relationship.")
    will_buy_again = serializers.CharField(help_text="Whether they buy again once this is solved.")
    word_of_mouth = serializers.CharField(help_text="What people will say, good and bad.")
    demand = serializers.CharField(help_text="What they demand: without ground, or too much.")
    our_fault = serializers.CharField(help_text="Whether we are at fault, and how much.")


class ProposalOutput(Output):
    id = serializers.IntegerField(help_text="Id of this version.")
    number = serializers.CharField(help_text="Its number, the same for all versions.")
    version = serializers.IntegerField(help_text="Which version it is.")
    complaint = serializers.CharField(source="complaint.number", help_text="Number of the complaint.")
    status = Code(source="state", choices=ProposalState.choices, help_text="Where it stands.")
    lines = LineOutput(many=True, source="lines.all", help_text="What the customer gets.")
    alternatives = AlternativeOutput(many=True, help_text="The remedies that were compared.")
    only_remedy_reason = serializers.CharField(help_text="Why there is no other remedy; may be empty.")
    considerations = serializers.SerializerMethodField(help_text="The five considerations; empty while unanswered.")
    proposer = serializers.CharField(source="proposer.username", help_text="Who proposes it.")
    created_at = Instant(help_text="When this version was begun.")
    submitted_at = Instant(allow_null=True, help_text="When its approval was asked for.")
    approver = Username(help_text="Who decided on it.")
    approver_for = Username(help_text="The absent leader for whom they decided.")
    decided_at = Instant(allow_null=True, help_text="When it was decided.")
    decision_note = serializers.CharField(help_text="The question or the reason that came with the decision.")
    answered_at = Instant(allow_null=True, help_text="When the customer’s answer was recorded.")
    answer_note = serializers.CharField(help_text="What the customer said.")

    @extend_schema_field(ConsiderationsOutput)
    def get_considerations(self, proposal: Proposal) -> dict[str, str]:
        return {name: proposal.considerations.get(name, "") for name in Consideration.values}


class LineInput(Input):
    kind = Code(choices=RemedyKind.choices, help_text="The remedy.")
    description = Text(
        max_length=300, required=False, allow_blank=True, help_text="What exactly the customer gets; needed to submit."
    )
    group = Code(
        choices=LineGroup.choices, required=False, help_text="Material or moral; follows from the remedy when left out."
    )


class AlternativeInput(Input):
    description = Text(max_length=300, help_text="Which remedy was compared.")
    cost = Text(max_length=300, help_text="What it costs us in the end, in words.")


def _answer(help_text: str) -> Text:
    return Text(max_length=500, required=False, allow_blank=True, help_text=help_text)


class ConsiderationsInput(Input):
    long_relationship = _answer("Is there a long relationship?")
    will_buy_again = _answer("Will they buy again once this is solved?")
    word_of_mouth = _answer("What will people say, good and bad?")
    demand = _answer("What do they demand: is it without ground, or too much?")
    reasonable = _answer("Taken for `demand`.")
    our_fault = _answer("Are we at fault, and how much?")


class ProposalInput(Input):
    """It may be incomplete until it is submitted."""

    lines = serializers.ListField(
        child=LineInput(), required=False, max_length=MOST_LINES, help_text="What the customer gets."
    )
    alternatives = serializers.ListField(
        child=AlternativeInput(), required=False, max_length=MOST_COMPARED, help_text="At least two remedies, compared."
    )
    only_remedy_reason = Text(
        max_length=LONG, required=False, allow_blank=True, help_text="Instead: why there is no other remedy."
    )
    considerations = ConsiderationsInput(required=False, help_text="The five considerations, as texts or codes.")

    example = {
        "lines": [{"kind": "refund", "description": "The fee that was not disclosed"}],
        "only_remedy_reason": "The fee itself is what hurts.",
        "considerations": {
            "long_relationship": "yes, since 2021",
            "will_buy_again": "likely",
            "word_of_mouth": "12,000 followers",
            "demand": "reasonable",
            "our_fault": "shared",
        },
    }


def written(values: dict[str, Any]) -> Written:
    """The body as the action takes it."""
    considerations = dict(values.get("considerations", {}))
    if reasonable := considerations.pop("reasonable", ""):
        considerations.setdefault("demand", reasonable)
    lines = [Line(line["kind"], line.get("description", ""), line.get("group", "")) for line in values.get("lines", [])]
    return Written(lines, values.get("alternatives", []), values.get("only_remedy_reason", ""), considerations)


class OfOneComplaint(OfComplaint, ListCreateView):
    """Every version of what was proposed for it, the newest first; POST writes one, which supersedes the last."""

    serializer_class = ProposalOutput
    input_class = ProposalInput
    posts = "compensation.propose"
    default_ordering = "-id"

    def get_queryset(self) -> QuerySet[Any]:
        return Proposal.objects.filter(complaint=self.complaint).for_list()

    def create(self, values: dict[str, Any]) -> Proposal:
        with at_fields({name: name for name in ("lines", "alternatives", "considerations")}):
            return write_proposal(self.complaint.pk, written(values), by=self.user)

    def location(self, made: Proposal) -> str:
        return reverse("api:proposals-detail", kwargs={"pk": made.pk})


class AwaitingFilter(Filter):
    """`awaiting=me`; the view knows who that is."""

    schema = {"type": "string", "enum": ["me"]}

    def read(self, text: str) -> str:
        return {"me": "me"}[text]

    def apply(self, rows: QuerySet[Any], value: str) -> QuerySet[Any]:
        return rows


class OfProposals(ApiView):
    """Proposals of complaints that you may see. `posts`: the permission without which nothing is sent here."""

    serializer_class = ProposalOutput
    queryset = Proposal.objects.none()
    posts: ClassVar[str] = ""

    def check_permissions(self, request: Request) -> None:
        super().check_permissions(request)
        if self.posts and request.method not in SAFE and not self.user.has_perm(self.posts):
            raise refused(self.posts)

    def get_queryset(self) -> QuerySet[Any]:
        return Proposal.objects.visible_to(self.user).for_list()


class Proposals(OfProposals, ListView):
    """Proposals of complaints that you may see, newest first; `awaiting=me`: those that wait for your decision."""

    filters = {
        "awaiting": AwaitingFilter("", "me: what waits for your decision."),
        "status": CodeFilter("state", "Where it stands.", ProposalState.values),
        "complaint": Filter("complaint__number", "Number of the complaint."),
        "proposer": Filter("proposer__username", "Username of who proposes it."),
    }
    orderings = {"id": "pk", "submitted_at": "submitted_at"}
    default_ordering = "-id"

    def check_permissions(self, request: Request) -> None:
        super().check_permissions(request)
        if not self.user.has_perm("complaints.read_complaints"):
            raise refused("complaints.read_complaints")

    def get_queryset(self) -> QuerySet[Any]:
        if self.given.get("awaiting") == "me":
            return Proposal.objects.awaiting(self.user).for_list()
        return super().get_queryset()


class OneProposal(OfProposals, ItemView):
    """One version of a proposal."""


class ProposalVerb(OfProposals, ActionView, OneView):
    """POST of one verb; answers with the proposal."""

    # What an action refuses because of the body, by its field.
    places: ClassVar[dict[str, str]] = {}

    def decide(self, pk: int, values: dict[str, Any]) -> Proposal:
        raise NotImplementedError

    def act(self, values: dict[str, Any]) -> Proposal:
        proposal: Proposal = self.get_object()
        with at_fields(self.places):
            return self.decide(proposal.pk, values)


class Submit(ProposalVerb):
    """Ask for its approval; 409 names all that is missing."""

    posts = "compensation.propose"

    def decide(self, pk: int, values: dict[str, Any]) -> Proposal:
        return submit_proposal(pk, by=self.user)


class ApproveInput(Input):
    note = Text(max_length=LONG, required=False, allow_blank=True, help_text="A word to the proposer.")

    example = {"note": "Call her today."}


class Approve(ProposalVerb):
    """Say yes to exactly these remedies; never by who proposed them (403 `own_proposal`)."""

    input_class = ApproveInput

    def decide(self, pk: int, values: dict[str, Any]) -> Proposal:
        return approve_proposal(pk, note=values.get("note", ""), by=self.user)


class ReturnInput(Input):
    question = Text(max_length=LONG, help_text="What the proposer shall answer in a new version.")

    example = {"question": "Can the workshop do it this week?"}


class Return(ProposalVerb):
    """Send it back with a question."""

    input_class = ReturnInput
    places = {"question": "question"}

    def decide(self, pk: int, values: dict[str, Any]) -> Proposal:
        return return_proposal(pk, question=values["question"], by=self.user)


class RejectInput(Input):
    reason = Text(max_length=LONG, help_text="Why not.")

    example = {"reason": "The damage was there before the sale."}


class Reject(ProposalVerb):
    """Say no to it, with the reason."""

    input_class = RejectInput
    places = {"reason": "reason"}

    def decide(self, pk: int, values: dict[str, Any]) -> Proposal:
        return reject_proposal(pk, reason=values["reason"], by=self.user)


class AcceptInput(Input):
    note = Text(max_length=LONG, required=False, allow_blank=True, help_text="What the customer said.")
    go_on = YesNo(required=False, help_text="Make the transition `plan_agreed` in the same step.")

    example = {"note": "She agrees.", "go_on": True}


class Accept(ProposalVerb):
    """Record that the customer accepts it."""

    posts = "compensation.propose"
    input_class = AcceptInput

    def decide(self, pk: int, values: dict[str, Any]) -> Proposal:
        return accept_proposal(pk, note=values.get("note", ""), goes_on=values.get("go_on", False), by=self.user)


class DeclineInput(Input):
    note = Text(max_length=LONG, required=False, allow_blank=True, help_text="What the customer said.")

    example = {"note": "He wants the car exchanged."}


class Decline(ProposalVerb):
    """Record that the customer declines it; the case stays with the options."""

    posts = "compensation.propose"
    input_class = DeclineInput

    def decide(self, pk: int, values: dict[str, Any]) -> Proposal:
        return decline_proposal(pk, note=values.get("note", ""), by=self.user)


VERBS: dict[str, type[ProposalVerb]] = {
    "submit": Submit,
    "approve": Approve,
    "return": Return,
    "reject": Reject,
    "accept": Accept,
    "decline": Decline,
}

urlpatterns = [
    path("complaints/<word:number>/proposals", OfOneComplaint.as_view(), name="complaints-proposals"),
    path("proposals", Proposals.as_view(), name="proposals-list"),
    path("proposals/<id:pk>", OneProposal.as_view(), name="proposals-detail"),
    *(path(f"proposals/<id:pk>/{name}", view.as_view(), name=f"proposals-{name}") for name, view in VERBS.items()),
]
