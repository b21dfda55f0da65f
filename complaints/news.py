"""What has happened to a list since somebody looked at it: "2 new complaints, 1 changed"."""

from collections.abc import Collection
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from complaints.events import CREATED, IMPORTED
from complaints.models import Complaint
from events.models import Event

# After a longer absence the page is simply shown anew.
MOST_EVENTS = 500


@dataclass(frozen=True)
class News:
    """How many are new and how many changed; `is_vague` when too much happened to tell.

    `has_gone`: the page shows what its reader may not see any more. Not even that something happened to it is
    said, since whoever asks names the rows themselves.
    """

    new: int = 0
    changed: int = 0
    is_vague: bool = False
    has_gone: bool = False

    def __bool__(self) -> bool:
        return bool(self.new or self.changed or self.is_vague or self.has_gone)

    @property
    def words(self) -> str:
        if self.is_vague or not (self.new or self.changed):
            return ""
        new = ngettext("%(count)d new complaint", "%(count)d new complaints", self.new) % {"count": self.new}
        if not self.changed:
            return _("{news}.").format(news=new)
        if not self.new:
            changed = ngettext("%(count)d complaint changed", "%(count)d complaints changed", self.changed)
            return _("{news}.").format(news=changed % {"count": self.changed})
        changed = ngettext("%(count)d changed", "%(count)d changed", self.changed) % {"count": self.changed}
        return _("{new}, {changed}.").format(new=new, changed=changed)


def news_since(mark: int, user: User, scope: str, shown: Collection[int]) -> News:
    """What of this list is new or changed since the mark; two statements. `shown` are the ids on the page."""
    touched = _touched_since(mark)
    if touched is None:
        return News(is_vague=True)
    if not touched:
        return News()
    asked = Complaint.objects.visible_to(user).filter(pk__in={*touched, *shown})
    owners = dict(asked.order_by().values_list("pk", "owner"))
    mine = {pk for pk in owners if pk in touched and (scope == "all" or owners[pk] == user.pk)}
    new = {pk for pk in mine if touched[pk] and pk not in shown}
    # What left the list was on the page, and is somebody else's by now.
    changed = (mine | (set(shown) & set(touched) & set(owners))) - new
    return News(len(new), len(changed), has_gone=not set(shown) <= set(owners))


def _touched_since(mark: int) -> dict[int, bool] | None:
    """Complaints with events after the mark, and whether each was made since; None when there are too many."""
    rows = Event.objects.filter(pk__gt=mark).order_by("pk").values_list("subject_type", "subject_id", "type")
    events = list(rows[: MOST_EVENTS + 1])
    if len(events) > MOST_EVENTS:
        return None
    touched: dict[int, bool] = {}
    for subject_type, subject_id, kind in events:
        if subject_type == "complaint":
            touched[subject_id] = touched.get(subject_id, False) or kind in (CREATED, IMPORTED)
    return touched


def is_all_mine(mark: int, complaint_id: int) -> bool:
    """Whether nothing but this complaint was touched since the mark."""
    return set(_touched_since(mark) or {}) <= {complaint_id}
