"""Taking deadlines from other sweeps and from people, without ever waiting for anybody. Source: TIMERS.md 5.

One order for all: first the subject, then its deadlines. What is locked is left to the next tick, so there is no cycle.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from deadlines.kinds import Subject, kind_named
from deadlines.models import Deadline
from deadlines.timer import Timer

Subjects = Mapping[tuple[str, int], Subject]


class Ref(NamedTuple):
    """What is read of a deadline without a lock, to be compared under it."""

    pk: int
    kind: str
    subject_type: str
    subject_id: int
    next_fire_at: datetime | None
    generation: int

    @property
    def subject(self) -> tuple[str, int]:
        return self.subject_type, self.subject_id


def read_due(limit: int, now: datetime, after: Ref | None = None) -> list[Ref]:
    """The oldest due rows behind `after`, without a lock."""
    rows = Deadline.objects.due(now)
    if after is not None:
        rows = rows.filter(next_fire_at__gte=after.next_fire_at).exclude(
            next_fire_at=after.next_fire_at, pk__lte=after.pk
        )
    return [Ref(*row) for row in rows.values_list(*Ref._fields)[:limit]]


def lock_subjects(refs: Sequence[Ref]) -> Subjects:
    """Lock the subjects that nobody is at; each type once, by rising id."""
    ids: dict[str, set[int]] = {}
    kinds: dict[str, str] = {}
    for ref in refs:
        ids.setdefault(ref.subject_type, set()).add(ref.subject_id)
        kinds[ref.subject_type] = ref.kind
    return {
        (name, pk): subject for name in sorted(ids) for pk, subject in kind_named(kinds[name]).locked(ids[name]).items()
    }


def subjects_of(timers: Sequence[Timer], subjects: Subjects) -> list[Subject]:
    return [subjects[timer.row.subject_type, timer.row.subject_id] for timer in timers]


def claim(refs: Sequence[Ref]) -> list[Deadline]:
    """Lock the rows and read them again: only those that are still as they were read. Their subjects are locked."""
    read = {ref.pk: ref for ref in refs}
    rows = Deadline.objects.filter(pk__in=read).select_related("department").order_by("id")
    found = rows.select_for_update(skip_locked=True, of=("self",))
    return [
        row
        for row in found
        if row.is_open and (row.next_fire_at, row.generation) == (read[row.pk].next_fire_at, read[row.pk].generation)
    ]
