"""Evaluating the outcome of a complaint: kept while it is written, and the last step of a case. DOMAIN.md 3.4, 3.6."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, TypedDict, Unpack

from django.db.models import prefetch_related_objects
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.roles import refused
from complaints import events
from complaints.actions.locking import locked, save
from complaints.actions.suggestions import keep_on
from complaints.actions.transitions import END_FIELDS, end, transition
from complaints.codes import CHOSEN_OUTCOMES, Relief, Satisfaction, SeverityClass, State
from complaints.models import Complaint, Evaluation, RootCause
from complaints.workflow import AGREE, current_evaluation
from core import clock
from core.actions import action
from core.errors import Blocked, Blocker, Conflict, PermissionDenied
from events.log import record_event

WORK, DESPITE = "complaints.work_case", "complaints.close_despite"

# What is learned, of either class; what is asked of the customer and how it ends, of a case alone.
LEARNED = (
    "root_cause", "root_cause_text", "corrective_action", "did_well", "to_improve", "next_time", "has_no_suggestion",
)  # fmt: skip
OF_A_CASE = ("satisfaction", "outcome", "relief", "closed_despite")
FIELDS = (*LEARNED, *OF_A_CASE)


class Told(TypedDict, total=False):
    """What is said of the outcome; what is left out stays as it was."""

    satisfaction: str
    root_cause: RootCause | None
    root_cause_text: str
    corrective_action: str
    did_well: str
    to_improve: str
    next_time: str
    has_no_suggestion: bool
    outcome: str
    relief: str
    closed_despite: str


@action
def record_evaluation(
    complaint_id: int, *, suggestions: Sequence[str] = (), by: User, **told: Unpack[Told]
) -> Complaint:
    """Keep what is known of the outcome so far; nothing has to be complete.

    In the stage *Evaluate* of a case; of class 1 the lessons, once it is closed. Saving what stands there already
    changes nothing. A reason to close it although the customer is not content is a supervisor's.
    """
    complaint = _to_evaluate(complaint_id, by)
    now = clock.now()
    _record(complaint, told, suggestions, by=by, at=now)
    return complaint


@action
def evaluate(complaint_id: int, *, suggestions: Sequence[str] = (), by: User, **told: Unpack[Told]) -> Complaint:
    """Keep what is said, and close the case with it. Raises Blocked with all that is missing; then nothing is kept."""
    complaint = _to_evaluate(complaint_id, by)
    if complaint.state != State.EVALUATE:
        raise Conflict("already_ended", current=complaint)
    now = clock.now()
    _record(complaint, told, suggestions, by=by, at=now)
    return close_evaluated(complaint, by=by, at=now)


@action
def close_if_complete(
    complaint_id: int, *, suggestions: Sequence[str] = (), by: User, **told: Unpack[Told]
) -> tuple[Complaint, list[Blocker]]:
    """Keep what is said, and close the case with it when nothing is missing; what is missing is told.

    Unlike `evaluate`, so that what somebody typed into a form stays although it is not enough.
    """
    complaint = _to_evaluate(complaint_id, by)
    if complaint.state != State.EVALUATE:
        raise Conflict("already_ended", current=complaint)
    now = clock.now()
    _record(complaint, told, suggestions, by=by, at=now)
    missing = AGREE.blockers(complaint, "evaluated")
    return (complaint, missing) if missing else (close_evaluated(complaint, by=by, at=now), [])


def close_evaluated(complaint: Complaint, *, by: User, at: datetime) -> Complaint:
    """Close a case with what is recorded, on a complaint that the caller has locked; saves it.

    Raises Blocked with every condition that is not met.
    """
    prefetch_related_objects([complaint], "evaluations", "suggestions")
    # A blank one is refused by the conditions.
    row = current_evaluation(complaint) or Evaluation()
    told = {"outcome": row.outcome, "relief": row.relief, "satisfaction": row.satisfaction}
    transition(complaint, "evaluated", by=by, at=at, **told)
    complaint.satisfaction = row.satisfaction
    end(complaint, outcome=row.outcome, relief=row.relief, reason=row.closed_despite, at=at, by=by)
    save(complaint, *END_FIELDS, at=at)
    return complaint


def may_be_closed(complaint: Complaint) -> bool:
    """Whether nothing stands between an evaluated case and its end."""
    return not AGREE.blockers(complaint, "evaluated")


def supersede_evaluation(complaint: Complaint, *, at: datetime) -> None:
    """What was evaluated belongs to a round that is over: the case went back, or was opened again."""
    complaint.evaluations.filter(superseded_at=None).update(superseded_at=at)


def require_evaluable(complaint: Complaint) -> None:
    """Raises Conflict where there is nothing to evaluate yet, or no more."""
    if complaint.severity_class == SeverityClass.ONE:
        if complaint.state == State.CLOSED:
            return
        text = _("The four questions come when the complaint is closed.")
    elif complaint.state == State.EVALUATE:
        return
    else:
        text = _("The outcome is evaluated when the plan is carried out, and before the case is closed.")
    raise Conflict("not_in_evaluation", text, current=complaint)


def _to_evaluate(complaint_id: int, by: User) -> Complaint:
    if not by.has_perm(WORK):
        raise refused(WORK)
    complaint = locked(complaint_id, by=by)
    require_evaluable(complaint)
    return complaint


def _record(complaint: Complaint, told: Told, suggestions: Sequence[str], *, by: User, at: datetime) -> None:
    given: dict[str, Any] = {
        name: value.strip() if isinstance(value, str) else value for name, value in dict(told).items()
    }
    if unknown := set(given) - set(LEARNED if complaint.severity_class == SeverityClass.ONE else FIELDS):
        raise LookupError(f"Not part of this evaluation: {sorted(unknown)}")
    if blockers := _check(given):
        raise Blocked(blockers)
    current = current_evaluation(complaint)
    if given.get("closed_despite", "") != (current.closed_despite if current else "") and "closed_despite" in given:
        _require_supervisor(by)
    for text in suggestions:
        keep_on(complaint, text, by=by, at=at)
    if suggestions:
        given["has_no_suggestion"] = False
    if (row := _row(complaint, current, given, by, at)) is not None:
        record_event(events.EVALUATION_KEPT, complaint, by=by, at=at, evaluation_id=row.pk)
    if row is not None or suggestions:
        save(complaint, at=at)


def _row(
    complaint: Complaint, current: Evaluation | None, given: dict[str, Any], by: User, at: datetime
) -> Evaluation | None:
    """The new row, or None when it says what the current one does; the old one ends with its words."""
    before = {name: getattr(current, name) for name in FIELDS} if current else {}
    after = before | given
    blank = Evaluation()
    if after == before or (current is None and all(after[name] == getattr(blank, name) for name in after)):
        return None
    despite_by: User | None = None
    if after.get("closed_despite"):
        is_kept = current is not None and current.closed_despite == after["closed_despite"]
        despite_by = current.closed_despite_by if current is not None and is_kept else by
    if current is not None:
        current.superseded_at = at
        current.save(update_fields=["superseded_at"])
    return Evaluation.objects.create(
        complaint=complaint, recorded_by=by, recorded_at=at, closed_despite_by=despite_by, **after
    )


def _require_supervisor(by: User) -> None:
    if not by.has_perm(DESPITE):
        text = _("Only a supervisor closes a case although the customer is not content. Ask one to write the reason.")
        raise PermissionDenied("only_supervisor_closes_despite", text)


def _check(given: dict[str, Any]) -> list[Blocker]:
    """Blank is not known yet; anything else is one of the contract's words."""
    blockers = []
    if given.get("satisfaction") and given["satisfaction"] not in Satisfaction.values:
        blockers.append(Blocker("unknown_satisfaction", _("Choose what the customer says."), "satisfaction"))
    if given.get("outcome") and given["outcome"] not in dict(CHOSEN_OUTCOMES):
        blockers.append(Blocker("no_outcome", _("Choose what came of it."), "outcome"))
    if given.get("relief") and given["relief"] not in Relief.values:
        blockers.append(Blocker("no_relief", _("Choose what the customer got."), "relief"))
    root = given.get("root_cause")
    if root is not None and not root.is_active:
        blockers.append(
            Blocker("old_root_cause", _("This root cause is no longer used. Choose another."), "root_cause")
        )
    return blockers
