"""Intake forms kept while the customer talks. Nobody but their writer ever sees them."""

import uuid
from datetime import timedelta
from typing import Any

from accounts.models import User
from complaints.actions.attachments import forget_rows
from complaints.models import Attachment, Complaint, Draft
from core import clock
from core.actions import action
from core.errors import Conflict
from policies.reading import policy

# A form is text; more than this is no complaint typed at a desk.
MOST_BYTES = 200_000


@action
def save_draft(key: uuid.UUID, *, fields: dict[str, list[str]], by: User) -> Draft | None:
    """Keep the form as it stands, or None when it was lodged meanwhile (a late request of a closed tab).

    Raises Conflict when the key belongs to somebody else's draft, or the form is too large.
    """
    if Complaint.objects.filter(intake_key=key).exists():
        return None
    if sum(len(value) for values in fields.values() for value in values) > MOST_BYTES:
        raise Conflict("draft_too_large")
    now = clock.now()
    draft = Draft.objects.select_for_update().filter(key=key).first()
    if draft is None:
        draft = Draft(key=key, user=by, created_at=now)
    if draft.user_id != by.pk:
        raise Conflict("not_your_draft")
    draft.fields, draft.updated_at = fields, now
    draft.save()
    return draft


@action
def discard_draft(key: uuid.UUID, *, by: User) -> None:
    Draft.objects.filter(key=key, user=by).delete()
    forget_rows(Attachment.objects.of_draft(key, by))


@action
def forget_old_drafts() -> int:
    """Remove drafts nobody touched for the days the policy keeps them; returns how many."""
    limit = clock.now() - timedelta(days=policy("draft.keep_days"))
    # Also of forms that were never kept themselves, but not of those somebody still writes on.
    kept = Draft.objects.filter(updated_at__gte=limit).values("key")
    forget_rows(Attachment.objects.filter(complaint=None, added_at__lt=limit).exclude(draft_key__in=kept))
    deleted: tuple[int, Any] = Draft.objects.filter(updated_at__lt=limit).delete()
    return deleted[0]
