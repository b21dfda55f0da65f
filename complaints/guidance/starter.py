"""The cards a house starts with, in both languages: written in texts/*.toml. Managers edit them afterwards."""

import tomllib
from functools import cache
from pathlib import Path

from accounts.models import User
from complaints.actions.guidance import add_starter_cards
from complaints.guidance.content import Content, from_json

FOLDER = Path(__file__).parent / "texts"
# In this order, which is that of equals on every page.
FILES = ("steps.toml", "types.toml", "situations.toml", "categories.toml")


@cache
def starter_cards() -> dict[str, Content]:
    """By their codes, in order."""
    cards: dict[str, Content] = {}
    for name in FILES:
        for code, told in tomllib.loads((FOLDER / name).read_text(encoding="utf-8")).items():
            if code in cards:
                raise ValueError(f"Two cards are called {code}.")
            cards[code] = from_json(told)
    return cards


def ensure_starter_guidance(*, by: User | None = None) -> int:
    """Add the cards that are not there, and return how many."""
    return add_starter_cards(starter_cards(), by=by)
