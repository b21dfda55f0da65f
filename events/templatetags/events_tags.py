from typing import Any

from django import template
from django.template.context import RequestContext

from events.bell import ring

register = template.Library()


@register.inclusion_tag("events/_bell.html", takes_context=True)
def bell(context: RequestContext) -> dict[str, Any]:
    """The bell in the top bar, with how many notices are unread."""
    return {"bell": ring(context["request"].user)}
