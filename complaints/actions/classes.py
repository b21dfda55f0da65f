"""Raising and lowering the severity class. Source: DOMAIN.md 3.2, 3.4."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from accounts.models import User
from complaints import events
from complaints.actions.locking import locked, require_open, save
from complaints.actions.notices import tell_handlers
from complaints.codes import Direction, SeverityClass
from complaints.deadlines import ORAL_REPORT, open_one
from complaints.models import Communication, Complaint
from complaints.workflow import workflow_of
from core import clock
from core.actions import action
from core.errors import Blocked, Blocker, PermissionDenied
from deadlines.actions import cancel_deadlines, recompute_deadlines
from events.log import record_event


@action
def raise_class(complaint_id: int, *, reason: str = "", by: User) -> Complaint:
    """Raise to class 2: everything recorded stays, AGREE is entered at the first unmet stage."""
    complaint = locked(complaint_id, by=by)
    require_open(complaint)
    now = clock.now()
    move_to_class(complaint, "raise", SeverityClass.TWO, by=by, at=now, guard=by)
    _keep_reason(complaint, reason, by, now)
    save(complaint, "state", "severity_class", at=now)
    return complaint


@action
def lower_class(complaint_id: int, *, reason: str, by: User) -> Complaint:
    """Lower to class 1: a supervisor's, with a reason."""
    if not by.has_perm("complaints.lower_class"):
        raise PermissionDenied("only_supervisor_lowers", _("Lowering to class 1 needs a supervisor and a reason."))
    complaint = locked(complaint_id, by=by)
    require_open(complaint)
    if not reason.strip():
        raise Blocked([Blocker("no_reason", _("Write the reason in one sentence."), "reason")])
    now = clock.now()
    move_to_class(complaint, "lower", SeverityClass.ONE, by=by, at=now, guard=by)
    _keep_reason(complaint, reason, by, now)
    save(complaint, "state", "severity_class", at=now)
    return complaint


def move_to_class(
    complaint: Complaint,
    name: str,
    severity_class: SeverityClass,
    *,
    by: User | None,
    at: datetime,
    guard: User | None = None,
) -> None:
    """Move between the workflows and recompute the clocks, on a complaint the caller has locked and will save.

    `guard` is whose right is asked; None when a rule moves it, though `by` is named for the change.
    """
    before = complaint.state
    workflow_of(complaint).advance(complaint, name, guard)
    complaint.severity_class = severity_class
    record_event(
        events.TRANSITIONED,
        complaint,
        by=by,
        at=at,
        name=name,
        to=complaint.state,
        severity_class=severity_class,
        **{"from": before},
    )
    if severity_class == SeverityClass.TWO:
        # A case is reported in writing, so nobody is reminded of an oral report any more.
        cancel_deadlines(complaint, kinds=[ORAL_REPORT], at=at, by=by)
        recompute_deadlines(complaint, severity_class=severity_class, at=at, by=by)
        tell_handlers(complaint, but=by, at=at)
    else:
        recompute_deadlines(complaint, severity_class=severity_class, at=at, by=by)
        open_one(complaint, ORAL_REPORT, at=at, by=by)


def _keep_reason(complaint: Complaint, reason: str, by: User, now: datetime) -> None:
    """A reason is a person's words, so it stands as a note beside the event, not in the chain."""
    if not reason.strip():
        return
    row = Communication.objects.create(
        complaint=complaint, direction=Direction.NOTE, at=now, summary=reason.strip(), recorded_by=by, recorded_at=now
    )
    record_event(events.NOTED, complaint, by=by, at=now, communication_id=row.pk)
