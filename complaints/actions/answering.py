"""Which promises are kept by what reaches the customer. Source: DOMAIN.md 3.5."""

from datetime import datetime

from accounts.models import User
from complaints.deadlines import ANSWER, FIRST_RESPONSE, open_answer
from complaints.models import Communication, Complaint
from core import clock
from deadlines.actions import meet_deadline


def keep_promises(complaint: Complaint, row: Communication, *, at: datetime, by: User | None) -> None:
    """It meets *first response* and *answer*; an interim answer promises the next one. The caller saves."""
    meet_deadline(FIRST_RESPONSE, complaint, at=at, by=by)
    meet_deadline(ANSWER, complaint, at=at, by=by)
    now = clock.now()
    if row.is_interim and row.next_answer_at and row.next_answer_at > now:
        open_answer(complaint, at=now, by=by, due_at=row.next_answer_at)
