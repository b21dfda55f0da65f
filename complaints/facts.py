"""Gather the facts that triage judges: figures from policies, history from the database."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from statistics import median
from typing import Any

from complaints.causes import with_open_causes
from complaints.intake import Intake
from complaints.models import Category, Cause, Complaint, ComplaintSubject
from complaints.suggestions import Suggestions, suggest
from complaints.triage import Facts, Figures, Recurrence
from customers.codes import CustomerKind
from customers.models import Customer
from customers.standing import is_in_top_share
from policies.reading import policy

WEEK = timedelta(days=7)
# A category that floods is recurring long before this; more rows would not change the answer.
MOST_ROWS = 500


def figures() -> Figures:
    """The thresholds in force."""
    return Figures(
        vip_bought=Decimal(str(policy("triage.vip_lifetime_value"))),
        frequent_count=policy("triage.frequent_count"),
        frequent_days=policy("triage.frequent_days"),
        claim=Decimal(str(policy("triage.claim_threshold"))),
        recurring_count=policy("triage.recurring_count"),
        recurring_factor=Decimal(str(policy("triage.recurring_factor"))),
        group_size=policy("triage.group_size"),
        over_promising=tuple(policy("triage.over_promising_categories")),
        class2_categories=tuple(policy("triage.class2_categories")),
        house_currency=policy("company.currency"),
    )


def words_suggest(text: str) -> Suggestions:
    """What the text suggests by the word lists in force."""
    return suggest(
        text, danger=policy("words.danger"), threats=policy("words.threats"), demands=policy("words.demands")
    )


def gather(intake: Intake, customer: Customer | None, figures: Figures, *, now: datetime) -> Facts:
    """Everything triage asks about a complaint that is about to be saved, or that is still being typed."""
    found = words_suggest(intake.description)
    # What is under a category is about it too: rules name the upper one.
    rows = with_open_causes(Category.objects.filter(pk__in=intake.all_category_ids()), intake.department_id)
    chosen = list(rows.values_list("code", "parent__code", "pk", "has_open_cause"))
    has_open_cause = any(has for _code, _above, pk, has in chosen if pk == intake.category_id)
    return Facts(
        channel=intake.channel,
        categories=tuple(dict.fromkeys(code for row in chosen for code in row[:2] if code)),
        upset=intake.upset,
        threats=tuple(intake.threats),
        amount_claimed=intake.amount_claimed,
        currency=intake.currency or figures.house_currency,
        is_danger=intake.is_danger,
        # Unticked by a person, the words no longer count.
        danger_words=() if intake.is_danger_declined else found.danger,
        group_size=intake.group_size or 0,
        is_partner=bool(customer and customer.kind == CustomerKind.PARTNER),
        is_vip=bool(customer and customer.is_vip),
        bought=customer.bought_total if customer else Decimal(0),
        is_in_top_share=bool(customer and customer.bought_total >= figures.vip_bought and is_in_top_share(customer)),
        complaints_in_window=_complaints_in_window(customer, figures.frequent_days, now) + 1 if customer else 0,
        recurrences=tuple(recurrences(intake, now=now, has_open_cause=has_open_cause)),
    )


def _complaints_in_window(customer: Customer, days: int, now: datetime) -> int:
    """Earlier complaints of a customer that count: not voided, merged or imported. Source: DOMAIN.md 10.6."""
    if customer.is_just_recorded:
        return 0
    rows = Complaint.objects.counted().filter(
        customer=customer, is_imported=False, received_at__gt=now - timedelta(days=days)
    )
    return rows[:MOST_ROWS].count()


def recurrences(intake: Intake, *, now: datetime, has_open_cause: bool = False) -> list[Recurrence]:
    """How often the same came up here, this one included; nothing when the line was crossed already.

    The one that crosses the line is raised; those after it belong to the cause it opened, as long as that is open.
    """
    if not intake.category_id or not intake.department_id:
        return []
    found = _crossing(intake, now)
    known = _open_keys(intake) if has_open_cause else frozenset[tuple[str, str]]()
    return [again for again in found if (again.what, again.value) not in known]


def _open_keys(intake: Intake) -> frozenset[tuple[str, str]]:
    """What has an open cause in this department and category; asked for only where there is one."""
    rows = Cause.objects.open().filter(department=intake.department_id, category=intake.category_id)
    return frozenset(rows.values_list("what", "value"))


def _crossing(intake: Intake, now: datetime) -> list[Recurrence]:
    days = policy("triage.recurring_days")
    earlier = list(
        Complaint.objects.counted()
        .filter(
            department=intake.department_id,
            category=intake.category_id,
            received_at__gt=now - timedelta(days=days),
            is_imported=False,
        )
        .order_by("-received_at")
        .values("id", "product_name", "product_batch", "sale__product_name", "sale__batch", "triage")[:MOST_ROWS]
    )
    found = []
    for what, value in _sames(intake):
        same = [row for row in earlier if value in _values(row, what)]
        if not any(_crossed(row["triage"], what, value) for row in same):
            found.append(Recurrence(what, value, len(same) + 1, days))
    found += _about_the_same_people(intake, [row["id"] for row in earlier], days)
    if not any(_crossed(row["triage"], "category", "") for row in earlier):
        found.append(Recurrence("category", "", len(earlier) + 1, days, _usual_week(intake, now)))
    return found


def _sames(intake: Intake) -> list[tuple[str, str]]:
    product = intake.product_name or (intake.sale.product_name if intake.sale else "")
    batch = intake.product_batch or (intake.sale.batch if intake.sale else "")
    return [(what, value) for what, value in (("product", product), ("batch", batch)) if value]


def _values(row: Mapping[str, Any], what: str) -> set[str]:
    return (
        {row["product_name"], row["sale__product_name"]}
        if what == "product"
        else {row["product_batch"], row["sale__batch"]}
    )


def _crossed(triage: object, what: str, value: str) -> bool:
    reasons = triage if isinstance(triage, list) else []
    return any(r["rule"] == "recurring" and r["what"] == what and r["value"] == value for r in reasons)


def _about_the_same_people(intake: Intake, earlier_ids: Sequence[int], days: int) -> list[Recurrence]:
    if not intake.subject_ids or not earlier_ids:
        return []
    rows = ComplaintSubject.objects.filter(complaint__in=earlier_ids, user__in=intake.subject_ids)
    pairs = list(rows.values_list("user_id", "complaint__triage"))
    found = []
    for subject in intake.subject_ids:
        same = [triage for user_id, triage in pairs if user_id == subject]
        if not any(_crossed(triage, "subject", str(subject)) for triage in same):
            found.append(Recurrence("subject", str(subject), len(same) + 1, days))
    return found


def _usual_week(intake: Intake, now: datetime) -> Decimal | None:
    """The median of the eight weeks before this one, or None while there are not that many."""
    weeks = policy("triage.recurring_weeks")
    rows = Complaint.objects.counted().filter(
        department=intake.department_id, category=intake.category_id, is_imported=False
    )
    first = rows.order_by("received_at").values_list("received_at", flat=True).first()
    if first is None or first > now - (weeks + 1) * WEEK:
        return None
    received = rows.filter(received_at__gt=now - (weeks + 1) * WEEK, received_at__lte=now - WEEK)
    counts = [0] * weeks
    for at in received.values_list("received_at", flat=True)[: MOST_ROWS * weeks]:
        counts[min(weeks - 1, int((now - WEEK - at) / WEEK))] += 1
    return Decimal(str(median(counts)))
