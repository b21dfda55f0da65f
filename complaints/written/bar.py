"""What is due on a case because of its written report, before anything else of it."""

from collections.abc import Sequence

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from complaints.actions.written_reports import may_write
from complaints.codes import State
from complaints.models import Complaint, WrittenReport
from complaints.next_bar import NextBar, Press
from complaints.workflow import EVALUATED
from complaints.written.readers import answers_as
from core import clock
from deadlines.models import Deadline


def report_bar(
    complaint: Complaint, report: WrittenReport | None, deadlines: Sequence[Deadline], user: User
) -> NextBar | None:
    """To read it, to answer the question it came back with, or to write it; None where nothing of it is due.

    Asks only where a report waits for somebody to read it.
    """
    if not complaint.is_open or complaint.state != State.EVALUATE:
        return None
    running = [row for row in deadlines if row.state in ("pending", "breached")]
    nearest = min(running, key=lambda row: row.due_at, default=None)
    if report is not None and report.state == WrittenReport.State.SUBMITTED:
        return _with_the_reader(complaint, report, nearest, user)
    if not may_write(complaint, user) or (report is not None and not report.is_in_hand):
        return None
    url = reverse("complaints:edit_report", args=[complaint.number])
    if report is not None and report.state == WrittenReport.State.RETURNED:
        title = _("%(name)s asks something about the written report.") % {"name": report.answerer}
        press = Press("report", _("Answer the question"), url, "pencil")
        return NextBar(title, _("Answer it in the report, then send it again."), nearest, [press])
    if any(condition(complaint) for condition in EVALUATED):
        # First the customer is asked, then it is told above.
        return None
    press = Press("report", _("Write the report"), url, "file-text")
    text = _("It is drafted from the record; read it, put it right, and send it to the department above.")
    return NextBar(_("The written report is due."), text, nearest, [press])


def _with_the_reader(
    complaint: Complaint, report: WrittenReport, nearest: Deadline | None, user: User
) -> NextBar | None:
    if answers_as(complaint, report, user, now=clock.now()) is None:
        return None
    title = _("%(name)s sent you the written report.") % {"name": report.submitted_by}
    press = Press("read-report", _("Read the report"), report.get_absolute_url(), "eye")
    return NextBar(title, _("Acknowledge it, or return it with a question."), nearest, [press])
