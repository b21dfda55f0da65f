"""What is forgotten by itself: forms that nobody went on with, and files that no row names any more."""

from collections.abc import Iterable
from datetime import date, timedelta

from complaints.actions.drafts import forget_old_drafts
from complaints.models import Attachment
from core import clock
from core.files import storage
from core.housekeeping import hourly

# A file may be older than its row by as long as a request takes; two days are certain, whatever the zone.
DAYS_LEFT_ALONE = 2
RECENT_DAYS = 5
# Everything is looked through once a day, when hardly anybody works: in the small hours of China.
QUIET_HOUR = 19

hourly(forget_old_drafts)


@hourly
def forget_left_files() -> int:
    """Remove files without a row, as a crash between the two leaves them. Returns how many."""
    now = clock.now()
    last = now.date() - timedelta(days=DAYS_LEFT_ALONE)
    first = date.min if now.hour == QUIET_HOUR else last - timedelta(days=RECENT_DAYS)
    return sum(_forget(day) for day in storage.days_kept() if first <= day <= last)


def _forget(day: date) -> int:
    names = storage.names_of(day)
    left = without_row(names)
    storage.remove(*left)
    return len(left)


def without_row(names: Iterable[str]) -> list[str]:
    """Those that belong to no row: a file or a picture of it."""
    stems = {name: stem_of(name) for name in names}
    known = set(Attachment.objects.filter(storage_name__in=set(stems.values())).values_list("storage_name", flat=True))
    return [name for name, stem in stems.items() if stem not in known]


def stem_of(name: str) -> str:
    return name.partition(".")[0]
