"""One person of a role in the store west, and complaints in every relation to them."""

from dataclasses import dataclass, field
from typing import Any

from accounts.models import User
from accounts.roles import Role
from complaints.models import Complaint, StepRecord
from core import clock
from deadlines.models import Deadline
from tests.complaints.below import below
from tests.hostile.conftest import PASSWORD, canary
from tests.house import House, lodge, make_department, make_user
from tests.rights.matrix import ALL, DEPARTMENT, LINE, NEVER, OWN, READ

RECORDED = "recorded by me, elsewhere"
OWNED = "owned by me, elsewhere"
SAME = "of my department"
BELOW = "of a department below"
ABOVE = "of the department above"
OTHER = "of another department"
ABOUT_ME = "about me"
ABOUT_HEAD = "about the head of my department"
RESTRICTED = "restricted to others"
NAMED = "restricted, and I am named"
RELATIONS = (RECORDED, OWNED, SAME, BELOW, ABOVE, OTHER, ABOUT_ME, ABOUT_HEAD, RESTRICTED, NAMED)

# How far a mark of the matrix reaches. Nobody reads what is about themselves.
REACH: dict[str, frozenset[str]] = {
    NEVER: frozenset(),
    OWN: frozenset({RECORDED, OWNED}),
    LINE: frozenset({SAME, BELOW, NAMED}),
    DEPARTMENT: frozenset({RECORDED, OWNED, SAME, BELOW, NAMED}),
    ALL: frozenset(RELATIONS) - {ABOUT_ME},
}


def sees(role: Role, relation: str) -> bool:
    return relation in REACH[READ.mark(role)]


@dataclass
class World:
    """`me` works in west, whose head is `head`; `corner` stands below west, region above it, east beside it."""

    house: House
    role: Role
    me: User = field(init=False)
    head: User = field(init=False)
    complaints: dict[str, Complaint] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        house = self.house
        self.corner = make_department("Corner shop", house.west, house.calendar)
        self.corner_clerk = make_user("cornerclerk", self.corner, Role.FRONT_DESK)
        self.head = make_user("westhead", house.west, Role.SUPERVISOR)
        house.west.head = self.head
        house.west.save(update_fields=["head"])
        is_staff = self.role in (Role.MANAGER, Role.ADMINISTRATOR)
        self.me = make_user("me", house.west, self.role, name="Myself", is_staff=is_staff)
        # Who has no password is led to set one.
        self.me.set_password(PASSWORD)
        self.me.save(update_fields=["password"])

    def fresh(self) -> User:
        """As the next request reads the user."""
        return User.objects.select_related("department").get(pk=self.me.pk)

    def make(self, relation: str) -> Complaint:
        """A complaint in this relation; `word` of it stands in all its texts and nowhere else."""
        house = self.house
        by, answers = house.clerk, dict[str, Any]()
        if relation in (OTHER, OWNED, RECORDED):
            by = house.east_clerk
        elif relation == BELOW:
            by = self.corner_clerk
        elif relation == ABOVE:
            by = house.manager
        elif relation in (ABOUT_ME, ABOUT_HEAD):
            answers = {"subject_ids": [self.me.pk if relation == ABOUT_ME else self.head.pk]}
        elif relation in (RESTRICTED, NAMED):
            answers = {"category_id": house.integrity.pk}
        complaint = self._lodge(relation, by, **answers)
        self._relate(complaint, relation)
        self.complaints[relation] = complaint
        return complaint

    def _relate(self, complaint: Complaint, relation: str) -> None:
        """By the column, so that roles too which never log or own one have one from an earlier job."""
        if relation == RECORDED:
            complaint.recorded_by = self.me
        elif relation == OWNED:
            complaint.owner = self.me
        elif relation == ABOUT_ME:
            # They logged it themselves and own it, and still must not see it.
            complaint.recorded_by = complaint.owner = self.me
        elif relation == NAMED:
            complaint.named_readers.add(self.me)
        if relation in REACH[OWN]:
            # They ran the talk, too.
            StepRecord.objects.create(
                complaint=complaint, step="listen", text="Restated", recorded_by=self.me, recorded_at=clock.now()
            )
        complaint.save(update_fields=["recorded_by", "owner"])

    def make_all(self) -> dict[str, Complaint]:
        for relation in RELATIONS:
            if relation not in self.complaints:
                self.make(relation)
        return self.complaints

    def seen(self) -> list[Complaint]:
        return [row for relation, row in self.complaints.items() if sees(self.role, relation)]

    def hidden(self) -> list[Complaint]:
        return [row for relation, row in self.complaints.items() if not sees(self.role, relation)]

    def kwargs_for(self, complaint: Complaint) -> dict[str, Any]:
        """What an address of this complaint needs."""
        deadline = Deadline.objects.of(complaint).order_by("pk").first()
        return {"number": complaint.number, "deadline_id": deadline.pk, **below(complaint, self.me)}

    def _lodge(self, relation: str, by: User, **answers: Any) -> Complaint:
        word = canary("".join(letter for letter in relation.title() if letter.isalpha()))
        number = len(self.complaints) + 1
        told = {
            "description": f"The pump {word} leaks again 水泵漏水",
            "title": f"Pump {word}",
            # What stands on the customer's record is for everybody who records complaints.
            "name": "Emily Carter",
            "phone": f"1390000{number:04d}",
            "happened_where": f"Place {word}",
            "people_involved": f"People {word}",
            "product_name": f"Product {word}",
            "product_symptom": f"Symptom {word}",
            "cost_of_waiting": f"Costs {word}",
        }
        complaint = lodge(by, **{**told, **answers})
        complaint.word = word  # type: ignore[attr-defined]
        return complaint
