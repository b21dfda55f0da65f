"""Complaints that may be the same matter: same customer, phone or sale, or similar words, in the last days."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from rapidfuzz import fuzz

from accounts.models import User
from complaints.codes import State
from complaints.intake import Intake
from complaints.models import Complaint
from complaints.search import COMPLAINTS
from core.search import similar_query, tokens
from customers.phones import normalized_phone
from policies.reading import policy

CANDIDATES = 30
MOST_SHOWN = 3

WHY: dict[str, str | Promise] = {
    "same_customer": _("same customer"),
    "same_phone": _("same phone"),
    "same_sale": _("same sale"),
    "similar_words": _("similar words"),
}


@dataclass(frozen=True)
class Duplicate:
    """Another complaint with why it may be the same (codes of `WHY`); `likeness` of the words is 0 to 1."""

    complaint: Complaint
    reasons: tuple[str, ...]
    likeness: float

    @property
    def why(self) -> list[str | Promise]:
        return [WHY[reason] for reason in self.reasons]


def possible_duplicates(intake: Intake, *, by: User, now: datetime) -> list[Duplicate]:
    """The likeliest first, at most three; only what `by` may see. At most four statements."""
    since = now - timedelta(days=policy("duplicates.days"))
    rows = Complaint.objects.visible_to(by).filter(received_at__gt=since).exclude(state=State.VOIDED)
    rows = rows.exclude(intake_key=intake.key)
    phone = normalized_phone(intake.phone) if intake.phone else ""
    candidates = {row.pk: row for row in rows.filter(_same(intake, phone)).for_list().order_by("-id")[:CANDIDATES]}
    alike = [pk for pk in _with_similar_words(intake.description) if pk not in candidates]
    for row in rows.filter(pk__in=alike).for_list():
        candidates[row.pk] = row
    return _likeliest(candidates.values(), intake, phone)


def same_people(complaint: Complaint, *, by: User) -> list[Duplicate]:
    """Possible duplicates of one that is recorded: of the same customer, phone or sale, received around its time.

    One statement, however many complaints there are: other words for the same matter are looked for at intake only.
    """
    phone = complaint.contact_phone_normalized
    intake = Intake(complaint.description, complaint.channel, customer_id=complaint.customer_id, sale=complaint.sale)
    if not (phone or intake.customer_id or intake.sale):
        return []
    around = timedelta(days=policy("duplicates.days"))
    rows = Complaint.objects.visible_to(by).filter(_same(intake, phone)).exclude(pk=complaint.pk)
    rows = rows.exclude(state=State.VOIDED).filter(
        received_at__gt=complaint.received_at - around, received_at__lt=complaint.received_at + around
    )
    return _likeliest(rows.order_by("-id")[:CANDIDATES], intake, phone)


def _likeliest(rows: Iterable[Complaint], intake: Intake, phone: str) -> list[Duplicate]:
    threshold = policy("duplicates.threshold")
    judged = (_judge(row, intake, phone, threshold) for row in rows)
    found = [duplicate for duplicate in judged if duplicate.reasons]
    return sorted(found, key=lambda duplicate: (-len(duplicate.reasons), -duplicate.likeness))[:MOST_SHOWN]


def _same(intake: Intake, phone: str) -> Q:
    same = Q(pk__in=[])
    if intake.customer_id:
        same |= Q(customer=intake.customer_id)
    if phone:
        same |= Q(contact_phone_normalized=phone)
    if intake.sale_id:
        same |= Q(sale=intake.sale_id)
    return same


def _with_similar_words(text: str) -> list[int]:
    return list(COMPLAINTS.match(similar_query(text), limit=CANDIDATES, newest=CANDIDATES))


def _judge(row: Complaint, intake: Intake, phone: str, threshold: float) -> Duplicate:
    likeness = likeness_of(row.description, intake.description)
    same = {
        "same_customer": intake.customer_id and row.customer_id == intake.customer_id,
        "same_phone": phone and row.contact_phone_normalized == phone,
        "same_sale": intake.sale_id and row.sale_id == intake.sale_id,
        "similar_words": likeness >= threshold,
    }
    return Duplicate(row, tuple(reason for reason, is_so in same.items() if is_so), likeness)


def likeness_of(one: str, another: str) -> float:
    """How much two texts share, 0 to 1; over bigrams, since Chinese has no spaces between words."""
    return float(fuzz.token_set_ratio(" ".join(tokens(one)), " ".join(tokens(another)))) / 100
