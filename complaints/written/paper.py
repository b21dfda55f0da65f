"""The written report as a PDF: the same words as on the page, in the report's own language."""

from zoneinfo import ZoneInfo

from django.utils import timezone, translation
from django.utils.translation import gettext as _

from complaints.codes import SeverityClass
from complaints.models import Complaint, WrittenReport, WrittenReportVersion
from complaints.written.page import versions_of
from complaints.written.sections import filled
from core.formats import when_text
from core.pdf.paper import Imprint, Paper, Sender
from policies.reading import policy


def report_pdf(report: WrittenReport) -> bytes:
    """Print what was sent last, with the answers it got; before it is sent, the draft, marked as one.

    The same report gives the same bytes until something happens to it. Takes its complaint with department and
    calendar, category, owner and customer; asks for the versions.
    """
    complaint = report.complaint
    versions = versions_of(report)
    sent = None if report.is_in_hand else versions[0]
    language = sent.language if sent else report.language
    zone = ZoneInfo(complaint.department.calendar.time_zone)
    with translation.override(language), timezone.override(zone):
        paper = Paper(_imprint(report, sent, language))
        paper.title(_("Report on complaint %(number)s") % {"number": complaint.number}, below=complaint.shown_title)
        paper.facts(_facts(report, complaint, sent))
        paper.rule()
        for section, text in filled(sent.sections if sent else report.sections):
            paper.heading(str(section.title))
            paper.text(text)
        _answers(paper, versions)
        return paper.content()


def house_sender() -> Sender:
    """The company's details as they stand on every paper. Source: DOMAIN.md 10.15."""
    details = (policy("company.address"), policy("company.phone"))
    return Sender(policy("company.legal_name"), tuple(details))


def _imprint(report: WrittenReport, sent: WrittenReportVersion | None, language: str) -> Imprint:
    sender = house_sender()
    note = _("Version %(version)s") % {"version": sent.number} if sent else _("Draft, not sent")
    return Imprint(
        title=_("Written report %(number)s") % {"number": report.number},
        number=report.number,
        language=language,
        sender=sender if sender.name else Sender(str(report.complaint.department), sender.details),
        made_at=report.answered_at or report.submitted_at or report.changed_at,
        note=note,
    )


def _facts(report: WrittenReport, complaint: Complaint, sent: WrittenReportVersion | None) -> list[tuple[str, str]]:
    pairs = [
        (_("Complaint"), f"{complaint.number} · {SeverityClass(complaint.severity_class).label}"),
        (_("Customer"), complaint.contact_name or _("Anonymous")),
        (_("Received"), when_text(complaint.received_at)),
        (_("Department"), str(complaint.department)),
        (_("Owner"), str(complaint.owner or "")),
        (_("For"), str(report.department)),
        (_("Sent"), f"{when_text(sent.submitted_at)} · {sent.submitted_by}" if sent else ""),
        (_("Written by"), str(sent.written_by if sent else report.changed_by)),
    ]
    return [(label, value) for label, value in pairs if value]


def _answers(paper: Paper, versions: list[WrittenReportVersion]) -> None:
    answered = [version for version in reversed(versions) if version.answer]
    if not answered:
        return
    paper.heading(_("What the department above answered"))
    head = (_("Version"), _("When"), _("Who"), _("Answer"))
    rows = []
    for version in answered:
        words = " ".join(part for part in (str(version.get_answer_display()), version.question) if part)
        rows.append(
            (str(version.number), when_text(version.answered_at or version.submitted_at), version.answerer, words)
        )
    paper.table(head, rows, (1, 2.4, 3, 6), right=(0,))
