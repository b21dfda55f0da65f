"""The promises on a complaint: who is told when one is not kept, and when each still holds. Source: DOMAIN.md 3.5."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db.models import Case, OuterRef, Subquery, When
from django.utils.translation import gettext_lazy as _

from accounts.duty import head_office_managers, on_duty
from accounts.models import Department, User
from complaints.models import Complaint, ComplaintSubject, OralReport
from complaints.visibility import may_see
from core import clock
from core.prepared import prepared
from deadlines import actions
from deadlines.kinds import DeadlineKind, register_kind
from deadlines.models import Deadline
from deadlines.opening import Opening, Planned, plan
from deadlines.querysets import DeadlineQuerySet

OWNED = "owned"
FIRST_RESPONSE = "first_response"
ANSWER = "answer"
RESOLVED = "resolved"
ORAL_REPORT = "oral_report"
ORAL_REPORT_CONFIRMED = "oral_report_confirmed"

# What starts when a complaint is recorded.
AT_INTAKE = (OWNED, FIRST_RESPONSE, ANSWER, RESOLVED, ORAL_REPORT)


@prepared
def deadlines_of(complaint_ids: tuple[int, ...]) -> DeadlineQuerySet:
    """All promises on these complaints, the oldest first."""
    return Deadline.objects.filter(subject_type="complaint", subject_id__in=complaint_ids).order_by("pk")


def lock_complaints(ids: Sequence[int]) -> dict[int, Complaint]:
    """Lock for the sweep those that nobody is at; the next tick comes for the others."""
    rows = Complaint.objects.select_for_update(skip_locked=True, of=("self",)).filter(pk__in=ids).order_by("pk")
    return {row.pk: row for row in rows.select_related("department", "owner__department")}


def lock_complaint(complaint_id: int) -> Complaint | None:
    return lock_complaints([complaint_id]).get(complaint_id)


def recipients_of(complaints: Sequence[Complaint], rung: str) -> dict[int, list[User]]:
    """Who is told on a rung of the ladder, by complaint; people who must not see it are passed over.

    A rung is a role, looked for upwards from the complaint's department, or one of "owner" and "head_office".
    A restricted one, which those on the rung must not see, goes to the people named for it. Costs queries by
    department and rung, not by complaint.
    """
    now = clock.now()
    known = Hidden(complaints)
    asked: dict[tuple[int, frozenset[int]], list[User]] = {}
    told: dict[int, list[User]] = {}
    for complaint in complaints:
        if rung == "owner":
            found = [complaint.owner] if complaint.owner else []
        else:
            key = (complaint.department_id, frozenset(known.subjects[complaint.pk]))
            if key not in asked:
                asked[key] = _on_rung(rung, complaint.department, now, key[1])
            found = asked[key]
        told[complaint.pk] = known.readers(complaint, found)
        if not told[complaint.pk] and rung != "owner":
            told[complaint.pk] = named_readers_of(complaint)
    return told


def recipients(complaint: Complaint, rung: str) -> list[User]:
    return recipients_of([complaint], rung)[complaint.pk]


def _on_rung(rung: str, department: Department, now: datetime, subjects: frozenset[int]) -> list[User]:
    if rung == "head_office":
        return head_office_managers(now=now, exclude_ids=subjects)
    return on_duty(rung, department, now=now, exclude_ids=subjects)


class Hidden:
    """Who each of these complaints is about, and who is named to read it: two statements for all of them."""

    def __init__(self, complaints: Sequence[Complaint]) -> None:
        self.subjects: dict[int, set[int]] = {complaint.pk: set() for complaint in complaints}
        self.named: dict[int, set[int]] = {complaint.pk: set() for complaint in complaints}
        for pk, user_id in ComplaintSubject.objects.filter(complaint__in=complaints).values_list(
            "complaint_id", "user_id"
        ):
            self.subjects[pk].add(user_id)
        restricted = [complaint.pk for complaint in complaints if complaint.is_restricted]
        if restricted:
            pairs = Complaint.objects.filter(pk__in=restricted, named_readers__isnull=False)
            for pk, user_id in pairs.values_list("pk", "named_readers"):
                self.named[pk].add(user_id)

    def readers(self, complaint: Complaint, users: Iterable[User]) -> list[User]:
        """Those of the users who may read it: nobody is told about what they must not see."""
        subjects, named = self.subjects[complaint.pk], self.named[complaint.pk]
        return [user for user in users if may_see(user, complaint, subject_ids=subjects, reader_ids=named)]


def readers(complaint: Complaint, users: Iterable[User]) -> list[User]:
    return Hidden([complaint]).readers(complaint, users)


def named_readers_of(complaint: Complaint, *, but: User | None = None) -> list[User]:
    """The people named for a restricted complaint who may see it; nobody for all others, without a question."""
    if not complaint.is_restricted:
        return []
    named = User.objects.active().people().filter(restricted_complaints=complaint).exclude(pk=but.pk if but else 0)
    return readers(complaint, named.select_related("department").prefetch_related("role_grants"))


def confirmers_of(complaints: Sequence[Complaint], rung: str) -> dict[int, list[User]]:
    """Who could confirm an oral report: whoever is told on the rung, but not who reported it."""
    reporters = set(OralReport.objects.filter(complaint__in=complaints).values_list("complaint_id", "reported_by_id"))
    told = recipients_of(complaints, rung)
    return {pk: [user for user in users if (pk, user.pk) not in reporters] for pk, users in told.items()}


def is_unconfirmed(complaint: Complaint) -> bool:
    return complaint.oral_reports.filter(confirmed_at=None, superseded_at=None).exists()


def after_changes(ids: Sequence[int]) -> None:
    """Keep the column the queue is sorted by, when the clock moved deadlines without an action of ours."""
    running = Deadline.objects.running().filter(subject_type="complaint", subject_id=OuterRef("pk"))
    nearest = Case(When(ended_at=None, then=Subquery(running.order_by("due_at").values("due_at")[:1])))
    rows = Complaint.objects.filter(pk__in=ids).values_list("pk", "next_due_at", nearest)
    if moved := [pk for pk, old, new in rows if old != new]:
        Complaint.objects.filter(pk__in=moved).update(next_due_at=nearest)


def next_due_at(complaint: Complaint) -> datetime | None:
    """The nearest promise that is open and not paused; what is overdue stays the nearest until it is kept."""
    return Deadline.objects.of(complaint).running().order_by("due_at").values_list("due_at", flat=True).first()


def clock_for(complaint: Complaint, kind: str) -> str | None:
    """Around the clock when people are in danger, else what the policy says (None)."""
    return "24x7" if kind == FIRST_RESPONSE and complaint.is_danger else None


def plan_clocks(complaint: Complaint, at: datetime) -> list[Planned]:
    """Work out when each service clock of its class ends that starts at `at`; `begin` starts them.

    Sets its `next_due_at`, so that it is saved with it.
    """
    planned = plan([_opening(complaint, kind, at) for kind in AT_INTAKE])
    complaint.next_due_at = min((each.row.due_at for each in planned), default=None)
    return planned


def begin(created: actions.Entry, planned: Sequence[Planned], *, at: datetime, by: User | None) -> list[Deadline]:
    """Record the first event of a new complaint, and start its clocks."""
    return actions.open_first_deadlines(created, planned, at=at, by=by)


def open_one(complaint: Complaint, kind: str, *, at: datetime, by: User | None) -> None:
    open_several(complaint, [kind], at=at, by=by)


def open_several(complaint: Complaint, kinds: Sequence[str], *, at: datetime, by: User | None) -> None:
    """Start clocks of its class; a kind that is not promised to the class is left out."""
    actions.open_deadlines_in_bulk([_opening(complaint, kind, at) for kind in kinds], at=at, by=by)


def _opening(complaint: Complaint, kind: str, at: datetime) -> Opening:
    return Opening(
        kind, complaint, complaint.department, complaint.severity_class, at, clock=clock_for(complaint, kind)
    )


def _open(complaint: Complaint) -> bool:
    return complaint.is_open


def register() -> None:
    """Declare the kinds; called once from `apps.py`."""
    for name, label, still_due, told, may_pause in (
        (OWNED, _("Somebody owns it"), lambda c: c.is_open and c.owner_id is None, recipients_of, True),
        (FIRST_RESPONSE, _("First response"), _open, recipients_of, False),
        (ANSWER, _("Answer to the customer"), _open, recipients_of, True),
        (RESOLVED, _("Resolved"), _open, recipients_of, True),
        (ORAL_REPORT, _("Oral report"), _open, recipients_of, True),
        (ORAL_REPORT_CONFIRMED, _("Oral report confirmed"), is_unconfirmed, confirmers_of, True),
    ):
        register_kind(
            DeadlineKind(
                name=name,
                label=label,
                policy_key=f"deadline.{name}",
                subject_type="complaint",
                lock=lock_complaint,
                lock_many=lock_complaints,
                still_due=still_due,
                recipients=recipients,
                recipients_many=told,
                url=Complaint.get_absolute_url,
                after_changes=after_changes,
                may_pause=may_pause,
            )
        )
