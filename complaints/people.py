"""Colleagues to choose from."""

from accounts.models import User
from accounts.roles import CASE_ROLES
from complaints.models import Complaint, ComplaintGroup


def colleagues_of(user: User) -> list[User]:
    """Who works on complaints in the own department or above, nearest first, and for leaders below it too."""
    home = user.department
    if home is None:
        return []
    lineage = home.lineage
    rows = User.objects.active().people().with_role(*CASE_ROLES).exclude(pk=user.pk).select_related("department")
    above = rows.filter(department__in=lineage)
    below = rows.filter(department__path__startswith=home.path) if user.has_perm("complaints.assign") else rows.none()
    people = {person.pk: person for person in (*above, *below)}
    return sorted(people.values(), key=lambda person: (_distance(person, lineage), person.name))


def _distance(person: User, lineage: list[int]) -> int:
    return lineage.index(person.department_id) if person.department_id in lineage else len(lineage)


def staff_of(leader: User) -> list[User]:
    """Those whose work a leader may hand over: people of their part of the tree."""
    home = leader.department
    if home is None or not leader.has_perm("complaints.assign"):
        return []
    rows = User.objects.active().people().with_role(*CASE_ROLES).filter(department__path__startswith=home.path)
    return list(rows.exclude(pk=leader.pk).select_related("department").order_by("department__path", "name"))


def people_around(place: Complaint | ComplaintGroup, user: User) -> list[User]:
    """Who can have a task of it: those of its department and above, and the owner; the user first."""
    lineage = place.department.lineage
    rows = User.objects.active().people().with_role(*CASE_ROLES).filter(department__in=lineage)
    people = {person.pk: person for person in rows.select_related("department").prefetch_related("role_grants")}
    if isinstance(place, Complaint):
        hidden = set(place.subject_rows.values_list("user_id", flat=True))
        people = {pk: person for pk, person in people.items() if pk not in hidden}
    return sorted(people.values(), key=lambda person: (person.pk != user.pk, _distance(person, lineage), person.name))
