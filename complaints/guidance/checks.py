"""What is wrong with a card as it was written, each as a sentence at its field."""

import re
from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from complaints.codes import AGREE_STATES, LASTR_STATES, Situation, Skill
from complaints.guidance.content import LISTS, Content, Texts
from complaints.guidance.shown import VARIABLES
from complaints.models import Category, GuidanceCard
from complaints.models.guidance import LONGEST_TITLE
from core.errors import Blocker
from customers.codes import Temperament

STEPS = [*LASTR_STATES, *AGREE_STATES]
LONGEST_LINE, MOST_LINES = 300, 12
_VARIABLE = re.compile(r"\{[^{}]*\}")


def wrong_with(content: Content, *, card_id: int | None) -> list[Blocker]:
    """Everything that keeps this content from being saved. The caller holds the lock of the cards."""
    return [*_wrong_codes(content), *_wrong_texts(content), *_taken(content, card_id)]


def _wrong_codes(content: Content) -> Iterator[Blocker]:
    for side, known in (
        ("steps", {step.value for step in STEPS}),
        ("temperaments", set(Temperament.values)),
        ("skills", set(Skill.values)),
        ("situations", set(Situation.values)),
    ):
        if not known.issuperset(getattr(content, side)):
            yield Blocker("unknown_code", _("One of these is not known. Choose again."), side)
    wanted = set(content.categories)
    if wanted and Category.objects.filter(code__in=wanted).count() != len(wanted):
        yield Blocker("unknown_code", _("One of these categories is not known. Choose again."), "categories")


def _wrong_texts(content: Content) -> Iterator[Blocker]:
    if not content.written:
        link = "title_en" if content.zh.is_empty else "title_zh"
        yield Blocker("no_title", _("Give it a title, in English or in Chinese."), link)
    elif not any(getattr(texts, part) for texts in content.written for part in LISTS):
        yield Blocker(
            "no_words",
            _("Write what helps, what to avoid, or a sentence to say."),
            f"say_{content.written[0].language}",
        )
    for texts in content.both:
        yield from _wrong_in(texts, is_left_out=bool(content.written) and not texts.title)


def _wrong_in(texts: Texts, *, is_left_out: bool) -> Iterator[Blocker]:
    language = texts.language
    if is_left_out and not texts.is_empty:
        yield Blocker("no_title", _("Give it a title in this language too."), f"title_{language}")
    if len(texts.title) > LONGEST_TITLE:
        yield Blocker("too_long", _("Shorten the title to 120 characters."), f"title_{language}")
    for part in LISTS:
        lines, link = getattr(texts, part), f"{part}_{language}"
        if len(lines) > MOST_LINES:
            yield Blocker("too_many", _("Keep to 12 lines; nobody reads more while a customer waits."), link)
        if any(len(line) > LONGEST_LINE for line in lines):
            yield Blocker("too_long", _("Shorten each line to 300 characters."), link)
    unknown = {found for line in texts.say for found in _VARIABLE.findall(line)} - set(VARIABLES)
    if unknown:
        yield Blocker(
            "unknown_variable",
            _("Only {name}, {owner} and {department} are filled in. Write something else instead of the others."),
            f"say_{language}",
        )


def _taken(content: Content, card_id: int | None) -> Iterator[Blocker]:
    others = GuidanceCard.objects.in_use()
    if card_id is not None:
        others = others.exclude(pk=card_id)
    for texts in content.written:
        field = f"title_{texts.language}"
        if others.filter(**{field: texts.title}).exists():
            yield Blocker("title_taken", _("There is a card with this title already. Change that one."), field)
