"""Complaints that only named people read, such as those about integrity. Source: DOMAIN.md 3.1; decisions/0003."""

from accounts.models import User
from accounts.roles import Role
from complaints.models import Category, Complaint
from policies.reading import policy


def named_readers() -> list[User]:
    """The people named for it; while nobody is named, the managers of head office."""
    named = policy("integrity.readers")
    if named:
        return list(User.objects.active().people().filter(username__in=named))
    return list(User.objects.active().people().with_role(Role.MANAGER).filter(department__parent=None))


def restrict_by_categories(complaint: Complaint) -> None:
    """Follow the categories it has now, main and further, on a complaint that the caller has locked and will save."""
    further = complaint.further_categories.values_list("pk", flat=True)
    chosen = Category.objects.filter(pk__in=[pk for pk in (complaint.category_id, *further) if pk])
    was_restricted = complaint.is_restricted
    complaint.is_restricted = chosen.filter(is_restricted=True).exists()
    if complaint.is_restricted and not was_restricted:
        complaint.named_readers.set(named_readers())
