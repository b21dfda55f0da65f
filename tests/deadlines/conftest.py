"""A place with a calendar, people on duty, and a customer to whom things are promised."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from accounts.models import Calendar, Department, User
from accounts.roles import Role
from core import clock
from customers.models import Customer
from deadlines import kinds
from deadlines.actions import open_deadline
from deadlines.kinds import DeadlineKind, register_kind
from deadlines.models import Deadline
from tests.house import make_calendar, make_department, make_user

# A Monday.
MONDAY = datetime(2026, 3, 2, tzinfo=UTC)
OWNED, RESPONSE, ANSWER, RESOLVED = "test_owned", "test_response", "test_answer", "test_resolved"


def at(text: str) -> datetime:
    """An instant of March 2026, "02 09:00" being Monday at nine."""
    return datetime.fromisoformat(f"2026-03-{text}").replace(tzinfo=UTC)


NINE = at("02 09:00")


def lock_customer(pk: int) -> Customer | None:
    return Customer.objects.select_for_update(skip_locked=True).filter(pk=pk).first()


@dataclass
class World:
    """What the kinds of these tests answer; a test changes it."""

    people: dict[str, list[User]] = field(default_factory=dict)
    is_still_due: bool = True
    poisoned: set[int] = field(default_factory=set)
    changed: list[int] = field(default_factory=list)

    def recipients(self, subject: Customer, rung: str) -> list[User]:
        if subject.pk in self.poisoned:
            raise RuntimeError("This one is broken.")
        return self.people.get(rung, [])

    def declare(self) -> None:
        for name, key, may_pause in (
            (OWNED, "deadline.owned", True),
            (RESPONSE, "deadline.first_response", False),
            (ANSWER, "deadline.answer", True),
            (RESOLVED, "deadline.resolved", True),
        ):
            register_kind(
                DeadlineKind(
                    name=name,
                    label=name,
                    policy_key=key,
                    subject_type="customer",
                    lock=lock_customer,
                    still_due=lambda subject: self.is_still_due,
                    recipients=self.recipients,
                    url=lambda subject: f"/customers/{subject.pk}/",
                    after_change=self.changed.append,
                    may_pause=may_pause,
                )
            )


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setattr(kinds, "_kinds", dict(kinds._kinds))
    made = World()
    made.declare()
    return made


@pytest.fixture
def calendar(db: None) -> Calendar:
    """Nine to five, every day, in UTC."""
    return make_calendar("Office hours", "UTC", 9 * 60, 17 * 60)


@pytest.fixture
def office(calendar: Calendar) -> Department:
    return make_department("Head office", None, calendar)


@pytest.fixture
def staff(office: Department, world: World) -> World:
    """Somebody on each rung, and an administrator."""
    world.people = {
        "supervisor": [make_user("supervisor", office, Role.SUPERVISOR, email="supervisor@example.com")],
        "manager": [make_user("manager", office, Role.MANAGER)],
        "head_office": [make_user("director", office, Role.MANAGER)],
    }
    make_user("admin", office, Role.ADMINISTRATOR)
    return world


def make_customer(name: str = "王芳") -> Customer:
    return Customer.objects.create(name=name, created_at=MONDAY)


@pytest.fixture
def customer(db: None) -> Customer:
    return make_customer()


@pytest.fixture
def promise(office: Department, customer: Customer, world: World) -> Any:
    """Make a promise to the customer on Monday at nine, or as told."""

    def make(kind: str = RESPONSE, *, start: datetime = NINE, **more: Any) -> Deadline | None:
        told = {"department": office, "severity_class": 2, "started_at": start, "at": start, **more}
        with clock.frozen(start):
            return open_deadline(kind, told.pop("subject", customer), **told)

    return make


@pytest.fixture
def monday() -> Iterator[datetime]:
    with clock.frozen(at("02 09:00")):
        yield at("02 09:00")


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)
