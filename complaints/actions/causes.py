"""Every write on recurring causes. Source: DOMAIN.md 3.2, 3.6."""

from collections.abc import Collection
from datetime import date, datetime, time, timedelta
from functools import reduce
from operator import or_
from zoneinfo import ZoneInfo

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Department, User
from accounts.roles import CASE_ROLES, Role, refused
from complaints import cause_events as events
from complaints.actions.restriction import named_readers
from complaints.cause_deadlines import ACTION, CHECK, LENGTH_OF
from complaints.cause_workflow import CAUSE, current_action
from complaints.causes import (
    came_again,
    complaints_like,
    departments_of,
    first_owner,
    is_kept_from,
    leaders_on_duty,
    may_work_on,
    named_for,
    readers_of,
    same_things,
)
from complaints.models import Category, Cause, CauseComplaint, Complaint, CorrectiveAction
from core import clock
from core.actions import action
from core.errors import Blocked, Blocker, Conflict, PermissionDenied
from core.numbering import take_running_number
from customers.locks import one_at_a_time
from deadlines.actions import cancel_deadlines, meet_deadline, open_deadline
from events.log import record_event, record_text_change
from events.notices import notify
from policies.reading import policy

SERIES = "K"
WORK, OPEN = "complaints.work_desk", "complaints.open_causes"
WEEK = timedelta(days=7)


# ------------------------------------------------------------------ by itself, while a complaint is lodged


def follow_causes(complaint: Complaint, *, subject_ids: list[int], at: datetime) -> None:
    """Open the cause whose line this complaint crossed, or link it to those that are open; part of lodging it.

    Two that cross the line at once open one: the second waits for the key, and then finds the first one's.
    """
    crossed = _crossed(complaint)
    if crossed is not None:
        one_at_a_time(_key(complaint.department_id, complaint.category_id, *crossed))
    for cause in _open_causes(complaint, same_things(complaint, subject_ids)):
        _link(cause, complaint, at=at)
        crossed = None if (cause.what, cause.value) == crossed else crossed
    if crossed is not None:
        _open_by_rule(complaint, *crossed, at=at)


def _crossed(complaint: Complaint) -> tuple[str, str] | None:
    reason = next((reason for reason in complaint.triage if reason["rule"] == "recurring"), None)
    return (reason["what"], reason["value"]) if reason else None


def _key(department_id: int, category_id: int | None, what: str, value: str) -> str:
    return f"cause {department_id} {category_id} {what} {value}"


def _open_causes(complaint: Complaint, things: Collection[tuple[str, str]]) -> list[Cause]:
    """Those it belongs to, locked by rising id; others of its category stay free for other desks."""
    rows = Cause.objects.open().filter(department=complaint.department_id, category=complaint.category_id)
    rows = rows.filter(reduce(or_, (Q(what=what, value=value) for what, value in sorted(things))))
    return list(rows.select_for_update(of=("self",)).select_related("department", "category").order_by("pk"))


def _link(cause: Cause, complaint: Complaint, *, at: datetime) -> None:
    _row, is_new = CauseComplaint.objects.get_or_create(cause=cause, complaint=complaint, defaults={"linked_at": at})
    if not is_new:
        return
    event = record_event(events.LINKED, cause, by=None, at=at, complaint_id=complaint.pk)
    _save(cause, at=at)
    if cause.state == Cause.State.CHECKING and cause.owner:
        # What was done seems not to have helped: its owner need not wait for the check to hear of it.
        _tell(cause, [cause.owner], events.AGAIN_NOTICE, f"cause-again:{event.pk}", at)


def _open_by_rule(complaint: Complaint, what: str, value: str, *, at: datetime) -> Cause:
    cause = Cause(
        department=complaint.department,
        category=complaint.category,
        what=what,
        value=value,
        subject_id=int(value) if what == Cause.What.SUBJECT else None,
    )
    days = policy("triage.recurring_days")
    like = complaints_like(cause, since=at - timedelta(days=days))
    # Also when it was received before these days, and recorded late.
    ids = {complaint.pk, *like.values_list("pk", flat=True)}
    return _open(cause, ids, by=None, at=at, is_by_rule=True, days=days)


