"""Who can be told of a class 1 complaint and who may confirm it, on their own authority or for a leader who is away."""

from dataclasses import dataclass
from datetime import datetime

from accounts.duty import absences, both_names, stands_in_for
from accounts.models import RoleGrant, User
from accounts.roles import CASE_ROLES, LEADERS, Role
from complaints.models import Complaint, OralReport
from complaints.visibility import may_see
from core import clock


@dataclass(frozen=True)
class Hearer:
    """Somebody to be told; `acts_for` is the leader away whose authority they use, None when it is their own."""

    person: User
    acts_for: User | None = None

    def __str__(self) -> str:
        return both_names(self.person, self.acts_for)


def people_to_tell(complaint: Complaint, *, by: User, now: datetime) -> list[Hearer]:
    """Present leaders up the tree who may confirm it; never who reports, nor whom it is about. Four statements.

    Who acts for somebody absent stands in their place, if they may see it. Source: DOMAIN.md 10.7.
    """
    lineage = complaint.department.lineage
    grants = RoleGrant.objects.of_people().filter(role__in=LEADERS, user__department_id__in=lineage)
    rank = {place: at for at, place in enumerate(lineage)}
    nearest = sorted(
        grants.select_related("user__department").prefetch_related("user__role_grants"),
        key=lambda grant: (rank[grant.user.department_id or 0], grant.role != Role.SUPERVISOR, grant.user.name),
    )
    away = absences(now) if nearest else {}
    subjects, readers = subjects_and_readers(complaint)

    def sees(user: User) -> bool:
        return may_see(user, complaint, subject_ids=subjects, reader_ids=readers)

    found: dict[int, Hearer] = {}
    for grant in nearest:
        hearer = _present(grant.user, away)
        if hearer is not None and hearer.person.pk != by.pk and sees(grant.user) and sees(hearer.person):
            found.setdefault(hearer.person.pk, hearer)
    return list(found.values())


def subjects_and_readers(complaint: Complaint) -> tuple[set[int], set[int]]:
    """Whom it is about; and of a restricted one its named readers, for nobody else may hear of it."""
    subjects = set(complaint.subject_rows.values_list("user_id", flat=True))
    readers = set(complaint.named_readers.values_list("pk", flat=True)) if complaint.is_restricted else set()
    return subjects, readers


def _present(leader: User, away: dict[int, User | None]) -> Hearer | None:
    """The leader, or who acts for them; a leader who acts for another needs nobody else's authority."""
    if leader.pk not in away:
        return Hearer(leader)
    delegate = away[leader.pk]
    if delegate is None or delegate.pk in away or not delegate.has_role(*CASE_ROLES):
        return None
    return Hearer(delegate, None if delegate.has_role(*LEADERS) else leader)


def leader_stood_in_for(complaint: Complaint, user: User, *, reporter: User, now: datetime) -> User | None:
    """The leader away for whom this user may hear or confirm the report; None when there is none.

    Never the one who made it: nobody confirms their own report, through somebody else neither.
    """
    # An auditor changes nothing, for somebody else neither.
    if not user.has_role(*CASE_ROLES):
        return None
    leaders = [row for row in stands_in_for(user, now=now) if row.pk != reporter.pk and row.has_role(*LEADERS)]
    if not leaders:
        return None
    subjects, readers = subjects_and_readers(complaint)
    seeing = (row for row in leaders if may_see(row, complaint, subject_ids=subjects, reader_ids=readers))
    return next(seeing, None)


def confirms_as(report: OralReport, user: User) -> Hearer | None:
    """As whom this user may confirm the report; None when they may not. Whoever was told may, also later.

    But not who has another job by now: an auditor changes nothing. Nor a program, which has heard nothing.
    """
    if report.confirmed_at is not None or report.reported_by_id == user.pk or not user.has_role(*CASE_ROLES):
        return None
    if user.is_service_account:
        return None
    if user.has_perm("complaints.confirm_oral_report"):
        return Hearer(user)
    if report.to_id == user.pk and report.to_for is not None:
        return Hearer(user, report.to_for)
    leader = leader_stood_in_for(report.complaint, user, reporter=report.reported_by, now=clock.now())
    return Hearer(user, leader) if leader is not None else None
