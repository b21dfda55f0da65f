"""What the pages of a written report show: the report, its versions with what changed, and who does what next."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from difflib import SequenceMatcher
from itertools import zip_longest

from accounts.duty import stands_in_for
from accounts.models import User
from complaints.actions.written_reports import may_write
from complaints.codes import SeverityClass, State
from complaints.models import Complaint, WrittenReport, WrittenReportVersion
from complaints.supervisors import Hearer
from complaints.workflow import AGREE
from complaints.written.condition import WAITS
from complaints.written.readers import people_to_read, readers_of
from complaints.written.sections import SECTIONS, Section, filled

# Beyond this many lines two texts are shown whole: finding what changed would take too long.
MOST_LINES = 2000


@dataclass(frozen=True)
class Line:
    """One line of two texts compared: the same in both, taken away, or new."""

    text: str
    look: str


@dataclass(frozen=True)
class Change:
    """What became of one section between two versions."""

    section: Section
    lines: list[Line]


@dataclass(frozen=True)
class ShownVersion:
    """A version that was sent, and what differs from the one before; nothing for the first."""

    version: WrittenReportVersion
    changes: list[Change]


@dataclass(frozen=True)
class ReportPage:
    """`sections` are the words shown: those in hand for who writes them, else those last sent."""

    report: WrittenReport | None
    sections: list[tuple[Section, str]]
    versions: list[ShownVersion]
    newest: WrittenReportVersion | None
    answerer: Hearer | None
    asked: list[Hearer]
    may_write: bool
    may_send: bool
    # Whether acknowledging it is the last that is missing, so that it can close the case in the same step.
    may_close: bool = False

    @property
    def is_draft(self) -> bool:
        return self.report is None or self.report.is_in_hand

    @property
    def question(self) -> str:
        """What the department above wants to know; blank when there is nothing to answer."""
        is_returned = self.report is not None and self.report.state == WrittenReport.State.RETURNED
        return self.newest.question if is_returned and self.newest else ""


def report_page(complaint: Complaint, user: User, *, now: datetime) -> ReportPage:
    """Gather the page of a complaint's newest report. A bounded number of statements."""
    report = newest_report(complaint)
    versions = versions_of(report) if report else []
    readers = readers_of(complaint, report) if report and report.state == WrittenReport.State.SUBMITTED else None
    is_case = complaint.is_open and complaint.severity_class == SeverityClass.TWO
    is_free = report is None or report.is_in_hand or report.state == WrittenReport.State.OUTDATED
    writes = is_case and is_free and may_write(complaint, user)
    answerer = readers.answers_as(user, stands_in_for(user, now=now)) if readers else None
    return ReportPage(
        report=report,
        sections=filled(report.sections) if report else [],
        versions=shown_versions(versions),
        newest=versions[0] if versions else None,
        answerer=answerer,
        may_close=answerer is not None and _waits_for_this_alone(complaint),
        asked=people_to_read(readers, now=now) if readers else [],
        may_write=writes,
        may_send=writes and complaint.state == State.EVALUATE,
    )


def newest_report(complaint: Complaint) -> WrittenReport | None:
    """The current one, or the last one whose case went on after it."""
    report = complaint.written_reports.with_people().first()
    if report is not None:
        report.complaint = complaint
    return report


def versions_of(report: WrittenReport) -> list[WrittenReportVersion]:
    rows = report.versions.select_related("written_by", "submitted_by", "answered_by", "answered_for")
    return list(rows)


def shown_versions(versions: Sequence[WrittenReportVersion]) -> list[ShownVersion]:
    """The newest first, each compared with the one before it."""
    pairs = zip_longest(versions, versions[1:])
    return [
        ShownVersion(version, changes(before.sections, version.sections) if before else []) for version, before in pairs
    ]


def changes(before: Mapping[str, str], after: Mapping[str, str]) -> list[Change]:
    """Section by section, only those that differ."""
    pairs = [(section, before.get(section.code, ""), after.get(section.code, "")) for section in SECTIONS]
    return [Change(section, list(compared(old, new))) for section, old, new in pairs if old != new]


def compared(old: str, new: str) -> Iterable[Line]:
    """Line by line; lines that stayed are left out but for those beside a change."""
    ours, theirs = old.split("\n"), new.split("\n")
    if len(ours) + len(theirs) > MOST_LINES:
        yield from (Line(text, "gone") for text in ours)
        yield from (Line(text, "new") for text in theirs)
        return
    for group in SequenceMatcher(None, ours, theirs, autojunk=False).get_grouped_opcodes(1):
        for tag, from_old, to_old, from_new, to_new in group:
            if tag == "equal":
                yield from (Line(text, "same") for text in ours[from_old:to_old] if text)
            else:
                yield from (Line(text, "gone") for text in ours[from_old:to_old] if text)
                yield from (Line(text, "new") for text in theirs[from_new:to_new] if text)


def _waits_for_this_alone(complaint: Complaint) -> bool:
    return {blocker.code for blocker in AGREE.blockers(complaint, "evaluated")} == {WAITS}
