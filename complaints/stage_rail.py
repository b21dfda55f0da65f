"""Where a complaint is: the five stages of its workflow and the end, with what is known of each."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from complaints.codes import AGREE_STATES, LASTR_STATES, State
from complaints.models import Complaint, StepRecord
from complaints.next_steps import STAGES, stage
from complaints.workflow import DETAILS, EXECUTED, current_stage
from core.formats import duration_text, time_text

AHEAD: dict[str, Promise] = {
    State.LISTEN: gettext_lazy("restate, and ask"),
    State.APOLOGISE: gettext_lazy("show concern"),
    State.SATISFY: gettext_lazy("remedy, reaction"),
    State.THANK: gettext_lazy("invite back"),
    State.REPORT: gettext_lazy("tell the supervisor"),
    State.ACT: gettext_lazy("owner, first contact"),
    State.GET_DETAILS: gettext_lazy("facts confirmed"),
    State.REVIEW: gettext_lazy("compare, propose"),
    State.EXECUTE: gettext_lazy("sign, fulfil"),
    State.EVALUATE: gettext_lazy("call, cause, report"),
}


@dataclass(frozen=True)
class Stage:
    look: str
    letter: str
    name: str | Promise
    note: str | Promise


@dataclass(frozen=True)
class Rail:
    """`number` is the stage in hand, 1 to 5; `STAGES + 1` when it has ended."""

    stages: tuple[Stage, ...]
    number: int
    name: str | Promise
    note: str | Promise

    @property
    def is_ended(self) -> bool:
        return self.number > STAGES


def rail(complaint: Complaint, records: Mapping[str, StepRecord], since: datetime | None) -> Rail:
    """`since` is when the stage in hand was entered, if it is known."""
    is_lastr = complaint.workflow_name == "lastr"
    states = LASTR_STATES if is_lastr else AGREE_STATES
    letters = "LASTR" if is_lastr else "AGREE"
    number = stage(complaint)
    # An end in the middle leaves what was not reached undone.
    reached = _reached(complaint, records, number)
    now_note = _("since %(time)s") % {"time": time_text(since)} if since else ""
    stages = []
    for at, (state, letter) in enumerate(zip(states, letters, strict=True), start=1):
        look = "now" if at == number else "done" if at < number and at <= reached else "todo"
        note = now_note if look == "now" else _done_note(complaint, records, state) if look == "done" else AHEAD[state]
        stages.append(Stage(look, letter, State(state).label, note))
    name = State(complaint.state).label if number > STAGES else State.CLOSED.label
    ended = time_text(complaint.ended_at) if complaint.ended_at else ""
    stages.append(Stage("done" if number > STAGES else "todo", "", name, ended))
    return Rail(tuple(stages), number, State(complaint.state).label, now_note or ended)


def _reached(complaint: Complaint, records: Mapping[str, StepRecord], number: int) -> int:
    if number <= STAGES or (complaint.state == State.CLOSED and complaint.satisfaction):
        return number
    if complaint.workflow_name == "lastr":
        return sum(state in records for state in LASTR_STATES)
    if current_stage(complaint, EXECUTED):
        return AGREE_STATES.index(State.EXECUTE) + 1
    if current_stage(complaint, DETAILS):
        return AGREE_STATES.index(State.GET_DETAILS) + 1
    return 1 if complaint.first_contact_at else 0


def _done_note(complaint: Complaint, records: Mapping[str, StepRecord], state: str) -> str:
    if state in records:
        return time_text(records[state].recorded_at)
    if state == State.ACT and complaint.first_contact_at:
        length = duration_text(complaint.first_contact_at - complaint.recorded_at)
        return _("first contact in %(length)s") % {"length": length}
    if state == State.GET_DETAILS and (record := current_stage(complaint, DETAILS)):
        return _("confirmed %(time)s") % {"time": time_text(record.recorded_at)}
    if state == State.EXECUTE and (record := current_stage(complaint, EXECUTED)):
        return time_text(record.recorded_at)
    return ""
