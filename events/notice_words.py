"""The kinds of notices there are, and their words."""

from dataclasses import dataclass
from typing import Any

from events.wording import Words, told


@dataclass(frozen=True)
class NoticeKind:
    code: str
    words: Words
    icon: str
    is_mailed_at_once: bool
    has_own_mail: bool = False


_kinds: dict[str, NoticeKind] = {}


def register_notice(
    code: str, words: Words, icon: str = "bell", *, mailed_at_once: bool = False, has_own_mail: bool = False
) -> str:
    """Register a notice and return its code. `words` as for `announce`.

    `mailed_at_once` is for crises: such a notice does not wait for the digest. One with `has_own_mail` only rings:
    its app writes the mail. Raises ValueError when the code is taken.
    """
    if code in _kinds:
        raise ValueError(f"The notice {code} is registered twice.")
    _kinds[code] = NoticeKind(code, words, icon, mailed_at_once, has_own_mail)
    return code


def notice_kind(code: str) -> NoticeKind | None:
    return _kinds.get(code)


def notice_text(code: str, values: dict[str, Any]) -> str:
    """Tell a notice in the active language and zone. Never raises: an old code is shown as it is."""
    kind = _kinds.get(code)
    return code if kind is None else told(code, kind.words, values)
