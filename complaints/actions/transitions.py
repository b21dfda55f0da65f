"""Moving a complaint along its workflow, and out of it."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from accounts.models import User
from complaints import events
from complaints.actions.locking import locked, require_open, save
from complaints.actions.offers import end_offer
from complaints.actions.outside_matters import end_statutory
from complaints.actions.stage_records import keep_stage
from complaints.actions.task_ends import call_off_talks
from complaints.actions.wait_ends import end_wait
from complaints.codes import Outcome, Relief, WaitEnd
from complaints.deadlines import ORAL_REPORT, ORAL_REPORT_CONFIRMED, STATUTORY
from complaints.models import Complaint, HandOver
from complaints.workflow import workflow_of
from core import clock
from core.actions import action
from core.errors import Blocked, Blocker
from deadlines.actions import cancel_deadlines
from events.log import record_event


def transition(complaint: Complaint, name: str, *, by: User | None, at: datetime, **recorded: object) -> None:
    """Guard, move and announce, on a complaint that the caller has locked and will save."""
    before = complaint.state
    workflow_of(complaint).advance(complaint, name, by)
    record_event(
        events.TRANSITIONED,
        complaint,
        by=by,
        at=at,
        name=name,
        to=complaint.state,
        severity_class=complaint.severity_class,
        **{"from": before},
        **recorded,
    )


def end(complaint: Complaint, *, outcome: str, relief: str, reason: str, at: datetime, by: User) -> None:
    """Fill what every end carries, and stop the clocks that end with it. Source: DOMAIN.md 3.4.

    Only what is promised after the end goes on: the oral report's confirmation, and what an authority waits for.
    """
    complaint.outcome, complaint.relief, complaint.end_reason = outcome, relief, reason
    complaint.ended_at = at
    if complaint.is_waiting:
        end_wait(complaint, WaitEnd.CLOSED, at=at, by=by)
    cancel_deadlines(complaint, at=at, except_kinds=[ORAL_REPORT, ORAL_REPORT_CONFIRMED, STATUTORY], by=by)
    end_statutory(complaint, at=at, by=by)
    end_offer(complaint, HandOver.State.WITHDRAWN, by=by, at=at)
    call_off_talks(complaint, by=by, at=at)


END_FIELDS = (
    "state", "outcome", "relief", "end_reason", "ended_at", "satisfaction", "severity_class", "waiting_since",
    "waiting_until",
)  # fmt: skip


def check_end(outcome: str, relief: str) -> list[Blocker]:
    blockers = []
    if outcome not in Outcome.values or outcome == Outcome.UNKNOWN:
        blockers.append(Blocker("no_outcome", _("Choose what came of it."), "outcome"))
    if relief not in Relief.values:
        blockers.append(Blocker("no_relief", _("Choose what the customer got."), "relief"))
    return blockers


def check_reason(reason: str) -> list[Blocker]:
    if reason.strip():
        return []
    return [Blocker("no_reason", _("Write the reason in one sentence."), "reason")]


@action
def leave(complaint_id: int, *, reason: str, outcome: str, relief: str, by: User) -> Complaint:
    """The customer left before the end: closed with their satisfaction unknown. Source: API.md."""
    return _end_by(complaint_id, "left", reason=reason, outcome=outcome, relief=relief, by=by)


@action
def withdraw(complaint_id: int, *, reason: str, outcome: str, relief: str, by: User) -> Complaint:
    """The customer withdrew it."""
    return _end_by(complaint_id, "withdraw", reason=reason, outcome=outcome, relief=relief, by=by)


@action
def void(complaint_id: int, *, reason: str, by: User) -> Complaint:
    """Logged by mistake: left out of figures. A supervisor says so, with a reason; no outcome is claimed."""
    return _end_by(complaint_id, "void", reason=reason, outcome="", relief="", by=by)


def _end_by(complaint_id: int, name: str, *, reason: str, outcome: str, relief: str, by: User) -> Complaint:
    complaint = locked(complaint_id, by=by)
    require_open(complaint)
    now = clock.now()
    record = keep_stage(complaint, name, by=by, at=now, text=reason.strip())
    transition(complaint, name, by=by, at=now, outcome=outcome, relief=relief, stage_record_id=record.pk)
    # After the guard: who may not end it at all is told that first.
    if blockers := check_reason(reason) + ([] if name == "void" else check_end(outcome, relief)):
        raise Blocked(blockers)
    if name == "left":
        complaint.satisfaction = ""
    end(complaint, outcome=outcome, relief=relief, reason=reason.strip(), at=now, by=by)
    cancel_deadlines(complaint, kinds=[ORAL_REPORT], at=now, by=by)
    save(complaint, *END_FIELDS, at=now)
    return complaint


@action
def act(complaint_id: int, *, by: User) -> Complaint:
    """Leave *Act quickly*: somebody owns it and the first contact is recorded."""
    complaint = locked(complaint_id, by=by)
    require_open(complaint)
    now = clock.now()
    transition(complaint, "acted", by=by, at=now)
    save(complaint, "state", at=now)
    return complaint
