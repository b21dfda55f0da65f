"""Pieces of a complaint's page that are drawn once and kept."""

from collections.abc import Hashable, Iterable

from django import template
from django.template import RequestContext
from django.utils.safestring import SafeString

from complaints.codes import UNDELIVERED
from complaints.events import COMMUNICATED, NOTED
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


@register.simple_tag(takes_context=True)
def entries(context: RequestContext, shown: Iterable[Entry]) -> SafeString:
    """Draw what happened, one entry after the other; what has happened does not change."""
    read = manner()
    complaint, user_id = context["complaint"], context["request"].user.pk
    may_send = bool(context.get("may_work")) and complaint.is_open
    return together(
        drawn_for(
            read,
            "complaints/_entry.html",
            **_values(entry),
            **_mending(entry, complaint.get_absolute_url(), user_id, may_send=may_send),
        )
        for entry in shown
    )


def _mending(entry: Entry, url: str, user_id: int, *, may_send: bool) -> dict[str, Hashable]:
    """What this reader may do about a talk: its author corrects it, whoever works the case sends it again."""
    talk, verb = entry.talk, ""
    if talk is not None and entry.event.type in (COMMUNICATED, NOTED):
        if talk.delivery_state:
            verb = "send-again" if may_send and talk.delivery_state in UNDELIVERED else ""
        elif talk.recorded_by_id == user_id:
            verb = "correct"
    return {"verb": verb, "verb_url": f"{url}talks/{talk.pk}/{verb}/" if talk and verb else ""}


def _values(entry: Entry) -> dict[str, Hashable]:
    talk = entry.talk
    return {
        "at": entry.event.at,
        "words": entry.words,
        "icon": entry.icon,
        "text": entry.text,
        "is_customer": entry.is_customer,
        "is_note": entry.is_note,
        "is_alarm": entry.is_alarm,
        "is_good": entry.is_good,
        "details": entry.details,
        "delivery": entry.delivery,
        "delivery_words": str(talk.get_delivery_state_display()) if talk and talk.delivery_state else "",
        "delivery_error": talk.delivery_error if talk else "",
    }
