"""What this app announces. Values are codes and references; personal text stays in its own columns."""

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.scope import scope_of
from complaints import words
from complaints.models import Category, Complaint
from events.readers import let_read
from events.registry import announce

CREATED = announce("complaint.created", words.created, icon="flag")
IMPORTED = announce("complaint.imported", _("Taken over from {source}"), icon="database-import")
CHANGED = announce("complaint.changed", _("{actor} changed the record"), icon="edit")
RETRIAGED = announce("complaint.retriaged", words.retriaged, icon="arrows-up-down")
ASSIGNED = announce("complaint.assigned", words.assigned, icon="user-check")
TRANSITIONED = announce("complaint.transitioned", words.transitioned, icon="arrow-right")
MET_AT_DESK = announce("complaint.met_at_desk", words.met_at_desk, icon="ear")
CORRECTED = announce("complaint.step_corrected", words.corrected, icon="edit")
DESK_CHANGED = announce("complaint.desk_changed", words.desk_changed, icon="replace")
SUPERVISOR_CALLED = announce("complaint.supervisor_called", _("{actor} called the supervisor over"), icon="bell")
REPORTED = announce("complaint.orally_reported", words.reported, icon="message-report")
REPORT_CONFIRMED = announce("complaint.oral_report_confirmed", words.report_confirmed, icon="check")
ASSESSED = announce("complaint.assessed", _("{actor} assessed how it went"), icon="clipboard-check")
DETAILS_RECORDED = announce("complaint.details_recorded", _("{actor} wrote down the facts"), icon="list-check")
QUESTION_ASKED = announce("complaint.question_asked", _("{actor} noted a question"), icon="help")
QUESTION_ANSWERED = announce("complaint.question_answered", _("{actor} noted an answer"), icon="quote")
COMMUNICATED = announce("communication.recorded", words.talked, icon="phone")
NOTED = announce("complaint.noted", _("{actor} wrote a note"), icon="note")
LINKED = announce("complaint.linked", _("{actor} linked it to {other}"), icon="link")


def _categories(user: User) -> QuerySet[Category]:
    may_read = scope_of(user).may_read or user.has_perm("complaints.manage_categories")
    return Category.objects.all() if may_read else Category.objects.none()


let_read("complaint", Complaint.objects.visible_to)
let_read("category", _categories)
