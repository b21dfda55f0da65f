"""How an action begins and ends: the row locked and still visible, the version raised."""

from collections.abc import Collection
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from accounts.models import User
from complaints.deadlines import next_due_at
from complaints.models import Complaint
from core.errors import Conflict, PermissionDenied


def locked(complaint_id: int, *, by: User | None) -> Complaint:
    """Lock the complaint and read it again; what the caller saw may be old.

    Raises Complaint.DoesNotExist also when it is there but hidden from `by`: a subject of a complaint
    cannot act on it either. Raises PermissionDenied for what is merely offered to them.
    """
    complaint = _row(complaint_id)
    if by is not None and not Complaint.objects.in_hand_of(by).filter(pk=complaint_id).exists():
        raise refusal(complaint, by)
    return complaint


def _row(complaint_id: int) -> Complaint:
    found = rows_locked([complaint_id])
    if not found:
        raise Complaint.DoesNotExist
    return found[0]


def rows_locked(ids: Collection[int]) -> list[Complaint]:
    """Lock these by rising id, whoever sees them."""
    rows = Complaint.objects.select_for_update(of=("self",)).select_related("department")
    rows = rows.filter(pk__in=ids).order_by("pk")
    found = list(rows)
    # After waiting for whoever moved one to another department, the join finds the old one no more: look again.
    return found if len(found) == len(ids) else list(rows.all())


def locked_as_reader(complaint_id: int, *, by: User) -> Complaint:
    """As `locked`, also for those it is merely offered to."""
    complaint = _row(complaint_id)
    if not Complaint.objects.visible_to(by).filter(pk=complaint_id).exists():
        raise Complaint.DoesNotExist
    return complaint


def refusal(complaint: Complaint, by: User) -> Exception:
    """Why somebody may not work on it: it is hidden from them, or they have not accepted it yet."""
    if complaint.offered_at is not None and Complaint.objects.visible_to(by).filter(pk=complaint.pk).exists():
        return PermissionDenied("only_offered", _("This complaint is only offered to you. Accept it first."))
    return Complaint.DoesNotExist()


def locked_together(ids: Collection[int], *, by: User | None) -> list[Complaint]:
    """Lock several by rising id, so that two people at the same ones cannot wait for each other. Raises as `locked`."""
    found = rows_locked(ids)
    visible = Complaint.objects.in_hand_of(by) if by is not None else Complaint.objects.all()
    if not len(found) == visible.filter(pk__in=ids).count() == len(ids):
        raise Complaint.DoesNotExist
    return found


def require_open(complaint: Complaint) -> None:
    if not complaint.is_open:
        raise Conflict("already_ended", current=complaint)


def save(complaint: Complaint, *fields: str, at: datetime) -> None:
    """Save the named fields with a new version and the nearest deadline."""
    complaint.version += 1
    complaint.updated_at = at
    complaint.next_due_at = next_due_at(complaint) if complaint.is_open else None
    complaint.save(update_fields=[*fields, "version", "updated_at", "next_due_at"])
