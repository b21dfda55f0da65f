"""Questions put to get the details of a case, and their answers."""

from typing import Any

from django.db.models import QuerySet
from django.urls import path, reverse

from api.fields import Code, Text
from api.nouns.complaints_answers import CaseQuestionOutput
from api.nouns.complaints_base import OfComplaint, at_fields
from api.serializers import Input
from api.views import ActionView, ListCreateView
from complaints.actions.questions import answer_question, ask_question
from complaints.codes import QuestionKind
from complaints.models import CaseQuestion

RELATED = ("asked_by", "answered_by")


class CaseQuestionInput(Input):
    kind = Code(choices=QuestionKind.choices, default=QuestionKind.OPEN, help_text="Open or closed.")
    question = Text(max_length=1000, help_text="What is asked.")
    answer = Text(max_length=5000, required=False, allow_blank=True, help_text="What was answered; may follow later.")

    example = {"kind": "open", "question": "How did you notice it?", "answer": "It dripped on the way home."}


class Questions(OfComplaint, ListCreateView):
    """Questions of a class 2 case, oldest first."""

    serializer_class = CaseQuestionOutput
    input_class = CaseQuestionInput
    posts = "complaints.work_case"

    def get_queryset(self) -> QuerySet[Any]:
        return self.complaint.case_questions.select_related(*RELATED)

    def create(self, values: dict[str, Any]) -> CaseQuestion:
        with at_fields({name: name for name in ("kind", "question")}):
            return ask_question(self.complaint.pk, by=self.user, **values)

    def again(self, item: CaseQuestion) -> CaseQuestion:
        return item

    def location(self, made: CaseQuestion) -> str:
        return reverse("api:complaints-questions", kwargs=self.kwargs)


class QuestionAnswerInput(Input):
    answer = Text(max_length=5000, help_text="What was answered.")

    example = {"answer": "It dripped on the way home."}


class Answer(OfComplaint, ActionView):
    """Note the answer to a question; one that is there stays."""

    serializer_class = CaseQuestionOutput
    input_class = QuestionAnswerInput
    posts = "complaints.work_case"
    path_words = {"pk": "Id of the question."}

    def get_queryset(self) -> QuerySet[Any]:
        return self.complaint.case_questions.select_related(*RELATED)

    def act(self, values: dict[str, Any]) -> CaseQuestion:
        with at_fields({"answer": "answer"}):
            return answer_question(self.complaint.pk, self.kwargs["pk"], answer=values["answer"], by=self.user)

    def again(self, item: CaseQuestion) -> CaseQuestion:
        found: CaseQuestion = self.get_queryset().get(pk=item.pk)
        return found


urlpatterns = [
    path("complaints/<word:number>/questions", Questions.as_view(), name="complaints-questions"),
    path("complaints/<word:number>/questions/<id:pk>/answer", Answer.as_view(), name="complaints-answer"),
]
