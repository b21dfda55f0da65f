"""The few domain errors. Actions raise them; `core.middleware` and the API turn them into answers."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Sentence = str | Promise


@dataclass(frozen=True)
class Blocker:
    """One unmet condition, as a sentence the user can act on; `link` leads to where it is mended."""

    code: str
    message: Sentence
    link: str = ""


class DomainError(Exception):
    """A refusal that changed nothing."""

    code: str = "refused"
    message: Sentence = _("This is not possible.")


class Blocked(DomainError):
    """The case's present state does not allow it. Carries every unmet condition at once."""

    code = "transition_blocked"

    def __init__(self, blockers: Sequence[Blocker]) -> None:
        self.blockers = list(blockers)
        self.message = self.blockers[0].message if self.blockers else DomainError.message
        super().__init__(", ".join(blocker.code for blocker in self.blockers))


class PermissionDenied(DomainError):
    """The acting user may not do this."""

    def __init__(self, code: str = "not_allowed", message: Sentence = "") -> None:
        self.code = code
        self.message = message or _("You may not do this.")
        super().__init__(code)


class Conflict(DomainError):
    """Somebody else was faster, or what the caller saw is old. `current` is what is there now."""

    def __init__(self, code: str, message: Sentence = "", *, current: Any = None) -> None:
        self.code = code
        self.message = message or _("Somebody changed this meanwhile. Look at it again.")
        self.current = current
        super().__init__(code)
