"""Waiting for the customer: *resolved* stands still, with a reason and an end. Source: DOMAIN.md 3.5."""

from datetime import datetime, timedelta

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.duty import on_duty
from accounts.models import User
from accounts.roles import Role
from complaints import events
from complaints.actions.locking import locked, require_open, save
from complaints.actions.record import may_change
from complaints.codes import WaitEnd
from complaints.deadlines import RESOLVED, WAITING, readers
from complaints.models import Complaint, Wait
from core import clock
from core.actions import action
from core.errors import Blocked, Blocker, Conflict, PermissionDenied
from deadlines.actions import cancel_deadlines, open_deadline, pause_deadline, resume_deadline
from events.log import record_event
from events.notices import notify, register_notice
from policies.reading import policy

WAIT_OVER = register_notice(
    "complaint.wait_over", _("{number}: the wait for the customer is over"), icon="player-play"
)
CUSTOMER_CAME_BACK = register_notice(
    "complaint.customer_came_back", _("{number}: the customer we waited for got in touch"), icon="message-2"
)
FIELDS = ("waiting_since", "waiting_until")
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


def end_wait(complaint: Complaint, end: WaitEnd, *, at: datetime, by: User | None) -> tuple[str, ...]:
    """End the wait of a complaint that the caller has locked and will save with the columns returned."""
    wait = Wait.objects.filter(complaint=complaint, ended_at=None).first()
    if wait is None:
        return ()
    wait.ended_at, wait.ended_by, wait.end = at, by, end
    wait.save(update_fields=["ended_at", "ended_by", "end"])
    complaint.waiting_since = complaint.waiting_until = None
    if end != WaitEnd.CLOSED:
        resume_deadline(RESOLVED, complaint, at=at, by=by)
    # Where the sweep ended it, it is met by now and there is nothing to cancel.
    cancel_deadlines(wait, kinds=[WAITING], at=at, by=by)
    record_event(events.RESUMED, complaint, by=by, at=at, ended_wait_id=wait.pk, end=end.value)
    return FIELDS


def customer_is_there(complaint: Complaint, *, at: datetime, by: User | None) -> tuple[str, ...]:
    """A message from the customer ends the wait for them; its owner hears of it. Returns the columns to save."""
    if not complaint.is_waiting:
        return ()
    fields = end_wait(complaint, WaitEnd.ANSWERED, at=at, by=by)
    if complaint.owner and (by is None or by.pk != complaint.owner_id):
        _tell([complaint.owner], CUSTOMER_CAME_BACK, complaint, at)
    return fields


def wait_is_over(wait: Wait, *, at: datetime) -> None:
    """The reminder came up, in a sweep that has locked the complaint: the owner hears that it is our turn again."""
    complaint = wait.complaint
    fields = end_wait(complaint, WaitEnd.OVER, at=at, by=None)
    if not fields:
        return
    save(complaint, *fields, at=at)
    people = [complaint.owner] if complaint.owner else on_duty(Role.SUPERVISOR, complaint.department, now=at)
    _tell(people, WAIT_OVER, complaint, at)


def _tell(people: list[User], code: str, complaint: Complaint, at: datetime) -> None:
    notify(
        readers(complaint, people),
        code,
        key=f"{code}:{complaint.pk}:{at.isoformat()}",
        url=complaint.get_absolute_url(),
        at=at,
        number=complaint.number,
    )
