"""Fill an empty installation with complaints such as a real company has after some years, in bulk and consistent.

Half came from the system before and are long closed. Of all, one in five is open; the newest came in the last days.
"""

import gc
from collections import Counter as Tally
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import connection, transaction

from complaints.facts import figures
from core import clock
from core.models import Counter
from deadlines.calendars import shelf_of
from events.checkpoints import take_checkpoint
from policies.reading import policy, remembered
from tests.bench.cases import Cases
from tests.bench.firm import Firm
from tests.bench.rows import Rows, go_on_counting

SEED = 20260301
CHUNK = 1000
IMPORTED, NEW = 0.55, 0.9
YEARS_HERE = timedelta(days=3 * 365)
YEARS_BEFORE = timedelta(days=4 * 365)
LAST_DAYS, SHARE_OF_LAST_DAYS = timedelta(days=5), 0.02
# Nothing is so fresh that somebody would be at it this minute.
SETTLED = timedelta(hours=3)


class Load:
    """One load of `size` complaints."""

    def __init__(self, size: int, now: datetime) -> None:
        self.size, self.now = size, now
        self.start = now - YEARS_HERE
        self.zone = ZoneInfo(policy("company.zone"))
        self.given: Tally[int] = Tally()

    def run(self) -> Firm:
        with remembered(), transaction.atomic():
            firm = Firm()
            calendars = {store.department.calendar_id for store in firm.stores}
            rows = Rows()
            cases = Cases(firm, figures(), shelf_of([], calendars), rows, SEED, self.now)
        gc.disable()
        try:
            for first in range(0, self.size, CHUNK):
                with remembered(), transaction.atomic():
                    for place in range(first, min(first + CHUNK, self.size)):
                        self._one(cases, place)
                    rows.write()
        finally:
            gc.enable()
        self._finish()
        return firm

    def _one(self, cases: Cases, place: int) -> None:
        share = place / self.size
        if share < IMPORTED:
            received_at = self.start - YEARS_BEFORE * (1 - share / IMPORTED) - timedelta(days=1)
            cases.imported(self._number(self.start), received_at, self.start)
            return
        at = self._received(share)
        chance = 0.85 if share >= NEW else 0.33
        cases.lodged(self._number(at), at, is_open=cases.random.random() < chance)

    def _received(self, share: float) -> datetime:
        """Evenly over the years, and many in the last days."""
        last = 1 - SHARE_OF_LAST_DAYS
        if share < last:
            return self.start + (YEARS_HERE - LAST_DAYS) * ((share - IMPORTED) / (last - IMPORTED))
        return self.now - SETTLED - (LAST_DAYS - SETTLED) * ((1 - share) / SHARE_OF_LAST_DAYS)

    def _number(self, at: datetime) -> str:
        year = at.astimezone(self.zone).year
        self.given[year] += 1
        return f"C-{year}-{self.given[year]:06d}"

    def _finish(self) -> None:
        """What the product keeps beside the rows: counters, the ids to come, a checkpoint, fresh statistics."""
        Counter.objects.bulk_create(Counter(series="C", year=year, last=last) for year, last in self.given.items())
        go_on_counting()
        take_checkpoint()
        if connection.vendor == "postgresql" and not connection.in_atomic_block:
            with connection.cursor() as cursor:
                cursor.execute("VACUUM ANALYZE")


def load(size: int) -> Firm:
    return Load(size, clock.now()).run()
