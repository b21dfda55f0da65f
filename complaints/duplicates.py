"""Complaints that may be the same matter: same customer, phone or sale, or similar words, in the last days."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db import DEFAULT_DB_ALIAS
from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from rapidfuzz import fuzz

from accounts.models import User
from accounts.scope import Scope, scope_of
from complaints.codes import State
from complaints.intake import Intake
from complaints.models import Complaint
from complaints.search import COMPLAINTS
from core.prepared import prepared
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
    """The likeliest first, at most three; only what `by` may see. At most three statements."""
    since = now - timedelta(days=policy("duplicates.days"))
    rows = Complaint.objects.visible_to(by).filter(received_at__gt=since).exclude(state=State.VOIDED)
    if intake.key is not None:
        rows = rows.exclude(intake_key=intake.key)
    phone = normalized_phone(intake.phone) if intake.phone else ""
    same = _same(intake.customer_id, phone, intake.sale_id) | Q(pk__in=_with_similar_words(intake.description))
    found = rows.filter(same).order_by("-id").values_list(*_Row._fields)[: 2 * CANDIDATES]
    return _likeliest(found, intake, phone)


def same_people(complaint: Complaint, *, by: User) -> list[Duplicate]:
    """Possible duplicates of one that is recorded: of the same customer, phone or sale, received around its time.

    One statement, however many complaints there are: other words for the same matter are looked for at intake only.
    """
    phone = complaint.contact_phone_normalized
    intake = Intake(complaint.description, complaint.channel, customer_id=complaint.customer_id, sale=complaint.sale)
    scope = scope_of(by)
    if not scope.may_read or not (phone or intake.customer_id or intake.sale_id):
        return []
    around = timedelta(days=policy("duplicates.days"))
    since, until = complaint.received_at - around, complaint.received_at + around
    rows = _of_same_people(scope, complaint.pk, intake.customer_id, phone, intake.sale_id, since, until)
    return _likeliest(rows, intake, phone)


@prepared
def _of_same_people(
    scope: Scope, pk: int, customer: int | None, phone: str, sale: int | None, since: datetime, until: datetime
) -> QuerySet[Complaint, tuple[Any, ...]]:
    rows = Complaint.objects.within(scope).filter(_same(customer, phone, sale)).exclude(pk=pk)
    around = rows.exclude(state=State.VOIDED).filter(received_at__gt=since, received_at__lt=until)
    return around.order_by("-id").values_list(*_Row._fields)[:CANDIDATES]


class _Row(NamedTuple):
    """What is compared, and what is shown. Many are looked at, and only the few that are shown become objects."""

    id: int
    number: str
    state: str
    channel: str
    received_at: datetime
    owner_id: int | None
    description: str
    customer_id: int | None
    contact_phone_normalized: str
    sale_id: int | None


class _Judged(NamedTuple):
    row: _Row
    reasons: tuple[str, ...]
    likeness: float


def _likeliest(rows: Iterable[tuple[Any, ...]], intake: Intake, phone: str) -> list[Duplicate]:
    threshold = policy("duplicates.threshold")
    words = _compared(intake.description)
    judged = [_judge(_Row(*row), intake, phone, words, threshold) for row in rows]
    found = sorted((one for one in judged if one.reasons), key=lambda one: (-len(one.reasons), -one.likeness))
    return [Duplicate(_shown(one.row), one.reasons, one.likeness) for one in found[:MOST_SHOWN]]


def _shown(row: _Row) -> Complaint:
    # Django takes the values in the order of the columns.
    names = [column.attname for column in Complaint._meta.concrete_fields if column.attname in _Row._fields]
    return Complaint.from_db(DEFAULT_DB_ALIAS, names, [getattr(row, name) for name in names])


def _same(customer: int | None, phone: str, sale: int | None) -> Q:
    same = Q(pk__in=[])
    if customer:
        same |= Q(customer=customer)
    if phone:
        same |= Q(contact_phone_normalized=phone)
    if sale:
        same |= Q(sale=sale)
    return same


def _with_similar_words(text: str) -> list[int]:
    return list(COMPLAINTS.match(similar_query(text), limit=CANDIDATES, newest=CANDIDATES))


def _judge(row: _Row, intake: Intake, phone: str, words: str, threshold: float) -> _Judged:
    likeness = _likeness(_compared(row.description), words)
    same = {
        "same_customer": intake.customer_id and row.customer_id == intake.customer_id,
        "same_phone": phone and row.contact_phone_normalized == phone,
        "same_sale": intake.sale_id and row.sale_id == intake.sale_id,
        "similar_words": likeness >= threshold,
    }
    return _Judged(row, tuple(reason for reason, is_so in same.items() if is_so), likeness)


def likeness_of(one: str, another: str) -> float:
    """How much two texts share, 0 to 1; over bigrams, since Chinese has no spaces between words."""
    return _likeness(_compared(one), _compared(another))


def _compared(text: str) -> str:
    return " ".join(tokens(text))


def _likeness(words: str, others: str) -> float:
    return float(fuzz.token_set_ratio(words, others)) / 100
