"""What happens to one complaint, in memory: the product's own timers and chain of events, written later in bulk."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from accounts.models import User
from complaints.deadlines import clock_for
from complaints.models import Complaint
from deadlines import events
from deadlines.calendars import Shelf
from deadlines.firing import _write as fired
from deadlines.ladder import reached_now
from deadlines.models import Firing
from deadlines.opening import Opening, _timer
from deadlines.telling import Telling
from deadlines.timer import Timer
from events.canonical import GENESIS, canonical
from events.log import _event as event_row
from events.models import EventHead, Notification
from tests.bench.firm import Store
from tests.bench.rows import Rows


@dataclass(frozen=True)
class Happened:
    at: datetime
    by: User | None
    type: str
    facts: dict[str, Any]


class Life:
    """Notes what happens; `end` makes rows of it. The complaint has its id already."""

    def __init__(self, complaint: Complaint, store: Store, directors: list[User], shelf: Shelf, rows: Rows) -> None:
        self.complaint, self.store, self.directors = complaint, store, directors
        self.shelf, self.rows = shelf, rows
        self.happened: list[Happened] = []
        self.timers: dict[str, Timer] = {}

    def note(self, at: datetime, by: User | None, name: str, /, **facts: Any) -> None:
        self.happened.append(Happened(at, by, name, facts))

    def promise(self, kinds: Iterable[str], at: datetime, by: User | None) -> None:
        complaint = self.complaint
        for kind in kinds:
            clock = clock_for(complaint, kind)
            opening = Opening(kind, complaint, self.store.department, complaint.severity_class, at, clock=clock)
            timer = _timer(opening, self.shelf)
            if timer:
                self.timers[kind] = timer
                facts = timer.open()
                self.rows.add(timer.row)
                self.note(at, by, events.OPENED, **facts | {"deadline": timer.row.pk})

    def keep(self, kind: str, at: datetime, by: User | None) -> None:
        """Kept at `at`; what a sweep would have fired before has been fired."""
        timer = self.timers.get(kind)
        if timer is None or not timer.row.is_open:
            return
        self._sweep(timer, at)
        self.note(at, by, events.MET, **timer.meet(at))

    def drop_the_rest(self, at: datetime, by: User | None) -> None:
        for timer in self.timers.values():
            if timer.row.is_open:
                self._sweep(timer, at)
                self.note(at, by, events.CANCELLED, **timer.cancel())

    def sweep(self, until: datetime) -> None:
        for timer in self.timers.values():
            self._sweep(timer, until)

    def _sweep(self, timer: Timer, until: datetime) -> None:
        while (at := timer.row.next_fire_at) and at < until:
            found = reached_now(timer.course, timer.ladder, timer.row.reached, timer.row.put_off, at)
            assert found, "A rung is due that nothing reaches."
            people = self.store.leaders(found.rung.to, self.directors)
            asked = [found.rung] if found.rung.to else []
            firing, entry, notice = fired(
                Telling(timer, found, self.complaint, asked, {user.pk: user for user in people}), at
            )
            self._tell(self.rows.add(firing), notice.code, notice.key, notice.url, dict(notice.values), people)
            self.note(at, None, entry.type, **entry.facts)

    def _tell(
        self, firing: Firing, code: str, key: str, url: str, values: dict[str, Any], people: Iterable[User]
    ) -> None:
        text = canonical(values)
        for user in people:
            self.rows.add(
                Notification(
                    recipient=user,
                    code=code,
                    key=key,
                    url=url,
                    values_text=text,
                    at=firing.fired_at,
                    read_at=firing.fired_at,
                )
            )

    def end(self, now: datetime) -> None:
        """Sweep what is due by `now`, then chain the events in the order of their time."""
        self.sweep(now)
        complaint = self.complaint
        running = [timer.row.due_at for timer in self.timers.values() if timer.row.state in ("pending", "breached")]
        complaint.next_due_at = min(running, default=None) if complaint.is_open else None
        head = EventHead(subject_type="complaint", subject_id=complaint.pk, hash=GENESIS)
        for one in sorted(self.happened, key=lambda one: one.at):
            event = event_row(one.type, complaint, head.seq + 1, head.hash, one.by, one.at, one.facts)
            self.rows.add(event)
            head.seq, head.hash, head.last_event_id = event.seq, event.hash, event.pk
        self.rows.add(head)
