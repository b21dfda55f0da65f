"""What complaints teach: the evaluation of one, the tree of root causes, and the suggestions kept."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.db.models import Q, QuerySet
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.roles import refused
from api.fields import Code, Instant, Line, Text
from api.filters import CodeFilter, Filter, YesNoFilter
from api.nouns.complaints_answers import Said, Username
from api.nouns.complaints_base import OfComplaint, at_fields
from api.permissions import SAFE
from api.problems import invalid
from api.serializers import Input, Output
from api.views import ActionView, ItemView, ListCreateView, ListView, OneView
from complaints.actions import evaluation as actions
from complaints.actions.suggestions import answer_suggestion, keep_suggestion
from complaints.codes import CHOSEN_OUTCOMES, Outcome, Relief, Satisfaction, SeverityClass
from complaints.models import Evaluation, RootCause, Suggestion
from complaints.models.evaluation import ANSWER_LIMIT
from complaints.models.suggestion import SUGGESTION_LIMIT

READ = "complaints.read_complaints"
OPTIONAL: dict[str, Any] = {"required": False, "allow_blank": True}
MOST_SUGGESTIONS = 20


class RootCauseCode(Line):
    """A root cause by its code."""

    default_error_messages = {"unknown": _("There is no root cause with this code.")}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=64, **kwargs)

    def run_validation(self, data: Any = serializers.empty) -> Any:
        # As a text first, whose length is checked; then as what it names.
        code = super().run_validation(data)
        found = RootCause.objects.filter(code=code).first()
        if found is None:
            self.fail("unknown")
        return found


class Texts(serializers.ListField):
    """Some short texts."""


class EvaluationFields(Input):
    """What is said of the outcome; what is left out stays as it was recorded."""

    satisfaction = Code(
        choices=Satisfaction.choices, required=False, help_text="How content the customer says they are."
    )
    root_cause = RootCauseCode(required=False, help_text="Code of the root cause.")
    root_cause_text = Text(max_length=ANSWER_LIMIT, help_text="How it came about.", **OPTIONAL)
    corrective_action = Text(
        max_length=ANSWER_LIMIT, help_text="What is done so that it does not come again.", **OPTIONAL
    )
    did_well = Text(max_length=ANSWER_LIMIT, help_text="What went well.", **OPTIONAL)
    to_improve = Text(max_length=ANSWER_LIMIT, help_text="What deserves improving.", **OPTIONAL)
    next_time = Text(max_length=ANSWER_LIMIT, help_text="How it is done better next time.", **OPTIONAL)
    suggestions = Texts(
        child=Text(max_length=SUGGESTION_LIMIT),
        max_length=MOST_SUGGESTIONS,
        required=False,
        help_text="Reasonable suggestions found in it, each kept once; an empty list says that there was none.",
    )
    outcome = Code(choices=CHOSEN_OUTCOMES, required=False, help_text="What came of it.")
    relief = Code(choices=Relief.choices, required=False, help_text="What the customer got.")
    closed_despite = Text(
        max_length=ANSWER_LIMIT,
        help_text="A supervisor’s reason why nothing more can be done for a customer who is not content.",
        **OPTIONAL,
    )


class EvaluationInput(EvaluationFields):
    example = {
        "satisfaction": "satisfied",
        "root_cause": "information_promised",
        "did_well": "Called within the hour.",
        "suggestions": ["Write the list of equipment into the order."],
    }


def told_of_outcome(values: Mapping[str, Any]) -> dict[str, Any]:
    """A body as the arguments of the action: an empty list of suggestions says that there was none."""
    given = {name: value for name, value in values.items() if name in (*actions.FIELDS, "suggestions")}
    if given.get("suggestions") == []:
        given["has_no_suggestion"] = True
    return given


class EvaluationOutput(Output):
    satisfaction = Said(choices=Satisfaction.choices, help_text="How content the customer says they are.")
    root_cause = serializers.CharField(
        source="root_cause.code", default=None, allow_null=True, help_text="Code of the root cause."
    )
    root_cause_text = serializers.CharField(help_text="How it came about.")
    corrective_action = serializers.CharField(help_text="What is done so that it does not come again.")
    did_well = serializers.CharField(help_text="What went well.")
    to_improve = serializers.CharField(help_text="What deserves improving.")
    next_time = serializers.CharField(help_text="How it is done better next time.")
    has_no_suggestion = serializers.BooleanField(help_text="It was said that no suggestion was in it.")
    outcome = Said(choices=Outcome.choices, help_text="What came of it.")
    relief = Said(choices=Relief.choices, help_text="What the customer got.")
    closed_despite = serializers.CharField(help_text="Why nothing more can be done; empty for a content customer.")
    closed_despite_by = Username(help_text="Who wrote that reason.")
    recorded_by = Username("recorded_by_or_none", help_text="Who recorded this last; null while nothing is.")
    recorded_at = Instant(allow_null=True, help_text="When; null while nothing is recorded.")


class OneEvaluation(OfComplaint, ActionView):
    """What is recorded of the outcome in this round; POST records more of it, without closing the complaint."""

    serializer_class = EvaluationOutput
    input_class = EvaluationInput
    posts = actions.WORK

    def get_object(self) -> Evaluation:
        rows = Evaluation.objects.filter(complaint=self.complaint, superseded_at=None)
        found = rows.select_related("root_cause", "recorded_by", "closed_despite_by").first() or Evaluation()
        found.recorded_by_or_none = found.recorded_by if found.pk else None  # type: ignore[attr-defined]
        return found

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return self.shown(self.get_object())

    def again(self, item: Any) -> Evaluation:
        return self.get_object()

    def act(self, values: dict[str, Any]) -> Any:
        if self.complaint.severity_class == SeverityClass.ONE:
            for name in actions.OF_A_CASE:
                if name in values:
                    raise invalid(name, "not_of_class_1", _("Of class 1 the lessons alone are kept here."))
        with at_fields({name: name for name in (*actions.FIELDS, "text")}):
            return actions.record_evaluation(self.complaint.pk, by=self.user, **told_of_outcome(values))


class RootCauseOutput(Output):
    id = serializers.IntegerField(help_text="Id of the root cause.")
    code = serializers.CharField(help_text="Code; inputs name root causes by it.")
    name = serializers.CharField(help_text="Name in the language of the answer.")
    name_en = serializers.CharField(help_text="Name in English.")
    name_zh = serializers.CharField(help_text="Name in Chinese.")
    parent = serializers.CharField(  # type: ignore[assignment]
        source="parent.code", default=None, allow_null=True, help_text="Code of the root cause above."
    )
    is_active = serializers.BooleanField(help_text="False: no longer chosen.")


class RootCauses(ListView):
    """Why things go wrong: the tree that evaluations choose from."""

    serializer_class = RootCauseOutput
    filters = {
        "code": Filter("code", "Exactly this code."),
        "parent": Filter("parent__code", "Code of the root cause above."),
        "is_active": YesNoFilter("is_active", "Whether it is still chosen."),
    }
    orderings = {"code": "code", "id": "pk"}
    default_ordering = "code"
    has_search = True

    def get_queryset(self) -> QuerySet[RootCause]:
        return RootCause.objects.select_related("parent")

    def search(self, rows: QuerySet[Any], text: str) -> QuerySet[Any]:
        return rows.filter(Q(name_en__icontains=text) | Q(name_zh__icontains=text) | Q(code__icontains=text))


class SuggestionOutput(Output):
    id = serializers.IntegerField(help_text="Id of the suggestion.")
    complaint = serializers.CharField(source="complaint.number", help_text="Number of the complaint it was found in.")
    department = serializers.CharField(source="department.code", help_text="Code of the department.")
    text = serializers.CharField(help_text="What was suggested.")
    state = Code(choices=Suggestion.State.choices, help_text="What came of it.")
    kept_by = Username(help_text="Who kept it.")
    kept_at = Instant(help_text="When.")
    answer = serializers.CharField(help_text="What was answered; empty before.")
    answered_by = Username(help_text="Who answered it.")
    answered_at = Instant(allow_null=True, help_text="When.")
    reward = serializers.CharField(help_text="How it was rewarded; may be empty.")


SUGGESTION_RELATED = ("complaint", "department", "kept_by", "answered_by")


class SuggestionInput(Input):
    text = Text(max_length=SUGGESTION_LIMIT, help_text="What was suggested.")

    example = {"text": "Write the list of equipment into the order."}


class SuggestionsOfComplaint(OfComplaint, ListCreateView):
    """Suggestions kept from a complaint, newest first; the same words are kept once."""

    serializer_class = SuggestionOutput
    input_class = SuggestionInput
    posts = "complaints.work_desk"
    orderings: ClassVar[Mapping[str, str]] = {"id": "pk"}
    default_ordering = "-id"

    def get_queryset(self) -> QuerySet[Any]:
        return self.complaint.suggestions.select_related(*SUGGESTION_RELATED)

    def create(self, values: dict[str, Any]) -> Suggestion:
        with at_fields({"text": "text"}):
            return keep_suggestion(self.complaint.pk, text=values["text"], by=self.user)

    def location(self, made: Suggestion) -> str:
        return reverse("api:suggestions-detail", kwargs={"pk": made.pk})


class OfSuggestions(OneView):
    """Suggestions from complaints that you may see."""

    serializer_class = SuggestionOutput
    queryset = Suggestion.objects.none()
    posts: ClassVar[str] = ""

    def check_permissions(self, request: Request) -> None:
        super().check_permissions(request)
        needed = READ if request.method in SAFE else self.posts
        if not self.user.has_perm(needed):
            raise refused(needed)

    def get_queryset(self) -> QuerySet[Suggestion]:
        return Suggestion.objects.visible_to(self.user).select_related(*SUGGESTION_RELATED)


class Suggestions(OfSuggestions, ListView):
    """Suggestions found in complaints that you may see, newest first."""

    filters = {
        "state": CodeFilter("state", "What came of it.", Suggestion.State.values),
        "department": Filter("department__code", "Code of the department."),
        "complaint": Filter("complaint__number", "Number of the complaint."),
    }
    orderings = {"id": "pk", "kept_at": "kept_at"}
    default_ordering = "-id"
    has_search = True

    def search(self, rows: QuerySet[Any], text: str) -> QuerySet[Any]:
        return rows.filter(text__icontains=text)


class OneSuggestion(OfSuggestions, ItemView):
    """One suggestion, and what came of it."""


ANSWERS = [choice for choice in Suggestion.State.choices if choice[0] != Suggestion.State.KEPT]


class SuggestionAnswerInput(Input):
    state = Code(choices=ANSWERS, help_text="What comes of it.")
    answer = Text(max_length=2000, help_text="What is answered.")
    reward = Line(max_length=300, help_text="How it is rewarded.", **OPTIONAL)

    example = {"state": "taken_up", "answer": "From January on it stands in every order.", "reward": "A tank of fuel"}


class Answer(OfSuggestions, ActionView):
    """Answer a suggestion, which is a leader’s; a later answer replaces the first."""

    input_class = SuggestionAnswerInput
    posts = "complaints.answer_suggestions"

    def act(self, values: dict[str, Any]) -> Suggestion:
        with at_fields({"state": "state", "answer": "answer"}):
            return answer_suggestion(self.get_object().pk, by=self.user, **values)


urlpatterns = [
    path("complaints/<word:number>/evaluation", OneEvaluation.as_view(), name="complaints-evaluation"),
    path("complaints/<word:number>/suggestions", SuggestionsOfComplaint.as_view(), name="complaints-suggestions"),
    path("root-causes", RootCauses.as_view(), name="root-causes-list"),
    path("suggestions", Suggestions.as_view(), name="suggestions-list"),
    path("suggestions/<id:pk>", OneSuggestion.as_view(), name="suggestions-detail"),
    path("suggestions/<id:pk>/answer", Answer.as_view(), name="suggestions-answer"),
]
