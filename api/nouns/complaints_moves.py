"""The transitions of a complaint: what each asks for, and the action behind it. Names: API.md, "States"."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.models import Department, User
from api.fields import Code, Day, Instant, Line, MoneyField, Text, YesNo
from api.nouns.learned import EvaluationFields, Texts, told_of_outcome
from api.serializers import Input, Output
from complaints.actions import agree, classes, desk, ends, evaluation, reopening, reports, transitions
from complaints.codes import (
    CHOSEN_OUTCOMES,
    LASTR_STATES,
    Fault,
    Nature,
    ReferredTo,
    Relief,
    RemedyKind,
    Satisfaction,
    SeverityClass,
    State,
)
from complaints.desk_page import MET_AT_DESK, MET_WHILE
from complaints.models import Complaint, DeskChange
from complaints.workflow import COMPLETES, workflow_of
from core.errors import Blocker
from core.money import Money
from policies.reading import policy

LONG = 1000


@extend_schema_field({"oneOf": [{"type": "string", "maxLength": 150}, {"type": "integer", "minimum": 1}]})
class PersonField(serializers.Field):  # type: ignore[type-arg]
    """Somebody of the house, by username or id."""

    default_error_messages = {"unknown": _("There is nobody of this name. Give a username or an id.")}

    def to_internal_value(self, data: Any) -> User:
        found = None
        if isinstance(data, str) and len(data) <= 150:
            found = User.objects.filter(username=data)
        elif isinstance(data, int) and not isinstance(data, bool) and 0 < data < 2**63:
            found = User.objects.filter(pk=data)
        person = (
            found.select_related("department").prefetch_related("role_grants").first() if found is not None else None
        )
        if person is None:
            self.fail("unknown")
        return person


@extend_schema_field({"type": "string", "maxLength": 32})
class DepartmentField(serializers.Field):  # type: ignore[type-arg]
    """A department of the house, by its code."""

    default_error_messages = {"unknown": _("There is no such department. Give its code.")}

    def to_internal_value(self, data: Any) -> Department:
        found = None
        if isinstance(data, str) and len(data) <= 32:
            found = Department.objects.active().filter(code=data).first()
        if found is None:
            self.fail("unknown")
        return found


class HouseMoney(MoneyField):
    """In the house currency: limits are in it, and no other one is converted."""

    def to_internal_value(self, data: Any) -> Money:
        given = super().to_internal_value(data)
        house = policy("company.currency")
        if given.currency != house:
            self.fail("other_currency", only=house)
        return given


def _name(*names: str) -> Code:
    return Code(choices=names, help_text="The transition.")


class ActedInput(Input):
    name = _name("acted", "plan_agreed")


def _reason() -> Text:
    sentence = _("Write the reason in one sentence.")
    return Text(max_length=LONG, error_messages={"required": sentence, "blank": sentence}, help_text="Why.")


class RaiseInput(Input):
    name = _name("raise")
    reason = Text(max_length=LONG, required=False, allow_blank=True, help_text="Why, if you like.")


class ReasonInput(Input):
    name = _name("lower", "void")
    reason = _reason()


class EndFields(Input):
    outcome = Code(
        choices=CHOSEN_OUTCOMES,
        error_messages={"required": _("Choose what came of it.")},
        help_text="What came of it.",
    )
    relief = Code(
        choices=Relief.choices,
        error_messages={"required": _("Choose what the customer got.")},
        help_text="What the customer got.",
    )


class EndInput(EndFields):
    """An end, with what came of it."""

    name = _name("left", "withdraw")
    reason = _reason()

    example = {"name": "withdraw", "reason": "The fee is dropped.", "outcome": "settled", "relief": "explanation"}


class EvaluatedInput(EvaluationFields):
    """How the case came out. What is recorded already need not be said again."""

    name = _name("evaluated")

    example = {
        "name": "evaluated",
        "satisfaction": "satisfied",
        "root_cause": "information_promised",
        "did_well": "Called within the hour.",
        "to_improve": "The brochure and the order differ.",
        "next_time": "Read the order aloud before it is signed.",
        "suggestions": ["Write the list of equipment into the order."],
        "outcome": "upheld",
        "relief": "monetary",
    }


class ListenedInput(Input):
    name = _name("listened")
    restated = Text(max_length=500, help_text="The problem in one sentence.")
    customer_agreed = YesNo(help_text="The customer agreed that it is right.")

    example = {"name": "listened", "restated": "The wiper blades were charged twice.", "customer_agreed": True}


class NotedInput(Input):
    name = _name("apologised", "thanked")
    note = Text(max_length=500, required=False, allow_blank=True, help_text="What was said.")


class SatisfiedInput(Input):
    name = _name("satisfied")
    remedy_kinds = serializers.ListField(
        child=Code(choices=RemedyKind.choices), max_length=20, help_text="What the customer was given."
    )
    remedy = Text(max_length=500, help_text="The remedy in one sentence.")
    value = HouseMoney(required=False, allow_null=True, help_text="What it is worth, in the house currency.")
    satisfaction = Code(
        choices=Satisfaction.choices,
        error_messages={"required": _("Choose how the customer took it.")},
        help_text="How the customer took it.",
    )

    example = {
        "name": "satisfied",
        "remedy_kinds": ["refund"],
        "remedy": "One of the two charges was given back.",
        "value": {"amount": "120.00", "currency": "CNY"},
        "satisfaction": "satisfied",
    }


class ReportedInput(EndFields):
    name = _name("reported")
    to = PersonField(help_text="The supervisor who was told, by username or id.")
    note = Text(max_length=LONG, required=False, allow_blank=True, help_text="What was told beside the record.")

    example = {"name": "reported", "to": "supervisor1", "outcome": "upheld", "relief": "monetary"}


class ChangedInput(Input):
    name = _name("changed")
    what = Code(choices=DeskChange.What.choices, help_text="What was changed.")
    note = Text(max_length=500, help_text="How.")
    at = Instant(required=False, allow_null=True, help_text="When to meet again.")
    owner = PersonField(required=False, help_text="Who has it from now on, by username or id.")

    example = {"name": "changed", "what": "place", "note": "In the manager’s office, with a cup of tea."}


class CorrectedInput(Input):
    """The step, and what it records, all of it."""

    name = _name("corrected")

    step = Code(choices=[(state, state) for state in LASTR_STATES[:-1]], help_text="The done step that is rewritten.")
    restated = Text(max_length=500, required=False, help_text="Listen: the problem in one sentence.")
    customer_agreed = YesNo(required=False, help_text="Listen: the customer agreed that it is right.")
    note = Text(max_length=500, required=False, allow_blank=True, help_text="Apologise, thank: what was said.")
    remedy_kinds = serializers.ListField(
        child=Code(choices=RemedyKind.choices), required=False, max_length=20, help_text="Satisfy: what was given."
    )
    remedy = Text(max_length=500, required=False, help_text="Satisfy: the remedy in one sentence.")
    value = HouseMoney(required=False, allow_null=True, help_text="Satisfy: what it is worth, in the house currency.")
    satisfaction = Code(choices=Satisfaction.choices, required=False, help_text="Satisfy: how the customer took it.")

    def validate(self, told: dict[str, Any]) -> dict[str, Any]:
        """Check the rest as the step's own transition does."""
        step = State(told.pop("step"))
        given = {name: value for name, value in self.initial_data.items() if name != "step"}
        completes = COMPLETES[step]
        body = MOVES[completes].body(data={**given, "name": completes}, context=self.context)
        body.is_valid(raise_exception=True)
        return {"step": step, **body.validated_data}


