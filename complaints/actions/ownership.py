"""Who works on it."""

from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.roles import CASE_ROLES
from complaints import events
from complaints.actions.locking import locked, require_open, save
from complaints.actions.offers import end_offer
from complaints.codes import OWN_CASES
from complaints.deadlines import OWNED
from complaints.models import Complaint, HandOver
from core import clock
from core.actions import action
from core.errors import Blocked, Blocker, Conflict, PermissionDenied
from deadlines.actions import meet_deadline
from events.log import record_event
from events.notices import notify, register_notice

ASSIGNED_TO_YOU = register_notice("complaint.assigned_to_you", _("{by} gave you {number}"), icon="user-check")


@action
def take_complaint(complaint_id: int, *, by: User) -> Complaint:
    """Take a complaint that nobody owns; taking one's own again changes nothing.

    Raises Conflict `already_taken` with the owner when a colleague was faster, and when it has ended.
    A desk keeps a class 2 case only until a handler takes it. Source: DOMAIN.md 2, 10.2.
    """
    if not by.has_perm("complaints.work_desk"):
        raise PermissionDenied
    return _take(locked(complaint_id, by=by), by)


def _take(complaint: Complaint, by: User) -> Complaint:
    require_open(complaint)
    require_owner_is_a_person(by)
    if complaint.owner_id == by.pk:
        return complaint
    if complaint.owner_id and not may_take_over(complaint, by):
        name = str(complaint.owner)
        raise Conflict("already_taken", _("%(name)s has taken it already.") % {"name": name}, current=complaint)
    return give(complaint, by, by, is_taken=True)


def require_owner_is_a_person(user: User) -> None:
    if user.is_service_account:
        raise Blocked([Blocker("cannot_own", _("A program owns no complaint. Leave it to a person."), "owner")])


def may_take_over(complaint: Complaint, by: User) -> bool:
    """A handler takes a case that the desk keeps for one."""
    owner = complaint.owner
    return (
        owner is not None
        and complaint.workflow_name == "agree"
        and by.has_role(*OWN_CASES)
        and not owner.has_role(*OWN_CASES)
    )


@action
def assign_complaint(complaint_id: int, *, owner: User, by: User) -> Complaint:
    """Give it to somebody; a supervisor's word holds at once. Source: DOMAIN.md 3.1.

    Raises Blocked when the new owner may not see it, is inactive or works no complaints.
    """
    _check_giver(owner, by)
    return give_to(locked(complaint_id, by=by), owner=owner, by=by)


def give_to(complaint: Complaint, *, owner: User, by: User) -> Complaint:
    """As `assign_complaint`, on a complaint that the caller has locked; saves it. Raises the same."""
    _check_giver(owner, by)
    if not by.has_perm("complaints.assign"):
        return _take(complaint, by)
    require_open(complaint)
    check_may_own(complaint, owner)
    if complaint.owner_id == owner.pk:
        return complaint
    return give(complaint, owner, by, is_taken=owner.pk == by.pk)


def check_may_own(complaint: Complaint, owner: User) -> None:
    """Raise Blocked for who works on no complaints, or must not see this one."""
    may_own = owner.is_active and owner.has_role(*CASE_ROLES) and not owner.is_service_account
    if not may_own or not _would_see(complaint, owner):
        raise Blocked([Blocker("cannot_own", _("This person cannot own it. Choose somebody else."), "owner")])


def _check_giver(owner: User, by: User) -> None:
    """Without a supervisor's word one takes what is free, and nothing from a colleague."""
    if by.has_perm("complaints.assign"):
        return
    if owner.pk != by.pk:
        raise PermissionDenied("only_supervisor_assigns", _("Only a supervisor gives a complaint to somebody else."))
    if not by.has_perm("complaints.work_desk"):
        raise PermissionDenied


def _would_see(complaint: Complaint, owner: User) -> bool:
    """Seen as its owner: what is about them, or restricted to others, stays hidden also then."""
    if Complaint.objects.filter(pk=complaint.pk).visible_to(owner).exists():
        return True
    subjects = set(complaint.subject_rows.values_list("user_id", flat=True))
    department = owner.department
    hidden = {owner.pk, department.head_id if department else None}
    return not (subjects & hidden) and not complaint.is_restricted


def give(complaint: Complaint, owner: User, by: User, *, is_taken: bool, **told: int) -> Complaint:
    """Make somebody its owner, on a complaint that the caller has locked; an offer that is open is overtaken."""
    now = clock.now()
    end_offer(complaint, HandOver.State.OVERTAKEN, by=by, at=now)
    complaint.changed_hands += complaint.owner_id not in (None, owner.pk)
    complaint.owner = owner
    event = record_event(
        events.ASSIGNED, complaint, by=by, at=now, owner=str(owner), owner_id=owner.pk, is_taken=is_taken, **told
    )
    meet_deadline(OWNED, complaint, at=now, by=by)
    save(complaint, "owner", "changed_hands", at=now)
    if owner.pk != by.pk:
        notify(
            [owner],
            ASSIGNED_TO_YOU,
            key=f"assigned:{event.pk}",
            url=complaint.get_absolute_url(),
            at=now,
            number=complaint.number,
            by=by.as_value,
        )
    return complaint
