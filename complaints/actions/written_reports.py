"""The written report of a class 2 case: drafted, sent to the department above, acknowledged or returned.

Source: DOMAIN.md 3.4; API.md, `/report`.
"""

import secrets
from collections.abc import Mapping
from datetime import datetime

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from accounts.duty import stands_in_for
from accounts.models import User
from complaints.actions.evaluation import close_evaluated
from complaints.actions.locking import locked, require_open, save
from complaints.actions.record import may_change
from complaints.codes import SeverityClass, State
from complaints.deadlines import WRITTEN_REPORT
from complaints.models import Complaint, WrittenReport, WrittenReportVersion
from complaints.supervisors import Hearer
from complaints.written import events
from complaints.written.readers import above_id, people_to_read, readers_of
from complaints.written.sections import cleaned, missing, too_long
from core import clock
from core.actions import action
from core.errors import Blocked, Blocker, Conflict, PermissionDenied
from core.numbering import take_numbers
from deadlines.actions import meet_deadline
from events.canonical import canonical
from events.log import record_event, text_digest
from events.notices import notify, register_notice
from policies.reading import policy

REPORT_FOR_YOU = register_notice(
    "report.for_you", _("{by} sent you the written report on {number}. Read it"), icon="file-text"
)
REPORT_ACKNOWLEDGED = register_notice(
    "report.acknowledged", _("{by} acknowledged the written report on {number}"), icon="check"
)
REPORT_RETURNED = register_notice(
    "report.returned", _("{by} returned the written report on {number} with a question"), icon="arrow-back-up"
)

QUESTION_LIMIT = 2000
NOT_ABOVE = _("Somebody of the department above reads this report: a supervisor, a manager, or who acts for one.")
Sections = Mapping[str, str]


def may_write(complaint: Complaint, user: User) -> bool:
    """Its owner or recorder, or a supervisor; as for the facts on record."""
    return user.has_perm("complaints.work_case") and may_change(complaint, user)


@action
def save_report(
    complaint_id: int, *, sections: Sections, language: str, expected_version: int | None = None, by: User
) -> WrittenReport:
    """Keep the report as a draft; the first time it begins it. The same text again changes nothing.

    `expected_version` is the version that was edited, 0 for none yet. Raises Conflict `stale` when somebody wrote
    at it meanwhile, Blocked when it is not in hand, LookupError for an unknown section.
    """
    complaint = _locked_for_writing(complaint_id, by)
    return _kept(complaint, sections, language, expected_version, by, clock.now())


@action
def submit_report(
    complaint_id: int,
    *,
    sections: Sections,
    language: str,
    expected_version: int | None = None,
    to: User | None = None,
    by: User,
) -> WrittenReport:
    """Send these words to the department above: a new version, which never changes. Meets *written report*.

    `to` is told too, and must be somebody who may answer it. Raises as `save_report`, and Blocked while the case is
    not carried out, where a required section is empty, and where nobody above could read it.
    """
    complaint = _locked_for_writing(complaint_id, by)
    if complaint.state != State.EVALUATE:
        text = _("The report is sent when everything agreed is carried out. Until then it is kept as a draft.")
        raise Blocked([Blocker("report_too_early", text)])
    now = clock.now()
    report = _kept(complaint, sections, language, expected_version, by, now)
    if blockers := missing(report.sections):
        raise Blocked(blockers)
    report.state, report.department_id = WrittenReport.State.SUBMITTED, above_id(complaint)
    report.submitted_by, report.submitted_at = by, now
    report.answered_by = report.answered_for = report.answered_at = None
    version = _new_version(report, by, now)
    asked = _people_asked(complaint, report, to, now)
    report.version += 1
    report.save()
    event = record_event(
        events.SUBMITTED,
        complaint,
        by=by,
        at=now,
        report=report.number,
        version=version.number,
        department=str(report.department),
        department_id=report.department_id,
        digest=text_digest(version.salt, canonical(version.sections)),
    )
    meet_deadline(WRITTEN_REPORT, complaint, at=now, by=by)
    save(complaint, at=now)
    _tell(asked, REPORT_FOR_YOU, f"report:{event.pk}", complaint, report, now, by=by.as_value)
    return report


@action
def acknowledge_report(report_id: int, *, is_closing: bool = False, by: User) -> WrittenReport:
    """Take note of it, for the department above. Acknowledging once more what one acknowledged changes nothing.

    With `is_closing` it closes the case in the same step; Blocked names what else is missing, and nothing is changed.
    Raises PermissionDenied `own_report` for who wrote it, sent it or owns the case, and for who is not above;
    Conflict `already_decided` when a colleague was faster.
    """
    complaint, report, hearer = _locked_for_answer(report_id, by)
    if report.state == WrittenReport.State.ACKNOWLEDGED and report.answered_by_id == by.pk:
        return report
    report = _answer(complaint, report, hearer, WrittenReportVersion.Answer.ACKNOWLEDGED, "")
    if is_closing:
        close_evaluated(complaint, by=by, at=clock.now())
    return report


