"""AGREE, stage by stage, forwards and back. Source: DOMAIN.md 3.4; API.md, "States"."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.models import User
from complaints import events
from complaints.actions.locking import locked, require_open, save
from complaints.actions.stage_records import keep_stage, supersede_stages
from complaints.actions.transitions import check_reason, transition
from complaints.codes import Fault, Nature, Satisfaction, State
from complaints.deadlines import RESOLVED, open_one
from complaints.models import Complaint, StageRecord
from complaints.workflow import AGREE, BACK, DETAILS, EXECUTED, current_stage
from core import clock
from core.actions import action
from core.errors import Blocked, Blocker, Conflict, PermissionDenied
from deadlines.actions import meet_deadline
from events.log import record_event

# What a press forward needs no words for, because the stage's record holds them.
ON_RECORD = (DETAILS, "plan_agreed", EXECUTED)
# What has to be done again after a step back.
UNDONE = {
    "new_facts": (DETAILS, EXECUTED, "evaluated"),
    "not_accepted": (EXECUTED, "evaluated"),
    "not_fulfilled": (EXECUTED, "evaluated"),
    "dissatisfied": (EXECUTED, "evaluated"),
}
DETAIL_FIELDS = ("nature", "fault", "satisfaction_before")


@action
def record_details(complaint_id: int, *, by: User, **told: Any) -> Complaint:
    """Write the facts down as far as they are known; the case stays in *Get details*.

    `told`: restated, customer_agreed, nature, fault, satisfaction_before, wish, evidence. Each call replaces the
    record, whose old words stay. Raises as `confirm_details`, but for what is still missing.
    """
    complaint, now = _begin(complaint_id, State.GET_DETAILS, by)
    record = _write_details(complaint, told, by, now)
    record_event(events.DETAILS_RECORDED, complaint, by=by, at=now, stage_record_id=record.pk)
    save(complaint, *DETAIL_FIELDS, at=now)
    return complaint


@action
def confirm_details(complaint_id: int, *, by: User, **told: Any) -> Complaint:
    """The facts are restated, the customer confirmed them, nature and fault are set: go on to the options.

    Raises Blocked with all that is missing at once, PermissionDenied for *malicious* without a supervisor.
    """
    complaint, now = _begin(complaint_id, State.GET_DETAILS, by)
    record = _write_details(complaint, told, by, now)
    _move(complaint, DETAILS, by, now, record)
    save(complaint, "state", *DETAIL_FIELDS, at=now)
    return complaint


def _write_details(complaint: Complaint, told: dict[str, Any], by: User, now: datetime) -> StageRecord:
    before = current_stage(complaint, DETAILS)
    kept = {
        "text": told.get("restated", "").strip(),
        "customer_agreed": bool(told.get("customer_agreed")),
        "wish": told.get("wish", "").strip(),
        "nature": told.get("nature", ""),
        "fault": told.get("fault", ""),
        "satisfaction_before": told.get("satisfaction_before", ""),
        "evidence": told.get("evidence", "").strip(),
    }
    was_malicious = before is not None and before.nature == Nature.MALICIOUS
    if was_malicious and not kept["evidence"] and before is not None:
        kept["evidence"] = before.evidence
    _check_details(kept, was_malicious=was_malicious, by=by)
    if kept["nature"] != Nature.MALICIOUS:
        kept["evidence"] = ""
    for name in DETAIL_FIELDS:
        setattr(complaint, name, kept[name])
    return keep_stage(complaint, DETAILS, by=by, at=now, **kept)


def _check_details(kept: dict[str, Any], *, was_malicious: bool, by: User) -> None:
    blockers = []
    for name, words, sentence in (
        ("nature", Nature, _("Choose the nature from the list.")),
        ("fault", Fault, _("Choose the fault from the list.")),
        ("satisfaction_before", Satisfaction, _("Choose a step of the ladder.")),
    ):
        if kept[name] and kept[name] not in words.values:
            blockers.append(Blocker(f"unknown_{name}", sentence, name))
    is_malicious = kept["nature"] == Nature.MALICIOUS
    if is_malicious and not was_malicious and not by.has_perm("complaints.mark_malicious"):
        sentence = _("Only a supervisor marks a complaint as malicious, with the evidence. Ask one, or choose another.")
        raise PermissionDenied("only_supervisor_marks_malicious", sentence)
    if is_malicious and not kept["evidence"]:
        blockers.append(Blocker("no_evidence", _("Write what shows that it is malicious."), "evidence"))
    if blockers:
        raise Blocked(blockers)


@action
def execute(complaint_id: int, *, note: str, by: User) -> Complaint:
    """What was agreed is carried out: go on to the evaluation. Meets *resolved*."""
    complaint, now = _begin(complaint_id, State.EXECUTE, by)
    record = keep_stage(complaint, EXECUTED, by=by, at=now, text=note.strip())
    _move(complaint, EXECUTED, by, now, record)
    save(complaint, "state", at=now)
    return complaint


@action
def go_on(complaint_id: int, name: str, *, by: User) -> Complaint:
    """Leave a stage whose record says all that is asked. Raises LookupError for what needs more than a press."""
    if name not in ON_RECORD:
        raise LookupError(f"{name} needs more than a press.")
    if not by.has_perm(AGREE.transitions[name].permission):
        raise PermissionDenied
    complaint = locked(complaint_id, by=by)
    require_open(complaint)
    now = clock.now()
    move_on(complaint, name, by=by, at=now)
    return complaint


def move_on(complaint: Complaint, name: str, *, by: User, at: datetime) -> None:
    """As `go_on`, on a complaint that the caller has locked; saves it."""
    _move(complaint, name, by, at, current_stage(complaint, name))
    save(complaint, "state", at=at)


def _move(complaint: Complaint, name: str, by: User, now: datetime, record: StageRecord | None) -> None:
    more: dict[str, Any] = {"stage_record_id": record.pk} if record else {}
    if record and record.satisfaction_before:
        # How the customer felt before anything was done: figures are made from events.
        more["satisfaction_before"] = record.satisfaction_before
    transition(complaint, name, by=by, at=now, **more)
    if name == EXECUTED:
        meet_deadline(RESOLVED, complaint, at=now, by=by)


@action
def go_back(complaint_id: int, name: str, *, reason: str, by: User) -> Complaint:
    """Take the case back to an earlier stage, with a reason; what has to be done again is kept as it was.

    A case that comes back from the evaluation is not resolved, so that promise starts again.
    """
    if name not in BACK:
        raise LookupError(f"{name} leads nowhere back.")
    complaint = locked(complaint_id, by=by)
    require_open(complaint)
    now = clock.now()
    was_resolved = complaint.state == State.EVALUATE
    record = keep_stage(complaint, name, by=by, at=now, text=reason.strip())
    transition(complaint, name, by=by, at=now, stage_record_id=record.pk)
    if blockers := check_reason(reason):
        raise Blocked(blockers)
    supersede_stages(complaint, UNDONE[name], at=now)
    if was_resolved:
        open_one(complaint, RESOLVED, at=now, by=by)
    save(complaint, "state", at=now)
    return complaint


def _begin(complaint_id: int, state: str, by: User) -> tuple[Complaint, datetime]:
    """Lock it, and see that nobody has moved it on since the form was opened."""
    if not by.has_perm("complaints.work_case"):
        raise PermissionDenied
    complaint = locked(complaint_id, by=by)
    require_open(complaint)
    if complaint.state != state:
        sentence = _("The case is in “%(stage)s” by now. Your words were not saved.")
        raise Conflict("stage_left", sentence % {"stage": State(complaint.state).label}, current=complaint)
    return complaint, clock.now()
