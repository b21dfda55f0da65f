"""One house with people of every role in one store, and complaints that stand in every relation to them."""

import logging
import re
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.http import HttpResponse
from django.test import Client, override_settings

from accounts.models import ServiceAccount, User
from accounts.roles import Role
from complaints.actions.groups import name_representative, open_group
from complaints.actions.tasks import ask_senior
from complaints.models import CaseTask, Complaint, GroupRepresentative, GuidanceCard
from core import clock
from customers.models import Customer
from deadlines.models import Deadline
from tests.accounts.programs import make_confirmed
from tests.complaints.below import below
from tests.house import House, lodge, make_card, make_cause, make_suggestion, make_user

PASSWORD = "a-long-password"
OWN, OTHER, ABOUT_ME, ABOUT_HEAD, RESTRICTED = "own", "other", "about_me", "about_head", "restricted"
RELATIONS = (OWN, OTHER, ABOUT_ME, ABOUT_HEAD, RESTRICTED)

# Sessions are kept for everybody, and locks of SQLite are taken by statements of their own.
_WRITES = re.compile(
    r"\s*(INSERT|UPDATE|DELETE|REPLACE)\b(?!.*\b(django_session|usersessions_usersession)\b)",
    re.IGNORECASE | re.DOTALL,
)


@contextmanager
def nothing_written() -> Iterator[list[str]]:
    """Collect what is written inside; the caller asserts that it is nothing."""
    found: list[str] = []

    def look(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if _WRITES.match(sql):
            found.append(sql[:200])
        return execute(sql, params, many, context)

    with connection.execute_wrapper(look):
        yield found


def told(answer: HttpResponse) -> str:
    """All that an answer says: headers, cookies and body."""
    headers = "\n".join(f"{name}: {value}" for name, value in answer.items())
    body = answer.getvalue() if hasattr(answer, "getvalue") else answer.content
    return f"{headers}\n{answer.cookies}\n{body.decode(errors='replace')}"


def signed_in(user: User, **kwargs: Any) -> Client:
    client = Client(raise_request_exception=False, **kwargs)
    client.force_login(user)
    return client


def canary(name: str) -> str:
    """A word that stands nowhere else, so that wherever it shows up it leaked."""
    return f"CANARY{name}{uuid.uuid4().hex[:12]}"


@dataclass
class Stage:
    """The store `west` with its head, one person of each role, and complaints by their relation to one of them."""

    house: House
    head: User
    people: dict[Role, User] = field(default_factory=dict)

    def user(self, role: Role) -> User:
        return self.people[role]

    def complaint(self, relation: str, user: User) -> Complaint:
        """A complaint in this relation to `user`, full of its own canary."""
        house = self.house
        stories: dict[str, tuple[User, dict[str, Any]]] = {
            OWN: (house.clerk, {}),
            OTHER: (house.east_clerk, {}),
            # They logged it themselves, and still must not see it.
            ABOUT_ME: (
                user if user.has_perm("complaints.lodge_complaint") else house.clerk,
                {"subject_ids": [user.pk]},
            ),
            ABOUT_HEAD: (house.clerk, {"subject_ids": [self.head.pk]}),
            RESTRICTED: (house.clerk, {"category_id": house.integrity.pk}),
        }
        by, answers = stories[relation]
        return self.lodge(relation, by, **answers)

    def complaints_of(self, user: User) -> dict[str, Complaint]:
        return {relation: self.complaint(relation, user) for relation in RELATIONS}

    def lodge(self, name: str, by: User, **answers: Any) -> Complaint:
        word = canary(name)
        told = {
            "description": f"What happened {word}",
            "title": f"Title {word}",
            # These become the customer's record, which everybody who records complaints may find.
            "name": "Emily Carter",
            "phone": f"139{int(uuid.uuid4()) % 10**8:08d}",
            "happened_where": f"Place {word}",
            "people_involved": f"People {word}",
            "product_name": f"Product {word}",
            "product_batch": f"Batch {word}"[:80],
        }
        # Stored as it is: several complaints of one batch in a test recur, which is not what they are about.
        complaint = lodge(by, **{**told, **answers})
        complaint.word = word  # type: ignore[attr-defined]
        return complaint

    def program(self) -> ServiceAccount:
        """A service account that a manager has confirmed."""
        return ServiceAccount.objects.first() or make_confirmed(self.house)

    def card(self) -> GuidanceCard:
        """A card of guidance."""
        return GuidanceCard.objects.first() or make_card()

    def sees(self, role: Role, relation: str) -> bool:
        """The rule, written once more: what a person of the store west reads."""
        if role == Role.AUDITOR:
            return relation != ABOUT_ME
        return relation == OWN and role not in (Role.ADMINISTRATOR, Role.DEPARTMENT_STAFF)

    def kwargs_for(self, complaint: Complaint, by: User | None = None) -> dict[str, Any]:
        """`by` has talked to the customer."""
        deadline = Deadline.objects.filter(subject_type="complaint", subject_id=complaint.pk).first()
        customer = Customer.objects.order_by("pk").first()
        return {
            "number": complaint.number,
            "deadline_id": deadline.pk if deadline else 1,
            "customer_id": customer.pk if customer else 1,
            "notification_id": 1,
            "account_id": self.program().pk,
            "card_id": self.card().pk,
            "cause_number": make_cause(self.house.west, self.house.product).number,
            "suggestion_id": make_suggestion(complaint, self.house.clerk).pk,
            **below(complaint, by or self.house.clerk),
            **self.together(complaint),
        }

    def together(self, complaint: Complaint) -> dict[str, Any]:
        """A group with this complaint, who speaks for it, and a task; made once."""
        by = self.house.supervisor
        is_theirs = Complaint.objects.visible_to(by).filter(pk=complaint.pk).exists()
        if complaint.group_id is None and complaint.is_open and is_theirs:
            complaint.group = open_group([complaint.number], title="Many of us", by=by)
            name_representative(complaint.group.pk, number=complaint.number, name="Sue", proof="A list", by=by)
            ask_senior(
                complaint.pk, senior=self.house.manager, medium="phone", due_at=clock.now() + timedelta(days=1), by=by
            )
        speaking = GroupRepresentative.objects.filter(complaint=complaint).first()
        task = CaseTask.objects.filter(complaint=complaint).first()
        return {
            "group_id": complaint.group_id or 1,
            "representative_id": speaking.pk if speaking else 1,
            "task_id": task.pk if task else 1,
        }


@pytest.fixture(autouse=True)
def quick() -> Iterator[None]:
    """Thousands of requests: what counts their statements, and the log of each, is for other tests."""
    middleware = [name for name in settings.MIDDLEWARE if not name.startswith("zeal.")]
    logging.disable(logging.CRITICAL)
    with override_settings(MIDDLEWARE=middleware):
        yield
    logging.disable(logging.NOTSET)


@pytest.fixture
def stage(house: House, at_work: object) -> Stage:
    head = make_user("westhead", house.west, Role.SUPERVISOR)
    house.west.head = head
    house.west.save(update_fields=["head"])
    found = {
        Role.FRONT_DESK: house.colleague,
        Role.HANDLER: house.handler,
        Role.SALES_CONSULTANT: make_user("consultant", house.west, Role.SALES_CONSULTANT),
        Role.SALES_MANAGER: make_user("salesmanager", house.west, Role.SALES_MANAGER),
        Role.SERVICE_ADVISOR: make_user("advisor", house.west, Role.SERVICE_ADVISOR),
        Role.SUPERVISOR: house.supervisor,
        Role.MANAGER: make_user("westmanager", house.west, Role.MANAGER, is_staff=True),
        Role.AUDITOR: house.auditor,
        Role.ADMINISTRATOR: house.administrator,
        Role.DEPARTMENT_STAFF: make_user("staff", house.west, Role.DEPARTMENT_STAFF),
    }
    for user in found.values():
        # Who has no password is offered to set one.
        user.set_password(PASSWORD)
    User.objects.bulk_update(found.values(), ["password"])
    cache.clear()
    return Stage(house, head, found)
