"""The rule of `visible_to` for one user and one complaint in memory, so that a sweep asks nothing per person."""

from collections.abc import Collection

from accounts.models import User
from accounts.roles import CASE_ROLES, Role
from complaints.models import Complaint


def may_see(user: User, complaint: Complaint, *, subject_ids: Collection[int], reader_ids: Collection[int]) -> bool:
    """Say what `Complaint.objects.visible_to(user)` would; a test holds the two together.

    Reads the user's roles and department and the complaint's department, so load these along.
    """
    if not user.is_active or not (user.has_role(*CASE_ROLES) or user.has_role(Role.AUDITOR)):
        return False
    is_auditor = user.has_role(Role.AUDITOR)
    if user.pk in subject_ids:
        return False
    if is_auditor:
        return True
    home = user.department
    if home is not None and home.head_id in subject_ids:
        return False
    if complaint.is_restricted and user.pk not in reader_ids:
        return False
    return _is_in_reach(user, complaint) or _is_offered_to(user, complaint)


def sees_by_offer_alone(user: User, complaint: Complaint) -> bool:
    """Whether this reader of it reads it only because it is offered to them: they decide, and work on nothing yet."""
    return not user.has_role(Role.AUDITOR) and complaint.offered_at is not None and not _is_in_reach(user, complaint)


def _is_in_reach(user: User, complaint: Complaint) -> bool:
    home = user.department
    is_theirs = user.pk in (complaint.owner_id, complaint.recorded_by_id)
    return is_theirs or bool(home and complaint.department.path.startswith(home.path))


def _is_offered_to(user: User, complaint: Complaint) -> bool:
    if complaint.offered_at is None:
        return False
    home, there = user.department, complaint.offered_department
    return user.pk == complaint.offered_to_id or bool(home and there and there.path.startswith(home.path))
