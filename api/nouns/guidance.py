"""Guidance for talks: cards with what helps, what to avoid and sentences to say. Source: DOMAIN.md 3.7."""

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.urls import path
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request

from accounts.roles import refused
from api.fields import Instant
from api.filters import CodeFilter, Filter, YesNoFilter
from api.serializers import Output
from api.views import ApiView, ItemView, ListView
from complaints.codes import Situation, Skill
from complaints.guidance.checks import STEPS
from complaints.guidance.content import LANGUAGES, content_of
from complaints.guidance.search import Wanted, find_cards
from complaints.models import Category, GuidanceCard
from customers.codes import Temperament

READ = "complaints.read_guidance"


def codes(help_text: str, known: Any = None) -> serializers.Field[Any, Any, Any, Any]:
    child: Any = serializers.CharField() if known is None else serializers.ChoiceField(choices=known)
    return serializers.ListField(child=child, help_text=help_text)


class GuidanceTexts(Output):
    language = serializers.ChoiceField(choices=LANGUAGES, help_text="en or zh.")
    title = serializers.CharField(help_text="Title.")
    helps = codes("What helps, one thing each.")
    avoid = codes("What to avoid, one thing each.")
    say = codes("Sentences to say. {name}, {owner} and {department} stand for words of the complaint.")


class GuidanceOutput(Output):
    id = serializers.IntegerField(help_text="Id of the card.")
    code = serializers.CharField(help_text="Name of the card in the starter set; empty for one of your own.")
    title = serializers.SerializerMethodField(help_text="Title in the language of the answer, or in the other one.")
    steps = codes("Steps of LASTR and stages of AGREE it fits; empty fits all.", [step.value for step in STEPS])
    types = serializers.ListField(
        child=serializers.ChoiceField(choices=Temperament.choices),
        source="temperaments",
        help_text="Customer types it fits; empty fits all.",
    )
    categories = codes("Codes of the categories it fits, with all below them; empty fits all.")
    skills = codes("Skills it belongs to.", Skill.choices)
    situations = codes("Situations it is about.", Situation.choices)
    texts = serializers.SerializerMethodField(help_text="The card in each language that it is written in.")
    is_archived = serializers.BooleanField(help_text="True: shown nowhere any more.")
    version = serializers.IntegerField(help_text="How often it was written.")
    updated_at = Instant(help_text="When it was last changed.")

    def get_title(self, row: GuidanceCard) -> str:
        return str(row)

    @extend_schema_field(GuidanceTexts(many=True))
    def get_texts(self, row: GuidanceCard) -> Any:
        return GuidanceTexts(content_of(row).written, many=True).data


class OfCards(Filter):
    """Asks the cards in memory, as the page does: lists of codes are no columns that every database can look into."""

    def __init__(self, wanted: Callable[[str], Wanted], description: str) -> None:
        super().__init__("", description)
        self.wanted = wanted

    def apply(self, rows: QuerySet[Any], value: Any) -> QuerySet[Any]:
        return found_by(rows, self.wanted(value))


class OfCardsByCode(OfCards, CodeFilter):
    def __init__(self, wanted: Callable[[str], Wanted], description: str, choices: Any) -> None:
        CodeFilter.__init__(self, "", description, choices)
        self.wanted = wanted


class CategoryOfCards(OfCards):
    def read(self, text: str) -> str:
        if not Category.objects.filter(code=text).exists():
            raise ValueError(text)
        return text


class LanguageOfCards(CodeFilter):
    """Cards that are written in it."""

    def __init__(self) -> None:
        super().__init__("", "Written in this language.", LANGUAGES)

    def apply(self, rows: QuerySet[Any], value: Any) -> QuerySet[Any]:
        return rows.exclude(**{f"title_{value}": ""})


def found_by(rows: QuerySet[Any], wanted: Wanted) -> QuerySet[Any]:
    return rows.filter(pk__in=[found.row.pk for found in find_cards(rows, wanted)])


class GuidanceRead(ApiView):
    """Refuses at once, with the browser's sentence, who works on no complaint."""

    queryset = GuidanceCard.objects.none()
    serializer_class = GuidanceOutput

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if not self.user.has_perm(READ):
            raise refused(READ)

    def get_queryset(self) -> QuerySet[GuidanceCard]:
        return GuidanceCard.objects.visible_to(self.user)


class Guidance(GuidanceRead, ListView):
    """Cards for talks: what helps, what to avoid, and sentences to say."""

    filters: ClassVar[Mapping[str, Filter]] = {
        "step": OfCardsByCode(
            lambda code: Wanted(step=code), "Fits this step or stage.", [step.value for step in STEPS]
        ),
        "type": OfCardsByCode(lambda code: Wanted(temperament=code), "Fits this customer type.", Temperament.values),
        "category": CategoryOfCards(
            lambda code: Wanted(category=code), "Code of a category: cards of it and of those above it."
        ),
        "situation": OfCardsByCode(lambda code: Wanted(situation=code), "Is about this situation.", Situation.values),
        "skill": OfCardsByCode(lambda code: Wanted(skill=code), "Belongs to this skill.", Skill.values),
        "language": LanguageOfCards(),
        "code": Filter("code", "Exactly this name in the starter set."),
        "is_archived": YesNoFilter("is_archived", "True: only what is shown nowhere any more."),
    }
    orderings: ClassVar[Mapping[str, str]] = {"position": "position", "id": "pk", "updated_at": "updated_at"}
    default_ordering = "position"
    has_search = True

    def search(self, rows: QuerySet[Any], text: str) -> QuerySet[Any]:
        return found_by(rows, Wanted(words=text))


class GuidanceItem(GuidanceRead, ItemView):
    """One card, in every language that it is written in."""


urlpatterns = [
    path("guidance", Guidance.as_view(), name="guidance-list"),
    path("guidance/<id:pk>", GuidanceItem.as_view(), name="guidance-detail"),
]
