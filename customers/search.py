"""Finding customers while somebody types: by phone in any writing, name, company, e-mail, sale."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Case, Q, Value, When

from core.search import SearchTable
from customers.codes import ContactKind
from customers.models import ContactPoint, Customer, ExternalId, Sale
from customers.phones import LONGEST, beginnings, digits_of, looks_like_phone, normalized_phone
from customers.querysets import CustomerQuerySet

CUSTOMERS = SearchTable("customers_search")

# A customer with more sales than this is found by the numbers of the newest; older ones by the whole number.
SALES_INDEXED = 50
CANDIDATES = 50
# Fewer digits are also read as a number of a sale.
SURELY_A_PHONE = 7


def index_customer(customer: Customer) -> None:
    """Make a customer found by what is on record now. Part of every action that changes it."""
    CUSTOMERS.put(customer.pk, *_texts(customer))


def index_new_customer(customer: Customer, told: Iterable[str]) -> None:
    """The same for one that was made just now and has bought nothing: `told` are its e-mails, then its external ids."""
    CUSTOMERS.put(customer.pk, customer.name, customer.company, *told)


def _texts(customer: Customer) -> list[str]:
    # A sale that changes hands makes two or three customers be indexed, and never a list of them.
    points = ContactPoint.objects.filter(customer=customer, kind=ContactKind.EMAIL)
    emails = points.order_by("pk").values_list("normalized", flat=True)
    numbers = ExternalId.objects.filter(customer=customer).order_by("pk").values_list("external_id", flat=True)
    bought = Sale.objects.filter(customer=customer).order_by("-sold_at", "-pk")
    sales = bought.values_list("external_id", "product_name", "product_code")
    told = [text for sale in sales[:SALES_INDEXED] for text in sale]
    return [customer.name, customer.company, *emails, *numbers, *dict.fromkeys(told)]


def find_customers(text: str, *, limit: int = 8, region: str | None = None) -> list[Customer]:
    """Return the likeliest customers for what was typed so far, with contact points and last sale read along.

    A phone is found in any writing, by its beginning or its last four digits or more; a name by one Chinese
    character or two letters. At most five statements, six where thousands match.
    """
    text = text.strip()
    by_phone = _by_phone(text, region) if looks_like_phone(text) else {}
    by_words: list[int] = []
    if not by_phone or len(digits_of(text)) < SURELY_A_PHONE:
        by_words = CUSTOMERS.match(text, newest=CANDIDATES)
    if not by_phone and not by_words:
        by_words = _by_sale_number(text)
    if not by_phone and not by_words:
        return []
    return list(_in_order(text, by_phone, by_words).with_contacts().with_last_sale()[:limit])


def search_customers(rows: CustomerQuerySet, text: str, *, region: str | None = None) -> CustomerQuerySet:
    """Keep of a queryset what `find_customers` would find, without its limit and in the queryset's own order."""
    text = text.strip()
    found = Q(pk__in=CUSTOMERS.search(Customer.objects.all(), text).order_by().values("pk"))
    if looks_like_phone(text) and len(digits := digits_of(text)) <= LONGEST:
        points = ContactPoint.objects.like_phone(normalized_phone(text, region), beginnings(text, region), digits)
        found |= Q(pk__in=points.values("customer"))
    if text.isprintable():
        found |= Q(pk__in=Sale.objects.filter(external_id=text).values("customer"))
    return rows.filter(found)


def _by_phone(text: str, region: str | None) -> dict[int, bool]:
    """Who has such a number; True for exactly this one."""
    digits = digits_of(text)
    if len(digits) > LONGEST:
        return {}
    asked = normalized_phone(text, region)
    points = ContactPoint.objects.like_phone(asked, beginnings(text, region), digits).order_by("digits")
    found: dict[int, bool] = {}
    for customer_id, normalized in points.values_list("customer_id", "normalized")[:CANDIDATES]:
        found[customer_id] = found.get(customer_id, False) or normalized == asked
    return found


def _by_sale_number(text: str) -> list[int]:
    sales = Sale.objects.filter(external_id=text.replace("\0", "")) if text.isprintable() else Sale.objects.none()
    return list(sales.values_list("customer_id", flat=True)[:CANDIDATES])


def _in_order(text: str, by_phone: dict[int, bool], by_words: list[int]) -> CustomerQuerySet:
    """Exactly this phone first, then such phones, then the name as typed, then names that begin so."""
    exactly = [customer_id for customer_id, is_exact in by_phone.items() if is_exact]
    places: list[Any] = [When(pk__in=exactly, then=Value(0)), When(pk__in=list(by_phone), then=Value(1))]
    if text.isprintable():
        places += [When(name__iexact=text, then=Value(2)), When(name__istartswith=text, then=Value(3))]
    rows = Customer.objects.filter(pk__in={*by_phone, *by_words})
    return rows.annotate(place=Case(*places, default=Value(4))).order_by("place", "-pk")
