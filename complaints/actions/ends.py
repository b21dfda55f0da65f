"""The ends of a case beside the evaluation: the answer *No*, and what goes on outside. Source: DOMAIN.md 3.4."""

from datetime import date

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from complaints.actions.locking import locked, require_open, save
from complaints.actions.stage_records import keep_stage
from complaints.actions.transitions import END_FIELDS, check_end, check_reason, end, transition
from complaints.codes import ReferredTo
from complaints.deadlines import ORAL_REPORT
from complaints.models import Complaint, Referral
from core import clock
from core.actions import action
from core.errors import Blocked, Blocker, PermissionDenied
from deadlines.actions import cancel_deadlines


@action
def decline(
    complaint_id: int,
    *,
    reason: str,
    is_unreasonable: bool,
    has_no_more_business: bool,
    remains_open: str,
    outcome: str,
    relief: str,
    by: User,
) -> Complaint:
    """Answer *No*, with what remains open to the customer.

    For a demand that is unreasonable and a customer with whom there will be no more business; where only one of the
    two holds, a supervisor decides. Raises PermissionDenied `only_supervisor_declines` for anybody else.
    """
    complaint = locked(complaint_id, by=by)
    require_open(complaint)
    now = clock.now()
    record = keep_stage(
        complaint,
        "declined",
        by=by,
        at=now,
        text=reason.strip(),
        is_unreasonable=is_unreasonable,
        has_no_more_business=has_no_more_business,
        remains_open=remains_open.strip(),
    )
    transition(complaint, "declined", by=by, at=now, outcome=outcome, relief=relief, stage_record_id=record.pk)
    blockers = check_reason(reason) + check_end(outcome, relief)
    if not remains_open.strip():
        sentence = _("Write what remains open to the customer: another office, an ombudsman, a court.")
        blockers.append(Blocker("nothing_remains", sentence, "remains_open"))
    blockers += _check_grounds(is_unreasonable, has_no_more_business, by)
    if blockers:
        raise Blocked(blockers)
    end(complaint, outcome=outcome, relief=relief, reason=reason.strip(), at=now, by=by)
    save(complaint, *END_FIELDS, at=now)
    return complaint


def _check_grounds(is_unreasonable: bool, has_no_more_business: bool, by: User) -> list[Blocker]:
    if is_unreasonable and has_no_more_business:
        return []
    if not is_unreasonable and not has_no_more_business:
        sentence = _("“No” needs a ground: tick what holds, or go on looking for a remedy.")
        return [Blocker("no_ground", sentence, "is_unreasonable")]
    if not by.has_perm("complaints.decline_on_one_ground"):
        sentence = _("Only one of the two grounds holds, so a supervisor decides. Ask one, or look for a remedy.")
        raise PermissionDenied("only_supervisor_declines", sentence)
    return []


@action
def refer(
    complaint_id: int,
    *,
    to: str,
    reason: str,
    reference: str = "",
    answer_by: date | None = None,
    outcome: str,
    relief: str,
    by: User,
) -> Complaint:
    """It goes on outside: at a court, a regulator, an ombudsman. Their reference and date stay on the case."""
    complaint = locked(complaint_id, by=by)
    require_open(complaint)
    now = clock.now()
    record = keep_stage(complaint, "refer", by=by, at=now, text=reason.strip())
    transition(
        complaint, "refer", by=by, at=now, outcome=outcome, relief=relief, stage_record_id=record.pk, referred_to=to
    )
    blockers = check_reason(reason) + check_end(outcome, relief)
    if to not in ReferredTo.values:
        blockers.append(Blocker("unknown_place", _("Choose where it goes on."), "to"))
    if answer_by is not None and answer_by < timezone.localdate(now):
        blockers.append(Blocker("date_passed", _("This date has passed. Enter when an answer is due."), "answer_by"))
    if blockers:
        raise Blocked(blockers)
    Referral.objects.create(
        complaint=complaint,
        to=to,
        reference=reference.strip(),
        answer_by=answer_by,
        referred_at=now,
        referred_by=by,
    )
    end(complaint, outcome=outcome, relief=relief, reason=reason.strip(), at=now, by=by)
    cancel_deadlines(complaint, kinds=[ORAL_REPORT], at=now, by=by)
    save(complaint, *END_FIELDS, at=now)
    return complaint