class DetailsInput(Input):
    name = _name("details_confirmed")
    restated = Text(max_length=5000, help_text="The facts, restated.")
    customer_agreed = YesNo(help_text="The customer confirmed that they are right.")
    nature = Code(choices=Nature.choices, help_text="What kind of complaint it turned out to be.")
    fault = Code(choices=Fault.choices, help_text="How much of it was the company’s fault.")
    satisfaction_before = Code(
        choices=Satisfaction.choices, required=False, help_text="How content the customer is at this point."
    )
    wish = Text(
        max_length=5000, required=False, allow_blank=True, help_text="What the customer wishes, in their own words."
    )
    evidence = Text(
        max_length=5000, required=False, allow_blank=True, help_text="What shows that it is malicious; needed then."
    )

    example = {
        "name": "details_confirmed",
        "restated": "The brochure shows the roof as standard, the contract lists it as an option.",
        "customer_agreed": True,
        "nature": "valid",
        "fault": "shared",
        "satisfaction_before": "dissatisfied",
        "wish": "Another car, or money back.",
    }


class ExecutedInput(Input):
    name = _name("executed")
    note = Text(max_length=5000, help_text="What was carried out, by whom and when.")

    example = {"name": "executed", "note": "The fee was paid back on 20 November."}


class BackInput(Input):
    """Back to an earlier stage."""

    name = _name("not_accepted", "new_facts", "not_fulfilled", "dissatisfied")
    reason = _reason()

    example = {"name": "new_facts", "reason": "A second contract turned up."}


