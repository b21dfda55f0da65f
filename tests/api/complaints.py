"""What tests of complaints over REST have in common."""

from typing import Any

from tests.house import lodge

URL = "/api/v1/complaints"
LEAST = {
    "description": "雨刷收了两次钱",
    "channel": "phone",
    "customer": {"name": "王芳", "phone": "138 0571 6620"},
}


def at(complaint, *parts) -> str:
    """The address of a complaint, or of something below it."""
    return "/".join([URL, getattr(complaint, "number", complaint), *parts])


def numbers(answer) -> list[str]:
    assert answer.status_code == 200, answer.content
    return [row["number"] for row in answer.json()["results"]]


def errors(answer) -> dict[str, str]:
    """Codes by field of a 400."""
    assert answer.status_code == 400, answer.content
    return {error["field"]: error["code"] for error in answer.json()["errors"]}


def done(answer, status=200):
    assert answer.status_code == status, answer.content
    return answer.json()


def blockers(answer) -> list[str]:
    """Codes of what stands in the way, of a 409."""
    assert answer.status_code == 409, answer.content
    assert answer.json()["code"] == "transition_blocked"
    return [row["code"] for row in answer.json()["blocked_by"]]


def move(client, complaint, name, **fields):
    return client.post(at(complaint, "transitions"), {"name": name, **fields})


SATISFIED = {"remedy_kinds": ["refund"], "remedy": "Refunded", "satisfaction": "satisfied"}
ENDED = {"outcome": "upheld", "relief": "monetary"}
STEPS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("listened", {"restated": "Charged twice.", "customer_agreed": True}),
    ("apologised", {"note": "Said so."}),
    ("satisfied", SATISFIED),
    ("thanked", {}),
)


def walk(client, complaint, *, until):
    """Do the steps of LASTR before `until`."""
    for name, fields in STEPS:
        if name == until:
            return
        done(move(client, complaint, name, **fields))


def case(by, **answers):
    """A class 2 complaint."""
    return lodge(by, is_raised=True, **answers)
