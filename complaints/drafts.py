"""What a clerk has begun and not saved yet, as the front page lists it."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from accounts.models import User
from complaints.models import Draft

MOST_SHOWN = 5


@dataclass(frozen=True)
class KeptDraft:
    """One unfinished form: its first words, and who it is about so far."""

    key: uuid.UUID
    words: str
    who: str
    updated_at: datetime


def kept_drafts(user: User) -> list[KeptDraft]:
    """The newest few, only their writer's own."""
    rows = Draft.objects.filter(user=user).order_by("-updated_at")[:MOST_SHOWN]
    return [KeptDraft(row.key, _first(row, "description"), _first(row, "name"), row.updated_at) for row in rows]


def _first(draft: Draft, name: str) -> str:
    values = draft.fields.get(name) if isinstance(draft.fields, dict) else None
    return str(values[-1])[:200].strip() if isinstance(values, list) and values else ""
