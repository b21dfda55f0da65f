"""The one way in which what is hashed is written. Changing a byte here breaks every chain ever written."""

import hashlib
import json
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.utils.duration import duration_iso_string

from core.money import Money

GENESIS = ""


def instant_text(at: datetime) -> str:
    """Write an aware instant in UTC, always with six digits of microseconds."""
    if at.tzinfo is None:
        raise ValueError("An event's instant must be aware.")
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def canonical(value: Any) -> str:
    """Write plain values as JSON: sorted keys, no spaces, real characters, decimals as text.

    Raises TypeError for what has no fixed text (models, translated words: store a reference or a code),
    ValueError for NaN, infinity and text that UTF-8 cannot hold.
    """
    text = json.dumps(
        value, sort_keys=True, ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=_as_plain
    )
    text.encode()  # a lone surrogate would only fail in the database
    return text


def _as_plain(value: Any) -> Any:  # noqa: PLR0911
    match value:
        case Decimal():
            if not value.is_finite():
                raise ValueError(f"{value} is not an amount.")
            return format(value, "f")
        case datetime():
            return instant_text(value)
        case date() | time():
            return value.isoformat()
        case timedelta():
            return duration_iso_string(value)
        case UUID():
            return str(value)
        case Money():
            return {"amount": value.amount, "currency": value.currency}
        case set() | frozenset():
            return sorted(value)
    raise TypeError(f"An event cannot hold a {type(value).__name__}; store a reference, a code or a plain value.")


@lru_cache(maxsize=1024)
def quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def event_hash(subject: str, seq: int, name: str, actor_id: int | None, at: str, data: str, previous_hash: str) -> str:
    """Return the SHA-256 of the canonical JSON of one event.

    `data` and `at` are the stored texts, put in as they are: whoever adds a space changes the hash.
    """
    actor = "null" if actor_id is None else actor_id
    text = (
        f'{{"actor":{actor},"at":"{at}","data":{data},"previous_hash":"{previous_hash}",'
        f'"seq":{seq},"subject":{quoted(subject)},"type":{quoted(name)}}}'
    )
    return hashlib.sha256(text.encode()).hexdigest()
