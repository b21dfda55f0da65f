"""Complaints that belong together."""

import uuid

from django.utils.translation import gettext_lazy as _

from accounts.models import User
from complaints import events
from complaints.actions.attachments import move_from_draft
from complaints.actions.locking import locked_together, save
from complaints.actions.talks import record_communication
from complaints.codes import Channel, Direction, Medium
from complaints.models import Communication, Complaint, ComplaintLink, Draft
from core import clock
from core.actions import action
from core.errors import Blocked, Blocker, PermissionDenied
from events.log import record_event

MEDIUM_OF_CHANNEL = {
    Channel.IN_PERSON: Medium.VISIT,
    Channel.EVENT: Medium.MEETING,
    Channel.EMAIL: Medium.EMAIL,
    Channel.LETTER: Medium.LETTER,
    Channel.FAX: Medium.FAX,
    Channel.SMS: Medium.SMS,
    Channel.CHAT: Medium.CHAT,
    Channel.SOCIAL_MEDIA: Medium.CHAT,
    Channel.WEB: Medium.CHAT,
}


@action
def link_complaints(complaint_id: int, other_number: str, *, relation: str, by: User | None) -> ComplaintLink:
    """Link two complaints; linking a pair twice keeps the first link. Both must be visible to `by`."""
    if by is not None and not by.has_perm("complaints.work_desk"):
        raise PermissionDenied
    visible = Complaint.objects.visible_to(by) if by else Complaint.objects.all()
    other_id = visible.filter(number=other_number).values_list("pk", flat=True).first()
    if other_id is None or other_id == complaint_id:
        raise Blocked([Blocker("unknown_complaint", _("There is no other complaint with this number."), "link_to")])
    now = clock.now()
    first, second = locked_together({complaint_id, other_id}, by=by)
    link, is_new = ComplaintLink.objects.get_or_create(
        complaint=first, other=second, defaults={"relation": relation, "linked_by": by, "linked_at": now}
    )
    if is_new:
        for one, another in ((first, second), (second, first)):
            record_event(events.LINKED, one, by=by, other=another.number, relation=relation)
            save(one, at=now)
    return link


@action
def add_to_complaint(number: str, *, text: str, channel: str, draft_key: str = "", by: User) -> Communication:
    """Keep what is being told as a message on an older complaint instead of a second one. Source: DOMAIN.md 10.6."""
    if not by.has_perm("complaints.lodge_complaint"):
        raise PermissionDenied
    older = Complaint.objects.visible_to(by).get(number=number)
    row = record_communication(
        older.pk,
        direction=Direction.IN,
        medium=MEDIUM_OF_CHANNEL.get(Channel(channel), Medium.PHONE),
        summary=text,
        by=by,
    )
    if draft_key:
        move_from_draft(uuid.UUID(draft_key), older, talk=row, by=by, at=row.recorded_at)
        Draft.objects.filter(key=draft_key, user=by).delete()
    return row
