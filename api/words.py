"""Fixed words of the contract as components of the document: each list is told once, so that a client has one type."""

from typing import Any

from django.conf import settings

from accounts.roles import Role
from compensation.codes import LineGroup, ProposalState
from complaints.codes import (
    CHOSEN_OUTCOMES,
    Channel,
    Counterpart,
    DeliveryState,
    Demand,
    Direction,
    Fault,
    Medium,
    Nature,
    Outcome,
    Phase,
    PromiseForm,
    QuestionKind,
    Reach,
    ReferredTo,
    Relief,
    RemedyKind,
    Satisfaction,
    SeverityClass,
    State,
    TemplatePurpose,
    Threat,
    Upset,
)
from complaints.models import CaseTask, Cause, ComplaintLink, Meeting, Suggestion
from customers.codes import CustomerKind, SaleStatus
from deadlines.models import State as DeadlineState

WAYS = [(way.value, way.label) for way in (Direction.IN, Direction.OUT)]
# Source: API.md, "Codes". Some are opened only by apps still to come.
DEADLINE_KINDS = [
    "owned",
    "first_response",
    "answer",
    "approval",
    "decision_told",
    "oral_report",
    "oral_report_confirmed",
    "resolved",
    "task",
    "written_report",
    "statutory",
    "situation_report",
    "directive",
    "follow_up",
    # On recurring causes alone.
    "cause_action",
    "cause_check",
]

# Name of the component: what it tells, and its words.
WORDS: dict[str, tuple[str, Any]] = {
    "CauseState": ("How far a recurring cause is.", Cause.State.choices),
    "CauseWhat": ("What else is the same, beside department and category.", Cause.What.choices),
    "Channel": ("How a complaint came.", Channel.choices),
    "ChosenOutcome": ("What came of a complaint, as a person may choose.", CHOSEN_OUTCOMES),
    "Counterpart": ("With whom people talked.", Counterpart.choices),
    "CustomerKind": ("What kind of customer.", CustomerKind.choices),
    "DeadlineKind": ("What is promised.", [(kind, "") for kind in DEADLINE_KINDS]),
    "DeadlineState": ("How a promise stands.", DeadlineState.choices),
    "DeliveryState": ("What has come of a message that was sent.", DeliveryState.choices),
    "Demand": ("What a customer wants.", Demand.choices),
    "Direction": ("Who got in touch.", WAYS),
    "Fault": ("How much of it was the company’s fault.", Fault.choices),
    "Language": ("A language of the house.", settings.LANGUAGES),
    "LineGroup": ("Material or moral.", LineGroup.choices),
    "LinkRelation": ("How two complaints belong together.", ComplaintLink.Relation.choices),
    "Ladder": ("How content the customer is, worst first.", Satisfaction.choices),
    "MeetingKind": ("What kind of meeting it was.", Meeting.Kind.choices),
    "TaskKind": ("What kind of task.", CaseTask.Kind.choices),
    "TaskState": ("How a task stands.", CaseTask.State.choices),
    "Medium": ("By what people talked.", Medium.choices),
    "Nature": ("What kind of complaint it turned out to be.", Nature.choices),
    "Outcome": ("What came of a complaint.", Outcome.choices),
    "Phase": ("When in the purchase.", Phase.choices),
    "PromiseForm": ("How something was promised.", PromiseForm.choices),
    "ProposalStatus": ("Where a proposal stands.", ProposalState.choices),
    "QuestionKind": ("Open or closed.", QuestionKind.choices),
    "Reach": ("Told to us, or to others.", Reach.choices),
    "ReferredTo": ("Where a complaint goes on outside.", ReferredTo.choices),
    "Relief": ("What the customer got.", Relief.choices),
    "RemedyKind": ("What a customer is given.", RemedyKind.choices),
    "Role": ("What somebody is in the house.", Role.choices),
    "SaleStatus": ("Where a sale stands.", SaleStatus.choices),
    "SeverityClass": ("1: settled at the desk; 2: a case.", SeverityClass.choices),
    "State": ("Where a complaint stands.", State.choices),
    "SuggestionState": ("What came of a suggestion.", Suggestion.State.choices),
    "TemplatePurpose": ("What a message template is for.", TemplatePurpose.choices),
    "Threat": ("What is threatened with.", Threat.choices),
    "Upset": ("How upset the customer is.", Upset.choices),
    "Workflow": ("The steps a complaint goes through.", [("lastr", "Class 1"), ("agree", "Class 2")]),
}


def name_words(result: dict[str, Any], **_how: Any) -> dict[str, Any]:
    """Put references in the place of lists that have a name; drf-spectacular calls it when all is drawn."""
    names = {frozenset(value for value, _label in words): name for name, (_text, words) in WORDS.items()}
    used: set[str] = set()

    def named(part: Any) -> Any:
        if isinstance(part, list):
            return [named(each) for each in part]
        if not isinstance(part, dict):
            return part
        part = {key: named(inner) for key, inner in part.items() if key != "x-spec-enum-id"}
        words = part.get("enum")
        name = names.get(frozenset(words) - {None}) if isinstance(words, list) else None
        if name is None:
            return part
        used.add(name)
        return _reference(name, part)

    document: dict[str, Any] = named(result)
    document["components"]["schemas"] |= {name: component(name) for name in used}
    return document


def _reference(name: str, part: dict[str, Any]) -> dict[str, Any]:
    reference = {"$ref": f"#/components/schemas/{name}"}
    rest = {key: value for key, value in part.items() if key not in ("type", "enum", "description")}
    # What the single words mean stands at the component.
    if said := part.get("description", "").partition("* `")[0].strip():
        rest["description"] = said
    if None in part["enum"]:
        return {"oneOf": [reference, {"type": "null"}], **rest}
    return {"allOf": [reference], **rest} if rest else reference


def component(name: str) -> dict[str, Any]:
    text, words = WORDS[name]
    meanings = [f"* `{value}` - {label}" for value, label in words if label]
    found = {
        "type": "integer" if isinstance(words[0][0], int) else "string",
        "enum": [value for value, _label in words],
        "description": "\n\n".join([text, "\n".join(meanings)]).strip(),
    }
    if found["type"] == "integer":
        # Numbers make no names in a program.
        found["x-enum-varnames"] = [member.name for member in SeverityClass]
    return found
