"""Handing over: to a colleague or a department, offered and accepted; a supervisor's word holds at once.

Source: DOMAIN.md 3.1, 10.1.
"""

from django.utils.translation import gettext_lazy as _

from accounts.models import Department, User
from accounts.roles import CASE_ROLES
from complaints import events
from complaints.actions.hiding import keep_out
from complaints.actions.locking import locked, locked_as_reader, require_open, save
from complaints.actions.notices import tell_handlers
from complaints.actions.offers import (
    COLUMNS,
    OFFER_ACCEPTED,
    OFFER_DECLINED,
    begin_offer,
    end_offer,
    open_offer,
    tell_giver,
)
from complaints.actions.ownership import (
    assign_complaint,
    check_may_own,
    give,
    require_owner_is_a_person,
)
from complaints.actions.told import forget_unseen
from complaints.codes import SeverityClass
from complaints.deadlines import OWNED, open_one, readers
from complaints.models import Complaint, HandOver
from core import clock
from core.actions import action
from core.errors import Blocked, Blocker, Conflict, PermissionDenied
from deadlines.actions import recompute_deadlines
from events.log import record_event


def hand_over(
    complaint_id: int, *, to: User | None = None, department: Department | None = None, reason: str = "", by: User
) -> Complaint:
    """Give it to a person or a department: at once where that is `by`'s to say, else as an offer."""
    if to is not None and (by.has_perm("complaints.assign") or to.pk == by.pk):
        return assign_complaint(complaint_id, owner=to, by=by)
    if department is not None and by.has_perm("complaints.assign") and reaches(by, department):
        return move_complaint(complaint_id, department=department, reason=reason, by=by)
    return offer_complaint(complaint_id, to=to, department=department, reason=reason, by=by)


def reaches(leader: User, department: Department) -> bool:
    home = leader.department
    return bool(home and department.path.startswith(home.path))


@action
def offer_complaint(
    complaint_id: int, *, to: User | None = None, department: Department | None = None, reason: str = "", by: User
) -> Complaint:
    """Offer it to a colleague, or with a reason to a department; it stays with the one who has it until accepted.

    Raises PermissionDenied for a colleague's complaint, Conflict `already_offered`, and Blocked when those it is
    offered to may not own it.
    """
    if not by.has_perm("complaints.work_desk"):
        raise PermissionDenied
    complaint = locked(complaint_id, by=by)
    require_open(complaint)
    if complaint.owner_id not in (None, by.pk) and not by.has_perm("complaints.assign"):
        text = _("%(name)s has it. Only they or a supervisor hand it over.") % {"name": complaint.owner}
        raise PermissionDenied("not_yours", text)
    if (offer := open_offer(complaint)) is not None:
        text = _("It is offered to %(name)s already. Withdraw that offer first.") % {"name": offer.offered_to}
        raise Conflict("already_offered", text, current=complaint)
    if (to is None) == (department is None):
        raise Blocked([Blocker("nobody_chosen", _("Choose who gets it: a colleague or a department."), "owner")])
    if to is not None:
        _check_colleague(complaint, to)
    if department is not None:
        _check_department(complaint, department, reason)
    now = clock.now()
    begin_offer(complaint, to=to, department=department, reason=reason.strip(), at=now, by=by)
    save(complaint, *COLUMNS, at=now)
    return complaint


def _check_colleague(complaint: Complaint, to: User) -> None:
    if to.pk == complaint.owner_id:
        raise Blocked([Blocker("has_it_already", _("This person has it already. Choose somebody else."), "owner")])
    check_may_own(complaint, to)


def _check_department(complaint: Complaint, department: Department, reason: str) -> None:
    blockers = []
    if not department.is_active or department.pk == complaint.department_id:
        blockers.append(Blocker("wrong_department", _("Choose another department that is open."), "department"))
    if not reason.strip():
        blockers.append(Blocker("no_reason", _("Write the reason in one sentence."), "reason"))
    if blockers:
        raise Blocked(blockers)
    people = User.objects.active().people().with_role(*CASE_ROLES).filter(department=department)
    before = complaint.department
    complaint.department = department
    seeing = readers(complaint, people.select_related("department").prefetch_related("role_grants"))
    complaint.department = before
    if not seeing:
        text = _("Nobody of this department may own it. Choose another one.")
        raise Blocked([Blocker("nobody_there", text, "department")])


@action
def accept_hand_over(complaint_id: int, *, by: User) -> Complaint:
    """Take what is offered: its owner from now on; of a department's offer, whoever of it accepts first.

    Raises Conflict `no_offer` when it was answered, withdrawn or overtaken meanwhile.
    """
    complaint, offer = _offered(complaint_id, by)
    require_owner_is_a_person(by)
    check_may_own(complaint, by)
    now = clock.now()
    end_offer(complaint, HandOver.State.ACCEPTED, by=by, at=now)
    if offer.to_department is not None:
        _move(complaint, offer.to_department, by=by)
    give(complaint, by, by, is_taken=True, hand_over_id=offer.pk)
    forget_unseen(complaint)
    tell_giver(offer, complaint, OFFER_ACCEPTED, by=by, at=now)
    return complaint


