"""How customers' numbers are written on pages."""

from django import template

from customers.phones import show_phone

register = template.Library()


@register.filter
def phone(value: object) -> str:
    """Write a phone as people here do: 138 0571 6620."""
    return show_phone(str(value)) if value else "–"
