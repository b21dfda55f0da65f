"""Who is told at once, besides what the clocks tell later."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from accounts.duty import on_duty
from accounts.models import User
from accounts.roles import LEADERS, Role
from complaints.codes import OWN_CASES, Threat
from complaints.deadlines import Hidden, named_readers_of
from complaints.models import Complaint
from events.notices import notify, register_notice

NEEDS_OWNER = register_notice("complaint.needs_owner", _("{number} is class 2 and needs a handler"), icon="user-plus")
CRISIS_SUGGESTED = register_notice("complaint.crisis_suggested", _("{number} may be a crisis"), icon="alert-triangle")
OVER_OUR_HEADS = register_notice(
    "complaint.over_our_heads", _("{number}: the customer wants to go over our heads"), icon="arrow-up"
)


def tell_handlers(complaint: Complaint, *, but: User | None, at: datetime) -> None:
    """A case waits for a handler, also while the desk keeps it. Source: DOMAIN.md 10.2."""
    if complaint.owner and complaint.owner.has_role(*OWN_CASES):
        return
    tell(complaint, NEEDS_OWNER, "needs-owner", (Role.HANDLER,), but, at)


def tell_leaders_of_crisis(complaint: Complaint, *, but: User | None, at: datetime) -> None:
    """The facts suggest a crisis; the leaders on duty judge."""
    tell(complaint, CRISIS_SUGGESTED, "crisis", LEADERS, but, at)


def tell_supervisor_of_threat(complaint: Complaint, *, but: User | None, at: datetime) -> None:
    """The customer wants to go over our heads: the supervisor hears it from us first."""
    if Threat.OVER_OUR_HEADS in complaint.threats:
        tell(complaint, OVER_OUR_HEADS, "over-our-heads", (Role.SUPERVISOR,), but, at)


def tell(complaint: Complaint, code: str, key: str, roles: tuple[Role, ...], but: User | None, at: datetime) -> None:
    """Ring at those on duty who may see it; of a restricted one, at the people named for it, whatever their role."""
    hidden = Hidden([complaint])
    found = {
        user.pk: user
        for role in roles
        for user in on_duty(role, complaint.department, now=at, exclude_ids=hidden.subjects[complaint.pk])
        if but is None or user.pk != but.pk
    }
    notify(
        hidden.readers(complaint, found.values()) or named_readers_of(complaint, but=but),
        code,
        key=f"{key}:{complaint.pk}",
        url=complaint.get_absolute_url(),
        at=at,
        number=complaint.number,
    )