def _open(cause: Cause, ids: set[int], *, by: User | None, at: datetime, **told: object) -> Cause:
    """Number and save it with its complaints, its owner and its first promise. The caller holds its key."""
    cause.opened_by, cause.opened_at, cause.updated_at = by, at, at
    cause.number = take_running_number(SERIES)
    cause.save(force_insert=True)
    CauseComplaint.objects.bulk_create(CauseComplaint(cause=cause, complaint_id=pk, linked_at=at) for pk in sorted(ids))
    # Now that it has complaints, those named for them are known.
    cause.owner = first_owner(cause, at)
    cause.save(update_fields=["owner"])
    event = record_event(
        events.OPENED,
        cause,
        by=by,
        at=at,
        number=cause.number,
        department_id=cause.department_id,
        category_id=cause.category_id,
        what=cause.what,
        count=len(ids),
        owner_id=cause.owner_id,
        **told,
    )
    _promise_action(cause, at=at, by=by)
    people = [cause.owner] if cause.owner else []
    people += leaders_on_duty(cause, Role.SUPERVISOR, at)
    others = [person for person in people if by is None or person.pk != by.pk]
    _tell(cause, others, events.OPENED_NOTICE, f"cause-opened:{event.pk}", at)
    return cause


def _promise_action(cause: Cause, *, at: datetime, by: User | None, due_on: date | None = None) -> None:
    """Until when something is done about it: the policy's time, or the date that was set."""
    open_deadline(
        ACTION,
        cause,
        department=cause.department,
        severity_class=LENGTH_OF,
        started_at=at,
        at=at,
        due_at=_end_of(due_on, cause.department) if due_on else None,
        by=by,
    )


def _end_of(day: date, department: Department) -> datetime:
    """The midnight that ends a day where the department is."""
    return datetime.combine(day + timedelta(days=1), time(), tzinfo=ZoneInfo(department.calendar.time_zone))


def _tell(cause: Cause, people: list[User], code: str, key: str, at: datetime, **values: object) -> None:
    """Ring only at those who may see it."""
    told = readers_of(cause, people)
    notify(told, code, key=key, url=cause.get_absolute_url(), at=at, number=cause.number, **values)


# ------------------------------------------------------------------ by people


def locked_cause(cause_id: int, *, by: User) -> Cause:
    """Lock it and read it again. Raises Cause.DoesNotExist also when it is hidden from `by`."""
    rows = Cause.objects.select_for_update(of=("self",)).select_related("department__calendar", "category", "owner")
    cause = rows.get(pk=cause_id)
    if not Cause.objects.visible_to(by).filter(pk=cause_id).exists():
        raise Cause.DoesNotExist
    return cause


def _to_work_on(cause_id: int, by: User, expected_version: int | None) -> Cause:
    if not by.has_perm(WORK):
        raise refused(WORK)
    cause = locked_cause(cause_id, by=by)
    if not may_work_on(by, cause):
        raise PermissionDenied("not_yours", _("Its owner or a supervisor does this."))
    if expected_version is not None and cause.version != expected_version:
        raise Conflict("stale", current=cause)
    return cause


def _save(cause: Cause, *fields: str, at: datetime) -> None:
    cause.version += 1
    cause.updated_at = at
    cause.save(update_fields=[*fields, "version", "updated_at"])


