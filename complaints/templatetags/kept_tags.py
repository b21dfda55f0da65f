"""Pieces of a complaint's page that are drawn once and kept."""

from collections.abc import Hashable, Iterable

from django import template
from django.template import RequestContext
from django.utils.safestring import SafeString

from complaints.timeline import Entry
from core.drawn import draw, drawn, drawn_for, filled, together, with_words
from core.formats import manner
from core.templatetags.core_tags import token_field

register = template.Library()

# Stands for the number in pieces that are the same for all complaints; no complaint is of that year.
ANY_NUMBER = "C-0000-000000"


@register.simple_tag(takes_context=True)
def of_case(context: RequestContext, piece_template: str, **values: Hashable) -> SafeString:
    """Draw what is the same for all complaints but for the number. `values` hold nothing that a person wrote."""
    piece = drawn(piece_template, number=ANY_NUMBER, **values)
    return with_words(piece, ANY_NUMBER, context["complaint"].number)


@register.simple_tag(takes_context=True)
def composer(context: RequestContext) -> SafeString:
    """The form of an entry: kept while it is blank, drawn anew when it comes back with what is wrong."""
    token = token_field(context)
    if "entry_form" not in context:
        piece = of_case(context, "complaints/_composer.html", composer=context["composer"])
        return filled(piece, token=token)
    values = {"composer": {"form": context["entry_form"]}, "number": context["complaint"].number}
    return filled(draw("complaints/_composer.html", values), token=token)


@register.simple_tag
def entries(shown: Iterable[Entry]) -> SafeString:
    """Draw what happened, one entry after the other; what has happened does not change."""
    read = manner()
    return together(drawn_for(read, "complaints/_entry.html", **_values(entry)) for entry in shown)


def _values(entry: Entry) -> dict[str, Hashable]:
    return {
        "at": entry.event.at,
        "words": entry.words,
        "icon": entry.icon,
        "text": entry.text,
        "is_customer": entry.is_customer,
        "is_note": entry.is_note,
        "is_alarm": entry.is_alarm,
        "is_good": entry.is_good,
    }
