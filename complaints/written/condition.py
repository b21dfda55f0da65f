"""When a class 2 case may be closed as far as its written report goes. Source: DOMAIN.md 3.4."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from complaints.models import Complaint, WrittenReport
from core.errors import Blocker

# The code of a report that is sent and not answered yet.
WAITS = "report_waits"
ACKNOWLEDGED = _("The written report is acknowledged.")


def current_report(complaint: Complaint) -> WrittenReport | None:
    """The report in hand, or acknowledged; not one whose case went on after it."""
    return complaint.written_reports.current().first()


def written_report_acknowledged(complaint: Complaint) -> Blocker | None:
    """For the transition `evaluated`."""
    report = current_report(complaint)
    link = reverse("complaints:written_report", args=[complaint.number])
    if report is None:
        return Blocker("report_missing", _("Write the report for the department above."), link)
    match report.state:
        case WrittenReport.State.ACKNOWLEDGED:
            return None
        case WrittenReport.State.SUBMITTED:
            where = {"department": report.department}
            text = _("The written report is with %(department)s. Somebody there must acknowledge it.") % where
            return Blocker(WAITS, text, link)
        case WrittenReport.State.RETURNED:
            answer_it = _("The written report came back with a question. Answer it and send the report again.")
            return Blocker("report_returned", answer_it, link)
    return Blocker("report_not_submitted", _("Send the written report to the department above."), link)
