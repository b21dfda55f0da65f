"""The mark of the cards: its lock orders the writes on them, and a new one tells readers to look again."""

import uuid

from complaints.models import GuidanceMark

ONE = 1


def lock_cards() -> None:
    """Let one write at a time look at the cards and change them; in a transaction."""
    GuidanceMark.objects.bulk_create([GuidanceMark(pk=ONE)], ignore_conflicts=True)
    GuidanceMark.objects.select_for_update().get(pk=ONE)


def renew_mark() -> None:
    """Tell every process to read the cards again. Random, so that the mark of what was undone never comes again."""
    GuidanceMark.objects.filter(pk=ONE).update(mark=uuid.uuid4())
