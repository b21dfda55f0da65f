"""The kinds of promises there are. Apps above declare theirs; what they know of their subject, only they know."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from accounts.models import User
from core.errors import Sentence

Subject = Any


@dataclass(frozen=True)
class DeadlineKind:
    """One kind of promise, and how the clock asks about its subject.

    `lock(id)` locks the subject without waiting and returns None when somebody is at it. `still_due(subject)` is the
    condition read again before firing. `recipients(subject, rung)` are the people of a rung. `after_change(id)` is
    told when the clock moved a deadline without an action of the app. The plural forms do the same for many subjects
    with as many queries as for one; without them each subject is asked about alone.
    """

    name: str
    label: Sentence
    policy_key: str
    subject_type: str
    lock: Callable[[int], Subject | None]
    still_due: Callable[[Subject], bool]
    recipients: Callable[[Subject, str], Iterable[User]]
    url: Callable[[Subject], str]
    after_change: Callable[[int], object] | None = None
    # First response and statutory clocks never stand still.
    may_pause: bool = True
    lock_many: Callable[[Sequence[int]], Mapping[int, Subject]] | None = None
    recipients_many: Callable[[Sequence[Subject], str], Mapping[int, Iterable[User]]] | None = None
    after_changes: Callable[[Sequence[int]], object] | None = None
    # What one is called by its `about`, where a subject may have several of this kind at once.
    named: Callable[[str], Sentence] | None = None
    # Nothing is broken when its time comes: it is met then, by itself, and the app hears of it by the event.
    is_reminder: bool = False

    def locked(self, ids: Iterable[int]) -> Mapping[int, Subject]:
        """Lock those subjects that nobody is at, by rising id."""
        wanted = sorted(set(ids))
        if self.lock_many:
            return self.lock_many(wanted)
        return {pk: subject for pk in wanted if (subject := self.lock(pk)) is not None}

    def told(self, subjects: Sequence[Subject], rung: str) -> Mapping[int, list[User]]:
        """The people of a rung, by the subject's id."""
        if self.recipients_many:
            return {pk: list(users) for pk, users in self.recipients_many(subjects, rung).items()}
        return {subject.pk: list(self.recipients(subject, rung)) for subject in subjects}

    def changed(self, ids: Iterable[int]) -> None:
        wanted = sorted(set(ids))
        if self.after_changes:
            self.after_changes(wanted)
        elif self.after_change:
            for pk in wanted:
                self.after_change(pk)


_kinds: dict[str, DeadlineKind] = {}


def register_kind(kind: DeadlineKind) -> DeadlineKind:
    """Declare a kind of promise. Raises ValueError when the name is taken."""
    if kind.name in _kinds:
        raise ValueError(f"The deadline {kind.name} is declared twice.")
    _kinds[kind.name] = kind
    return kind


def kind_named(name: str) -> DeadlineKind:
    """Raises LookupError for a kind that nobody declares."""
    if name not in _kinds:
        raise LookupError(f"Nobody declares the deadline {name}.")
    return _kinds[name]


def kinds_by_policy(policy_key: str) -> list[str]:
    return [kind.name for kind in _kinds.values() if kind.policy_key == policy_key]


def label(name: str, about: str = "") -> str:
    """What a kind is called, in the reader's language; one of an older version by its name."""
    kind = _kinds.get(name)
    if kind is None:
        return name
    return str(kind.named(about) if about and kind.named else kind.label)


def tell_apps(rows: Iterable[Any]) -> None:
    """Let each app bring its own columns up to date after the clock moved these deadlines."""
    ids: dict[object, set[int]] = {}
    kinds: dict[object, DeadlineKind] = {}
    for row in rows:
        kind = kind_named(row.kind)
        # Kinds that share a function hear once of a subject.
        shared = kind.after_changes or kind.after_change
        ids.setdefault(shared, set()).add(row.subject_id)
        kinds[shared] = kind
    for shared_by, kind in kinds.items():
        kind.changed(ids[shared_by])