@action
def open_cause(
    *, department: Department, category: Category, what: str, value: str = "", subject: User | None = None,
    note: str, by: User,
) -> Cause:  # fmt: skip
    """Open a cause by hand; the complaints of the last weeks that are the same are linked. A manager's.

    Raises Blocked for what is missing, for a cause that is open already, and for one that must stay hidden from them.
    """
    if not by.has_perm(OPEN):
        raise refused(OPEN)
    is_about_staff = what == Cause.What.SUBJECT
    same = str(subject.pk) if is_about_staff and subject else "" if what == Cause.What.CATEGORY else value.strip()
    cause = Cause(
        department=department, category=category, what=what, value=same, note=note.strip(),
        subject=subject if is_about_staff else None,
    )  # fmt: skip
    if blockers := _missing(cause, by):
        raise Blocked(blockers)
    one_at_a_time(_key(department.pk, category.pk, what, same))
    there = Cause.objects.open().filter(department=department, category=category, what=what, value=same).first()
    if there is not None:
        sentence = _("There is an open cause for this already: {number}. Add to that one.")
        raise Blocked([Blocker("cause_open", sentence.format(number=there.number), "value")])
    now = clock.now()
    like = complaints_like(cause, since=now - policy("triage.recurring_weeks") * WEEK)
    return _open(cause, set(like.values_list("pk", flat=True)), by=by, at=now, is_by_rule=False)


def _missing(cause: Cause, by: User) -> list[Blocker]:
    blockers = []
    reach = departments_of(by)
    if reach is not None and cause.department_id not in reach:
        blockers.append(Blocker("not_in_reach", _("Choose a department of yours."), "department"))
    if cause.what not in Cause.What.values:
        blockers.append(Blocker("no_what", _("Choose what is the same."), "what"))
    elif cause.what == Cause.What.SUBJECT and cause.subject is None:
        blockers.append(Blocker("no_subject", _("Choose the staff member."), "subject"))
    elif cause.what != Cause.What.CATEGORY and not cause.value:
        blockers.append(Blocker("no_value", _("Write which product or batch it is."), "value"))
    if not cause.note:
        blockers.append(Blocker("no_note", _("Write in one sentence why you open it."), "note"))
    named = {person.pk for person in named_readers()} if cause.category.is_restricted else set()
    if is_kept_from(by, cause, named):
        text = _("You would not see this cause: it is about you, the head of your department, or for named people.")
        blockers.append(Blocker("own_cause", text, "subject" if cause.subject else "category"))
    return blockers


@action
def add_to_cause(cause_id: int, *, number: str, by: User) -> Cause:
    """Add one more complaint by its number; imported ones never. Adding it again changes nothing."""
    cause = _to_work_on(cause_id, by, None)
    complaint = Complaint.objects.visible_to(by).filter(number=number.strip().upper()).first()
    if complaint is None:
        text = _("There is no complaint with this number that you may see.")
        raise Blocked([Blocker("unknown_complaint", text, "number")])
    if complaint.is_imported:
        text = _("It was taken over from another system; such complaints belong to no recurring cause.")
        raise Blocked([Blocker("is_imported", text, "number")])
    if not cause.is_open:
        raise Conflict("cause_closed", _("This cause is closed. A new one opens when it comes again."), current=cause)
    _link(cause, complaint, at=clock.now())
    return cause


@action
def assign_cause(cause_id: int, *, owner: User, by: User) -> Cause:
    """Give it to somebody who may see it; a leader's word holds at once."""
    if not by.has_perm("complaints.work_causes"):
        raise refused("complaints.work_causes")
    cause = locked_cause(cause_id, by=by)
    if not cause.is_open:
        raise Conflict("cause_closed", _("This cause is closed. A new one opens when it comes again."), current=cause)
    is_person = owner.is_active and not owner.is_service_account and owner.has_role(*CASE_ROLES)
    if not is_person or is_kept_from(owner, cause, named_for(cause)):
        raise Blocked([Blocker("cannot_own", _("This person cannot own it. Choose somebody else."), "owner")])
    if cause.owner_id == owner.pk:
        return cause
    now = clock.now()
    cause.owner = owner
    event = record_event(events.ASSIGNED, cause, by=by, at=now, owner=str(owner), owner_id=owner.pk)
    _save(cause, "owner", at=now)
    if owner.pk != by.pk:
        _tell(cause, [owner], events.GIVEN_NOTICE, f"cause-given:{event.pk}", now, by=by.as_value)
    return cause