class DeclinedInput(EndFields):
    """The answer No. Where only one of the two grounds holds, a supervisor decides."""

    name = _name("declined")
    reason = _reason()
    is_unreasonable = YesNo(required=False, help_text="The demand is unreasonable.")
    has_no_more_business = YesNo(required=False, help_text="There will be no more business with this customer.")
    remains_open = Text(
        max_length=LONG, required=False, allow_blank=True, help_text="What remains open to the customer; needed."
    )

    example = {
        "name": "declined",
        "reason": "The damage was done after the sale.",
        "is_unreasonable": True,
        "has_no_more_business": True,
        "remains_open": "The ombudsman of the trade.",
        "outcome": "not_upheld",
        "relief": "explanation",
    }


class ReferInput(EndFields):
    name = _name("refer")
    to = Code(choices=ReferredTo.choices, help_text="Where it goes on.")
    reason = _reason()
    reference = Line(max_length=120, required=False, allow_blank=True, help_text="Their reference.")
    answer_by = Day(required=False, allow_null=True, help_text="Until when they expect an answer.")

    example = {
        "name": "refer",
        "to": "court",
        "reason": "The customer has sued.",
        "reference": "(2026) 0106 No. 118",
        "answer_by": "2099-12-31",
        "outcome": "not_upheld",
        "relief": "explanation",
    }


class ReopenedInput(Input):
    name = _name("reopen")
    reason = _reason()


def recorded(step: str, told: Mapping[str, Any]) -> dict[str, Any]:
    """What a step of LASTR keeps of a body."""
    if step == State.LISTEN:
        return {"text": told["restated"] if told["customer_agreed"] else ""}
    if step != State.SATISFY:
        return {"text": told.get("note", "")}
    value: Money | None = told.get("value")
    return {
        "text": told["remedy"],
        "remedy_kinds": list(dict.fromkeys(told["remedy_kinds"])),
        "value": value.amount if value else None,
        "satisfaction": told["satisfaction"],
    }


Act = Callable[[Complaint, Mapping[str, Any], User], object]


def step_done(step: State) -> Act:
    """At the desk it moves on; on a case that arose there, it is carried into the case. Source: DOMAIN.md 3.3."""

    def act(complaint: Complaint, told: Mapping[str, Any], by: User) -> object:
        is_case = complaint.severity_class == SeverityClass.TWO and step in MET_AT_DESK
        finish = desk.meet_at_desk if is_case else desk.complete_step
        return finish(complaint.pk, step, by=by, **recorded(step, told))

    return act


def reported(complaint: Complaint, told: Mapping[str, Any], by: User) -> object:
    return reports.report_orally(
        complaint.pk, to=told["to"], outcome=told["outcome"], relief=told["relief"], note=told.get("note", ""), by=by
    )


def ended(action: Callable[..., object]) -> Act:
    def act(complaint: Complaint, told: Mapping[str, Any], by: User) -> object:
        return action(complaint.pk, reason=told["reason"], outcome=told["outcome"], relief=told["relief"], by=by)

    return act


