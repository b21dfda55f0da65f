"""Complaints with all that an answer tells of them, read in few statements however many there are."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet, prefetch_related_objects

from accounts.models import User
from accounts.scope import Scope, scope_of
from complaints.around import read_around
from complaints.deadlines import deadlines_of
from complaints.duplicates import Duplicate, same_people
from complaints.models import (
    Category,
    Complaint,
    ComplaintGroup,
    ComplaintLink,
    ComplaintSubject,
    ExternalReference,
    HandOver,
    OralReport,
    OutsideMatter,
    Referral,
    Wait,
)
from complaints.models import Promise as CustomerPromise
from complaints.querysets import ComplaintQuerySet
from core.prepared import padded, prepared
from deadlines.models import Deadline

RELATED = ("department", "customer", "category")
RELATED_IN_LISTS = ("owner", "recorded_by", "sale")
# What most complaints do not have is asked for only where it is there.
PARTS: dict[str, QuerySet[Any]] = {
    "subject_rows": ComplaintSubject.objects.select_related("user").order_by("pk"),
    "promises": CustomerPromise.objects.all(),
    "external_references": ExternalReference.objects.order_by("source"),
    "oral_reports": OralReport.objects.select_related("to", "to_for", "reported_by", "confirmed_by", "confirmed_for"),
    "referrals": Referral.objects.order_by("pk"),
    "further_categories": Category.objects.all(),
    "outside_matters": OutsideMatter.objects.select_related("complaint"),
    "waits": Wait.objects.filter(ended_at=None),
}
# Told by other means than a look at their table.
ELSEWHERE = ("further_categories", "waits")


def complaints_for(user: User) -> ComplaintQuerySet:
    """What this user may see, with what `complete` wants to know."""
    return _complaints_within(scope_of(user)).select_related(*RELATED_IN_LISTS)


def find_complaint(user: User, *, number: str | None = None, pk: int | None = None) -> Complaint | None:
    """The one of `complaints_for` with this number or this id."""
    scope = scope_of(user)
    found = next(iter(_found(scope, number, pk)), None) if scope.may_read else None
    if found is not None:
        read_around(found)
    return found


@prepared
def _found(scope: Scope, number: str | None, pk: int | None) -> ComplaintQuerySet:
    rows = _complaints_within(scope)
    return (rows.filter(number=number) if pk is None else rows.filter(pk=pk))[:1]


def _complaints_within(scope: Scope) -> ComplaintQuerySet:
    parts = {name: rows for name, rows in PARTS.items() if name not in ELSEWHERE}
    has: dict[str, Any] = {f"has_{name}": Exists(rows.filter(complaint=OuterRef("pk"))) for name, rows in parts.items()}
    has["has_further_categories"] = Exists(Category.objects.filter(further_complaints=OuterRef("pk")))
    has["has_waits"] = Q(waiting_until__isnull=False)
    has["has_links"] = Exists(ComplaintLink.objects.filter(Q(complaint=OuterRef("pk")) | Q(other=OuterRef("pk"))))
    rows: ComplaintQuerySet = Complaint.objects.within(scope).select_related(*RELATED).annotate(**has)
    return rows


def complete(rows: Sequence[Complaint], user: User) -> None:
    """Put onto rows of `complaints_for` what else their answers tell, as `answered_…`: at most ten statements."""
    for name, part in PARTS.items():
        having = [row for row in rows if getattr(row, f"has_{name}")]
        prefetch_related_objects(having, Prefetch(name, part))
        for row in rows:
            row.__dict__[f"answered_{name}"] = []
        for row in having:
            row.__dict__[f"answered_{name}"] = list(getattr(row, name).all())
    newest = newest_deadlines([row.pk for row in rows])
    links = visible_links([row.pk for row in rows if getattr(row, "has_links", False)], user)
    offers, groups = open_offers(rows), visible_groups(rows, user)
    for row in rows:
        row.__dict__["answered_hand_over"] = offers.get(row.pk)
        row.__dict__["answered_group"] = groups.get(row.group_id or 0)
        row.__dict__["answered_deadlines"] = newest.get(row.pk, [])
        row.__dict__["answered_links"] = links.get(row.pk, [])


def complete_one(complaint: Complaint, user: User, duplicates: list[Duplicate] | None = None) -> Complaint:
    """The same for one, with its possible duplicates: those given, or those of the same customer, phone or sale.

    What has ended is linked to nothing more, so nothing is looked for.
    """
    complete([complaint], user)
    if duplicates is None:
        duplicates = same_people(complaint, by=user) if complaint.is_open else []
    complaint.__dict__["answered_duplicates"] = duplicates
    return complaint


def complete_new(complaint: Complaint, duplicates: list[Duplicate]) -> Complaint:
    """The same for one that was lodged just now and has nothing but its deadlines, without a question."""
    for part in (*PARTS, "links"):
        complaint.__dict__[f"answered_{part}"] = []
    complaint.__dict__["answered_hand_over"] = complaint.__dict__["answered_group"] = None
    complaint.__dict__["answered_deadlines"] = list(complaint.begun)
    complaint.__dict__["answered_duplicates"] = duplicates
    return complaint


def newest_deadlines(ids: Sequence[int]) -> dict[int, list[Deadline]]:
    """The newest deadline of each kind, by complaint; the earlier rounds stand under its own address."""
    newest: dict[int, dict[tuple[str, str], Deadline]] = {}
    for row in deadlines_of(padded(ids)) if ids else []:
        newest.setdefault(row.subject_id, {})[row.kind, row.about] = row
    return {pk: list(kinds.values()) for pk, kinds in newest.items()}


def open_offers(rows: Sequence[Complaint]) -> dict[int, HandOver]:
    """The open offer of each complaint that has one, by its id; asked only where there is one."""
    wanted = [row.pk for row in rows if row.offered_at is not None]
    if not wanted:
        return {}
    offers = HandOver.objects.filter(complaint__in=wanted, state=HandOver.State.OFFERED)
    return {offer.complaint_id: offer for offer in offers.select_related("to", "to_department", "offered_by")}


def visible_groups(rows: Sequence[Complaint], user: User) -> dict[int, ComplaintGroup]:
    """The groups of these complaints that the user may see, by id; asked only where there is one."""
    wanted = {row.group_id for row in rows if row.group_id is not None}
    return ComplaintGroup.objects.visible_to(user).in_bulk(wanted) if wanted else {}


def visible_links(ids: Iterable[int], user: User) -> dict[int, list[dict[str, str]]]:
    """Numbers of linked complaints with the relation, by complaint, as far as the user may see them."""
    wanted = set(ids)
    if not wanted:
        return {}
    rows = list(ComplaintLink.objects.filter(Q(complaint__in=wanted) | Q(other__in=wanted)).order_by("pk"))
    ends = {pk for row in rows for pk in (row.complaint_id, row.other_id)}
    numbers = dict(Complaint.objects.visible_to(user).filter(pk__in=ends).values_list("pk", "number"))
    found: dict[int, list[dict[str, str]]] = {}
    for row in rows:
        for one, another in ((row.complaint_id, row.other_id), (row.other_id, row.complaint_id)):
            if one in wanted and another in numbers:
                found.setdefault(one, []).append({"number": numbers[another], "relation": row.relation})
    return found
