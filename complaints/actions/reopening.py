"""Taking up again what has ended. Source: DOMAIN.md 3.4, 10.8."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.roles import CASE_ROLES
from complaints import events
from complaints.actions.locking import locked, save
from complaints.actions.notices import tell_handlers
from complaints.actions.stage_records import keep_stage, supersede_stages
from complaints.actions.transitions import END_FIELDS, check_reason
from complaints.codes import AGREE_STATES, SeverityClass
from complaints.deadlines import AT_INTAKE, ORAL_REPORT_CONFIRMED, OWNED, open_several
from complaints.models import Complaint
from complaints.workflow import workflow_of
from core import clock
from core.actions import action
from core.errors import Blocked, Conflict
from deadlines.actions import cancel_deadlines
from events.log import record_event, record_text_change
from events.notices import notify, register_notice

REOPENED = register_notice("complaint.reopened", _("{by} reopened {number}"), icon="refresh")


@action
def reopen_complaint(complaint_id: int, *, reason: str, by: User) -> Complaint:
    """Take it up again with a reason: the clocks start anew, the history stays.

    Class 1 begins again at the desk, once; the second time it is a case, which begins with the details. How it had
    ended is kept in the event, its words beside it. Raises Conflict `already_open`, and Blocked when it ended too
    long ago or was logged by mistake.
    """
    complaint = locked(complaint_id, by=by)
    if complaint.is_open:
        raise Conflict("already_open", _("It is open already."), current=complaint)
    now = clock.now()
    before = complaint.state
    workflow_of(complaint).advance(complaint, "reopen", by)
    if blockers := check_reason(reason):
        raise Blocked(blockers)
    _supersede(complaint, now)
    _announce(complaint, before, reason, by, now)
    is_raised = complaint.severity_class == SeverityClass.ONE and complaint.state in AGREE_STATES
    if is_raised:
        complaint.severity_class = SeverityClass.TWO
    complaint.outcome = complaint.relief = complaint.end_reason = complaint.satisfaction = ""
    complaint.ended_at = None
    complaint.reopened_count += 1
    if complaint.owner_id and not _may_keep(complaint):
        complaint.owner = None
    cancel_deadlines(complaint, kinds=[*AT_INTAKE, ORAL_REPORT_CONFIRMED], at=now, by=by)
    kinds = [kind for kind in AT_INTAKE if kind != OWNED or complaint.owner_id is None]
    open_several(complaint, kinds, at=now, by=by)
    save(complaint, *END_FIELDS, "owner", "reopened_count", at=now)
    _tell(complaint, by, now, is_raised=is_raised)
    return complaint


def _supersede(complaint: Complaint, now: datetime) -> None:
    """Each stage is done again; what was recorded before stays readable."""
    supersede_stages(complaint, at=now)
    complaint.step_records.filter(superseded_at=None).update(superseded_at=now)
    complaint.oral_reports.filter(confirmed_at=None, superseded_at=None).update(superseded_at=now)


def _announce(complaint: Complaint, before: str, reason: str, by: User, now: datetime) -> None:
    record = keep_stage(complaint, "reopen", by=by, at=now, text=reason.strip())
    is_case = complaint.state in AGREE_STATES
    told = {
        "name": "reopen",
        "from": before,
        "to": complaint.state,
        "severity_class": int(SeverityClass.TWO if is_case else SeverityClass.ONE),
        "stage_record_id": record.pk,
        "outcome": complaint.outcome,
        "relief": complaint.relief,
        "satisfaction": complaint.satisfaction,
        "ended_at": complaint.ended_at.isoformat() if complaint.ended_at else "",
    }
    if complaint.end_reason:
        old = {"end_reason": complaint.end_reason}
        record_text_change(events.TRANSITIONED, complaint, old, by=by, at=now, **told)
    else:
        record_event(events.TRANSITIONED, complaint, by=by, at=now, **told)


def _may_keep(complaint: Complaint) -> bool:
    """Whether its owner of before still works on complaints and may see it."""
    owner = complaint.owner
    return (
        owner is not None
        and owner.is_active
        and owner.has_role(*CASE_ROLES)
        and Complaint.objects.filter(pk=complaint.pk).visible_to(owner).exists()
    )


def _tell(complaint: Complaint, by: User, now: datetime, *, is_raised: bool) -> None:
    if is_raised:
        tell_handlers(complaint, but=by, at=now)
    if complaint.owner is not None and complaint.owner_id != by.pk:
        notify(
            [complaint.owner],
            REOPENED,
            key=f"reopened:{complaint.pk}:{complaint.reopened_count}",
            url=complaint.get_absolute_url(),
            at=now,
            number=complaint.number,
            by=by.as_value,
        )
