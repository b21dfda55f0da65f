"""What complaints add to lists and cards of customers, as far as the reader may see them."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, cast

from django.db.models import Count
from django.http import HttpRequest
from django.utils.translation import ngettext

from accounts.models import User
from complaints.codes import OPEN_STATES, Satisfaction
from complaints.lines import for_lines, lines
from complaints.models import Complaint
from complaints.words import label
from core import clock
from core.errors import Sentence
from core.slots import register_slot
from customers.found import tell_of_found
from customers.models import Customer
from policies.reading import policy

# More than this is "many" on a card.
MOST_COUNTED = 100
SHOWN_OF_CUSTOMER = 20


def open_complaints(customer_ids: Sequence[int], reader: User) -> Mapping[int, Sentence]:
    """ "2 open" beside a customer in the list of matches."""
    rows = Complaint.objects.visible_to(reader).open().filter(customer__in=customer_ids).order_by()
    counts = rows.values_list("customer").annotate(count=Count("pk"))
    return {pk: ngettext("%(count)d open", "%(count)d open", count) % {"count": count} for pk, count in counts}


def facts(request: HttpRequest, customer: Customer) -> dict[str, Any] | None:
    """How many complaints there were lately, how many are open, and how content the customer was last."""
    days = policy("triage.frequent_days")
    rows = Complaint.objects.visible_to(cast(User, request.user)).counted().filter(customer=customer)
    lately = rows.filter(received_at__gt=clock.now() - timedelta(days=days)).order_by("-received_at")
    found = list(lately.values_list("state", "satisfaction")[:MOST_COUNTED])
    if not found:
        return None
    satisfaction = next((code for _state, code in found if code), "")
    return {
        "days": days,
        "count": len(found),
        "open": sum(state in OPEN_STATES for state, _satisfaction in found),
        "satisfaction": label(Satisfaction, satisfaction) if satisfaction else "",
    }


def complaints_of(request: HttpRequest, customer: Customer) -> dict[str, Any]:
    """The customer's complaints, the newest first, for the page of the record."""
    user = cast(User, request.user)
    rows = for_lines(Complaint.objects.visible_to(user).filter(customer=customer)).order_by("-received_at", "-pk")
    found = list(rows[: SHOWN_OF_CUSTOMER + 1])
    return {"lines": lines(found[:SHOWN_OF_CUSTOMER], user), "has_more": len(found) > SHOWN_OF_CUSTOMER}


def register() -> None:
    """Called once from `apps.py`."""
    tell_of_found(open_complaints)
    register_slot("customer.facts", "complaints/_customer_facts.html", facts)
    register_slot("customer.main", "complaints/_customer_complaints.html", complaints_of)
