"""Waiting for the customer: *resolved* stands still, with a reason and an end. Source: DOMAIN.md 3.5."""

from datetime import datetime, timedelta

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.models import User
from complaints import events
from complaints.actions.locking import locked, require_open, save
from complaints.actions.record import may_change
from complaints.actions.wait_ends import FIELDS, end_wait
from complaints.codes import WaitEnd
from complaints.deadlines import RESOLVED, WAITING
from complaints.models import Complaint, Wait
from core import clock
from core.actions import action
from core.errors import Blocked, Blocker, Conflict, PermissionDenied
from deadlines.actions import open_deadline, pause_deadline
from events.log import record_event
from policies.reading import policy

NOT_YOURS = _("Its recorder, its owner or a supervisor says that we wait, and ends it.")


@action
def wait_for_customer(complaint_id: int, *, reason: str, until: datetime, by: User) -> Complaint:
    """Say that it is the customer's turn, until when at the latest: *resolved* stands still, nothing else does.

    It ends by itself then, and when the customer gets in touch before. Raises Conflict `already_waiting`, and
    Blocked for a missing reason and an end that has passed or is too far off.
    """
    complaint = locked(complaint_id, by=by)
    if not may_change(complaint, by):
        raise PermissionDenied("not_yours", NOT_YOURS)
    require_open(complaint)
    if complaint.is_waiting:
        raise Conflict("already_waiting", _("It waits for the customer already. End that wait first."))
    now = clock.now()
    if blockers := _check(reason, until, now):
        raise Blocked(blockers)
    wait = Wait.objects.create(complaint=complaint, reason=reason.strip(), since=now, until=until, begun_by=by)
    pause_deadline(RESOLVED, complaint, at=now, by=by)
    open_deadline(
        WAITING,
        wait,
        department=complaint.department,
        severity_class=complaint.severity_class,
        started_at=now,
        due_at=until,
        at=now,
        by=by,
    )
    complaint.waiting_since, complaint.waiting_until = now, until
    record_event(events.WAITING, complaint, by=by, at=now, wait_id=wait.pk, until_at=until)
    save(complaint, *FIELDS, at=now)
    return complaint


def _check(reason: str, until: datetime, now: datetime) -> list[Blocker]:
    blockers = []
    if not reason.strip():
        blockers.append(Blocker("no_reason", _("Write in one sentence what we wait for."), "reason"))
    most = policy("deadline.waiting")["longest_days"]
    if until <= now:
        blockers.append(Blocker("until_is_over", _("This time has passed. Enter one that is still to come."), "until"))
    elif until > now + timedelta(days=most):
        sentence = ngettext(
            "One waits for at most %(count)d day at a time. Enter an earlier end.",
            "One waits for at most %(count)d days at a time. Enter an earlier end.",
            most,
        )
        blockers.append(Blocker("too_long", sentence % {"count": most}, "until"))
    return blockers


@action
def resume_complaint(complaint_id: int, *, by: User) -> Complaint:
    """End the wait for the customer, and set *resolved* going again with what was left of it.

    Raises Blocked when nobody is waiting.
    """
    complaint = locked(complaint_id, by=by)
    if not may_change(complaint, by):
        raise PermissionDenied("not_yours", NOT_YOURS)
    if not complaint.is_waiting:
        raise Blocked([Blocker("not_waiting", _("This complaint is not waiting for the customer."))])
    now = clock.now()
    fields = end_wait(complaint, WaitEnd.RESUMED, at=now, by=by)
    save(complaint, *fields, at=now)
    return complaint
