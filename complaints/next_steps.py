"""What is to be done with a complaint now, as a verb: its state, and what is still missing. Pure."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from complaints.codes import AGREE_STATES, LASTR_STATES, State
from complaints.deadlines import ANSWER, FIRST_RESPONSE
from complaints.models import Complaint

STAGES = 5

AT_THE_DESK: dict[str, Promise] = {
    State.LISTEN: _("Hear them out"),
    State.APOLOGISE: _("Say you are sorry, tick it"),
    State.SATISFY: _("Find what satisfies them"),
    State.THANK: _("Thank them, invite them back"),
    State.REPORT: _("Report to your supervisor"),
}
IN_A_CASE: dict[str, Promise] = {
    State.GET_DETAILS: _("Get the facts confirmed"),
    State.REVIEW: _("Compare the options, propose"),
    State.EXECUTE: _("Carry out what was agreed"),
    State.EVALUATE: _("Ask the customer, write the report"),
}


def next_step(complaint: Complaint, due_kind: str = "") -> Promise | str:
    """Say what comes next. `due_kind` is the kind of the nearest deadline, when one runs."""
    if not complaint.is_open:
        return complaint.get_state_display()
    if complaint.is_waiting and complaint.owner_id and due_kind not in (ANSWER, FIRST_RESPONSE):
        return _("Wait for the customer")
    if complaint.state in LASTR_STATES:
        return _("Own it, then listen") if complaint.owner_id is None else AT_THE_DESK[complaint.state]
    if complaint.state == State.ACT:
        return _act(complaint)
    if due_kind == ANSWER:
        return _("Give an interim answer")
    return IN_A_CASE[complaint.state]


def _act(complaint: Complaint) -> Promise:
    if complaint.owner_id is None:
        return _("Own it, then call") if complaint.first_contact_at is None else _("Own it")
    if complaint.first_contact_at is None:
        return _("Call them: first contact")
    return _("Go on to the details")


def stage_name(complaint: Complaint) -> Promise | str:
    """The stage in a word or two, beside its pips."""
    return pgettext_lazy("step", "Apologise") if complaint.state == State.APOLOGISE else State(complaint.state).label


def stage(complaint: Complaint) -> int:
    """Which of the five stages is in hand; six when it has ended."""
    for states in (LASTR_STATES, AGREE_STATES):
        if complaint.state in states:
            return states.index(State(complaint.state)) + 1
    return STAGES + 1