@action
def return_report(report_id: int, *, question: str, by: User) -> WrittenReport:
    """Send it back with a question; its writer answers with a new version. Raises as `acknowledge_report`."""
    complaint, report, hearer = _locked_for_answer(report_id, by)
    if not question.strip():
        raise Blocked([Blocker("no_question", _("Write what you want to know, in one sentence."), "question")])
    if len(question.strip()) > QUESTION_LIMIT:
        text = _("Shorten the question to %(limit)s characters.") % {"limit": QUESTION_LIMIT}
        raise Blocked([Blocker("too_long", text, "question")])
    return _answer(complaint, report, hearer, WrittenReportVersion.Answer.RETURNED, question.strip())


def report_to_answer(complaint: Complaint, user: User) -> WrittenReport:
    """The current report, for who may answer reports at all. Raises PermissionDenied, Conflict when none is begun."""
    report = complaint.written_reports.current().first()
    if report is not None:
        return report
    if not user.has_perm("complaints.acknowledge_report") and not stands_in_for(user, now=clock.now()):
        raise PermissionDenied("only_above", NOT_ABOVE)
    raise Conflict("no_report", _("No report is written yet. It comes when the case is carried out."))


def case_went_on(complaint: Complaint, *, by: User | None, at: datetime) -> None:
    """The case goes back to an earlier stage: what was reported is not the end any more, and is reported anew.

    On a complaint that the caller has locked and will save.
    """
    gone = (WrittenReport.State.SUBMITTED, WrittenReport.State.ACKNOWLEDGED)
    report = complaint.written_reports.select_for_update(of=("self",)).filter(state__in=gone).first()
    if report is None:
        return
    report.state = WrittenReport.State.OUTDATED
    report.version += 1
    report.save(update_fields=["state", "version"])
    record_event(events.OUTDATED, complaint, by=by, at=at, report=report.number)


# ------------------------------------------------------------------ writing


def _locked_for_writing(complaint_id: int, by: User) -> Complaint:
    if not by.has_perm("complaints.work_case"):
        raise PermissionDenied
    complaint = locked(complaint_id, by=by)
    if not may_write(complaint, by):
        raise PermissionDenied("not_yours", _("Its owner, its recorder or a supervisor writes the report."))
    require_open(complaint)
    if complaint.severity_class != SeverityClass.TWO:
        text = _("Only a class 2 case has a written report. Class 1 is reported orally.")
        raise Blocked([Blocker("no_written_report", text)])
    return complaint


def _kept(
    complaint: Complaint, sections: Sections, language: str, expected: int | None, by: User, at: datetime
) -> WrittenReport:
    """Write the words into the report in hand, or into a new one."""
    texts = cleaned(sections)
    blockers = too_long(texts)
    if language not in dict(settings.LANGUAGES):
        blockers.append(Blocker("unknown_language", _("Choose English or Chinese."), "language"))
    if blockers:
        raise Blocked(blockers)
    report = complaint.written_reports.current().select_for_update(of=("self",)).first()
    if expected is not None and expected != (report.version if report else 0):
        raise Conflict("stale", _("Somebody wrote at this report while you were writing."), current=report)
    if report is None:
        return _begin(complaint, texts, language, by, at)
    if not report.is_in_hand:
        raise Conflict("report_sent", _("This report is sent already; its text does not change."), current=report)
    if (report.sections, report.language) == (texts, language):
        return report
    report.sections, report.language = texts, language
    report.changed_by, report.changed_at = by, at
    report.version += 1
    report.save(update_fields=["sections", "language", "changed_by", "changed_at", "version"])
    report.authors.add(by)
    record_event(events.CHANGED, complaint, by=by, at=at, report=report.number)
    save(complaint, at=at)
    return report


def _begin(complaint: Complaint, texts: dict[str, str], language: str, by: User, at: datetime) -> WrittenReport:
    (number,) = take_numbers("R", at=at, zone=policy("company.zone"))
    report = WrittenReport.objects.create(
        complaint=complaint,
        number=number,
        department_id=above_id(complaint),
        language=language,
        sections=texts,
        begun_at=at,
        changed_at=at,
        changed_by=by,
    )
    report.authors.add(by)
    record_event(events.BEGUN, complaint, by=by, at=at, report=report.number)
    save(complaint, at=at)
    return report


