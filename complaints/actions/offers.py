"""The open offer of a complaint: made, answered, or overtaken by what happened. Source: DOMAIN.md 3.1.

The row tells its history; the columns on the complaint say who may read it by the offer, and change with it.
"""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from accounts.duty import on_duty
from accounts.models import Department, User
from accounts.roles import Role
from complaints import events
from complaints.actions.told import forget_unseen
from complaints.deadlines import readers
from complaints.models import Complaint, HandOver
from events.log import record_event
from events.notices import notify, register_notice

OFFERED_TO_YOU = register_notice("complaint.offered_to_you", _("{by} offers you {number}"), icon="switch-horizontal")
OFFER_ACCEPTED = register_notice("complaint.offer_accepted", _("{by} accepted {number}"), icon="check")
OFFER_DECLINED = register_notice("complaint.offer_declined", _("{by} declined {number}"), icon="arrow-back-up")

COLUMNS = ("offered_at", "offered_to", "offered_department")
ENDS = {
    HandOver.State.DECLINED: events.OFFER_DECLINED,
    HandOver.State.WITHDRAWN: events.OFFER_WITHDRAWN,
    HandOver.State.OVERTAKEN: events.OFFER_OVERTAKEN,
}


def open_offer(complaint: Complaint) -> HandOver | None:
    """The offer that waits for an answer; without a question where there is none."""
    if complaint.offered_at is None:
        return None
    rows = complaint.hand_overs.filter(state=HandOver.State.OFFERED)
    return rows.select_related("to", "to_department", "offered_by", "from_owner").first()


def begin_offer(
    complaint: Complaint, *, to: User | None, department: Department | None, reason: str, at: datetime, by: User
) -> HandOver:
    """Write the offer, let those it is made to read the complaint, and tell them. The caller locks and saves it."""
    offer = HandOver.objects.create(
        complaint=complaint,
        from_owner_id=complaint.owner_id,
        to=to,
        to_department=department,
        reason=reason,
        offered_by=by,
        offered_at=at,
    )
    complaint.offered_at, complaint.offered_to, complaint.offered_department = at, to, department
    told = {"to": str(to), "to_id": to.pk} if to else {"to": str(department), "department_id": offer.to_department_id}
    event = record_event(events.OFFERED, complaint, by=by, at=at, hand_over_id=offer.pk, **told)
    notify(
        readers(complaint, _asked(offer, complaint, at)),
        OFFERED_TO_YOU,
        key=f"offered:{event.pk}",
        url=complaint.get_absolute_url(),
        at=at,
        number=complaint.number,
        by=by.as_value,
    )
    return offer


def _asked(offer: HandOver, complaint: Complaint, at: datetime) -> list[User]:
    """Of a department those on duty who take cases, or its supervisors where nobody else does."""
    if offer.to:
        return [offer.to]
    assert offer.to_department is not None  # noqa: S101 (a constraint says so)
    hidden = set(complaint.subject_rows.values_list("user_id", flat=True))
    asked = [
        user
        for role in (Role.HANDLER, Role.SUPERVISOR)
        for user in on_duty(role, offer.to_department, now=at, exclude_ids=hidden)
    ]
    return list({user.pk: user for user in asked}.values())


def end_offer(
    complaint: Complaint, state: HandOver.State, *, by: User | None, at: datetime, answer: str = ""
) -> HandOver | None:
    """End the open offer, and with it what was read by it; None when there is none. Saves its own columns."""
    offer = open_offer(complaint)
    if offer is None:
        return None
    offer.state, offer.answered_by, offer.answered_at, offer.answer = state, by, at, answer
    offer.save(update_fields=["state", "answered_by", "answered_at", "answer"])
    complaint.offered_at = complaint.offered_to = complaint.offered_department = None
    complaint.save(update_fields=COLUMNS)
    if state in ENDS:
        record_event(ENDS[state], complaint, by=by, at=at, hand_over_id=offer.pk)
    if state != HandOver.State.ACCEPTED:
        forget_unseen(complaint)
    return offer


def tell_giver(offer: HandOver, complaint: Complaint, code: str, *, by: User, at: datetime) -> None:
    """Tell who had it and who offered it what came of it, as far as they still see it."""
    givers = User.objects.filter(pk__in={offer.from_owner_id or 0, offer.offered_by_id} - {by.pk})
    notify(
        readers(complaint, givers.select_related("department").prefetch_related("role_grants")),
        code,
        key=f"offer-answered:{offer.pk}",
        url=complaint.get_absolute_url(),
        at=at,
        number=complaint.number,
        by=by.as_value,
    )
