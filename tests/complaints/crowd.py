"""Many complaints of all kinds at once, written as rows: for what is read of them, not for how they came about."""

from datetime import datetime, timedelta
from random import Random

from complaints.codes import Channel, State
from complaints.models import Complaint, ComplaintSubject
from tests.house import House

OPEN = (State.GET_DETAILS, State.REVIEW)


def make_crowd(house: House, count: int, *, now: datetime, seed: int = 1, stores: int = 0) -> list[Complaint]:
    """Of any department and anybody; hidden, restricted, ended, and due at the same instants, or at none.

    `stores` of them are of the west store and the rest of the east one; 0 spreads them over all departments.
    """
    random = Random(seed)
    departments = [house.office, house.region, house.west, house.east]
    people = [*house.everybody, None, None]
    rows = []
    for at in range(count):
        is_open = random.random() < 0.8
        rows.append(
            Complaint(
                number=f"C-2026-{at + 1:06d}",
                department=random.choice(departments) if not stores else departments[2 if at < stores else 3],
                recorded_by=random.choice(people) if not stores else house.east_clerk,
                owner=random.choice(people) if not stores else None,
                channel=Channel.PHONE,
                received_at=now,
                recorded_at=now,
                updated_at=now,
                description="Crowded.",
                severity_class=2,
                state=random.choice(OPEN) if is_open else random.choice((State.CLOSED, State.VOIDED)),
                ended_at=None if is_open else now - timedelta(hours=random.randrange(20)),
                is_imported=random.random() < 0.1,
                next_due_at=_due(random, now) if is_open else None,
                is_restricted=random.random() < 0.2,
            )
        )
    made = Complaint.objects.bulk_create(rows)
    ComplaintSubject.objects.bulk_create(
        ComplaintSubject(complaint=row, user=random.choice(house.everybody)) for row in made if random.random() < 0.2
    )
    reading = Complaint.named_readers.through
    reading.objects.bulk_create(
        reading(complaint=row, user=random.choice(house.everybody))
        for row in made
        if row.is_restricted and random.random() < 0.7
    )
    return made


def _due(random: Random, now: datetime) -> datetime | None:
    return None if random.random() < 0.2 else now + timedelta(minutes=20 * random.randrange(-30, 30))