def details_confirmed(complaint: Complaint, told: Mapping[str, Any], by: User) -> object:
    return agree.confirm_details(complaint.pk, by=by, **{key: value for key, value in told.items() if key != "name"})


def moved_on(complaint: Complaint, told: Mapping[str, Any], by: User) -> object:
    return agree.go_on(complaint.pk, told["name"], by=by)


def moved_back(complaint: Complaint, told: Mapping[str, Any], by: User) -> object:
    return agree.go_back(complaint.pk, told["name"], reason=told["reason"], by=by)


def declined(complaint: Complaint, told: Mapping[str, Any], by: User) -> object:
    return ends.decline(
        complaint.pk,
        reason=told["reason"],
        is_unreasonable=told.get("is_unreasonable", False),
        has_no_more_business=told.get("has_no_more_business", False),
        remains_open=told.get("remains_open", ""),
        outcome=told["outcome"],
        relief=told["relief"],
        by=by,
    )


def referred(complaint: Complaint, told: Mapping[str, Any], by: User) -> object:
    return ends.refer(complaint.pk, by=by, **{key: value for key, value in told.items() if key != "name"})


def changed(complaint: Complaint, told: Mapping[str, Any], by: User) -> object:
    return desk.change_desk(
        complaint.pk, what=told["what"], note=told["note"], at=told.get("at"), owner=told.get("owner"), by=by
    )


def corrected(complaint: Complaint, told: Mapping[str, Any], by: User) -> object:
    return desk.correct_step(complaint.pk, told["step"], by=by, **recorded(told["step"], told))


@dataclass(frozen=True)
class Move:
    """`answers`: what the body itself answers, so that it is asked for there and blocks nothing before."""

    body: type[Input]
    act: Act
    answers: frozenset[str] = frozenset()


MOVES: dict[str, Move] = {
    "listened": Move(ListenedInput, step_done(State.LISTEN), frozenset({"not_restated"})),
    "apologised": Move(NotedInput, step_done(State.APOLOGISE), frozenset({"not_apologised"})),
    "satisfied": Move(SatisfiedInput, step_done(State.SATISFY), frozenset({"no_remedy", "dissatisfied"})),
    "thanked": Move(NotedInput, step_done(State.THANK), frozenset({"not_thanked"})),
    "reported": Move(ReportedInput, reported, frozenset({"not_reported"})),
    "changed": Move(ChangedInput, changed),
    "corrected": Move(CorrectedInput, corrected),
    "left": Move(EndInput, ended(transitions.leave)),
    "acted": Move(ActedInput, lambda complaint, _told, by: transitions.act(complaint.pk, by=by)),
    "evaluated": Move(
        EvaluatedInput,
        lambda complaint, told, by: evaluation.evaluate(complaint.pk, by=by, **told_of_outcome(told)),
        frozenset(
            {
                "no_satisfaction",
                "dissatisfied",
                "no_root_cause",
                "no_did_well",
                "no_to_improve",
                "no_next_time",
                "no_suggestion_answer",
                "no_outcome",
                "no_relief",
            }
        ),
    ),
    "details_confirmed": Move(
        DetailsInput, details_confirmed, frozenset({"no_facts", "facts_not_confirmed", "no_nature", "no_fault"})
    ),
    "plan_agreed": Move(ActedInput, moved_on),
    "executed": Move(
        ExecutedInput,
        lambda complaint, told, by: agree.execute(complaint.pk, note=told["note"], by=by),
        frozenset({"not_executed"}),
    ),
    "not_accepted": Move(BackInput, moved_back),
    "new_facts": Move(BackInput, moved_back),
    "not_fulfilled": Move(BackInput, moved_back),
    "dissatisfied": Move(BackInput, moved_back),
    "declined": Move(DeclinedInput, declined),
    "refer": Move(ReferInput, referred),
    "reopen": Move(
        ReopenedInput,
        lambda complaint, told, by: reopening.reopen_complaint(complaint.pk, reason=told["reason"], by=by),
    ),
    "raise": Move(
        RaiseInput,
        lambda complaint, told, by: classes.raise_class(complaint.pk, reason=told.get("reason", ""), by=by),
    ),
    "lower": Move(
        ReasonInput, lambda complaint, told, by: classes.lower_class(complaint.pk, reason=told["reason"], by=by)
    ),
    "withdraw": Move(EndInput, ended(transitions.withdraw)),
    "void": Move(ReasonInput, lambda complaint, told, by: transitions.void(complaint.pk, reason=told["reason"], by=by)),
}


