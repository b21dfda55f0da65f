"""Who reads a written report: leaders of the departments above, on their own authority or for one who is away.

Whoever wrote or sent it, owns the case or is its subject answers it never, through somebody else neither.
Source: DOMAIN.md 2, 3.4; docs/decisions/0003-who-must-not-see.md.
"""

from collections.abc import Collection
from datetime import datetime
from functools import reduce
from operator import or_

from django.db.models import Q, QuerySet

from accounts.duty import absences, stands_in_for
from accounts.models import Department, RoleGrant, User
from accounts.roles import CASE_ROLES, LEADERS, Role
from complaints.deadlines import Hidden
from complaints.models import Complaint, WrittenReport
from complaints.supervisors import Hearer, subjects_and_readers
from complaints.visibility import may_see

# As many as one person can read; more than that waits for the others of the department.
PAGE = 100


def department_above(complaint: Complaint) -> Department:
    """Where its report goes; at the head office it stays there, with another manager."""
    return complaint.department.parent or complaint.department


def above_id(complaint: Complaint) -> int:
    return complaint.department.parent_id or complaint.department_id


def places_above(department: Department) -> list[int]:
    """The departments whose leaders may answer it, the nearest first."""
    return department.lineage[1:] or department.lineage


def _ranks(department: Department) -> tuple[Role, ...]:
    # Among themselves the head office's supervisors are not above anybody.
    return LEADERS if department.lineage[1:] else (Role.MANAGER,)


class Readers:
    """Knows about one report who may answer it, for any number of people, without asking more.

    `barred` are those whose own work it is.
    """

    def __init__(
        self, complaint: Complaint, report: WrittenReport, subjects: Collection[int], named: Collection[int]
    ) -> None:
        self.complaint, self.subjects, self.named = complaint, subjects, named
        authors = (author.pk for author in report.authors.all())
        self.barred = {pk for pk in (*authors, report.submitted_by_id, complaint.owner_id) if pk is not None}
        self.places = places_above(complaint.department)
        self.ranks = _ranks(complaint.department)

    def sees(self, user: User) -> bool:
        return user.pk not in self.barred and may_see(
            user, self.complaint, subject_ids=self.subjects, reader_ids=self.named
        )

    def is_above(self, leader: User) -> bool:
        return leader.department_id in self.places and leader.has_role(*self.ranks) and self.sees(leader)

    def answers_as(self, user: User, leaders: Collection[User]) -> Hearer | None:
        """As whom this user answers it, given those away for whom they act; None when they may not.

        An auditor changes nothing, for somebody else neither; and a program reads no reports.
        """
        if user.is_service_account or not user.has_role(*CASE_ROLES) or not self.sees(user):
            return None
        if self.is_above(user):
            return Hearer(user)
        return next((Hearer(user, leader) for leader in leaders if self.is_above(leader)), None)


def readers_of(complaint: Complaint, report: WrittenReport) -> Readers:
    """Three statements at most."""
    return Readers(complaint, report, *subjects_and_readers(complaint))


def answers_as(complaint: Complaint, report: WrittenReport, user: User, *, now: datetime) -> Hearer | None:
    """As whom this user may acknowledge or return it; None when they may not."""
    return readers_of(complaint, report).answers_as(user, stands_in_for(user, now=now))


def people_to_read(readers: Readers, *, now: datetime) -> list[Hearer]:
    """Those to be asked: all present leaders of the nearest department above that has one who may read it.

    Who acts for somebody absent stands in their place. [] where there is nobody.
    """
    grants = RoleGrant.objects.of_people().filter(role__in=readers.ranks, user__department_id__in=readers.places)
    leaders = {
        grant.user_id: grant.user
        for grant in grants.select_related("user__department")
        .prefetch_related("user__role_grants")
        .order_by("user__name", "user_id")
    }
    away = absences(now) if leaders else {}
    for place in readers.places:
        found: dict[int, Hearer] = {}
        for leader in leaders.values():
            if leader.department_id != place or not readers.is_above(leader):
                continue
            person = away.get(leader.pk, leader)
            if person is not None and (person is leader or person.pk not in away):
                hearer = readers.answers_as(person, [leader])
                if hearer is not None:
                    found.setdefault(person.pk, hearer)
        if found:
            return list(found.values())
    return []


def waiting_for(user: User, *, now: datetime) -> list[WrittenReport]:
    """Reports that this user may answer now, on their own authority or somebody's; the longest waiting first."""
    if user.is_service_account or not user.has_role(*CASE_ROLES):
        return []
    stood_in_for = stands_in_for(user, now=now)
    ranks = [_reached_by(leader) for leader in (user, *stood_in_for) if leader.has_role(*LEADERS)]
    if not ranks:
        return []
    rows = (
        WrittenReport.objects.waiting()
        .filter(reduce(or_, ranks), complaint__in=Complaint.objects.visible_to(user))
        .exclude(authors=user)
        .exclude(submitted_by=user)
        .exclude(complaint__owner=user)
        .select_related("complaint__department", "submitted_by", "department")
        .order_by("submitted_at", "id")
    )
    if not stood_in_for:
        return list(rows[:PAGE])
    # For somebody absent it must be theirs to answer too, which their department alone does not tell.
    found = list(rows.prefetch_related("authors")[:PAGE])
    hidden = Hidden([row.complaint for row in found])
    return [row for row in found if _readers_in(hidden, row).answers_as(user, stood_in_for)]


def _readers_in(hidden: Hidden, row: WrittenReport) -> Readers:
    return Readers(row.complaint, row, hidden.subjects[row.complaint_id], hidden.named[row.complaint_id])


def returned_to(user: User) -> list[WrittenReport]:
    """Reports that came back with a question to who wrote them last, or owns the case; not what is hidden by now."""
    rows = _returned(user).filter(complaint__in=Complaint.objects.visible_to(user))
    return list(rows.select_related("complaint", "answered_by", "answered_for").order_by("-answered_at")[:10])


def _returned(user: User) -> QuerySet[WrittenReport]:
    theirs = Q(changed_by=user) | Q(complaint__owner=user)
    return WrittenReport.objects.filter(theirs, state=WrittenReport.State.RETURNED)


def reports_of_interest(user: User) -> QuerySet[WrittenReport]:
    """Those that may wait for this user, or came back to them; who may see them is not asked yet."""
    rows = WrittenReport.objects.filter(Q(pk__in=_returned(user).values("pk")) | _sent_below(user))
    return rows.order_by()


def _sent_below(user: User) -> Q:
    # Who acts for somebody absent is told by the bell, and finds it among the reports to read.
    if not user.has_role(*LEADERS) or user.department is None:
        return Q(pk__in=[])
    return Q(state=WrittenReport.State.SUBMITTED) & _reached_by(user)


def _reached_by(leader: User) -> Q:
    """The cases of departments below this leader's; for a manager of the head office, its own too."""
    place = leader.department
    if place is None:
        return Q(pk__in=[])
    below = Q(complaint__department__path__startswith=place.path) & ~Q(complaint__department=place)
    if place.is_head_office and leader.has_role(Role.MANAGER):
        return below | Q(complaint__department=place)
    return below
