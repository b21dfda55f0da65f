"""What is typed into the form, and how its page is read."""

import re

from django.urls import reverse

NEW = reverse("complaints:new")
ASSESS = reverse("complaints:assess")
DRAFT = reverse("complaints:draft")

# A pair is locked one after the other, by rising id; and each kind of notice looks who it is about.
PAIR = [{"model": "complaints.Complaint", "field": "get()"}]
NOTICES = [{"model": "complaints.Complaint", "field": "subject_rows"}]
KEY = "7d2f3c4e-1111-4000-8000-000000000001"
THREE = {"draft": KEY, "description": "I was charged twice.", "name": "Emily Carter", "phone": "138 0571 6620"}
REST = {"channel": "in_person"}


def text_of(response) -> str:
    return str(response.content.decode())


def target(response) -> str:
    """Where the answer leads."""
    return str(response["Location"])


def first(pattern: str, html: str) -> str:
    found = re.search(pattern, html)
    assert found, pattern
    return found[1]


def errors_of(response) -> list[str]:
    return re.findall(r'<li><a href="#[^"]*">([^<]*)</a></li>', text_of(response))
