"""Fragments for whoever records a complaint: who may this be, and what do we know of them."""

import json
from dataclasses import dataclass
from datetime import date
from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.models import User
from accounts.roles import refused
from core.errors import Sentence
from customers.found import notes_on
from customers.models import Customer
from customers.phones import looks_like_phone, region_of, show_phone
from customers.search import find_customers
from policies.reading import policy

SALES_SHOWN = 5
SALES_COUNTED = 100


@dataclass(frozen=True)
class Row:
    """One customer in the list, with what choosing them fills into the form."""

    customer: Customer
    phone: str
    last_sold_on: date | None
    notes: list[Sentence]
    fill: str


def _reader(request: HttpRequest) -> User:
    if not request.user.has_perm("customers.find_customers"):
        raise refused("customers.find_customers")
    return cast(User, request.user)


def _row(customer: Customer, notes: list[Sentence], region: str) -> Row:
    sold_at = getattr(customer, "last_sold_at", None)
    phone = show_phone(customer.main_phone, region)
    known = {
        "phone": phone,
        "email": customer.main_email,
        "company": customer.company,
        "address": customer.address,
        "language": customer.language,
        "preferred_contact": customer.preferred_contact,
        "preferred_time": customer.preferred_hours,
    }
    fill = json.dumps({name: value for name, value in known.items() if value}, ensure_ascii=False)
    return Row(customer, phone, timezone.localdate(sold_at) if sold_at else None, notes, fill)


@require_safe
@never_cache
def find(request: HttpRequest) -> HttpResponse:
    """Answer ?q= with the options of the combo box: matches, a new customer, nobody named."""
    reader = _reader(request)
    typed = " ".join(request.GET.get("q", "").split())
    region = region_of(reader.department)
    found = find_customers(typed, region=region)
    notes = notes_on([customer.pk for customer in found], reader)
    is_phone = looks_like_phone(typed)
    context: dict[str, Any] = {
        "rows": [_row(customer, notes.get(customer.pk, []), region) for customer in found],
        "typed": show_phone(typed, region) if is_phone else typed,
        "is_phone": is_phone,
        "fill_phone": json.dumps({"phone": show_phone(typed, region)}),
    }
    return render(request, "customers/_found.html", context)


@require_safe
@never_cache
def card(request: HttpRequest, customer_id: int) -> HttpResponse:
    """The customer's history beside the form; apps above add complaints and satisfaction through slots."""
    reader = _reader(request)
    customer = get_object_or_404(Customer.objects.visible_to(reader).with_contacts(), pk=customer_id)
    return render(request, "customers/_card.html", card_context(customer))


def card_context(customer: Customer) -> dict[str, Any]:
    """What customers/_card.html needs, also on pages of apps above."""
    sales = list(customer.sales.standing()[: SALES_COUNTED + 1])
    return {
        "customer": customer,
        "sales": sales[:SALES_SHOWN],
        "sale_count": len(sales),
        "since": timezone.localdate(min([customer.created_at, *(sale.sold_at for sale in sales)])),
        "currency": policy("company.currency"),
    }
