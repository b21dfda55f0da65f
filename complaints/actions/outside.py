"""A complaint that goes outside later, and triage again when the facts change. Source: DOMAIN.md 3.2."""

from datetime import date, datetime

from django.utils.translation import gettext_lazy as _

from accounts.models import User
from complaints import events
from complaints.actions.classes import move_to_class
from complaints.actions.locking import locked, require_open, save
from complaints.actions.notices import tell_leaders_of_crisis
from complaints.actions.outside_matters import open_matter
from complaints.actions.talks import add_communication
from complaints.codes import (
    MEDIUM_OF_OUTSIDE,
    OUTSIDE_CHANNELS,
    Channel,
    Counterpart,
    Direction,
    Reach,
    SeverityClass,
)
from complaints.facts import figures, gather
from complaints.intake import Intake
from complaints.models import Complaint
from complaints.search import index_complaint
from complaints.triage import Facts, Reason, group, triage
from core import clock
from core.actions import action
from core.errors import Blocked, Blocker, PermissionDenied
from events.log import record_event


@action
def record_gone_outside(
    complaint_id: int,
    *,
    channel: str,
    summary: str,
    authority: str = "",
    reference: str = "",
    received_on: date | None = None,
    answer_by: date | None = None,
    by: User,
) -> Complaint:
    """A regulator's letter, a post or a reporter's call on an open complaint: kept on it, and triaged again.

    It becomes class 2 with the reason, counts as told to others, and suggests a crisis to the leaders. A letter
    starts the clocks of the law, and that of the date it names.
    """
    if not by.has_perm("complaints.work_desk"):
        raise PermissionDenied
    complaint = locked(complaint_id, by=by)
    require_open(complaint)
    blockers = []
    if channel not in OUTSIDE_CHANNELS:
        blockers.append(Blocker("not_outside", _("Choose who it has gone to."), "channel"))
    if not summary.strip():
        blockers.append(Blocker("no_summary", _("Write what was said."), "summary"))
    if blockers:
        raise Blocked(blockers)
    now = clock.now()
    add_communication(
        complaint,
        direction=Direction.IN,
        medium=MEDIUM_OF_OUTSIDE[Channel(channel)],
        at=now,
        summary=summary,
        counterpart=Counterpart.OUTSIDE,
        by=by,
    )
    open_matter(
        complaint,
        channel=channel,
        authority=authority,
        reference=reference,
        received_on=received_on,
        answer_by=answer_by,
        at=now,
        by=by,
    )
    complaint.reach = Reach.SERIOUS
    _add_reasons(complaint, [Reason("outside", {"channel": channel}, suggests_crisis=True)], by=by, at=now)
    save(complaint, "reach", *RETRIAGED, at=now)
    index_complaint(complaint)
    return complaint


RETRIAGED = ("triage", "suggests_crisis", "severity_class", "state")


def triage_again(complaint: Complaint, *, by: User | None, at: datetime) -> None:
    """Judge the changed facts; a rule that did not apply before may raise it, one that did never does again.

    So a class that a supervisor lowered stays lowered until something new turns up. The caller saves
    `RETRIAGED`.
    """
    limits = figures()
    facts = gather(as_intake(complaint), complaint.customer, limits, now=at)
    known = {reason["rule"] for reason in complaint.triage}
    # Recurrence and frequency belong to the moment of recording: a correction is no further complaint.
    new = [r for r in triage(facts, limits) if r.rule not in known and r.rule not in ("recurring", "vip")]
    _add_reasons(complaint, new, by=by, at=at)


def _add_reasons(complaint: Complaint, reasons: list[Reason], *, by: User | None, at: datetime) -> None:
    if not reasons:
        return
    complaint.triage = [*complaint.triage, *(reason.as_json() for reason in reasons)]
    record_event(events.RETRIAGED, complaint, by=by, at=at, rules=[reason.rule for reason in reasons])
    if any(reason.suggests_crisis for reason in reasons) and not complaint.suggests_crisis:
        complaint.suggests_crisis = True
        tell_leaders_of_crisis(complaint, but=by, at=at)
    if complaint.severity_class == SeverityClass.ONE and any(reason.makes_class_2 for reason in reasons):
        # By rule, not by a person's right: the system raises it, and the event names who changed the facts.
        move_to_class(complaint, "raise", SeverityClass.TWO, by=by, at=at)


def as_intake(complaint: Complaint) -> Intake:
    """The recorded facts in the form in which triage judges them."""
    return Intake(
        description=complaint.description,
        channel=complaint.channel,
        key=complaint.intake_key,
        department_id=complaint.department_id,
        customer_id=complaint.customer_id,
        category_id=complaint.category_id,
        further_category_ids=list(complaint.further_categories.values_list("pk", flat=True)),
        subject_ids=list(complaint.subject_rows.values_list("user_id", flat=True)),
        sale=complaint.sale,
        product_name=complaint.product_name,
        product_batch=complaint.product_batch,
        demands=complaint.demands,
        amount_claimed=complaint.amount_claimed,
        currency=complaint.currency,
        upset=complaint.upset,
        threats=complaint.threats,
        group_size=complaint.group_size,
        is_danger=complaint.is_danger,
        # Whether the words count was decided when they were first shown to a person.
        is_danger_declined=not complaint.is_danger,
    )


def triage_as_group(complaint: Complaint, size: int, *, by: User, at: datetime) -> bool:
    """Judge it as one of so many customers with the same matter; whether that is news. The caller saves `RETRIAGED`.

    The reason tells the threshold, not the number: of members whom a reader may not see not even the count is told.
    """
    limits = figures()
    if any(reason["rule"] == "group" for reason in complaint.triage):
        return False
    reason = group(Facts(channel=complaint.channel, group_size=min(size, limits.group_size)), limits)
    if reason is None:
        return False
    _add_reasons(complaint, [reason], by=by, at=at)
    return True