@action
def plan_action(
    cause_id: int, *, what: str, due_on: date | None, expected_version: int | None = None, by: User
) -> Cause:
    """Say what is done about it and until when; planning again changes both, and the old words stay on record."""
    cause = _to_work_on(cause_id, by, expected_version)
    blockers = _check_plan(what, due_on, cause)
    CAUSE.advance(cause, "planned", by)
    if blockers or due_on is None:
        raise Blocked(blockers)
    now = clock.now()
    planned = current_action(cause)
    if planned is None:
        planned = CorrectiveAction(cause=cause, planned_by=by, planned_at=now)
    elif (planned.what, planned.due_on) == (what.strip(), due_on):
        return cause
    before, planned.what, planned.due_on = planned.what, what.strip(), due_on
    planned.save()
    facts = {"action_id": planned.pk, "due_on": due_on}
    if before and before != planned.what:
        record_text_change(events.PLANNED, cause, {"corrective_action": before}, by=by, at=now, **facts)
    else:
        record_event(events.PLANNED, cause, by=by, at=now, **facts)
    cancel_deadlines(cause, kinds=[ACTION], at=now, by=by)
    _promise_action(cause, at=now, by=by, due_on=due_on)
    _save(cause, "state", at=now)
    return cause


def _check_plan(what: str, due_on: date | None, cause: Cause) -> list[Blocker]:
    blockers = []
    if not what.strip():
        blockers.append(Blocker("no_action", _("Write what will be done about it."), "corrective_action"))
    if due_on is None:
        blockers.append(Blocker("no_date", _("Say until when."), "due_on"))
    elif _end_of(due_on, cause.department) <= clock.now():
        blockers.append(Blocker("date_past", _("This day is over. Choose one that is still to come."), "due_on"))
    return blockers


@action
def finish_action(cause_id: int, *, note: str = "", expected_version: int | None = None, by: User) -> Cause:
    """The corrective action is done; after the policy's days it is looked at whether it helped."""
    cause = _to_work_on(cause_id, by, expected_version)
    CAUSE.advance(cause, "done", by)
    now = clock.now()
    done = _current(cause)
    done.done_by, done.done_at, done.done_note = by, now, note.strip()
    done.check_from = now + timedelta(days=policy("causes.check_days"))
    done.save()
    record_event(events.DONE, cause, by=by, at=now, action_id=done.pk)
    meet_deadline(ACTION, cause, at=now, by=by)
    # It starts on the day from which on it can be judged.
    starts_at = done.check_from
    open_deadline(
        CHECK, cause, department=cause.department, severity_class=LENGTH_OF, started_at=starts_at, at=now, by=by
    )
    _save(cause, "state", at=now)
    return cause


@action
def check_effect(
    cause_id: int, *, is_effective: bool, note: str = "", expected_version: int | None = None, by: User
) -> Cause:
    """Say whether it came again: it helped, which closes the cause, or it did not, which opens it again.

    That it helped cannot be said before the policy's days are over; why it did not needs a sentence.
    """
    cause = _to_work_on(cause_id, by, expected_version)
    CAUSE.advance(cause, "effective" if is_effective else "not_effective", by)
    if not is_effective and not note.strip():
        raise Blocked([Blocker("no_note", _("Write in one sentence why it did not help."), "note")])
    now = clock.now()
    checked = _current(cause)
    checked.checked_by, checked.checked_at, checked.check_note = by, now, note.strip()
    checked.is_effective, checked.came_again = is_effective, came_again(cause, checked.done_at or now)
    checked.save()
    record_event(
        events.CHECKED, cause, by=by, at=now, action_id=checked.pk, is_effective=is_effective,
        came_again=checked.came_again,
    )  # fmt: skip
    if checked.check_from is not None and now < checked.check_from:
        # It came again before anybody had to look.
        cancel_deadlines(cause, kinds=[CHECK], at=now, by=by)
    else:
        meet_deadline(CHECK, cause, at=now, by=by)
    if is_effective:
        cause.closed_at = now
    else:
        _promise_action(cause, at=now, by=by)
    _save(cause, "state", "closed_at", at=now)
    return cause


def _current(cause: Cause) -> CorrectiveAction:
    found = current_action(cause)
    if found is None:
        raise Blocked([Blocker("no_action", _("Plan the corrective action first."))])
    return found
