"""LASTR and AGREE as tables. Source: DOMAIN.md 3.3, 3.4; names of transitions: API.md, "States"."""

from datetime import timedelta

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext_lazy

from complaints.codes import AGREE_STATES, LASTR_STATES, REOPENABLE, Satisfaction, SeverityClass, State
from complaints.models import Complaint, Evaluation, StageRecord, StepRecord
from complaints.written.condition import written_report_acknowledged
from core import clock
from core.errors import Blocker
from core.workflow import Transition, Workflow
from policies.reading import policy


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


def current_evaluation(complaint: Complaint) -> Evaluation | None:
    """What is recorded of the outcome, in this round of the case."""
    return next((row for row in complaint.evaluations.all() if row.superseded_at is None), None)


def _not_evaluated(complaint: Complaint, code: str, text: Promise, field: str) -> Blocker:
    return Blocker(code, text, f"{reverse('complaints:evaluate', args=[complaint.number])}#id_{field}")


def customer_content_or_closed_despite(complaint: Complaint) -> Blocker | None:
    """At least basically satisfied as the customer said it, or a supervisor wrote why nothing more can be done."""
    row = current_evaluation(complaint)
    if row is None or not row.satisfaction:
        text = _("Ask the customer how content they are, and record it.")
        return _not_evaluated(complaint, "no_satisfaction", text, "satisfaction")
    if row.satisfaction != Satisfaction.DISSATISFIED or row.closed_despite:
        return None
    text = _(
        "The customer is not at least basically satisfied. Go back to the options, or let a supervisor write "
        "why nothing more can be done."
    )
    return _not_evaluated(complaint, "dissatisfied", text, "satisfaction")


def root_cause_set(complaint: Complaint) -> Blocker | None:
    row = current_evaluation(complaint)
    if row is not None and row.root_cause_id:
        return None
    return _not_evaluated(complaint, "no_root_cause", _("Choose the root cause."), "root_cause")


def did_well_answered(complaint: Complaint) -> Blocker | None:
    row = current_evaluation(complaint)
    if row is not None and row.did_well:
        return None
    return _not_evaluated(complaint, "no_did_well", _("Write what you did well."), "did_well")


def to_improve_answered(complaint: Complaint) -> Blocker | None:
    row = current_evaluation(complaint)
    if row is not None and row.to_improve:
        return None
    return _not_evaluated(complaint, "no_to_improve", _("Write what deserves improving."), "to_improve")


def next_time_answered(complaint: Complaint) -> Blocker | None:
    row = current_evaluation(complaint)
    if row is not None and row.next_time:
        return None
    return _not_evaluated(complaint, "no_next_time", _("Write how you will do it better next time."), "next_time")


def suggestion_looked_for(complaint: Complaint) -> Blocker | None:
    """A suggestion of it is kept, or it is said that there is none."""
    row = current_evaluation(complaint)
    if (row is not None and row.has_no_suggestion) or complaint.suggestions.all():
        return None
    text = _("Keep the reasonable suggestion that was in it, or tick that there is none.")
    return _not_evaluated(complaint, "no_suggestion_answer", text, "suggestion")


def outcome_chosen(complaint: Complaint) -> Blocker | None:
    row = current_evaluation(complaint)
    if row is not None and row.outcome:
        return None
    return _not_evaluated(complaint, "no_outcome", _("Choose what came of it."), "outcome")


def relief_chosen(complaint: Complaint) -> Blocker | None:
    row = current_evaluation(complaint)
    if row is not None and row.relief:
        return None
    return _not_evaluated(complaint, "no_relief", _("Choose what the customer got."), "relief")


# What the evaluation itself must hold; the acknowledged report comes beside it.
EVALUATED = (
    customer_content_or_closed_despite,
    root_cause_set,
    did_well_answered,
    to_improve_answered,
    next_time_answered,
    suggestion_looked_for,
    outcome_chosen,
    relief_chosen,
)
# The names of transitions under which the stages keep their records.
DETAILS, EXECUTED = "details_confirmed", "executed"


def current_stage(complaint: Complaint, step: str) -> StageRecord | None:
    """What a stage recorded last, unless it has to be done again."""
    rows = complaint.stage_records.all()
    return next((row for row in rows if row.step == step and row.superseded_at is None), None)


def facts_restated(complaint: Complaint) -> Blocker | None:
    record = current_stage(complaint, DETAILS)
    if record and record.text:
        return None
    return Blocker("no_facts", _("Restate the facts, so that the customer can say whether they are right."), "#details")


def facts_confirmed(complaint: Complaint) -> Blocker | None:
    record = current_stage(complaint, DETAILS)
    if record and record.customer_agreed:
        return None
    return Blocker(
        "facts_not_confirmed", _("Read the facts to the customer, and tick that they confirmed them."), "#details"
    )


