"""Reading the data of the demonstration."""

import re
import tomllib
from datetime import timedelta
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parent
_UNITS = {"d": "days", "h": "hours", "m": "minutes"}
_WEEKDAYS = "1234567"


def read(name: str) -> dict[str, Any]:
    return tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))


def span(text: str) -> timedelta:
    """Read "3d4h20m"."""
    if not re.fullmatch(r"(\d+[dhm])+", text):
        raise ValueError(f"{text!r} is no span of time; write it like 3d4h20m.")
    return timedelta(**{_UNITS[unit]: int(number) for number, unit in re.findall(r"(\d+)([dhm])", text)})