def _new_version(report: WrittenReport, by: User, at: datetime) -> WrittenReportVersion:
    newest = report.versions.first()
    report.authors.add(by)
    return WrittenReportVersion.objects.create(
        report=report,
        number=newest.number + 1 if newest else 1,
        language=report.language,
        sections=report.sections,
        salt=secrets.token_hex(16),
        written_by=report.changed_by,
        submitted_by=by,
        submitted_at=at,
    )


def _people_asked(complaint: Complaint, report: WrittenReport, to: User | None, now: datetime) -> list[User]:
    readers = readers_of(complaint, report)
    asked = [hearer.person for hearer in people_to_read(readers, now=now)]
    if to is not None and to.pk not in {person.pk for person in asked}:
        if readers.answers_as(to, stands_in_for(to, now=now)) is None:
            text = _("Choose somebody of the department above who may read it, not who wrote it.")
            raise Blocked([Blocker("not_above", text, "to")])
        asked.append(to)
    if not asked:
        text = _("Nobody of the department above may read it. Ask the administrator who leads it.")
        raise Blocked([Blocker("nobody_above", text)])
    return asked


# ------------------------------------------------------------------ answering


def _locked_for_answer(report_id: int, by: User) -> tuple[Complaint, WrittenReport, Hearer]:
    """The complaint first, then the report: everybody who locks both does it in this order."""
    complaint_id = WrittenReport.objects.values_list("complaint_id", flat=True).get(pk=report_id)
    complaint = locked(complaint_id, by=by)
    report = WrittenReport.objects.select_for_update(of=("self",)).get(pk=report_id)
    report.complaint = complaint
    leaders = stands_in_for(by, now=clock.now())
    readers = readers_of(complaint, report)
    if by.pk in readers.barred:
        text = _("You wrote or sent this report, or the case is yours. Somebody else must acknowledge it.")
        raise PermissionDenied("own_report", text)
    hearer = readers.answers_as(by, leaders)
    if hearer is None and not by.has_perm("complaints.acknowledge_report"):
        raise PermissionDenied("only_above", NOT_ABOVE)
    if hearer is None:
        # Their role would do; it is the place that is not above.
        raise Blocked([Blocker("not_above", NOT_ABOVE)])
    return complaint, report, hearer


def _answer(
    complaint: Complaint, report: WrittenReport, hearer: Hearer, answer: WrittenReportVersion.Answer, question: str
) -> WrittenReport:
    if report.state != WrittenReport.State.SUBMITTED:
        raise Conflict("already_decided", _not_waiting(report), current=report)
    now = clock.now()
    by = hearer.person
    version = report.versions.get(answer="")
    version.answer, version.question = answer, question
    version.answered_by, version.answered_for, version.answered_at = by, hearer.acts_for, now
    version.save(update_fields=["answer", "question", "answered_by", "answered_for", "answered_at"])
    is_good = answer == WrittenReportVersion.Answer.ACKNOWLEDGED
    report.state = WrittenReport.State.ACKNOWLEDGED if is_good else WrittenReport.State.RETURNED
    report.answered_by, report.answered_for, report.answered_at = by, hearer.acts_for, now
    report.version += 1
    report.save(update_fields=["state", "answered_by", "answered_for", "answered_at", "version"])
    absent = {"acts_for": str(hearer.acts_for), "acts_for_id": hearer.acts_for.pk} if hearer.acts_for else {}
    name = events.ACKNOWLEDGED if is_good else events.RETURNED
    event = record_event(name, complaint, by=by, at=now, report=report.number, version=version.number, **absent)
    save(complaint, at=now)
    people = {person.pk: person for person in (version.submitted_by, version.written_by, complaint.owner) if person}
    code = REPORT_ACKNOWLEDGED if is_good else REPORT_RETURNED
    told = [person for person in people.values() if person.pk != by.pk]
    _tell(told, code, f"report:{event.pk}", complaint, report, now, by=str(hearer))
    return report


def _not_waiting(report: WrittenReport) -> str:
    if report.state == WrittenReport.State.ACKNOWLEDGED:
        return _("%(name)s has acknowledged it already.") % {"name": report.answerer}
    if report.state == WrittenReport.State.RETURNED:
        return _("%(name)s has returned it already. It comes again with an answer.") % {"name": report.answerer}
    if report.state == WrittenReport.State.OUTDATED:
        return str(_("The case went on; a new report comes when it is carried out."))
    return str(_("This report is not sent yet."))


def _tell(
    people: list[User],
    code: str,
    key: str,
    complaint: Complaint,
    report: WrittenReport,
    at: datetime,
    *,
    by: str | dict[str, str],
) -> None:
    visible = [person for person in people if Complaint.objects.filter(pk=complaint.pk).visible_to(person).exists()]
    notify(visible, code, key=key, url=report.get_absolute_url(), at=at, number=complaint.number, by=by)
