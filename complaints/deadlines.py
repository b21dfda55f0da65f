"""The promises on a complaint: who is told when one is not kept, and when each still holds. Source: DOMAIN.md 3.5."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db.models import Case, OuterRef, Subquery, When
from django.utils.translation import gettext_lazy as _

from accounts.duty import head_office_managers, on_duty
from accounts.models import Department, User
from complaints import statutory
from complaints.models import Complaint, ComplaintSubject, OralReport, OutsideMatter, Wait
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
WRITTEN_REPORT = "written_report"
STATUTORY = "statutory"
# No promise, but a reminder, on the wait itself.
WAITING = "waiting"

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


def is_unsubmitted(complaint: Complaint) -> bool:
    """No written report is with the department above, or was acknowledged there."""
    there = complaint.written_reports.filter(state__in=("submitted", "acknowledged"))
    return complaint.is_open and not there.exists()


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
    openings = [_opening(complaint, kind, at) for kind in AT_INTAKE]
    openings += [_statutory(complaint, rule, complaint.recorded_at) for rule in statutory.rules(statutory.RECORDED)]
    planned = plan(openings)
    complaint.next_due_at = min((each.row.due_at for each in planned), default=None)
    return planned


def begin(created: actions.Entry, planned: Sequence[Planned], *, at: datetime, by: User | None) -> list[Deadline]:
    """Record the first event of a new complaint, and start its clocks."""
    return actions.open_first_deadlines(created, planned, at=at, by=by)


def open_one(complaint: Complaint, kind: str, *, at: datetime, by: User | None, due_at: datetime | None = None) -> None:
    """Start one clock; with `due_at` it has a date of its own."""
    actions.open_deadlines_in_bulk([_opening(complaint, kind, at, due_at)], at=at, by=by)


def open_several(complaint: Complaint, kinds: Sequence[str], *, at: datetime, by: User | None) -> None:
    """Start clocks of its class; a kind that is not promised to the class is left out."""
    actions.open_deadlines_in_bulk([_opening(complaint, kind, at) for kind in kinds], at=at, by=by)


def open_answer(complaint: Complaint, *, at: datetime, by: User | None, due_at: datetime | None = None) -> None:
    """Start *answer* again: by the policy, or until the date that an interim answer names.

    What the customer was told of an earlier date still holds when they write meanwhile. Source: DOMAIN.md 3.5.
    """
    if due_at is None and _is_named_earlier(complaint, at):
        return
    actions.cancel_deadlines(complaint, kinds=[ANSWER], at=at, by=by)
    open_one(complaint, ANSWER, at=at, by=by, due_at=due_at)


def _is_named_earlier(complaint: Complaint, at: datetime) -> bool:
    named = Deadline.objects.of(complaint).open().filter(kind=ANSWER, is_fixed=True, due_at__gt=at)
    due_at = named.values_list("due_at", flat=True).first()
    return due_at is not None and all(due_at <= each.row.due_at for each in plan([_opening(complaint, ANSWER, at)]))


def _opening(complaint: Complaint, kind: str, at: datetime, due_at: datetime | None = None) -> Opening:
    return Opening(
        kind,
        complaint,
        complaint.department,
        complaint.severity_class,
        at,
        clock=clock_for(complaint, kind),
        due_at=due_at,
    )


def _open(complaint: Complaint) -> bool:
    return complaint.is_open


def open_statutory(
    complaint: Complaint, matter: OutsideMatter, starts: str, starts_on: date, *, at: datetime, by: User | None
) -> None:
    """Start the clocks of the law that a letter or its acceptance starts, beside the authority's own date."""
    begins_at = min(statutory.start_of(starts_on, complaint.department.calendar), at)
    openings = [
        _statutory(complaint, rule, begins_at, starts_on, matter.pk) for rule in statutory.rules(starts, matter.channel)
    ]
    if starts == statutory.LETTER and matter.answer_by:
        openings.append(_own_date(complaint, matter, begins_at))
    actions.open_deadlines_in_bulk(openings, at=at, by=by)


