"""Cards of guidance, drawn once and kept; the words of one complaint are put in afterwards."""

from collections.abc import Iterable

from django import template
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from complaints.guidance.shown import ShownCard
from core.drawn import drawn, with_words

register = template.Library()


@register.simple_tag
def help_card(
    card: ShownCard,
    words: Iterable[tuple[str, str]] = (),
    *,
    look: str = "fold",
    is_open: bool = False,
    may_insert: bool = False,
) -> SafeString:
    """Draw a card; `words` are what stands for its variables here."""
    piece = drawn("complaints/_help_card.html", card=card, look=look, is_open=is_open, may_insert=may_insert)
    for variable, text in words:
        piece = with_words(piece, variable, text)
    return piece


@register.filter
def other_language(language: str) -> SafeString:
    """The attribute that marks a text which is not in the page's language."""
    if language == (get_language() or "en").split("-")[0]:
        return escape("")
    return format_html(' lang="{}"', language)


@register.filter
def language_of(language: str) -> str:
    """The language of the house for a card's: its headings are in the language of its words."""
    return "zh-hans" if language == "zh" else language
