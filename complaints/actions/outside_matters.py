"""What an authority, the press or the public has of a complaint, and the clocks of the law that run on it.

Source: DOMAIN.md 3.2 and 3.5; docs/decisions/0009.
"""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_lazy as _

from accounts.models import User
from complaints import events, statutory
from complaints.actions.locking import locked, save
from complaints.codes import MEDIUM_OF_OUTSIDE, Channel, Counterpart, Direction, State
from complaints.deadlines import STATUTORY, open_longer, open_own_date, open_statutory
from complaints.models import Communication, Complaint, OutsideMatter
from complaints.search import index_complaint
from core import clock
from core.actions import action
from core.errors import Blocked, Blocker, Conflict, PermissionDenied
from deadlines.actions import cancel_deadlines, meet_deadline
from deadlines.models import Deadline
from events.log import record_event, record_text_change


def open_matter(
    complaint: Complaint,
    *,
    channel: str,
    authority: str = "",
    reference: str = "",
    received_on: date | None = None,
    answer_by: date | None = None,
    at: datetime,
    by: User | None,
) -> OutsideMatter:
    """Write it down and start its clocks, on a complaint that the caller has locked and will save.

    Raises Blocked for dates that cannot be.
    """
    received_on = received_on or _today(complaint, at)
    _check_dates(complaint, received_on, answer_by, at)
    matter = OutsideMatter.objects.create(
        complaint=complaint,
        channel=channel,
        authority=authority.strip(),
        reference=reference.strip(),
        received_on=received_on,
        answer_by=answer_by,
        recorded_by=by,
        recorded_at=at,
    )
    record_event(
        events.GONE_OUTSIDE,
        complaint,
        by=by,
        at=at,
        matter_id=matter.pk,
        channel=channel,
        received_on=received_on,
        answer_by_on=answer_by,
    )
    open_statutory(complaint, matter, statutory.LETTER, received_on, at=at, by=by)
    return matter


def _check_dates(complaint: Complaint, received_on: date, answer_by: date | None, at: datetime) -> None:
    blockers = []
    if received_on > _today(complaint, at):
        blockers.append(Blocker("received_to_come", _("This day is still to come. Enter when it came."), "received_on"))
    if answer_by is not None and answer_by < received_on:
        blockers.append(
            Blocker("answer_before_receipt", _("This day is before it came. Check the two dates."), "answer_by")
        )
    if blockers:
        raise Blocked(blockers)


def _today(complaint: Complaint, at: datetime) -> date:
    """The date where the department is."""
    return at.astimezone(ZoneInfo(complaint.department.calendar.time_zone)).date()


@action
def change_matter(
    matter_id: int,
    *,
    authority: str,
    reference: str,
    received_on: date,
    answer_by: date | None,
    expected_version: int | None = None,
    by: User,
) -> OutsideMatter:
    """Correct or complete what is known of it. Another date of theirs is another clock; the old one is dropped.

    Raises Conflict `stale` when somebody else changed it since `expected_version`, and `already_answered`.
    """
    complaint, matter = _locked(matter_id, by)
    before = (matter.authority, matter.reference, matter.received_on, matter.answer_by)
    if expected_version is not None and expected_version != matter.version:
        raise Conflict("stale", _("Somebody changed this meanwhile. Look at it again."), current=matter)
    now = clock.now()
    _check_dates(complaint, received_on, answer_by, now)
    matter.authority, matter.reference = authority.strip(), reference.strip()
    matter.received_on, matter.answer_by = received_on, answer_by
    if before == (matter.authority, matter.reference, received_on, answer_by):
        return matter
    matter.version += 1
    matter.save(update_fields=["authority", "reference", "received_on", "answer_by", "version"])
    old = {"authority": before[0], "reference": before[1]}
    texts = {f"outside.{matter.pk}.{name}": text for name, text in old.items() if text != getattr(matter, name)}
    told = {"matter_id": matter.pk, "channel": matter.channel, "answer_by_on": answer_by}
    if texts:
        record_text_change(events.MATTER_CHANGED, complaint, texts, by=by, at=now, **told)
    else:
        record_event(events.MATTER_CHANGED, complaint, by=by, at=now, **told)
    _move_clocks(complaint, matter, before[2], before[3], at=now, by=by)
    save(complaint, at=now)
    index_complaint(complaint)
    return matter


def _move_clocks(
    complaint: Complaint,
    matter: OutsideMatter,
    received_on: date,
    answer_by: date | None,
    *,
    at: datetime,
    by: User | None,
) -> None:
    own = statutory.about(statutory.ANSWER_BY, matter.pk)
    if matter.received_on != received_on:
        codes = [rule.about(matter.pk) for rule in statutory.rules(statutory.LETTER, matter.channel)]
        gone = cancel_deadlines(complaint, kinds=[STATUTORY], about=[*codes, own], at=at, by=by)
        if gone and matter.accepted_on is None:
            open_statutory(complaint, matter, statutory.LETTER, matter.received_on, at=at, by=by)
            return
    elif matter.answer_by != answer_by:
        cancel_deadlines(complaint, kinds=[STATUTORY], about=[own], at=at, by=by)
    else:
        return
    if matter.answer_by:
        open_own_date(complaint, matter, at=at, by=by)


