"""Complaints that may be the same matter: same customer, phone or sale, or similar words, in the last days."""

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


@dataclass(frozen=True)
class Duplicate:
    """An older complaint with why it may be the same; `likeness` of the words is 0 to 1."""

    complaint: Complaint
    why: tuple[str | Promise, ...]
    likeness: float


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
    threshold = policy("duplicates.threshold")
    judged = (_judge(row, intake, phone, threshold) for row in candidates.values())
    found = [duplicate for duplicate in judged if duplicate.why]
    return sorted(found, key=lambda duplicate: (-len(duplicate.why), -duplicate.likeness))[:MOST_SHOWN]


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
    why: list[str | Promise] = []
    if intake.customer_id and row.customer_id == intake.customer_id:
        why.append(_("same customer"))
    if phone and row.contact_phone_normalized == phone:
        why.append(_("same phone"))
    if intake.sale_id and row.sale_id == intake.sale_id:
        why.append(_("same sale"))
    if likeness >= threshold:
        why.append(_("similar words"))
    return Duplicate(row, tuple(why), likeness)


def likeness_of(one: str, another: str) -> float:
    """How much two texts share, 0 to 1; over bigrams, since Chinese has no spaces between words."""
    return float(fuzz.token_set_ratio(" ".join(tokens(one)), " ".join(tokens(another)))) / 100
