"""Who hears of a proposal at once: those who can decide it, and who proposed it."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from accounts.duty import head_office_managers, on_duty
from accounts.models import User
from accounts.roles import Role
from compensation.models import Proposal
from complaints.deadlines import Hidden, named_readers_of
from events.models import Event
from events.notices import notify, register_notice

ASKED = register_notice("proposal.asked", _("{by} asks you to approve {proposal} for {number}"), icon="scale")
DECIDED = {
    "approved": register_notice("proposal.approved", _("{by} approved {proposal} for {number}"), icon="check"),
    "returned": register_notice(
        "proposal.returned", _("{by} returned {proposal} for {number} with a question"), icon="arrow-back-up"
    ),
    "rejected": register_notice("proposal.rejected", _("{by} rejected {proposal} for {number}"), icon="x"),
}


def ask_approvers(proposal: Proposal, event: Event, by: User, now: datetime) -> None:
    """Ring at the nearest supervisors on duty who may decide it, else at the managers, else at head office."""
    complaint = proposal.complaint
    hidden = Hidden([complaint])
    excluded = {*hidden.subjects[complaint.pk], by.pk}
    found: list[User] = []
    for role in (Role.SUPERVISOR, Role.MANAGER):
        found = found or hidden.readers(complaint, on_duty(role, complaint.department, now=now, exclude_ids=excluded))
    found = found or hidden.readers(complaint, head_office_managers(now=now, exclude_ids=excluded))
    _ring(found or named_readers_of(complaint, but=by), ASKED, proposal, event, str(by), now)


def tell_proposer(proposal: Proposal, decision: str, event: Event, now: datetime) -> None:
    readers = Hidden([proposal.complaint]).readers(proposal.complaint, [proposal.proposer])
    _ring(readers, DECIDED[decision], proposal, event, proposal.decided_by, now)


def _ring(people: list[User], code: str, proposal: Proposal, event: Event, by: str, now: datetime) -> None:
    notify(
        people,
        code,
        key=f"proposal:{event.pk}",
        url=proposal.complaint.get_absolute_url(),
        at=now,
        proposal=proposal.number,
        number=proposal.complaint.number,
        by=by,
    )
