"""Who may read what happened: each app says which of its subjects a user may see."""

from collections.abc import Callable
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

# Takes the reader, and gives the subjects of one kind that they may see.
Rule = Callable[[Any], QuerySet[Any]]

_rules: dict[str, Rule] = {}


def let_read(subject_type: str, rule: Rule) -> None:
    """Show the events of these subjects to whom the rule shows the subject. Raises ValueError for a second rule."""
    if subject_type in _rules:
        raise ValueError(f"Who may read of {subject_type} is said twice.")
    _rules[subject_type] = rule


def readable_types() -> frozenset[str]:
    return frozenset(_rules)


def readable_by(user: Any) -> Q:
    """What `Event.objects.visible_to` lets through; a kind of subject without a rule is shown to nobody.

    Each subject is looked up by its key, so what a page of events costs follows the page and not the house.
    """
    seen = Q(pk__in=[])
    for subject_type, rule in _rules.items():
        subjects = rule(user)
        if not subjects.query.is_empty():
            seen |= Q(subject_type=subject_type) & Q(Exists(subjects.filter(pk=OuterRef("subject_id"))))
    return seen
