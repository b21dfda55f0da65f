"""The oral report of a class 1 complaint, its confirmation, and how it went."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.roles import LEADERS
from complaints import events
from complaints.actions.locking import locked, save
from complaints.actions.transitions import END_FIELDS, check_end, end, transition
from complaints.codes import State
from complaints.deadlines import ORAL_REPORT, ORAL_REPORT_CONFIRMED, open_one
from complaints.models import Complaint, OralReport, SelfAssessment, StepRecord
from complaints.supervisors import confirms_as, leader_stood_in_for
from core import clock
from core.actions import action
from core.errors import Blocked, Blocker, Conflict, PermissionDenied
from deadlines.actions import meet_deadline
from events.log import record_event
from events.notices import notify, register_notice

REPORTED_TO_YOU = register_notice(
    "complaint.reported_to_you", _("{by} reported {number} to you. Confirm it"), icon="message-report"
)
REPORT_CONFIRMED = register_notice(
    "complaint.report_confirmed", _("{by} confirmed your report on {number}"), icon="check"
)

ONLY_SUPERVISORS = _("Only a supervisor confirms an oral report, or who acts for one that is away.")


@action
def report_orally(complaint_id: int, *, to: User, outcome: str, relief: str, note: str = "", by: User) -> Complaint:
    """Say to which supervisor it was reported; this closes the complaint and asks them to confirm.

    Raises Blocked for somebody who cannot take it: no supervisor, the reporter, or one who must not see it.
    """
    if not by.has_perm("complaints.work_desk"):
        raise PermissionDenied
    complaint = locked(complaint_id, by=by)
    if complaint.state != State.REPORT:
        raise Conflict("not_at_report", _("The report comes after the other four steps."), current=complaint)
    now = clock.now()
    to_for = None if to.has_role(*LEADERS) else leader_stood_in_for(complaint, to, reporter=by, now=now)
    blockers = _check_supervisor(complaint, to, by, to_for) + check_end(outcome, relief)
    if blockers:
        raise Blocked(blockers)
    report = OralReport.objects.create(
        complaint=complaint, to=to, to_for=to_for, reported_by=by, reported_at=now, note=note.strip()
    )
    StepRecord.objects.create(
        complaint=complaint, step=State.REPORT, recorded_at=now, recorded_by=by, text=note.strip()
    )
    told = {"to": str(to), "to_id": to.pk} | ({"to_for": str(to_for), "to_for_id": to_for.pk} if to_for else {})
    event = record_event(events.REPORTED, complaint, by=by, at=now, **told)
    transition(complaint, "reported", by=by, at=now, outcome=outcome, relief=relief)
    meet_deadline(ORAL_REPORT, complaint, at=now, by=by)
    end(complaint, outcome=outcome, relief=relief, reason="", at=now, by=by)
    open_one(complaint, ORAL_REPORT_CONFIRMED, at=now, by=by)
    save(complaint, *END_FIELDS, at=now)
    notify(
        [report.to],
        REPORTED_TO_YOU,
        key=f"reported:{event.pk}",
        url=complaint.get_absolute_url(),
        at=now,
        number=complaint.number,
        by=by.as_value,
    )
    return complaint


def _check_supervisor(complaint: Complaint, to: User, by: User, to_for: User | None) -> list[Blocker]:
    is_fit = (
        to.is_active and not to.is_service_account and (to.has_role(*LEADERS) or to_for is not None) and to.pk != by.pk
    )
    if is_fit and Complaint.objects.filter(pk=complaint.pk).visible_to(to).exists():
        return []
    return [Blocker("not_a_supervisor", _("Choose a supervisor who can confirm it, not yourself."), "to")]


@action
def confirm_oral_report(complaint_id: int, *, by: User) -> OralReport:
    """Confirm with one click; confirming what is confirmed changes nothing.

    The person told confirms, or another supervisor who may see it, or who acts for one that is away;
    never who reported it. Source: DOMAIN.md 10.7.
    """
    complaint = locked(complaint_id, by=by)
    current = complaint.oral_reports.filter(superseded_at=None)
    report = current.select_for_update(of=("self",)).select_related("reported_by", "to_for").first()
    if report is None:
        if not by.has_perm("complaints.confirm_oral_report"):
            raise PermissionDenied("only_supervisor_confirms", ONLY_SUPERVISORS)
        raise Blocked([Blocker("not_reported", _("Nobody has reported it yet."))])
    if report.reported_by_id == by.pk:
        raise PermissionDenied("own_report", _("You made this report. Somebody else must confirm it."))
    if report.confirmed_at is not None:
        return _already_confirmed(report, by)
    report.complaint = complaint
    hearer = confirms_as(report, by)
    if hearer is None:
        raise PermissionDenied("only_supervisor_confirms", ONLY_SUPERVISORS)
    now = clock.now()
    report.confirmed_by, report.confirmed_for, report.confirmed_at = by, hearer.acts_for, now
    report.save(update_fields=["confirmed_by", "confirmed_for", "confirmed_at"])
    absent = {"acts_for": str(hearer.acts_for), "acts_for_id": hearer.acts_for.pk} if hearer.acts_for else {}
    event = record_event(events.REPORT_CONFIRMED, complaint, by=by, at=now, report_id=report.pk, **absent)
    meet_deadline(ORAL_REPORT_CONFIRMED, complaint, at=now, by=by)
    save(complaint, at=now)
    notify(
        [report.reported_by],
        REPORT_CONFIRMED,
        key=f"confirmed:{event.pk}",
        url=complaint.get_absolute_url(),
        at=now,
        number=complaint.number,
        by=str(hearer),
    )
    return report


def _already_confirmed(report: OralReport, by: User) -> OralReport:
    if by.pk != report.confirmed_by_id and not by.has_perm("complaints.confirm_oral_report"):
        raise PermissionDenied("only_supervisor_confirms", ONLY_SUPERVISORS)
    return report


@action
def assess_desk(complaint_id: int, *, answers: Mapping[str, str], by: User) -> SelfAssessment:
    """Answer the seven points, yes, partly or no; a supervisor scores beside it. Answering again replaces one's own.

    Raises Blocked for unknown points or answers, and when the complaint is no class 1 that ended.
    """
    complaint = locked(complaint_id, by=by)
    # An auditor changes nothing, nor do they rate what they did in an earlier job.
    is_clerk = by.has_perm("complaints.work_desk") and complaint.step_records.filter(recorded_by=by).exists()
    is_supervisor = not is_clerk and by.has_perm("complaints.score_desk")
    if not is_clerk and not is_supervisor:
        raise PermissionDenied("not_yours", _("Who ran the talk, or a supervisor, says how it went."))
    if complaint.state != State.CLOSED:
        raise Blocked([Blocker("not_ended", _("Say how it went when it is closed."))])
    given = {point: answer for point, answer in answers.items() if answer}
    if set(given) - set(SelfAssessment.POINTS) or set(given.values()) - set(SelfAssessment.Answer.values):
        raise Blocked([Blocker("unknown_answer", _("Answer with yes, partly or no."))])
    now = clock.now()
    row, _created = SelfAssessment.objects.update_or_create(
        complaint=complaint,
        is_by_supervisor=is_supervisor,
        defaults={"assessed_by": by, "assessed_at": now, "answers": given},
    )
    record_event(events.ASSESSED, complaint, by=by, at=now, is_by_supervisor=is_supervisor)
    save(complaint, at=now)
    return row
