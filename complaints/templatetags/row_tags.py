"""The rows of lists of complaints."""

from collections.abc import Iterable

from django import template
from django.template import RequestContext
from django.utils.html import escape
from django.utils.safestring import SafeString

from complaints.lines import Line
from core import clock
from core.drawn import drawn_for, filled, together
from core.due import chip
from core.formats import manner
from core.templatetags.core_tags import draw_chip, next_field, token_field

register = template.Library()

FOCUS, NOTHING = escape(" autofocus"), escape("")


@register.simple_tag(takes_context=True)
def rows(context: RequestContext, row_template: str, lines: Iterable[Line], has_focus: bool = False) -> SafeString:
    """Draw lines by the template of a row; with `has_focus` the first of them is put under the hand."""
    token, back = token_field(context), next_field(context)
    focus, at, read, shown = FOCUS if has_focus else NOTHING, clock.now(), manner(), []
    for line in lines:
        due = draw_chip(chip(line.deadline, now=at, read=read), mine=line.is_mine) if line.deadline else NOTHING
        shown.append(filled(drawn_for(read, row_template, line=line), focus=focus, token=token, next=back, due=due))
        focus = NOTHING
    return together(shown)
