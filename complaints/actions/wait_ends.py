"""How a wait for the customer ends: by a person, by itself, by the customer, or with the complaint. DOMAIN.md 3.5."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from accounts.duty import on_duty
from accounts.models import User
from accounts.roles import Role
from complaints import events
from complaints.actions.locking import save
from complaints.codes import WaitEnd
from complaints.deadlines import RESOLVED, WAITING, readers
from complaints.models import Complaint, Wait
from deadlines.actions import cancel_deadlines, resume_deadline
from events.log import record_event
from events.notices import notify, register_notice

WAIT_OVER = register_notice("complaint.wait_over", _("{number}: the wait for the customer is over"), icon="player-play")
CUSTOMER_CAME_BACK = register_notice(
    "complaint.customer_came_back", _("{number}: the customer we waited for got in touch"), icon="message-2"
)
FIELDS = ("waiting_since", "waiting_until")


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