def open_longer(complaint: Complaint, row: Deadline, rule: statutory.Rule, *, at: datetime, by: User | None) -> None:
    """The longer time that a rule gives to complex cases, from the same start."""
    calendar = complaint.department.calendar
    starts_on = row.started_at.astimezone(ZoneInfo(calendar.time_zone)).date()
    due_at = statutory.due_at(starts_on, rule.longer_days, rule.count, calendar)
    actions.open_deadlines_in_bulk([_fixed(complaint, row.about, row.started_at, due_at)], at=at, by=by)


def open_own_date(complaint: Complaint, matter: OutsideMatter, *, at: datetime, by: User | None) -> None:
    begins_at = min(statutory.start_of(matter.received_on, complaint.department.calendar), at)
    actions.open_deadlines_in_bulk([_own_date(complaint, matter, begins_at)], at=at, by=by)


def _own_date(complaint: Complaint, matter: OutsideMatter, begins_at: datetime) -> Opening:
    due_at = statutory.end_of(matter.answer_by or matter.received_on, complaint.department.calendar)
    return _fixed(complaint, statutory.about(statutory.ANSWER_BY, matter.pk), begins_at, due_at)


def _statutory(
    complaint: Complaint,
    rule: statutory.Rule,
    begins_at: datetime,
    starts_on: date | None = None,
    matter_id: int | None = None,
) -> Opening:
    calendar = complaint.department.calendar
    starts_on = starts_on or begins_at.astimezone(ZoneInfo(calendar.time_zone)).date()
    due_at = statutory.due_at(starts_on, rule.days, rule.count, calendar)
    return _fixed(complaint, rule.about(matter_id), begins_at, due_at)


def _fixed(complaint: Complaint, about: str, begins_at: datetime, due_at: datetime) -> Opening:
    return Opening(
        STATUTORY, complaint, complaint.department, complaint.severity_class, begins_at, due_at=due_at, about=about
    )


def lock_waits(ids: Sequence[int]) -> dict[int, Wait]:
    """Lock the complaints of these waits that nobody is at, and read the waits anew below the locks."""
    of = dict(Wait.objects.filter(pk__in=ids).values_list("pk", "complaint_id"))
    locked = lock_complaints(sorted(set(of.values())))
    free = [pk for pk, complaint_id in of.items() if complaint_id in locked]
    waits = {row.pk: row for row in Wait.objects.filter(pk__in=free)}
    for row in waits.values():
        row.complaint = locked[row.complaint_id]
    return waits


def lock_wait(wait_id: int) -> Wait | None:
    return lock_waits([wait_id]).get(wait_id)


def register() -> None:
    """Declare the kinds; called once from `apps.py`."""
    register_kind(
        DeadlineKind(
            name=WAITING,
            label=_("Waiting for the customer"),
            policy_key="deadline.waiting",
            subject_type="wait",
            lock=lock_wait,
            lock_many=lock_waits,
            still_due=lambda wait: wait.ended_at is None,
            recipients=lambda wait, rung: (),
            url=lambda wait: wait.complaint.get_absolute_url(),
            may_pause=False,
            is_reminder=True,
        )
    )
    for name, label, still_due, told, may_pause in (
        (OWNED, _("Somebody owns it"), lambda c: c.is_open and c.owner_id is None, recipients_of, True),
        (FIRST_RESPONSE, _("First response"), _open, recipients_of, False),
        (ANSWER, _("Answer to the customer"), _open, recipients_of, True),
        (RESOLVED, _("Resolved"), _open, recipients_of, True),
        (ORAL_REPORT, _("Oral report"), _open, recipients_of, True),
        (ORAL_REPORT_CONFIRMED, _("Oral report confirmed"), is_unconfirmed, confirmers_of, True),
        (WRITTEN_REPORT, _("Written report"), is_unsubmitted, recipients_of, True),
        # An authority waits for its answer whatever has become of the complaint meanwhile.
        (STATUTORY, _("Statutory clock"), lambda c: True, recipients_of, False),
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
                named=statutory.name_of if name == STATUTORY else None,
            )
        )