@action
def decline_hand_over(complaint_id: int, *, reason: str, by: User) -> Complaint:
    """Say no, with the reason; it stays with the one who has it, and they are told. Raises as `accept_hand_over`."""
    complaint, offer = _offered(complaint_id, by)
    if not reason.strip():
        raise Blocked([Blocker("no_reason", _("Write the reason in one sentence."), "reason")])
    now = clock.now()
    end_offer(complaint, HandOver.State.DECLINED, by=by, at=now, answer=reason.strip())
    save(complaint, at=now)
    tell_giver(offer, complaint, OFFER_DECLINED, by=by, at=now)
    return complaint


@action
def withdraw_hand_over(complaint_id: int, *, by: User) -> Complaint:
    """Take the offer back: who made it, the owner, or a supervisor."""
    if not by.has_perm("complaints.work_desk"):
        raise PermissionDenied
    complaint = locked(complaint_id, by=by)
    require_open(complaint)
    offer = _still_open(complaint)
    if by.pk not in (offer.offered_by_id, complaint.owner_id) and not by.has_perm("complaints.assign"):
        raise PermissionDenied("not_yours", _("Who made the offer, the owner or a supervisor withdraws it."))
    now = clock.now()
    end_offer(complaint, HandOver.State.WITHDRAWN, by=by, at=now)
    save(complaint, at=now)
    return complaint


def _offered(complaint_id: int, by: User) -> tuple[Complaint, HandOver]:
    """Lock the complaint, and find the offer that `by` may answer."""
    if not by.has_perm("complaints.work_desk"):
        raise PermissionDenied
    complaint = locked_as_reader(complaint_id, by=by)
    require_open(complaint)
    offer = _still_open(complaint)
    if not may_answer(offer, by):
        text = _("It is offered to %(name)s. Only they answer.") % {"name": offer.offered_to}
        raise PermissionDenied("not_offered_to_you", text)
    return complaint, offer


def _still_open(complaint: Complaint) -> HandOver:
    offer = open_offer(complaint)
    if offer is None:
        raise Conflict("no_offer", _("No offer of it is open any more. Look who has it now."), current=complaint)
    return offer


def may_answer(offer: HandOver, user: User) -> bool:
    """The one it is offered to; of a department whoever belongs to it, or stands above it."""
    if offer.to_department is None:
        return offer.to_id == user.pk
    return reaches(user, offer.to_department)


@action
def move_complaint(complaint_id: int, *, department: Department, reason: str, by: User) -> Complaint:
    """Move it to another department in a supervisor's reach: it holds at once, and somebody there must own it.

    Time used in the calendar of before stays used. Source: DOMAIN.md 3.5, 10.1.
    """
    if not by.has_perm("complaints.assign"):
        raise PermissionDenied("only_supervisor_assigns", _("Only a supervisor gives a complaint to somebody else."))
    complaint = locked(complaint_id, by=by)
    require_open(complaint)
    if not reaches(by, department):
        text = _("This department is not yours. Offer it to them, and they accept or decline.")
        raise PermissionDenied("out_of_reach", text)
    _check_department(complaint, department, reason)
    now = clock.now()
    end_offer(complaint, HandOver.State.OVERTAKEN, by=by, at=now)
    moved = HandOver.objects.create(
        complaint=complaint,
        from_owner=complaint.owner,
        to_department=department,
        reason=reason.strip(),
        offered_by=by,
        offered_at=now,
        state=HandOver.State.ACCEPTED,
        answered_by=by,
        answered_at=now,
    )
    had_owner = complaint.owner_id is not None
    complaint.owner = None
    complaint.changed_hands += had_owner
    _move(complaint, department, by=by, hand_over_id=moved.pk)
    if had_owner:
        open_one(complaint, OWNED, at=now, by=by)
    keep_out(complaint, by=by, at=now)
    if complaint.severity_class == SeverityClass.TWO:
        tell_handlers(complaint, but=by, at=now)
    save(complaint, "owner", "department", "changed_hands", at=now)
    return complaint


def _move(complaint: Complaint, department: Department, *, by: User, **told: int) -> None:
    """Let it belong to the department, with its clocks, on a complaint that the caller has locked and will save."""
    now = clock.now()
    record_event(
        events.MOVED,
        complaint,
        by=by,
        at=now,
        department=str(department),
        department_id=department.pk,
        from_department_id=complaint.department_id,
        **told,
    )
    complaint.department = department
    complaint.save(update_fields=["department"])
    recompute_deadlines(complaint, department=department, at=now, by=by)
    for task in complaint.tasks.open().select_for_update(of=("self",)).order_by("pk"):
        recompute_deadlines(task, department=department, at=now, by=by)
