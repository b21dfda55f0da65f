"""One complaint as a line of a list: who, their words, what comes next, whose it is."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.db.models.functions import Left
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from accounts.models import User
from complaints.codes import Channel, SeverityClass
from complaints.models import Complaint
from complaints.next_steps import next_step, stage, stage_name
from complaints.querysets import ComplaintQuerySet
from complaints.words import label
from core.formats import when_text

# Of a text of 20,000 characters a line shows the beginning only.
WORDS_SHOWN = 160
SHOWN = (
    "number", "contact_name", "title", "channel", "severity_class", "triage", "suggests_crisis", "state",
    "offered_at", "offered_to", "offered_department", "next_due_at", "first_contact_at", "waiting_until",
    "received_at", "ended_at", "customer__is_vip", "owner__name", "owner__username", "department__name",
    "category__code", "category__name_en", "category__name_zh",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """What the template of a row needs, as plain values in the reader's language; equal ones are drawn once."""

    pk: int
    number: str
    severity_class: int
    suggests_crisis: bool
    is_open: bool
    received_at: datetime
    ended_at: datetime | None
    category: str
    who: str
    words: str
    channel: str
    step: str
    stage: int
    stage_name: str
    url: str
    take_url: str
    owner: str | None
    is_vip: bool
    is_mine: bool
    may_take: bool
    department: str
    offered: str
    # Its chip changes by the minute, so it is put into the drawn row.
    deadline: Any = field(compare=False)
    # Until when it is the customer's turn.
    waiting: str = ""


@lru_cache(maxsize=4096)
def address(name: str, number: str) -> str:
    """Lists are read again and again, with the same complaints in them."""
    return reverse(name, args=[number])


def for_lines(rows: ComplaintQuerySet) -> ComplaintQuerySet:
    """Read what a line shows, and nothing else of the complaint or of those it names."""
    shown = rows.for_list().only(*SHOWN)
    return shown.annotate(words=Left("description", WORDS_SHOWN * 2))


def lines(rows: Iterable[Complaint], user: User) -> list[Line]:
    works_at_desk = user.has_perm("complaints.work_desk")
    return [_line(row, user, works_at_desk=works_at_desk) for row in rows]


def _line(row: Complaint, user: User, *, works_at_desk: bool) -> Line:
    # Set by `with_nearest_deadline`; a list of what was found has none.
    deadline = getattr(row, "nearest", None)
    is_at_desk = row.is_open and row.severity_class == SeverityClass.ONE and works_at_desk and row.offered_at is None
    return Line(
        pk=row.pk,
        number=row.number,
        severity_class=row.severity_class,
        suggests_crisis=row.suggests_crisis,
        is_open=row.is_open,
        received_at=row.received_at,
        ended_at=row.ended_at,
        category=row.category.name if row.category else "",
        who=row.contact_name or _("Anonymous"),
        words=row.title or getattr(row, "words", ""),
        channel=label(Channel, row.channel),
        step=str(next_step(row, deadline.kind if deadline else "")),
        stage=stage(row),
        stage_name=str(stage_name(row)),
        url=address("complaints:desk" if is_at_desk else "complaints:detail", row.number),
        take_url=address("complaints:take", row.number),
        owner=row.owner.name if row.owner else None,
        is_vip=is_vip(row),
        is_mine=row.owner_id == user.pk,
        # What is offered is accepted or declined on its own page.
        may_take=row.is_open and row.owner_id is None and works_at_desk and row.offered_at is None,
        offered=_offered(row, user),
        department=row.department.name if row.department_id != user.department_id else "",
        waiting=when_text(row.waiting_until) if row.waiting_until else "",
        deadline=deadline,
    )


def _offered(row: Complaint, user: User) -> str:
    """To me, to my department, or to somebody else; by the columns of the row alone."""
    if row.offered_at is None:
        return ""
    if row.offered_to_id == user.pk:
        return _("offered to you")
    is_here = row.offered_department_id is not None and row.offered_department_id == user.department_id
    return _("offered to your department") if is_here else pgettext("hand-over", "offered")


def is_vip(row: Complaint) -> bool:
    """Marked as one, or one by the rule when it was triaged; who only complains often is not shown as one."""
    by_rule = any(reason["rule"] == "vip" and reason.get("why") != "frequent" for reason in row.triage)
    return by_rule or bool(row.customer and row.customer.is_vip)
