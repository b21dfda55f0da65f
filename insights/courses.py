"""How one complaint stands, folded from its events: nothing here knows a database. Source: DESIGN.md, Events.

The log is written by actions, so the fold knows what each of them records; what it does not know it passes over.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from complaints import events as told
from complaints.codes import AGREE_STATES, END_STATES, LASTR_STATES, State
from deadlines import events as clocks


class Move:
    """Announced by the action that moves a complaint to another department."""

    DEPARTMENT = "complaint.moved"


TYPES = (
    told.CREATED, told.IMPORTED, told.ASSIGNED, told.TRANSITIONED, told.CORRECTED, Move.DEPARTMENT,
    clocks.OPENED, clocks.MET, clocks.CANCELLED, clocks.PAUSED, clocks.RESUMED, clocks.RECOMPUTED,
)  # fmt: skip
# Stages backwards, by the names of their transitions. Source: API.md, States.
BACKWARDS = frozenset({"not_accepted", "new_facts", "not_fulfilled", "dissatisfied"})
LIVING = frozenset(state.value for state in (*LASTR_STATES, *AGREE_STATES))
ENDED = frozenset(state.value for state in END_STATES)


class Happening(NamedTuple):
    """One event of one complaint."""

    type: str
    at: datetime
    data: Mapping[str, Any]


@dataclass
class Promised:
    """One promise with its time, as far as the events tell."""

    kind: str
    started_at: datetime
    due_at: datetime
    met_at: datetime | None = None
    is_late: bool = False
    is_over: bool = False
    is_paused: bool = False

    @property
    def is_open(self) -> bool:
        return not self.is_over

    def is_overdue(self, at: datetime) -> bool:
        return self.is_open and not self.is_paused and self.due_at < at


@dataclass
class Course:
    """One complaint so far. `apply` tells what a happening was, by the name of the figure that counts it."""

    department_id: int = 0
    owner_id: int | None = None
    severity_class: int = 0
    state: str = ""
    created_at: datetime | None = None
    is_imported: bool = False
    before: str = ""
    after: str = ""
    promises: dict[int, Promised] = field(default_factory=dict)

    @property
    def is_open(self) -> bool:
        return self.state in LIVING

    def apply(self, happening: Happening) -> list[str]:
        found: list[str] = []
        match happening.type:
            case told.CREATED:
                found = self._begin(happening)
            case told.IMPORTED:
                self.is_imported = True
            case told.ASSIGNED:
                found = self._assign(happening.data.get("owner_id"))
            case told.TRANSITIONED:
                found = self._move(happening.data)
            case told.CORRECTED:
                self.after = happening.data.get("satisfaction", self.after)
            case Move.DEPARTMENT:
                found = self._change_department(happening.data)
            case _:
                found = self._clock(happening)
        return found

    def _begin(self, happening: Happening) -> list[str]:
        data = happening.data
        self.created_at = happening.at
        self.department_id = data["department_id"]
        self.owner_id = data.get("owner_id")
        self.severity_class = data["severity_class"]
        self.state = State.LISTEN if self.severity_class == 1 else State.ACT
        return ["received", f"received.{self.severity_class}"]

    def _assign(self, owner_id: int | None) -> list[str]:
        had, self.owner_id = self.owner_id, owner_id
        if owner_id is None or owner_id == had:
            return []
        return ["taken"] if had is None else ["given"]

    def _move(self, data: Mapping[str, Any]) -> list[str]:
        was_open, name, before = self.is_open, data.get("name", ""), self.severity_class
        self.state = data["to"]
        self.severity_class = data.get("severity_class", before)
        self.before = data.get("satisfaction_before", self.before)
        if name == "reopen":
            self.before = self.after = ""
            return ["reopened"] if self.is_open and not was_open else []
        # Who left before the end told nobody how content they were.
        self.after = "" if name == "left" else data.get("satisfaction", self.after)
        if self.state in ENDED:
            return ["closed", f"closed.{self.severity_class}"] if was_open else []
        if name in ("raise", "lower") or self.severity_class != before:
            return ["raised" if self.severity_class > before else "lowered"]
        return ["back"] if name in BACKWARDS else ["stage"]

    def _change_department(self, data: Mapping[str, Any]) -> list[str]:
        self.department_id = data["department_id"]
        return ["arrived"] if self.is_open else []

    def _clock(self, happening: Happening) -> list[str]:
        data = happening.data
        if happening.type == clocks.OPENED:
            due_at = instant(data["due_at"])
            self.promises[data["deadline"]] = Promised(data["kind"], instant(data["started_at"]), due_at)
            return []
        promised = self.promises.get(data["deadline"])
        if promised is None or promised.is_over:
            return []
        promised.due_at = instant(data["due_at"])
        match happening.type:
            case clocks.MET:
                promised.met_at, promised.is_late, promised.is_over = instant(data["met_at"]), data["is_late"], True
                return [f"promise.{promised.kind}.{'late' if promised.is_late else 'kept'}"]
            case clocks.CANCELLED:
                promised.is_over = True
                promised.is_late = not promised.is_paused and promised.due_at < happening.at
                return [f"promise.{promised.kind}.late"] if promised.is_late else []
            case clocks.PAUSED | clocks.RESUMED:
                promised.is_paused = happening.type == clocks.PAUSED
        return []

    def latest(self, kind: str) -> Promised | None:
        return next((each for each in reversed(self.promises.values()) if each.kind == kind), None)

    def first(self, kind: str) -> Promised | None:
        return next((each for each in self.promises.values() if each.kind == kind), None)

    def next_due(self) -> Promised | None:
        """The nearest promise that runs; what is overdue stays the nearest."""
        running = [each for each in self.promises.values() if each.is_open and not each.is_paused]
        return min(running, key=lambda each: each.due_at, default=None)


def instant(text: str | datetime) -> datetime:
    return text if isinstance(text, datetime) else datetime.fromisoformat(text)