@action
def accept_matter(matter_id: int, *, accepted_on: date | None = None, by: User) -> OutsideMatter:
    """The authority took it on: the clocks from its letter are kept, those from the acceptance begin.

    Raises Conflict `already_accepted`, Blocked for a day before the letter or still to come.
    """
    complaint, matter = _locked(matter_id, by)
    if matter.accepted_on is not None:
        raise Conflict("already_accepted", _("It was accepted before."), current=matter)
    now = clock.now()
    accepted_on = accepted_on or _today(complaint, now)
    if not matter.received_on <= accepted_on <= _today(complaint, now):
        raise Blocked([Blocker("bad_day", _("Enter a day from that of the letter to today."), "accepted_on")])
    matter.accepted_on, matter.version = accepted_on, matter.version + 1
    matter.save(update_fields=["accepted_on", "version"])
    record_event(
        events.MATTER_ACCEPTED,
        complaint,
        by=by,
        at=now,
        matter_id=matter.pk,
        channel=matter.channel,
        accepted_on=accepted_on,
    )
    kept = [rule.about(matter.pk) for rule in statutory.rules(statutory.LETTER, matter.channel)]
    meet_deadline(STATUTORY, complaint, about=kept, at=now, by=by)
    open_statutory(complaint, matter, statutory.ACCEPTED, accepted_on, at=now, by=by)
    save(complaint, at=now)
    return matter


@action
def answer_matter(matter_id: int, *, summary: str, by: User) -> OutsideMatter:
    """Note what we answered the authority or the press: all its clocks are kept. It is no answer to the customer.

    Possible also after the complaint has ended. Raises Blocked without words, Conflict `already_answered`.
    """
    complaint, matter = _locked(matter_id, by)
    if not summary.strip():
        raise Blocked([Blocker("no_summary", _("Write what was answered."), "summary")])
    now = clock.now()
    matter.answered_at, matter.answered_by, matter.version = now, by, matter.version + 1
    matter.save(update_fields=["answered_at", "answered_by", "version"])
    row = Communication.objects.create(
        complaint=complaint,
        direction=Direction.OUT,
        counterpart=Counterpart.OUTSIDE,
        medium=MEDIUM_OF_OUTSIDE[Channel(matter.channel)],
        at=now,
        summary=summary.strip(),
        recorded_by=by,
        recorded_at=now,
    )
    record_event(
        events.MATTER_ANSWERED,
        complaint,
        by=by,
        at=now,
        matter_id=matter.pk,
        channel=matter.channel,
        communication_id=row.pk,
    )
    running = Deadline.objects.of(complaint).open().filter(kind=STATUTORY).values_list("about", flat=True)
    theirs = [about for about in running if statutory.matter_of(about) == matter.pk]
    meet_deadline(STATUTORY, complaint, about=theirs, at=now, by=by)
    save(complaint, at=now)
    return matter


def _locked(matter_id: int, by: User) -> tuple[Complaint, OutsideMatter]:
    if not by.has_perm("complaints.work_desk"):
        raise PermissionDenied
    found = OutsideMatter.objects.filter(pk=matter_id).values_list("complaint_id", flat=True).first()
    complaint = locked(found or 0, by=by)
    matter = OutsideMatter.objects.select_for_update().get(pk=matter_id)
    if matter.is_answered:
        raise Conflict("already_answered", _("It is answered already."), current=matter)
    return complaint, matter


@action
def extend_statutory(deadline_id: int, *, reason: str, by: User) -> Complaint:
    """The longer time that a rule gives to complex cases: a supervisor's word, with the reason, from the same start.

    Raises Blocked for a clock that has no longer time, or has it already.
    """
    if not by.has_perm("complaints.extend_statutory"):
        raise PermissionDenied("only_supervisor_extends", _("Only a supervisor says that a case is complex."))
    row = Deadline.objects.filter(pk=deadline_id, kind=STATUTORY, subject_type="complaint").first()
    complaint = locked(row.subject_id if row else 0, by=by)
    # Under the lock it is ours: what was read before may be over by now.
    row = Deadline.objects.of(complaint).open().filter(pk=deadline_id, kind=STATUTORY).first()
    rule = statutory.rule_of(row.about) if row else None
    if row is None or rule is None or not rule.longer_days:
        raise Blocked([Blocker("no_longer_time", _("This clock has no longer time for complex cases."))])
    if not reason.strip():
        raise Blocked([Blocker("no_reason", _("Write the reason in one sentence."), "reason")])
    now = clock.now()
    longest = statutory.due_at(_start_day(complaint, row), rule.longer_days, rule.count, complaint.department.calendar)
    if row.due_at >= longest:
        raise Blocked([Blocker("longer_already", _("It has the longer time already."))])
    note = Communication.objects.create(
        complaint=complaint, direction=Direction.NOTE, at=now, summary=reason.strip(), recorded_by=by, recorded_at=now
    )
    record_event(
        events.CLOCK_EXTENDED,
        complaint,
        by=by,
        at=now,
        about=row.about,
        communication_id=note.pk,
        longer_until_at=longest,
    )
    cancel_deadlines(complaint, kinds=[STATUTORY], about=[row.about], at=now, by=by)
    open_longer(complaint, row, rule, at=now, by=by)
    save(complaint, at=now)
    return complaint


def _start_day(complaint: Complaint, row: Deadline) -> date:
    return row.started_at.astimezone(ZoneInfo(complaint.department.calendar.time_zone)).date()


def end_statutory(complaint: Complaint, *, at: datetime, by: User | None) -> None:
    """With its end a complaint has its final answer; an authority still waits for its own, unless it was a mistake."""
    running = list(Deadline.objects.of(complaint).open().filter(kind=STATUTORY).values_list("about", flat=True))
    if not running:
        return
    if complaint.state == State.VOIDED:
        cancel_deadlines(complaint, kinds=[STATUTORY], at=at, by=by)
        return
    house = [about for about in running if statutory.matter_of(about) is None]
    if house:
        meet_deadline(STATUTORY, complaint, about=house, at=at, by=by)
