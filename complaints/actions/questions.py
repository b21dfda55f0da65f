"""Questions put to get the details, open or closed, and their answers. Source: DOMAIN.md 3.4, *Get details*."""

from django.utils.translation import gettext_lazy as _

from accounts.models import User
from complaints import events
from complaints.actions.locking import locked, require_open, save
from complaints.codes import AGREE_STATES, QuestionKind
from complaints.models import CaseQuestion, Complaint
from core import clock
from core.actions import action
from core.errors import Blocked, Blocker, Conflict, PermissionDenied
from events.log import record_event


@action
def ask_question(complaint_id: int, *, kind: str, question: str, answer: str = "", by: User) -> CaseQuestion:
    """Note a question of a case, before or after it is put; the answer may follow later."""
    complaint = _open_case(complaint_id, by)
    blockers = []
    if kind not in QuestionKind.values:
        blockers.append(Blocker("unknown_kind", _("Choose whether the question is open or closed."), "kind"))
    if not question.strip():
        blockers.append(Blocker("no_question", _("Write the question."), "question"))
    if blockers:
        raise Blocked(blockers)
    now = clock.now()
    row = CaseQuestion(
        complaint=complaint, kind=kind, question=question.strip(), answer=answer.strip(), asked_at=now, asked_by=by
    )
    if row.answer:
        row.answered_at, row.answered_by = now, by
    row.save()
    record_event(events.QUESTION_ASKED, complaint, by=by, at=now, question_id=row.pk, kind=kind)
    save(complaint, at=now)
    return row


@action
def answer_question(complaint_id: int, question_id: int, *, answer: str, by: User) -> CaseQuestion:
    """Note the answer; what somebody noted before stays, and is shown to who comes second.

    Raises CaseQuestion.DoesNotExist for a question of another complaint.
    """
    complaint = _open_case(complaint_id, by)
    row = complaint.case_questions.select_for_update().get(pk=question_id)
    if row.answer:
        raise Conflict("already_answered", _("Somebody noted the answer already."), current=row)
    if not answer.strip():
        raise Blocked([Blocker("no_answer", _("Write what was answered."), "answer")])
    now = clock.now()
    row.answer, row.answered_at, row.answered_by = answer.strip(), now, by
    row.save(update_fields=["answer", "answered_at", "answered_by"])
    record_event(events.QUESTION_ANSWERED, complaint, by=by, at=now, question_id=row.pk)
    save(complaint, at=now)
    return row


def _open_case(complaint_id: int, by: User) -> Complaint:
    if not by.has_perm("complaints.work_case"):
        raise PermissionDenied
    complaint = locked(complaint_id, by=by)
    require_open(complaint)
    if complaint.state not in AGREE_STATES:
        raise Conflict("not_a_case", _("Questions are noted on class 2 cases only."), current=complaint)
    return complaint
