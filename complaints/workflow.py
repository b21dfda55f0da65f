"""LASTR and AGREE as tables. Source: DOMAIN.md 3.3, 3.4; names of transitions: API.md, "States"."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from complaints.codes import AGREE_STATES, LASTR_STATES, Satisfaction, SeverityClass, State
from complaints.models import Complaint, StepRecord
from core.errors import Blocker
from core.workflow import Transition, Workflow


def current_record(complaint: Complaint, step: str) -> StepRecord | None:
    """What the step recorded, as last corrected."""
    return complaint.step_records.filter(step=step, superseded_at=None).first()


def problem_restated(complaint: Complaint) -> Blocker | None:
    record = current_record(complaint, State.LISTEN)
    if record and record.text:
        return None
    return Blocker(
        "not_restated", _("Restate the problem in one sentence, and ask whether it is right."), link="#step-listen"
    )


def apology_said(complaint: Complaint) -> Blocker | None:
    if current_record(complaint, State.APOLOGISE):
        return None
    return Blocker(
        "not_apologised", _("Show concern and apologise, then tick that it was said."), link="#step-apologise"
    )


def remedy_recorded(complaint: Complaint) -> Blocker | None:
    record = current_record(complaint, State.SATISFY)
    if record and record.text and record.remedy_kinds:
        return None
    return Blocker("no_remedy", _("Record what the customer was given, in one sentence."), link="#step-satisfy")


def customer_basically_satisfied(complaint: Complaint) -> Blocker | None:
    record = current_record(complaint, State.SATISFY)
    if record and record.satisfaction not in ("", Satisfaction.DISSATISFIED):
        return None
    return Blocker(
        "dissatisfied",
        _(
            "The customer is not at least basically satisfied. Change the time, place or person, "
            "or raise it to class 2."
        ),
        link="#step-satisfy",
    )


def customer_thanked(complaint: Complaint) -> Blocker | None:
    if current_record(complaint, State.THANK):
        return None
    return Blocker("not_thanked", _("Thank the customer and invite them back, then tick it."), link="#step-thank")


def orally_reported(complaint: Complaint) -> Blocker | None:
    if complaint.oral_reports.exists():
        return None
    return Blocker("not_reported", _("Tell a supervisor, and name who it was."), link="#step-report")


def somebody_owns_it(complaint: Complaint) -> Blocker | None:
    if complaint.owner_id:
        return None
    return Blocker("no_owner", _("Nobody owns this case. Take it, or ask a supervisor to assign it."), link="#owner")


def first_contact_recorded(complaint: Complaint) -> Blocker | None:
    if complaint.first_contact_at or complaint.communications.outward().exists():
        return None
    return Blocker("no_first_contact", _("Record the first contact with the customer."), link="#composer")


def first_unmet_agree_stage(complaint: Complaint) -> str:
    """Where a raised complaint enters: the first stage whose condition is not met. Source: DOMAIN.md 3.4.

    Beyond *Get details* nothing can be met yet at the desk: nature and fault are set in that stage.
    """
    return State.ACT if first_contact_recorded(complaint) else State.GET_DETAILS


def first_unrecorded_desk_step(complaint: Complaint) -> str:
    """Where a lowered complaint enters: the first LASTR step without its record."""
    recorded = set(complaint.step_records.filter(superseded_at=None).values_list("step", flat=True))
    return next((state for state in LASTR_STATES if state not in recorded), State.REPORT)


DESK_OPEN = tuple(state.value for state in LASTR_STATES)
CASE_OPEN = tuple(state.value for state in AGREE_STATES)
# The customer can go while anything but the report is left to do.
BEFORE_REPORT = tuple(state.value for state in LASTR_STATES if state != State.REPORT)

SHARED = {
    "withdraw": Transition(
        (*DESK_OPEN, *CASE_OPEN), State.WITHDRAWN, "complaints.work_desk", _("Withdrawn by the customer")
    ),
    "void": Transition((*DESK_OPEN, *CASE_OPEN), State.VOIDED, "complaints.void", _("Logged by mistake")),
}

LASTR = Workflow(
    {
        "listened": Transition(
            (State.LISTEN,),
            State.APOLOGISE,
            "complaints.work_desk",
            pgettext_lazy("step", "Listen"),
            (problem_restated,),
        ),
        "apologised": Transition(
            (State.APOLOGISE,),
            State.SATISFY,
            "complaints.work_desk",
            pgettext_lazy("step", "Apologise"),
            (apology_said,),
        ),
        "satisfied": Transition(
            (State.SATISFY,),
            State.THANK,
            "complaints.work_desk",
            pgettext_lazy("step", "Satisfy"),
            (remedy_recorded, customer_basically_satisfied),
        ),
        "thanked": Transition(
            (State.THANK,), State.REPORT, "complaints.work_desk", pgettext_lazy("step", "Thank"), (customer_thanked,)
        ),
        "reported": Transition(
            (State.REPORT,), State.CLOSED, "complaints.work_desk", pgettext_lazy("step", "Report"), (orally_reported,)
        ),
        "left": Transition(BEFORE_REPORT, State.CLOSED, "complaints.work_desk", _("The customer left before the end")),
        "raise": Transition(DESK_OPEN, first_unmet_agree_stage, "complaints.raise_class", _("Raise to class 2")),
        **SHARED,
    }
)

AGREE = Workflow(
    {
        "acted": Transition(
            (State.ACT,),
            State.GET_DETAILS,
            "complaints.work_case",
            _("Act quickly"),
            (somebody_owns_it, first_contact_recorded),
        ),
        "lower": Transition(CASE_OPEN, first_unrecorded_desk_step, "complaints.lower_class", _("Lower to class 1")),
        **SHARED,
    }
)


def workflow_of(complaint: Complaint) -> Workflow:
    return LASTR if complaint.severity_class == SeverityClass.ONE else AGREE


# The transition that completes each LASTR step.
COMPLETES = {
    State.LISTEN: "listened",
    State.APOLOGISE: "apologised",
    State.SATISFY: "satisfied",
    State.THANK: "thanked",
    State.REPORT: "reported",
}
