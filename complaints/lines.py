"""One complaint as a line of a list: who, their words, what comes next, whose it is."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models.functions import Left
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from complaints.codes import Channel, SeverityClass
from complaints.models import Complaint
from complaints.next_steps import next_step, stage, stage_name
from complaints.querysets import ComplaintQuerySet
from complaints.words import label

# Of a text of 20,000 characters a line shows the beginning only.
WORDS_SHOWN = 160


@dataclass(frozen=True)
class Line:
    """What the template of a row needs; it asks nothing more of the database."""

    complaint: Complaint
    who: str | Promise
    words: str
    channel: str
    step: str | Promise
    stage: int
    stage_name: str | Promise
    url: str
    deadline: Any
    is_vip: bool
    is_mine: bool
    may_take: bool
    department: str


def for_lines(rows: ComplaintQuerySet) -> ComplaintQuerySet:
    """Read along what a line shows, and not the long texts that it does not."""
    return rows.for_list().annotate(words=Left("description", WORDS_SHOWN * 2)).defer("description", "end_reason")


def lines(rows: Iterable[Complaint], user: User) -> list[Line]:
    return [line(row, user) for row in rows]


def line(row: Complaint, user: User) -> Line:
    # Set by `with_nearest_deadline`; a list of what was found has none.
    deadline = getattr(row, "nearest", None)
    is_at_desk = row.is_open and row.severity_class == SeverityClass.ONE and user.has_perm("complaints.work_desk")
    return Line(
        complaint=row,
        who=row.contact_name or _("Anonymous"),
        words=row.title or getattr(row, "words", ""),
        channel=label(Channel, row.channel),
        step=next_step(row, deadline.kind if deadline else ""),
        stage=stage(row),
        stage_name=stage_name(row),
        url=reverse("complaints:desk" if is_at_desk else "complaints:detail", args=[row.number]),
        deadline=deadline,
        is_vip=is_vip(row),
        is_mine=row.owner_id == user.pk,
        may_take=row.is_open and row.owner_id is None and user.has_perm("complaints.work_desk"),
        department=row.department.name if row.department_id != user.department_id else "",
    )


def is_vip(row: Complaint) -> bool:
    """Marked as one, or one by the rule when it was triaged; who only complains often is not shown as one."""
    by_rule = any(reason["rule"] == "vip" and reason.get("why") != "frequent" for reason in row.triage)
    return by_rule or bool(row.customer and row.customer.is_vip)
