"""What this app announces. Values are codes and references; personal text stays in its own columns."""

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.scope import scope_of
from complaints import words
from complaints.models import CaseTask, Category, Complaint, ComplaintGroup, GuidanceCard, MessageTemplate
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
EVALUATION_KEPT = announce("complaint.evaluation_kept", _("{actor} recorded how it came out"), icon="clipboard-check")
SUGGESTION_KEPT = announce("suggestion.kept", _("{actor} kept a suggestion"), icon="bulb")
SUGGESTION_ANSWERED = announce("suggestion.answered", words.suggestion_answered, icon="bulb")
FILE_ADDED = announce("attachment.added", words.file_added, icon="paperclip")
FILE_WITHDRAWN = announce("attachment.withdrawn", words.file_withdrawn, icon="eye-off")
TALK_CORRECTED = announce("communication.corrected", _("{actor} corrected what was recorded of a talk"), icon="edit")
SENT = announce("communication.sent", words.sent, icon="send")
NOT_SENT = announce("communication.not_sent", words.not_sent, icon="alert-triangle")
SENT_AGAIN = announce("communication.sent_again", _("{actor} sends the e-mail again"), icon="refresh")
WAITING = announce("complaint.waiting", words.waiting, icon="player-pause")
RESUMED = announce("complaint.resumed", words.resumed, icon="player-play")
GONE_OUTSIDE = announce("complaint.gone_outside", words.gone_outside, icon="world")
MATTER_CHANGED = announce("complaint.outside_changed", words.matter_changed, icon="edit")
MATTER_ACCEPTED = announce("complaint.outside_accepted", words.matter_accepted, icon="gavel")
MATTER_ANSWERED = announce("complaint.outside_answered", words.matter_answered, icon="send")
CLOCK_EXTENDED = announce("complaint.statutory_extended", words.clock_extended, icon="calendar-event")
TEMPLATE_ADDED = announce("template.created", _("{actor} added the template"), icon="message-2")
TEMPLATE_CHANGED = announce("template.changed", _("{actor} changed the template"), icon="message-2")
OFFERED = announce("complaint.offered", _("{actor} offered it to {to}"), icon="switch-horizontal")
OFFER_DECLINED = announce("complaint.offer_declined", _("{actor} declined the offer"), icon="arrow-back-up")
OFFER_WITHDRAWN = announce("complaint.offer_withdrawn", _("{actor} withdrew the offer"), icon="arrow-back-up")
OFFER_OVERTAKEN = announce("complaint.offer_overtaken", _("The offer was overtaken"), icon="ban")
MOVED = announce("complaint.moved", _("{actor} moved it to {department}"), icon="building-store")
TASK_OPENED = announce("task.opened", words.task_opened, icon="list-check")
TASK_CHANGED = announce("task.changed", _("{actor} changed a task: {assignee}, until {due_at}"), icon="edit")
TASK_DONE = announce("task.done", words.task_done, icon="check")
TASK_CANCELLED = announce("task.cancelled", _("A task is no longer needed"), icon="ban")
GROUP_OPENED = announce("group.opened", _("{actor} opened a group complaint"), icon="users")
GROUP_JOINED = announce("group.joined", _("{actor} added it to a group complaint"), icon="user-plus")
GROUP_LEFT = announce("group.left", _("{actor} took it out of the group complaint"), icon="user-minus")
GROUP_REPRESENTED = announce("group.representative_named", _("{actor} named a representative"), icon="user-check")
GROUP_UNREPRESENTED = announce(
    "group.representative_ended", _("{actor} noted that a representative no longer speaks"), icon="user-off"
)
GROUP_TALKED = announce("group.talked", words.group_talked, icon="users")
GROUP_CLOSED = announce("group.closed", _("{actor} closed the group complaint"), icon="check")
LINKED = announce("complaint.linked", _("{actor} linked it to {other}"), icon="link")
GUIDANCE_WRITTEN = announce("guidance.created", _("{actor} wrote the card"), icon="quote")
GUIDANCE_CHANGED = announce("guidance.changed", _("{actor} changed the card"), icon="edit")
GUIDANCE_ARCHIVED = announce("guidance.archived", _("{actor} archived the card"), icon="archive")
GUIDANCE_RESTORED = announce("guidance.restored", _("{actor} brought the card back"), icon="refresh")


def _categories(user: User) -> QuerySet[Category]:
    may_read = scope_of(user).may_read or user.has_perm("complaints.manage_categories")
    return Category.objects.all() if may_read else Category.objects.none()


def _templates(user: User) -> QuerySet[MessageTemplate]:
    may_read = scope_of(user).may_read
    return MessageTemplate.objects.all() if may_read else MessageTemplate.objects.none()


let_read("complaint", Complaint.objects.visible_to)
let_read("category", _categories)
let_read("guidancecard", GuidanceCard.objects.visible_to)
let_read("messagetemplate", _templates)
let_read("casetask", CaseTask.objects.visible_to)
let_read("complaintgroup", ComplaintGroup.objects.visible_to)
