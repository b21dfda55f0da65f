"""The words that go with what people did together: why it was handed over, what was promised, what a group heard."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from accounts.models import User
from complaints.codes import Direction
from complaints.events import (
    GROUP_JOINED,
    GROUP_LEFT,
    GROUP_TALKED,
    MOVED,
    OFFER_DECLINED,
    OFFERED,
    TASK_CANCELLED,
    TASK_DONE,
    TASK_OPENED,
)
from complaints.models import CaseTask, ComplaintGroup, GroupTalk, HandOver
from core.prepared import padded, prepared
from events.models import Event


@dataclass(frozen=True)
class Words:
    """What was said or written then; `kind` as the filter of the history knows it."""

    text: str
    is_customer: bool = False
    kind: str = ""


@prepared
def _offers(ids: tuple[int, ...]) -> QuerySet[HandOver]:
    return HandOver.objects.filter(pk__in=ids).order_by()


@prepared
def _tasks(ids: tuple[int, ...]) -> QuerySet[CaseTask]:
    return CaseTask.objects.filter(pk__in=ids).order_by()


@prepared
def _group_talks(ids: tuple[int, ...]) -> QuerySet[GroupTalk]:
    return GroupTalk.objects.filter(pk__in=ids).order_by()


def _of_group(talk: GroupTalk) -> Words:
    return Words(talk.summary, is_customer=talk.direction == Direction.IN, kind="customer")


# Type of event: where the words stand, how they are read, and which of them belong to it.
SOURCES: dict[str, tuple[str, Callable[[tuple[int, ...]], Sequence[Any]], Callable[[Any], Words]]] = {
    OFFERED: ("hand_over_id", _offers, lambda row: Words(row.reason)),
    MOVED: ("hand_over_id", _offers, lambda row: Words(row.reason)),
    OFFER_DECLINED: ("hand_over_id", _offers, lambda row: Words(row.answer)),
    TASK_OPENED: ("task_id", _tasks, lambda row: Words(row.what)),
    TASK_DONE: ("task_id", _tasks, lambda row: Words(row.note)),
    TASK_CANCELLED: ("task_id", _tasks, lambda row: Words(row.note)),
    GROUP_TALKED: ("group_talk_id", _group_talks, _of_group),
}
# Told to those who may see the group only.
OF_GROUPS = (GROUP_JOINED, GROUP_LEFT, GROUP_TALKED)


def words_together(events: Iterable[Event]) -> dict[int, Words]:
    """The words of such events, by the event's id: a statement for each kind of source among them."""
    found: dict[int, Words] = {}
    by_source: dict[str, list[Event]] = {}
    for event in events:
        if event.type in SOURCES and event.data.get(SOURCES[event.type][0]):
            by_source.setdefault(SOURCES[event.type][0], []).append(event)
    for name, group in by_source.items():
        rows = {row.pk: row for row in SOURCES[group[0].type][1](padded([event.data[name] for event in group]))}
        for event in group:
            if (row := rows.get(event.data[name])) is not None:
                found[event.pk] = SOURCES[event.type][2](row)
    return found


def hidden_groups(events: Iterable[Event], user: User) -> set[int]:
    """Of the groups that these events name, those that this reader must not see; asked only where there is one."""
    named = {event.data["group_id"] for event in events if event.type in OF_GROUPS and event.data.get("group_id")}
    if not named:
        return set()
    return named - set(ComplaintGroup.objects.visible_to(user).filter(pk__in=named).values_list("pk", flat=True))
