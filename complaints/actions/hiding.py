"""What ends when a complaint is hidden from people who had it: owning it, and what they were told of it.

Source: DOMAIN.md 2, "Nobody sees, owns or approves a complaint about themselves"; decisions/0003.
"""

from collections.abc import Collection
from datetime import datetime

from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.roles import LEADERS
from complaints import events
from complaints.actions.locking import locked, save
from complaints.actions.notices import tell
from complaints.actions.offers import end_offer
from complaints.actions.restriction import named_readers
from complaints.actions.told import forget_unseen
from complaints.codes import END_STATES
from complaints.deadlines import OWNED, open_one, readers
from complaints.models import Complaint, HandOver
from core import clock
from events.log import record_event
from events.notices import register_notice

LOST_OWNER = register_notice("complaint.lost_owner", _("{number} needs another owner"), icon="user-minus")


def keep_out(complaint: Complaint, *, by: User | None, at: datetime) -> None:
    """Follow a change of subjects or restriction, on a complaint that the caller has locked and will save (`owner`).

    An owner who must not see it any more loses it: *somebody owns it* starts again, and the leaders are told.
    """
    if complaint.offered_to is not None and not readers(complaint, [complaint.offered_to]):
        # Before it is counted who may read it: the offer ends with what was read by it.
        end_offer(complaint, HandOver.State.OVERTAKEN, by=by, at=at)
    forget_unseen(complaint)
    if complaint.owner is None or readers(complaint, [complaint.owner]):
        return
    complaint.owner = None
    event = record_event(events.ASSIGNED, complaint, by=by, at=at, owner=None, owner_id=None, is_taken=False)
    open_one(complaint, OWNED, at=at, by=by)
    tell(complaint, LOST_OWNER, f"lost-owner-{event.pk}", LEADERS, by, at)


def restrict_all_of(category_ids: Collection[int], *, by: User | None) -> None:
    """A category became restricted: so does what stands in it already, thousands of imported ones too."""
    about = Q(category__in=category_ids) | Q(further_categories__in=category_ids)
    found = Complaint.objects.filter(about, is_restricted=False).order_by("pk").values_list("pk", flat=True).distinct()
    ids, people, now = list(found), named_readers(), clock.now()
    rows = Complaint.objects.filter(pk__in=ids)
    open_ids = list(rows.open().order_by("pk").values_list("pk", flat=True))
    # Those that are open get their new version below, each by itself.
    rows.filter(state__in=END_STATES).update(version=F("version") + 1, updated_at=now)
    rows.update(is_restricted=True)
    through = Complaint.named_readers.through
    pairs = (through(complaint_id=pk, user_id=person.pk) for pk in ids for person in people)
    through.objects.bulk_create(pairs, batch_size=500, ignore_conflicts=True)
    for pk in open_ids:
        complaint = locked(pk, by=None)
        keep_out(complaint, by=by, at=now)
        save(complaint, "owner", at=now)
