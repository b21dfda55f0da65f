"""Looking at pages as a browser would."""

from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from complaints.models import Complaint

# The banner about the clock's health asks these, once in some seconds for all pages together.
HEALTH = ("deadlines_sweepheartbeat", "events_outboxmessage", '"next_fire_at" <=', '"is_dead" LIMIT')


def statements(client: Client, address: str, **extra: Any) -> int:
    """How many statements a page costs; the first look also tells the session that somebody is there."""
    client.get(address, **extra)
    with CaptureQueriesContext(connection) as asked:
        assert client.get(address, **extra).status_code < 400
    return sum(not any(part in query["sql"] for part in HEALTH) for query in asked.captured_queries)


HTMX: dict[str, Any] = {"headers": {"HX-Request": "true"}}


def client_of(user: User) -> Client:
    """Somebody signed in."""
    client = Client()
    client.force_login(user)
    return client


def url(name: str, complaint: Complaint, *args: object) -> str:
    return reverse(f"complaints:{name}", args=[complaint.number, *args])


def text_of(response: Any) -> str:
    return str(response.content.decode())
