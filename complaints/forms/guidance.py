"""Looking for guidance cards, and writing them."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from complaints.actions.guidance import save_card
from complaints.codes import AGREE_STATES, LASTR_STATES, Situation, Skill
from complaints.forms.fields import Words
from complaints.forms.refusals import save_with
from complaints.guidance.content import LANGUAGES, LISTS, SIDES, Content, texts_of
from complaints.guidance.search import Wanted
from complaints.models import Category, GuidanceCard
from complaints.models.guidance import LONGEST_TITLE
from core.forms import ManyPicks
from customers.codes import Temperament

LONGEST_QUERY = 200
LASTR = [(step.value, step.label) for step in LASTR_STATES]
AGREE = [(step.value, step.label) for step in AGREE_STATES]
ANY = ("", _("all"))
SPOKEN = [("", pgettext_lazy("language", "as this page")), ("en", "English"), ("zh", "中文")]


def category_names() -> list[tuple[str, str]]:
    """(code, name) of every category in use, each followed by those below it."""
    rows = list(Category.objects.filter(is_active=True))
    there = {row.pk for row in rows}
    below: dict[int | None, list[Category]] = {}
    for row in rows:
        below.setdefault(row.parent_id if row.parent_id in there else None, []).append(row)
    return [(row.code, row.name) for row in _in_order(below, None)]


def _in_order(below: dict[int | None, list[Category]], parent: int | None) -> Iterator[Category]:
    for row in below.get(parent, ()):
        yield row
        yield from _in_order(below, row.pk)


class GuidanceSearchForm(forms.Form):
    """Words, and what a card fits."""

    q = forms.CharField(label=_("Words"), required=False)
    step = forms.ChoiceField(label=_("Step"), choices=[ANY, ("LASTR", LASTR), ("AGREE", AGREE)], required=False)
    type = forms.ChoiceField(label=_("Customer type"), choices=[ANY, *Temperament.choices], required=False)
    category = forms.ChoiceField(label=_("Category"), required=False)
    situation = forms.ChoiceField(label=_("Situation"), choices=[ANY, *Situation.choices], required=False)
    skill = forms.ChoiceField(label=_("Skill"), choices=[ANY, *Skill.choices], required=False)
    language = forms.ChoiceField(label=_("Sentences in"), choices=SPOKEN, required=False)
    archived = forms.BooleanField(label=_("Show archived cards"), required=False)

    def __init__(self, data: Any, *, categories: list[tuple[str, str]]) -> None:
        super().__init__(data)
        self.fields["category"].choices = [ANY, *categories]  # type: ignore[attr-defined]

    def clean_q(self) -> str:
        return " ".join(str(self.cleaned_data["q"]).split())[:LONGEST_QUERY]

    @property
    def wanted(self) -> Wanted:
        given = self.cleaned_data
        return Wanted(given["q"], given["step"], given["type"], given["category"], given["situation"], given["skill"])

    @property
    def spoken(self) -> str:
        """The language that sentences are shown in."""
        return str(self.cleaned_data["language"]) or get_language() or "en"


class Lines(Words):
    """A text with one thing a line."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=4000, widget=forms.Textarea(attrs={"rows": 4}), **kwargs)


TITLE, HELPS = _("Title"), _("What helps")
AVOID, SAY = _("What to avoid"), _("Sentences to say")
A_LINE_EACH = _("One a line.")
FILLED_IN = _("One a line. {name}, {owner} and {department} are filled in on a complaint.")


class GuidanceCardForm(forms.Form):
    """A card in both languages; one may be left empty. `version` tells whether somebody else was faster."""

    use_required_attribute = False
    version = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=1)
    title_en = Words(label=TITLE, max_length=LONGEST_TITLE)
    helps_en = Lines(label=HELPS, help_text=A_LINE_EACH)
    avoid_en = Lines(label=AVOID, help_text=A_LINE_EACH)
    say_en = Lines(label=SAY, help_text=FILLED_IN)
    title_zh = Words(label=TITLE, max_length=LONGEST_TITLE)
    helps_zh = Lines(label=HELPS, help_text=A_LINE_EACH)
    avoid_zh = Lines(label=AVOID, help_text=A_LINE_EACH)
    say_zh = Lines(label=SAY, help_text=FILLED_IN)
    steps = forms.MultipleChoiceField(label=_("Steps"), choices=[*LASTR, *AGREE], widget=ManyPicks, required=False)
    temperaments = forms.MultipleChoiceField(
        label=_("Customer types"), choices=Temperament.choices, widget=ManyPicks, required=False
    )
    situations = forms.MultipleChoiceField(
        label=_("Situations"), choices=Situation.choices, widget=ManyPicks, required=False
    )
    skills = forms.MultipleChoiceField(label=_("Skills"), choices=Skill.choices, widget=ManyPicks, required=False)
    categories = forms.MultipleChoiceField(label=_("Categories"), widget=ManyPicks, required=False)

    def __init__(self, data: Any = None, *, content: Content | None = None, version: int | None = None) -> None:
        super().__init__(data, initial=_initial(content) | {"version": version})
        names = category_names()
        offered = {code for code, _name in names}
        # What is no longer in use stays on the card until somebody takes it off.
        kept = [(code, code) for code in (content.categories if content else ()) if code not in offered]
        self.fields["categories"].choices = [*names, *kept]  # type: ignore[attr-defined]
        for language in LANGUAGES:
            for part in ("title", *LISTS):
                self.fields[f"{part}_{language}"].widget.attrs["lang"] = language

    @property
    def tongues(self) -> list[tuple[str, str, list[forms.BoundField]]]:
        """(code, name, fields) of each language, the page's first."""
        names = {"en": "English", "zh": "中文"}
        order = sorted(LANGUAGES, key=lambda code: not (get_language() or "en").startswith(code))
        return [(code, names[code], [self[f"{part}_{code}"] for part in ("title", *LISTS)]) for code in order]

    @property
    def sides(self) -> list[forms.BoundField]:
        return [self[name] for name in ("steps", "temperaments", "situations", "skills", "categories")]

    @property
    def content(self) -> Content:
        given = self.cleaned_data
        en, zh = (texts_of(code, *(given[f"{part}_{code}"] for part in ("title", *LISTS))) for code in LANGUAGES)
        return Content(**{side: tuple(given[side]) for side in SIDES}, en=en, zh=zh)

    def save(self, card_id: int | None, *, by: User) -> GuidanceCard | None:
        expected = self.cleaned_data["version"]
        return save_with(self, lambda: save_card(card_id, self.content, expected_version=expected, by=by))


def _initial(content: Content | None) -> dict[str, Any]:
    if content is None:
        return {}
    shown: dict[str, Any] = {side: list(getattr(content, side)) for side in SIDES}
    for texts in content.both:
        shown[f"title_{texts.language}"] = texts.title
        shown |= {f"{part}_{texts.language}": "\n".join(getattr(texts, part)) for part in LISTS}
    return shown
