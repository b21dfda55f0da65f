"""How the intake form writes times."""

from datetime import datetime

from django import template

from core.formats import time_text

register = template.Library()


@register.filter
def by_when(value: datetime) -> str:
    """11:12 today, else with the date."""
    return time_text(value)