@dataclass(frozen=True)
class Offered:
    """A transition as it is listed."""

    name: str
    to: str
    blocked_by: list[Blocker]

    @property
    def allowed(self) -> bool:
        return not self.blocked_by

    @property
    def fields(self) -> list[dict[str, Any]]:
        return fields_of(MOVES[self.name].body())


def offered(complaint: Complaint, by: User) -> list[Offered]:
    """What this user may do from the present state, what is blocked too: as the engine says, and nothing else."""
    found = []
    for offer in workflow_of(complaint).offers(complaint, by):
        move = MOVES.get(offer.name)
        if move is not None:
            open_ = [blocker for blocker in offer.blockers if blocker.code not in move.answers]
            found.append(Offered(offer.name, offer.target, open_))
    if complaint.is_open and by.has_perm("complaints.work_desk"):
        found += _beside_the_engine(complaint)
    return found


def _beside_the_engine(complaint: Complaint) -> list[Offered]:
    """What leaves the state as it is."""
    done = set(complaint.step_records.filter(superseded_at=None).values_list("step", flat=True))
    found = []
    if complaint.severity_class == SeverityClass.TWO and complaint.state in MET_WHILE:
        found += [Offered(COMPLETES[step], complaint.state, []) for step in MET_AT_DESK if step not in done]
    found.append(Offered("changed", complaint.state, []))
    missing = [] if done else [Blocker("step_not_done", _("This step is not done yet."))]
    return [*found, Offered("corrected", complaint.state, missing)]


# What a field of a body is called in the list of fields.
TYPES: tuple[tuple[type[serializers.Field[Any, Any, Any, Any]], str], ...] = (
    (PersonField, "user"),
    (MoneyField, "money"),
    (YesNo, "boolean"),
    (Instant, "instant"),
    (Day, "date"),
    (Code, "code"),
    (Texts, "texts"),
    (serializers.ListField, "codes"),
    (Text, "text"),
)


def fields_of(body: Input) -> list[dict[str, Any]]:
    found = []
    for name, field in body.fields.items():
        if name == "name":
            continue
        kind = next(word for kind, word in TYPES if isinstance(field, kind))
        choices = getattr(getattr(field, "child", field), "choices", None)
        listed = [str(code) for code in choices] if choices else None
        found.append({"name": name, "type": kind, "required": field.required, "choices": listed})
    return found


class BlockerOutput(Output):
    """One unmet condition. Problem documents name it too."""

    code = serializers.CharField(help_text="Code of the condition that is not met.")
    message = serializers.CharField(help_text="What to do about it, in the language of the answer.")


class TransitionFieldOutput(Output):
    name = serializers.CharField(help_text="Name in the body.")
    type = serializers.ChoiceField(choices=[word for _kind, word in TYPES], help_text="What it takes.")
    required = serializers.BooleanField(help_text="Whether it must be given.")  # type: ignore[assignment]
    choices = serializers.ListField(
        child=serializers.CharField(), allow_null=True, help_text="The words it takes; null where it is free."
    )


class TransitionOutput(Output):
    name = serializers.CharField(help_text="Name of the transition.")
    to = serializers.ChoiceField(choices=State.choices, help_text="The state it leads to.")
    allowed = serializers.BooleanField(help_text="Whether it is possible now, with the fields it asks for.")
    blocked_by = BlockerOutput(many=True, help_text="Every condition that is not met, all at once.")
    fields = TransitionFieldOutput(many=True, help_text="What its body asks for beside its name.")  # type: ignore[assignment]
