"""The form of the stage in hand, on the case's page: the facts and questions, or what was carried out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from accounts.models import User
from complaints.codes import Nature, State
from complaints.forms.agree import AnswerForm, CaseQuestionForm, DetailsForm, ExecutionForm, StageForm
from complaints.models import CaseQuestion, Complaint, StageRecord
from complaints.workflow import DETAILS, current_stage, workflow_of

# Moves that ask a question of their own, seldom pressed, with their icons.
MOVES = {
    "not_accepted": "arrow-back-up",
    "new_facts": "bulb",
    "not_fulfilled": "arrow-back-up",
    "dissatisfied": "mood-sad",
    "declined": "hand-stop",
    "refer": "gavel",
    "reopen": "refresh",
}


@dataclass(frozen=True)
class Asked:
    """A question with the form of its answer, while there is none."""

    row: CaseQuestion
    form: AnswerForm | None = None


@dataclass(frozen=True)
class Panel:
    name: str
    form: StageForm
    questions: Sequence[Asked] = field(default=())
    question_form: CaseQuestionForm | None = None


def panel(
    complaint: Complaint,
    user: User,
    *,
    form: StageForm | None = None,
    question_form: CaseQuestionForm | None = None,
    answers: Mapping[int, AnswerForm] | None = None,
) -> Panel | None:
    """What the stage asks; None where there is nothing to fill in. `form` comes with what was typed.

    `complaint` came from `find_case`, so this asks for nothing that is not there.
    """
    if not complaint.is_open or not user.has_perm("complaints.work_case"):
        return None
    if complaint.state == State.GET_DETAILS:
        shown = form if isinstance(form, DetailsForm) else details_form(complaint, user)
        typed = answers or {}
        asked = [
            Asked(row, None if row.answer else typed.get(row.pk) or answer_form(row.pk))
            for row in complaint.case_questions.all()
        ]
        return Panel("details", shown, asked, question_form or CaseQuestionForm(auto_id="question_%s"))
    if complaint.state == State.EXECUTE:
        shown_execution = form if isinstance(form, ExecutionForm) else execution_form()
        return Panel("execution", shown_execution)
    return None


def details_form(complaint: Complaint, user: User, posted: Any = None) -> DetailsForm:
    """Filled with what was recorded last: in this stage, before new facts came up, or at the desk."""
    may_mark = user.has_perm("complaints.mark_malicious") or complaint.nature == Nature.MALICIOUS
    return DetailsForm(posted, initial=_details(complaint), may_mark_malicious=may_mark, auto_id="details_%s")


def _details(complaint: Complaint) -> dict[str, Any]:
    record = current_stage(complaint, DETAILS) or _details_before(complaint)
    if record is None:
        heard = next((row for row in complaint.step_records.all() if row.step == State.LISTEN), None)
        return {"restated": heard.text if heard and heard.superseded_at is None else ""}
    return {
        "restated": record.text,
        "customer_agreed": record.customer_agreed and record.superseded_at is None,
        "wish": record.wish,
        "nature": record.nature,
        "fault": record.fault,
        "satisfaction_before": record.satisfaction_before,
        "evidence": record.evidence,
    }


def _details_before(complaint: Complaint) -> StageRecord | None:
    if not complaint.nature and not complaint.fault:
        # They were never confirmed, so there is nothing to ask for.
        return None
    return StageRecord.objects.filter(complaint=complaint, step=DETAILS).order_by("-pk").first()


def execution_form(posted: Any = None) -> ExecutionForm:
    return ExecutionForm(posted, auto_id="execution_%s")


def answer_form(question_id: int, posted: Any = None) -> AnswerForm:
    return AnswerForm(posted, auto_id=f"answer_{question_id}_%s")


def moves(complaint: Complaint, user: User) -> tuple[tuple[str, str, str], ...]:
    """The seldom moves that the present state offers to this user: name, words, icon."""
    table = workflow_of(complaint).transitions
    return tuple(
        (name, str(table[name].label), sign)
        for name, sign in MOVES.items()
        if name in table and complaint.state in table[name].sources and user.has_perm(table[name].permission)
    )