def nature_set(complaint: Complaint) -> Blocker | None:
    record = current_stage(complaint, DETAILS)
    if record and record.nature:
        return None
    return Blocker("no_nature", _("Choose what kind of complaint it turned out to be."), "#details")


def fault_set(complaint: Complaint) -> Blocker | None:
    record = current_stage(complaint, DETAILS)
    if record and record.fault:
        return None
    return Blocker("no_fault", _("Choose whether the company is at fault: not, shared or ours."), "#details")


def execution_recorded(complaint: Complaint) -> Blocker | None:
    record = current_stage(complaint, EXECUTED)
    if record and record.text:
        return None
    return Blocker("not_executed", _("Write what was carried out, and when."), "#execution")


def may_still_be_reopened(complaint: Complaint) -> Blocker | None:
    """Within the days of the policy. Source: DOMAIN.md 3.4."""
    days = policy("reopen.days")
    if complaint.ended_at is not None and clock.now() <= complaint.ended_at + timedelta(days=days):
        return None
    text = ngettext(
        "It ended more than %(days)d day ago. Log a new complaint and link it to this one.",
        "It ended more than %(days)d days ago. Log a new complaint and link it to this one.",
        days,
    )
    return Blocker("too_late", text % {"days": days}, "#linked")


# The transition that leads on from each stage, as far as there is one.
FORWARD = {
    State.ACT: "acted",
    State.GET_DETAILS: DETAILS,
    State.REVIEW: "plan_agreed",
    State.EXECUTE: EXECUTED,
    State.EVALUATE: "evaluated",
}
BACK = ("not_accepted", "new_facts", "not_fulfilled", "dissatisfied")


def first_unmet_agree_stage(complaint: Complaint) -> str:
    """Where a raised complaint enters: the first stage whose condition is not met. Source: DOMAIN.md 3.4.

    An owner is wanted too, but a complaint that was talked about does not go back for that.
    """
    for state, name in FORWARD.items():
        step = AGREE.transitions.get(name)
        wanted = [each for each in step.conditions if each is not somebody_owns_it] if step else []
        if not wanted or any(condition(complaint) for condition in wanted):
            return state
    return State.EVALUATE


def reopened_state(complaint: Complaint) -> str:
    """Class 1 begins again at the desk, once; after that it is a case. Source: DOMAIN.md 10.8."""
    if complaint.severity_class == SeverityClass.ONE and not complaint.reopened_count:
        return State.LISTEN
    return State.GET_DETAILS


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
    "refer": Transition(
        (*DESK_OPEN, *CASE_OPEN), State.REFERRED, "complaints.work_desk", _("Refer to a court or an authority")
    ),
    "void": Transition((*DESK_OPEN, *CASE_OPEN), State.VOIDED, "complaints.void", _("Logged by mistake")),
    "reopen": Transition(
        tuple(state.value for state in REOPENABLE),
        reopened_state,
        "complaints.work_desk",
        _("Reopen"),
        (may_still_be_reopened,),
    ),
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
        "evaluated": Transition(
            (State.EVALUATE,),
            State.CLOSED,
            "complaints.work_case",
            _("Evaluate the outcome"),
            (*EVALUATED, written_report_acknowledged),
        ),
        DETAILS: Transition(
            (State.GET_DETAILS,),
            State.REVIEW,
            "complaints.work_case",
            _("Get details"),
            (facts_restated, facts_confirmed, nature_set, fault_set),
        ),
        # The app of proposals says what must be true.
        "plan_agreed": Transition((State.REVIEW,), State.EXECUTE, "complaints.work_case", _("Review options")),
        EXECUTED: Transition(
            (State.EXECUTE,), State.EVALUATE, "complaints.work_case", _("Execute the plan"), (execution_recorded,)
        ),
        "declined": Transition((State.REVIEW,), State.DECLINED, "complaints.work_case", _("Decline with reasons")),
        "not_accepted": Transition(
            (State.EXECUTE,), State.REVIEW, "complaints.work_case", _("The customer does not accept it after all")
        ),
        "new_facts": Transition(
            (State.REVIEW, State.EXECUTE, State.EVALUATE),
            State.GET_DETAILS,
            "complaints.work_case",
            _("There are new facts"),
        ),
        "not_fulfilled": Transition(
            (State.EVALUATE,), State.EXECUTE, "complaints.work_case", _("It was not carried out")
        ),
        "dissatisfied": Transition(
            (State.EVALUATE,), State.REVIEW, "complaints.work_case", _("The customer is dissatisfied")
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
