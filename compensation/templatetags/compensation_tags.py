"""Small words of proposals."""

from django import template

from compensation.codes import Consideration
from compensation.models import Proposal

register = template.Library()


@register.filter
def five(proposal: Proposal) -> list[tuple[str, str]]:
    """The five questions in their order, with what was answered."""
    return [(str(each.label), proposal.considerations.get(each.value, "")) for each in Consideration]
