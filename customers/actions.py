"""Every write on customers and what they bought."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypedDict, Unpack

from django.db.models import Sum
from django.utils.translation import gettext_lazy as _

from accounts.models import Department, User
from core import clock
from core.actions import action
from core.errors import Blocked, Blocker, Conflict, PermissionDenied
from customers import events
from customers.checks import checked_contact, checked_external_ids, checked_fields, checked_sale, is_blank
from customers.codes import ContactKind, SaleStatus
from customers.locks import one_at_a_time
from customers.models import ContactPoint, Customer, ExternalId, Sale
from customers.phones import show_phone
from customers.search import index_customer, index_new_customer
from events.log import record_event, record_first_event, record_text_change
from policies.reading import policy

# No column of a customer: the reason to take a VIP mark away is kept among the old texts.
UNMARKED_BECAUSE = "unmarked_because"


class Details(TypedDict, total=False):
    """What may be on record of a customer besides the name; blank or None empties it."""

    kind: str
    company: str
    address: str
    language: str
    birthday: date | None
    temperament: str
    do_not_call: bool
    preferred_contact: str
    preferred_hours: str


def _require(by: User | None, permission: str) -> None:
    if by is not None and not by.has_perm(permission):
        raise PermissionDenied


@action
def create_customer(
    name: str,
    *,
    phones: Iterable[str] = (),
    emails: Iterable[str] = (),
    external_ids: Mapping[str, str] | None = None,
    region: str | None = None,
    by: User | None,
    **details: Unpack[Details],
) -> Customer:
    """Record a customer with the ways to reach them; the first phone and the first e-mail are the main ones.

    `region` reads phones without a country code (default: the house's). Raises Blocked with everything that is wrong,
    and Conflict when an external id is another customer's.
    """
    _require(by, "customers.change_customers")
    fields = checked_fields({"name": name, **details})
    wanted_ids = checked_external_ids(external_ids or {})
    contacts = [(ContactKind.PHONE, phone) for phone in phones] + [(ContactKind.EMAIL, email) for email in emails]
    checked = [checked_contact(kind, typed, region) for kind, typed in contacts]
    now = clock.now()
    customer = Customer.objects.create(**fields, created_at=now, updated_at=now)
    points = _contact_points(customer, checked)
    for source, external_id in wanted_ids.items():
        _claim(source, external_id)
        ExternalId.objects.create(customer=customer, source=source, external_id=external_id)
    record_first_event(events.CREATED, customer, by=by, kind=customer.kind)
    emails = [point.normalized for point in points if point.kind == ContactKind.EMAIL]
    index_new_customer(customer, [*emails, *wanted_ids.values()])
    customer.is_just_recorded = True
    return customer


def _contact_points(customer: Customer, checked: Iterable[ContactPoint]) -> list[ContactPoint]:
    """Save each once, the first of its kind as the main one."""
    found: dict[tuple[str, str], ContactPoint] = {}
    for point in checked:
        point.customer, point.is_primary = customer, point.kind not in {kind for kind, _number in found}
        found.setdefault((point.kind, point.normalized), point)
    return ContactPoint.objects.bulk_create(found.values())


@action
def find_or_create_customer(
    name: str,
    *,
    phone: str = "",
    email: str = "",
    region: str | None = None,
    by: User | None,
    **details: Unpack[Details],
) -> Customer:
    """Return whoever has this phone, else this e-mail, else a new customer. What is on record is not changed.

    Where several share the phone, the one with this name, else the oldest record. Somebody who gives no name is
    called by the number. Raises Blocked without any of the three.
    """
    _require(by, "customers.find_customers")
    name = name.strip()
    asked = [
        checked_contact(kind, typed, region)
        for kind, typed in ((ContactKind.PHONE, phone), (ContactKind.EMAIL, email))
        if typed.strip()
    ]
    # Two desks that record the same caller at the same moment must find one customer.
    one_at_a_time(*sorted(f"customer {point.normalized}" for point in asked))
    for point in asked:
        sharing = Customer.objects.reached_by(point.normalized).order_by("pk")[:20]
        if found := next((one for one in sharing if one.name == name), None) or next(iter(sharing), None):
            return found
    return create_customer(
        name or (show_phone(phone, region) if phone.strip() else email.strip()),
        phones=[phone] if phone.strip() else [],
        emails=[email] if email.strip() else [],
        region=region,
        by=by,
        **details,
    )


@action
def change_customer(
    customer_id: int,
    *,
    name: str | None = None,
    version: int | None = None,
    by: User | None,
    **details: Unpack[Details],
) -> Customer:
    """Change what is on record. The event names the fields; their old texts are kept apart, where erasure reaches.

    `version` is the one the caller saw: Raises Conflict when somebody changed the record since.
    """
    _require(by, "customers.change_customers")
    customer = Customer.objects.select_for_update().get(pk=customer_id)
    if version is not None and version != customer.version:
        raise Conflict("customer_changed", current=customer)
    fields = checked_fields(details if name is None else {"name": name, **details})
    changed = {field: value for field, value in fields.items() if getattr(customer, field) != value}
    if not changed:
        return customer
    old_texts = {
        field: old_text for field in changed if isinstance(old_text := _as_text(getattr(customer, field)), str)
    }
    _save(customer, changed)
    record_text_change(events.CHANGED, customer, old_texts, by=by, fields=sorted(changed))
    index_customer(customer)
    return customer


def _as_text(value: Any) -> str | None:
    """What erasure must reach: texts and dates of a person, not yes or no."""
    return value if isinstance(value, str) else value.isoformat() if isinstance(value, date) else None


def _save(customer: Customer, changed: Mapping[str, Any]) -> None:
    for field, value in changed.items():
        setattr(customer, field, value)
    customer.version += 1
    customer.updated_at = clock.now()
    customer.save(update_fields=[*changed, "version", "updated_at"])


@action
def add_contact(
    customer_id: int, kind: str, typed: str, *, is_primary: bool = False, region: str | None = None, by: User | None
) -> ContactPoint:
    """Add a phone or e-mail; one that is there already is returned. The first of its kind is the main one."""
    _require(by, "customers.change_customers")
    point = checked_contact(ContactKind(kind), typed, region)
    customer = Customer.objects.select_for_update().get(pk=customer_id)
    same_kind = list(customer.contact_points.filter(kind=kind))
    known = next((one for one in same_kind if one.normalized == point.normalized), None)
    if known and (known.is_primary or not is_primary):
        return known
    if is_primary:
        customer.contact_points.filter(kind=kind, is_primary=True).update(is_primary=False)
    point = known or point
    point.customer, point.is_primary = customer, is_primary or not same_kind
    point.save()
    _save(customer, {})
    record_event(events.CONTACT_ADDED, customer, by=by, contact_id=point.pk, kind=kind, is_primary=point.is_primary)
    index_customer(customer)
    return point


@action
def remove_contact(contact_id: int, *, by: User | None) -> Customer:
    """Remove a phone or e-mail that is wrong; another of its kind becomes the main one."""
    _require(by, "customers.change_customers")
    customer = Customer.objects.select_for_update().get(contact_points=contact_id)
    point = customer.contact_points.get(pk=contact_id)
    was_primary, kind, typed = point.is_primary, point.kind, point.typed
    point.delete()
    if was_primary and (following := customer.contact_points.filter(kind=kind).order_by("pk").first()):
        following.is_primary = True
        following.save(update_fields=["is_primary"])
    _save(customer, {})
    record_text_change(events.CONTACT_REMOVED, customer, {f"{kind}:{contact_id}": typed}, by=by, kind=kind)
    index_customer(customer)
    return customer


@action
def set_contacts(
    customer_id: int, typed: Mapping[str, Sequence[str]], *, region: str | None = None, by: User | None
) -> Customer:
    """Leave exactly these of each kind that is named; the first is the main one. Each change is an event of its own."""
    _require(by, "customers.change_customers")
    asked = _by_number(
        checked_contact(ContactKind(kind), number, region) for kind, numbers in typed.items() for number in numbers
    )
    customer = Customer.objects.select_for_update().get(pk=customer_id)
    known = _by_number(customer.contact_points.filter(kind__in=list(typed)))
    gone = [point for key, point in known.items() if key not in asked]
    new = [point for key, point in asked.items() if key not in known]
    firsts: dict[str, ContactPoint] = {}
    for key, point in asked.items():
        firsts.setdefault(key[0], known.get(key, point))
    made_main = [point for point in firsts.values() if not point.is_primary]
    if not (gone or new or made_main):
        return customer
    customer.contact_points.filter(pk__in=[point.pk for point in gone]).delete()
    # There is one main one at every moment, or none.
    customer.contact_points.filter(kind__in=[point.kind for point in made_main]).update(is_primary=False)
    customer.contact_points.filter(pk__in=[point.pk for point in made_main if point.pk]).update(is_primary=True)
    for point in made_main:
        point.is_primary = True
    for point in new:
        point.customer = customer
    ContactPoint.objects.bulk_create(new)
    _save(customer, {})
    _tell_contacts(customer, gone, new, made_main, by)
    index_customer(customer)
    return customer


def _by_number(points: Iterable[ContactPoint]) -> dict[tuple[str, str], ContactPoint]:
    """The first of each number, in their order."""
    found: dict[tuple[str, str], ContactPoint] = {}
    for point in points:
        found.setdefault((point.kind, point.normalized), point)
    return found


def _tell_contacts(
    customer: Customer,
    gone: Iterable[ContactPoint],
    new: Sequence[ContactPoint],
    made_main: Iterable[ContactPoint],
    by: User | None,
) -> None:
    for point in gone:
        texts = {f"{point.kind}:{point.pk}": point.typed}
        record_text_change(events.CONTACT_REMOVED, customer, texts, by=by, kind=point.kind)
    for point in new:
        record_event(
            events.CONTACT_ADDED, customer, by=by, contact_id=point.pk, kind=point.kind, is_primary=point.is_primary
        )
    for point in made_main:
        if point not in new:
            record_event(events.CONTACT_MADE_MAIN, customer, by=by, contact_id=point.pk, kind=point.kind)


@action
def make_main_contact(contact_id: int, *, by: User | None) -> Customer:
    """Make a phone or e-mail the main one of its kind: shown first, and filled into forms."""
    _require(by, "customers.change_customers")
    customer = Customer.objects.select_for_update().get(contact_points=contact_id)
    point = customer.contact_points.get(pk=contact_id)
    if point.is_primary:
        return customer
    customer.contact_points.filter(kind=point.kind, is_primary=True).update(is_primary=False)
    point.is_primary = True
    point.save(update_fields=["is_primary"])
    _save(customer, {})
    record_event(events.CONTACT_MADE_MAIN, customer, by=by, contact_id=contact_id, kind=point.kind)
    return customer


@action
def set_external_ids(customer_id: int, external_ids: Mapping[str, str | None], *, by: User | None) -> Customer:
    """Set the ids that other systems have for a customer, by source; None takes one away, others stay.

    Raises Blocked with everything that is wrong, and Conflict when an id is another customer's.
    """
    _require(by, "customers.change_customers")
    wanted = checked_external_ids({source: each for source, each in external_ids.items() if each is not None})
    gone = {source.strip() for source, each in external_ids.items() if each is None}
    customer = Customer.objects.select_for_update().get(pk=customer_id)
    known = {row.source: row for row in customer.external_ids.all()}
    old = {source: known[source].external_id for source in (*sorted(gone), *wanted) if source in known}
    changed = sorted(
        source for source in (gone & known.keys()) | wanted.keys() if wanted.get(source) != old.get(source)
    )
    if not changed:
        return customer
    customer.external_ids.filter(source__in=changed).delete()
    for source in changed:
        if source in wanted:
            _claim(source, wanted[source])
            ExternalId.objects.create(customer=customer, source=source, external_id=wanted[source])
    _save(customer, {})
    texts = {f"external_id:{source}": old[source] for source in changed if source in old}
    record_text_change(events.EXTERNAL_IDS_CHANGED, customer, texts, by=by, sources=changed)
    index_customer(customer)
    return customer


def _claim(source: str, external_id: str) -> None:
    """See to it that nobody has this id, and that nobody gets it meanwhile."""
    one_at_a_time(f"external id {source}:{external_id}")
    if owner := Customer.objects.filter(external_ids__source=source, external_ids__external_id=external_id).first():
        taken = _("Another customer has this id in %(source)s already.") % {"source": source}
        raise Conflict("duplicate", taken, current=owner)


@action
def mark_vip(customer_id: int, reason: str, *, by: User | None) -> Customer:
    """Mark a customer as VIP, with the reason. Source: DOMAIN.md 3.2."""
    _require(by, "customers.mark_vip")
    customer = Customer.objects.select_for_update().get(pk=customer_id)
    reason = checked_fields({"vip_reason": reason})["vip_reason"]
    if is_blank(reason):
        raise Blocked([Blocker("no_reason", _("Say why this customer is a VIP."), "vip_reason")])
    if customer.is_vip and customer.vip_reason == reason:
        return customer
    old = {"vip_reason": customer.vip_reason}
    _save(customer, {"is_vip": True, "vip_reason": reason})
    record_text_change(events.MARKED_VIP, customer, old, by=by)
    return customer


@action
def unmark_vip(customer_id: int, reason: str, *, by: User | None) -> Customer:
    """Take the VIP mark away; why it was there, and why it went, stay where erasure reaches."""
    _require(by, "customers.mark_vip")
    customer = Customer.objects.select_for_update().get(pk=customer_id)
    reason = checked_fields({"vip_reason": reason})["vip_reason"]
    if not customer.is_vip:
        raise Blocked([Blocker("not_vip", _("This customer is not marked as VIP."))])
    if is_blank(reason):
        raise Blocked([Blocker("no_reason", _("Say why the VIP mark goes."), "vip_reason")])
    texts = {"vip_reason": customer.vip_reason, UNMARKED_BECAUSE: reason}
    _save(customer, {"is_vip": False, "vip_reason": ""})
    record_text_change(events.UNMARKED_VIP, customer, texts, by=by)
    return customer


class SaleDetails(TypedDict, total=False):
    """What a sales system may tell of a sale besides what, when and for how much."""

    department: Department | None
    product_code: str
    specification: str
    batch: str
    delivered_at: datetime | None
    sales_consultant: User | None
    sales_manager: User | None
    service_advisor: User | None
    status: str


SALE_DEFAULTS = SaleDetails(
    department=None,
    product_code="",
    specification="",
    batch="",
    delivered_at=None,
    sales_consultant=None,
    sales_manager=None,
    service_advisor=None,
    status=SaleStatus.ORDERED,
)


@action
def record_sale(  # noqa: PLR0913 (a sale's fields)
    source: str,
    external_id: str,
    *,
    customer_id: int,
    product_name: str,
    amount: Decimal,
    currency: str | None = None,
    sold_at: datetime,
    version: int | None = None,
    by: User | None,
    **details: Unpack[SaleDetails],
) -> tuple[Sale, bool]:
    """Record a sale, or replace what was told of it before: its source is the master. True when it is new.

    What is not named is emptied. The same told twice changes nothing. `version` is the one the caller saw. Raises
    Blocked with everything that is wrong, Customer.DoesNotExist, and Conflict when two tell of a new sale at once, or
    when it is no longer, or not yet, what the caller saw. Source: API.md, sales.
    """
    _require(by, "customers.record_sales")
    told: dict[str, Any] = {**SALE_DEFAULTS, **details, "product_name": product_name, "amount": amount}
    told |= {"currency": currency or policy("company.currency"), "sold_at": sold_at}
    told |= {"source": source, "external_id": external_id}
    fields = checked_sale(told)
    source, external_id = fields.pop("source"), fields.pop("external_id")
    before = Sale.objects.filter(source=source, external_id=external_id).values_list("customer_id", flat=True)
    customers = _locked_customers({customer_id, *before})
    if customer_id not in customers:
        raise Customer.DoesNotExist
    fields["customer"] = customers[customer_id]
    now = clock.now()
    sale, is_new = Sale.objects.select_for_update().get_or_create(
        source=source, external_id=external_id, defaults={**fields, "updated_at": now}
    )
    if version is not None and (is_new or version != sale.version):
        raise Conflict("sale_changed", current=sale)
    if sale.customer_id not in customers:
        raise Conflict("sale_just_recorded", current=sale)
    changed = sorted(field for field, value in fields.items() if getattr(sale, field) != value)
    if not is_new and not changed:
        return sale, False
    for field in changed:
        setattr(sale, field, fields[field])
    if changed:
        sale.version += 1
        sale.updated_at = now
        sale.save(update_fields=[*changed, "version", "updated_at"])
    what: dict[str, Any] = {"customer_id": customer_id, "status": sale.status, "delivered_at": sale.delivered_at}
    if is_new:
        record_event(events.SALE_RECORDED, sale, by=by, **what)
    else:
        record_event(events.SALE_CHANGED, sale, by=by, fields=changed, **what)
    for customer in customers.values():
        _recount(customer)
        index_customer(customer)
    return sale, is_new


def _locked_customers(ids: set[int]) -> dict[int, Customer]:
    rows = Customer.objects.select_for_update().filter(pk__in=ids).order_by("pk")
    return {row.pk: row for row in rows}


def _recount(customer: Customer) -> None:
    """Keep the sum of what was bought, in the house currency: others are never converted."""
    standing = customer.sales.standing().filter(currency=policy("company.currency"))
    total = standing.aggregate(total=Sum("amount"))["total"] or Decimal(0)
    if total != customer.bought_total:
        customer.bought_total, customer.updated_at = total, clock.now()
        customer.save(update_fields=["bought_total", "updated_at"])
