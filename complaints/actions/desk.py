"""LASTR at the desk, step by step. Source: DOMAIN.md 3.3; API.md, "States"."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.authority import own_limit
from accounts.duty import on_duty
from accounts.models import User
from accounts.roles import Role
from complaints import events
from complaints.actions.locking import locked, require_open, save
from complaints.actions.ownership import give_to
from complaints.actions.transitions import transition
from complaints.codes import HEATED, MONETARY_REMEDIES, Relief, RemedyKind, Satisfaction, State
from complaints.deadlines import ANSWER, FIRST_RESPONSE, RESOLVED, readers
from complaints.models import Complaint, DeskChange, StepRecord
from complaints.workflow import COMPLETES, LASTR, current_record, workflow_of
from core import clock
from core.actions import action
from core.errors import Blocked, Blocker, Conflict, PermissionDenied
from core.formats import money_text
from deadlines.actions import meet_deadline
from events.log import record_event
from events.notices import notify, register_notice
from policies.reading import policy

COME_OVER = register_notice("complaint.come_over", _("{by} asks you to come over: {number}"), icon="bell")


def listen(complaint_id: int, *, restated: str, customer_agreed: bool, by: User) -> Complaint:
    """The problem in one sentence, and the customer agreed that it is right. Meets *first response*."""
    text = restated.strip() if customer_agreed else ""
    return complete_step(complaint_id, State.LISTEN, by=by, text=text)


def apologise(complaint_id: int, *, was_said: bool, by: User) -> Complaint:
    """That concern was shown and an apology said; it admits no fault."""
    if not was_said:
        raise Blocked(
            [Blocker("not_apologised", _("Show concern and apologise, then tick that it was said."), "was_said")]
        )
    return complete_step(complaint_id, State.APOLOGISE, by=by)


def satisfy(
    complaint_id: int,
    *,
    remedy_kinds: Sequence[str],
    remedy: str,
    satisfaction: str,
    value: Decimal | None = None,
    by: User,
) -> Complaint:
    """The remedy given and the customer's reaction. Meets *resolved* and *answer*.

    `value` is in the house currency. Above one's own limit it is refused: nobody gives away more than
    they may.
    """
    return complete_step(
        complaint_id,
        State.SATISFY,
        by=by,
        text=remedy.strip(),
        remedy_kinds=list(remedy_kinds),
        value=value,
        satisfaction=satisfaction,
    )


def thank(complaint_id: int, *, was_thanked: bool, by: User) -> Complaint:
    """That they were thanked and invited back."""
    if not was_thanked:
        raise Blocked(
            [Blocker("not_thanked", _("Thank the customer and invite them back, then tick it."), "was_thanked")]
        )
    return complete_step(complaint_id, State.THANK, by=by)


@action
def complete_step(complaint_id: int, step: str, *, by: User, **recorded: Any) -> Complaint:
    """Record a LASTR step and move on.

    A step that is done already answers with Conflict `step_done`, so that a stale tab or a second click
    changes nothing; to rewrite it there is `correct_step`. Raises Blocked with all that is missing at once.
    """
    complaint = locked(complaint_id, by=by)
    _require_step(complaint, step)
    now = clock.now()
    beyond = _check_record(step, recorded, by)
    _write_record(complaint, step, recorded, by, now)
    if beyond:
        raise Blocked([*beyond, *workflow_of(complaint).blockers(complaint, COMPLETES[State(step)])])
    transition(complaint, COMPLETES[State(step)], by=by, at=now, **_ladder(recorded))
    _meet_promises(complaint, step, now, by)
    save(complaint, "state", "satisfaction", at=now)
    return complaint


def _ladder(recorded: dict[str, Any]) -> dict[str, str]:
    """What the customer said on the ladder, for the event: figures of the past are folded from it."""
    return {"satisfaction": recorded["satisfaction"]} if "satisfaction" in recorded else {}


def _require_step(complaint: Complaint, step: str) -> None:
    require_open(complaint)
    if complaint.state != step and current_record(complaint, step):
        raise Conflict("step_done", _("This step is done already. Use “Change” to correct it."), current=complaint)


def _check_record(step: str, recorded: dict[str, Any], by: User) -> list[Blocker]:
    """Raises Blocked for what cannot be kept; returns what may not be given, told with all else that is missing."""
    if step != State.SATISFY:
        return []
    blockers = []
    if set(recorded["remedy_kinds"]) - set(RemedyKind.values):
        blockers.append(Blocker("unknown_remedy", _("Choose a remedy from the list."), "remedy_kinds"))
    if recorded["satisfaction"] not in Satisfaction.values:
        blockers.append(Blocker("no_reaction", _("Choose how the customer took it."), "satisfaction"))
    beyond = _beyond_authority(recorded["value"], by)
    if blockers:
        raise Blocked(blockers + beyond)
    return beyond


def _beyond_authority(value: Decimal | None, by: User) -> list[Blocker]:
    limit = own_limit(by)
    if value is None or value <= limit:
        return []
    sentence = _("%(value)s is above your limit of %(limit)s. Raise it to class 2 for a proposal.")
    currency = policy("company.currency")
    sums = {"value": money_text(value, currency), "limit": money_text(limit, currency)}
    return [Blocker("above_authority", sentence % sums, "value")]


def _write_record(complaint: Complaint, step: str, recorded: dict[str, Any], by: User, now: datetime) -> StepRecord:
    complaint.step_records.filter(step=step, superseded_at=None).update(superseded_at=now)
    if step == State.SATISFY:
        complaint.satisfaction = recorded["satisfaction"]
    return StepRecord.objects.create(complaint=complaint, step=step, recorded_at=now, recorded_by=by, **recorded)


def _meet_promises(complaint: Complaint, step: str, now: datetime, by: User) -> None:
    if step == State.LISTEN:
        meet_deadline(FIRST_RESPONSE, complaint, at=now, by=by)
        complaint.first_contact_at = complaint.first_contact_at or now
        complaint.save(update_fields=["first_contact_at"])
    if step == State.SATISFY:
        meet_deadline(ANSWER, complaint, at=now, by=by)
        meet_deadline(RESOLVED, complaint, at=now, by=by)


@action
def meet_at_desk(complaint_id: int, step: str, *, text: str = "", by: User) -> Complaint:
    """Listen or apologise on a class 2 case while the customer is there; both are carried into the case.

    Nobody is told only that it will be passed on. Listening is the first contact. Source: DOMAIN.md 3.3.
    """
    if not by.has_perm("complaints.work_desk"):
        raise PermissionDenied
    complaint = locked(complaint_id, by=by)
    if complaint.state not in (State.ACT, State.GET_DETAILS) or step not in (State.LISTEN, State.APOLOGISE):
        raise Conflict("not_at_desk", _("This is for the first stages of a case only."), current=complaint)
    _require_step(complaint, step)
    if step == State.LISTEN and not text.strip():
        raise Blocked(
            [
                Blocker(
                    "not_restated", _("Restate the problem in one sentence, and ask whether it is right."), "restated"
                )
            ]
        )
    now = clock.now()
    _write_record(complaint, step, {"text": text.strip()}, by, now)
    record_event(events.MET_AT_DESK, complaint, by=by, at=now, step=step)
    if step == State.LISTEN:
        _meet_promises(complaint, step, now, by)
    save(complaint, at=now)
    return complaint


@action
def correct_step(complaint_id: int, step: str, *, by: User, **recorded: Any) -> Complaint:
    """Rewrite a done step; the old words stay in the record. The state does not change.

    Raises Blocked when the step is not done, or when the new words would not have let it pass.
    """
    if not by.has_perm("complaints.work_desk"):
        raise PermissionDenied
    complaint = locked(complaint_id, by=by)
    require_open(complaint)
    if current_record(complaint, step) is None:
        raise Blocked([Blocker("step_not_done", _("This step is not done yet."))])
    now = clock.now()
    beyond = _check_record(step, recorded, by)
    _write_record(complaint, step, recorded, by, now)
    if blockers := beyond + _no_longer_passes(complaint, step):
        raise Blocked(blockers)
    record_event(events.CORRECTED, complaint, by=by, at=now, step=step, **_ladder(recorded))
    save(complaint, "satisfaction", at=now)
    return complaint


def _no_longer_passes(complaint: Complaint, step: str) -> list[Blocker]:
    conditions = LASTR.transitions[COMPLETES[State(step)]].conditions
    return [why for condition in conditions if (why := condition(complaint))]


@action
def change_desk(
    complaint_id: int, *, what: str, note: str, at: datetime | None = None, owner: User | None = None, by: User
) -> DeskChange:
    """Note another time, place or person; each attempt is kept. Open at every step.

    `owner` is who has it from now on, given to them as by `assign_complaint`.
    """
    if not by.has_perm("complaints.work_desk"):
        raise PermissionDenied
    complaint = locked(complaint_id, by=by)
    require_open(complaint)
    now = clock.now()
    blockers = []
    if what not in DeskChange.What.values:
        blockers.append(Blocker("unknown_change", _("Choose time, place or person."), "what"))
    if not note.strip():
        blockers.append(Blocker("no_note", _("Write what was changed."), "note"))
    if at is not None and at <= now:
        blockers.append(Blocker("in_the_past", _("The new time must be still to come."), "at"))
    if blockers:
        raise Blocked(blockers)
    row = DeskChange.objects.create(
        complaint=complaint, what=what, note=note.strip(), at=at, recorded_at=now, recorded_by=by
    )
    record_event(events.DESK_CHANGED, complaint, by=by, at=now, what=what, change_id=row.pk)
    if owner is None or owner.pk == complaint.owner_id:
        save(complaint, at=now)
    else:
        # This saves it.
        give_to(complaint, owner=owner, by=by)
    return row


@action
def call_supervisor(complaint_id: int, *, by: User) -> list[User]:
    """Ask the supervisors on duty to come over, with one press; returns who was told.

    Raises Blocked when nobody is on duty up the tree.
    """
    if not by.has_perm("complaints.work_desk"):
        raise PermissionDenied
    complaint = locked(complaint_id, by=by)
    require_open(complaint)
    now = clock.now()
    subjects = set(complaint.subject_rows.values_list("user_id", flat=True))
    asked = _nearest_leaders(complaint, {*subjects, by.pk}, now)
    if not asked:
        raise Blocked([Blocker("nobody_on_duty", _("No supervisor is on duty. Call the manager."))])
    event = record_event(events.SUPERVISOR_CALLED, complaint, by=by, at=now, asked_ids=[user.pk for user in asked])
    notify(
        asked,
        COME_OVER,
        key=f"come-over:{event.pk}",
        url=complaint.get_absolute_url(),
        at=now,
        number=complaint.number,
        by=by.as_value,
    )
    complaint.supervisor_called_at = now
    save(complaint, "supervisor_called_at", at=now)
    return asked


def _nearest_leaders(complaint: Complaint, excluded: set[int], now: datetime) -> list[User]:
    for role in (Role.SUPERVISOR, Role.MANAGER):
        asked = readers(complaint, on_duty(role, complaint.department, now=now, exclude_ids=excluded))
        if asked:
            return asked
    return []


def suggested_relief(record: StepRecord | None) -> str:
    """What kind of relief the recorded remedy is; the clerk may say otherwise."""
    if record is None or not record.remedy_kinds or record.remedy_kinds == [RemedyKind.OTHER]:
        return Relief.EXPLANATION
    is_money = bool(set(record.remedy_kinds) & set(MONETARY_REMEDIES))
    return Relief.MONETARY if is_money else Relief.NON_MONETARY


def is_heated(complaint: Complaint) -> bool:
    """Angry or furious: first the mood, then the matter (先处理心情，再处理事情)."""
    return complaint.upset in HEATED
