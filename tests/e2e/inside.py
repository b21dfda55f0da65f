"""A management shell inside the running installation, kept open: a line `["name", {values}]` in, a JSON line out.

What a test only needs to be there is done here, by the product's own actions; what it tests goes through the browser.
"""

import json
import os
import sys
import traceback
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.contrib.sessions.models import Session  # noqa: E402
from django.db import close_old_connections  # noqa: E402

from accounts.models import User  # noqa: E402
from accounts.second_factor_actions import reset_second_factor  # noqa: E402
from complaints.actions import desk  # noqa: E402
from complaints.actions.lodge import lodge_complaint  # noqa: E402
from complaints.actions.reports import report_orally  # noqa: E402
from complaints.codes import Channel  # noqa: E402
from complaints.intake import Intake  # noqa: E402
from complaints.models import Category, Complaint, Draft  # noqa: E402
from core import clock  # noqa: E402
from events.log import timeline  # noqa: E402
from events.models import Notification  # noqa: E402
from policies.actions import set_policy  # noqa: E402
from policies.reading import policy as current_policy  # noqa: E402


def user(username: str) -> User:
    return User.objects.get(username=username)


def lodge(by: str, *, seconds_ago: float = 0, category: str = "", about: tuple[str, ...] = (), **told: Any) -> str:
    """Lodge a complaint as the clerk would have, some seconds ago; returns its number."""
    intake = Intake(
        **{"description": "Made by a test.", "channel": Channel.IN_PERSON, "is_anonymous": "name" not in told, **told},
        category_id=Category.objects.get(code=category).pk if category else None,
        subject_ids=[user(name).pk for name in about],
    )
    with clock.frozen(clock.now() - timedelta(seconds=seconds_ago)):
        return lodge_complaint(intake, by=user(by)).number


def settle(by: str, *, up_to: str = "", to: str = "supervisor1", **told: Any) -> str:
    """Lodge a complaint and take it through LASTR until the step `up_to` is in hand, or to its report; its number."""
    number = lodge(by, is_taken=True, **told)
    pk, clerk = Complaint.objects.get(number=number).pk, user(by)
    steps: dict[str, Callable[[], object]] = {
        "listen": lambda: desk.listen(pk, restated="It was said back.", customer_agreed=True, by=clerk),
        "apologise": lambda: desk.apologise(pk, was_said=True, by=clerk),
        "satisfy": lambda: desk.satisfy(
            pk, remedy="It was mended.", remedy_kinds=["repair"], satisfaction="satisfied", by=clerk
        ),
        "thank": lambda: desk.thank(pk, was_thanked=True, by=clerk),
        "report": lambda: report_orally(pk, to=user(to), outcome="upheld", relief="non_monetary", by=clerk),
    }
    for name, step in steps.items():
        if name == up_to:
            break
        step()
    return number


def policy(key: str) -> Any:
    return current_policy(key)


def change_policy(key: str, value: Any) -> None:
    set_policy(key, value, by=None)


def complaints_saying(words: str) -> list[dict[str, Any]]:
    """What is on record of the complaints with these words, oldest first."""
    rows = Complaint.objects.filter(description__contains=words).select_related("owner").order_by("pk")
    return [
        {
            "number": row.number,
            "state": row.state,
            "severity_class": row.severity_class,
            "owner": row.owner.username if row.owner else "",
            "description": row.description,
            "demands": row.demands,
            "title": row.title,
        }
        for row in rows
    ]


def numbers_by_name() -> dict[str, str]:
    """The demonstration's complaints."""
    rows = Complaint.objects.exclude(contact_name="").order_by("-pk")
    return dict(rows.values_list("contact_name", "number"))


def events_of(number: str) -> list[str]:
    """The types of what happened, newest first."""
    return list(timeline(Complaint.objects.get(number=number)).values_list("type", flat=True))


def drafts_of(username: str) -> list[dict[str, Any]]:
    return [row.fields for row in Draft.objects.filter(user__username=username).order_by("updated_at")]


def unread(username: str) -> int:
    return Notification.objects.filter(recipient__username=username, read_at=None).count()


def without_second_factor(username: str) -> None:
    """As if it had been lost, and reset at the command line."""
    reset_second_factor(user(username).pk, by=None)


def end_session(key: str) -> int:
    """What an expiry does: the row is gone, the browser's cookie is not."""
    deleted, _by_model = Session.objects.filter(session_key=key).delete()
    return deleted


PROGRAMS: dict[str, Callable[..., Any]] = {
    program.__name__: program
    for program in (
        numbers_by_name,
        lodge,
        settle,
        policy,
        change_policy,
        complaints_saying,
        events_of,
        drafts_of,
        unread,
        without_second_factor,
        end_session,
    )
}


def main() -> None:
    for line in sys.stdin:
        name, values = json.loads(line)
        close_old_connections()
        try:
            answer = {"answer": PROGRAMS[name](**values)}
        except Exception:
            answer = {"trouble": traceback.format_exc()}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
