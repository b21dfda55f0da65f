"""Workflows as data, and the one engine that runs them. Source: DOMAIN.md 3.3, 3.4."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Protocol

from django.utils.translation import gettext_lazy as _

from core.errors import Blocked, Blocker, PermissionDenied, Sentence

Condition = Callable[[Any], Blocker | None]
Target = str | Callable[[Any], str]


class HasPerm(Protocol):
    def has_perm(self, perm: str, /) -> bool: ...


@dataclass(frozen=True)
class Transition:
    """One way from some states to another: who may go it, and what must be true before.

    `target` may be a function of the case, for transitions whose end depends on the record.
    """

    sources: tuple[str, ...]
    target: Target
    permission: str
    label: Sentence = ""
    conditions: tuple[Condition, ...] = ()


@dataclass(frozen=True)
class Offer:
    """A transition as shown: allowed, or blocked by these sentences."""

    name: str
    label: Sentence
    target: str
    blockers: tuple[Blocker, ...]

    @property
    def is_allowed(self) -> bool:
        return not self.blockers


class Workflow:
    """States and transitions of one kind of case."""

    def __init__(self, transitions: dict[str, Transition]) -> None:
        self.transitions = transitions

    def require(self, name: str, *conditions: Condition) -> None:
        """Add conditions from an app above; called once, while apps are loading."""
        step = self.transitions[name]
        self.transitions[name] = replace(step, conditions=step.conditions + conditions)

    def target(self, case: Any, name: str) -> str:
        target = self.transitions[name].target
        return target if isinstance(target, str) else target(case)

    def blockers(self, case: Any, name: str) -> list[Blocker]:
        """Every reason why `name` cannot happen now; empty when it can.

        A page opened before the case changed its workflow may ask for a name that this one does not have.
        """
        step = self.transitions.get(name)
        if step is None or case.state not in step.sources:
            return [Blocker("wrong_state", _("Not possible in this state."))]
        return [why for condition in step.conditions if (why := condition(case))]

    def offers(self, case: Any, by: HasPerm) -> list[Offer]:
        """What may be done from the present state by this user, the blocked ones too."""
        return [
            Offer(name, step.label, self.target(case, name), tuple(self.blockers(case, name)))
            for name, step in self.transitions.items()
            if case.state in step.sources and by.has_perm(step.permission)
        ]

    def advance(self, case: Any, name: str, by: HasPerm | None) -> None:
        """Set the state in memory; `by` is None for the system.

        Raises PermissionDenied, or Blocked with all unmet conditions.
        """
        step = self.transitions.get(name)
        if by is not None and step is not None and not by.has_perm(step.permission):
            raise PermissionDenied
        if blockers := self.blockers(case, name):
            raise Blocked(blockers)
        case.state = self.target(case, name)
