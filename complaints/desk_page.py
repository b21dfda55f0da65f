"""What the LASTR screen shows: the five steps as they stand, the sentences beside them, and why it is class 1."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from complaints.actions.desk import suggested_relief
from complaints.codes import LASTR_STATES, SeverityClass, State
from complaints.forms.desk import STEP_FORMS, StepForm
from complaints.models import Complaint, StepRecord
from complaints.supervisors import Hearer

Words = str | Promise

# What of LASTR is done at the desk for a class 2 case, and until when. Source: DOMAIN.md 3.3.
MET_AT_DESK = (State.LISTEN, State.APOLOGISE)
MET_WHILE = (State.ACT, State.GET_DETAILS)

LETTERS = {State.LISTEN: "L", State.APOLOGISE: "A", State.SATISFY: "S", State.THANK: "T", State.REPORT: "R"}
TITLES: dict[str, Words] = {
    State.LISTEN: pgettext_lazy("step", "Listen"),
    State.APOLOGISE: pgettext_lazy("step", "Apologise"),
    State.SATISFY: pgettext_lazy("step", "Satisfy"),
    State.THANK: pgettext_lazy("step", "Thank"),
    State.REPORT: pgettext_lazy("step", "Report"),
}
HINTS: dict[str, Words] = {
    State.LISTEN: _("Let them finish, then say it back in one sentence"),
    State.APOLOGISE: _("Show concern. An apology is not an admission of fault"),
    State.SATISFY: _("What they get now, and what they make of it"),
    State.THANK: _("Thanked and invited back"),
    State.REPORT: _("Tell your supervisor, who confirms with one click"),
}
DONE_WORDS: dict[str, Words] = {
    State.LISTEN: _("Done, go to Apologise"),
    State.APOLOGISE: _("Done, go to Satisfy"),
    State.SATISFY: _("Done, go to Thank"),
    State.THANK: _("Done, go to Report"),
    State.REPORT: _("Report it and close"),
}


@dataclass(frozen=True)
class Step:
    """One line of the screen; `form` is there while it is open, to be finished or corrected."""

    state: State
    look: str
    record: StepRecord | None = None
    form: StepForm | None = None
    is_correction: bool = False
    may_change: bool = False
    is_last_here: bool = False

    @property
    def letter(self) -> str:
        return LETTERS[self.state]

    @property
    def title(self) -> Words:
        return TITLES[self.state]

    @property
    def hint(self) -> Words:
        return HINTS[self.state]

    @property
    def finish_words(self) -> Words:
        if self.is_correction:
            return _("Save the change")
        return _("Done, go to the case") if self.is_last_here else DONE_WORDS[self.state]


def is_at_desk(complaint: Complaint) -> bool:
    """Whether this complaint has a LASTR screen: class 1, or a case whose first stages can be met at the desk."""
    if complaint.severity_class == SeverityClass.ONE:
        return complaint.is_open or complaint.state == State.CLOSED
    return complaint.state in MET_WHILE


def steps_of(complaint: Complaint) -> tuple[State, ...]:
    return LASTR_STATES if complaint.severity_class == SeverityClass.ONE else MET_AT_DESK


def step_in_hand(complaint: Complaint, records: Mapping[str, StepRecord]) -> State | None:
    """The step to do next; None when all are done."""
    if complaint.severity_class == SeverityClass.ONE:
        return State(complaint.state) if complaint.is_open else None
    return next((step for step in MET_AT_DESK if step not in records), None)


def current_records(complaint: Complaint) -> dict[str, StepRecord]:
    return {record.step: record for record in complaint.step_records.filter(superseded_at=None)}


def steps(
    complaint: Complaint,
    records: Mapping[str, StepRecord],
    *,
    changing: str = "",
    form: StepForm | None = None,
    people: Sequence[Hearer] = (),
) -> list[Step]:
    """The lines in order. `changing` is a done step that is open again; `form` comes with what was typed."""
    in_hand = step_in_hand(complaint, records)
    if changing not in records or not complaint.is_open:
        changing = ""
    found = []
    for state in steps_of(complaint):
        record = records.get(state)
        is_correction = state == changing
        is_open = is_correction or (state == in_hand and not changing)
        shown = form if form is not None and form.step == state else None
        found.append(
            Step(
                state=state,
                look="now" if is_open else "done" if record and state != in_hand else "todo",
                record=record,
                form=(shown or new_form(state, records, people=people)) if is_open else None,
                is_correction=is_correction,
                may_change=complaint.is_open and not changing and state != State.REPORT,
                is_last_here=complaint.severity_class == SeverityClass.TWO and state == MET_AT_DESK[-1],
            )
        )
    return found


def new_form(
    state: str, records: Mapping[str, StepRecord], data: Any = None, *, people: Sequence[Hearer] = ()
) -> StepForm:
    """The form of a step, filled with what it recorded, or with what was posted."""
    kwargs: dict[str, Any] = {"initial": _initial(state, records, people), "auto_id": f"id_{state}_%s"}
    if state == State.REPORT:
        kwargs["people"] = people
    return STEP_FORMS[state](data, **kwargs)


def _initial(state: str, records: Mapping[str, StepRecord], people: Sequence[Hearer]) -> dict[str, Any]:
    record = records.get(state)
    if state == State.REPORT:
        nearest = people[0].person.pk if people else None
        return {"to": nearest, "relief": suggested_relief(records.get(State.SATISFY))}
    if record is None:
        return {}
    if state == State.LISTEN:
        return {"restated": record.text, "customer_agreed": True}
    if state == State.SATISFY:
        return {
            "remedy_kinds": record.remedy_kinds,
            "further_kinds": record.remedy_kinds,
            "remedy": record.text,
            "value": record.value,
            "satisfaction": record.satisfaction,
        }
    return {"was_said": True, "was_thanked": True, "note": record.text}
