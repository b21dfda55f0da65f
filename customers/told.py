"""What another system tells of a customer or a sale, all of it at once and all of it or nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import NotRequired, Unpack

from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.actions import action
from core.errors import Blocked, Blocker, Conflict, PermissionDenied
from customers.actions import (
    Details,
    SaleDetails,
    change_customer,
    create_customer,
    find_or_create_customer,
    mark_vip,
    record_sale,
    set_contacts,
    set_external_ids,
    unmark_vip,
)
from customers.codes import ContactKind
from customers.models import Customer, Sale


@dataclass(frozen=True)
class Told:
    """What was told of a customer. None was not mentioned, and stays as it is."""

    name: str | None = None
    details: Details = field(default_factory=Details)
    phones: Sequence[str] | None = None
    emails: Sequence[str] | None = None
    # By source; None takes an id away, sources that are not named stay.
    external_ids: Mapping[str, str | None] = field(default_factory=dict)
    is_vip: bool | None = None
    vip_reason: str | None = None
    # The country whose phones are read without a code; the house's when it is not said.
    region: str | None = None


@action
def record_customer(told: Told, *, by: User | None) -> Customer:
    """Record a customer with everything that was told. Raises what `create_customer` and `mark_vip` raise."""
    customer = create_customer(
        told.name or "",
        phones=told.phones or (),
        emails=told.emails or (),
        external_ids={source: each for source, each in told.external_ids.items() if each is not None},
        region=told.region,
        by=by,
        **told.details,
    )
    _set_vip(customer, told, by)
    return Customer.objects.get(pk=customer.pk)


@action
def revise_customer(customer_id: int, told: Told, *, version: int | None = None, by: User | None) -> Customer:
    """Change what was mentioned; a list of phones or e-mails replaces the one on record, the main one first.

    `version` is the one the caller saw. Raises Customer.DoesNotExist, Conflict when somebody changed the record since,
    PermissionDenied, and Blocked with what is wrong.
    """
    if by is not None and not by.has_perm("customers.change_customers"):
        raise PermissionDenied
    customer = Customer.objects.select_for_update().get(pk=customer_id)
    if version is not None and version != customer.version:
        raise Conflict("customer_changed", current=customer)
    if told.details or told.name is not None:
        change_customer(customer_id, name=told.name, by=by, **told.details)
    lists = {ContactKind.PHONE.value: told.phones, ContactKind.EMAIL.value: told.emails}
    if wanted := {kind: typed for kind, typed in lists.items() if typed is not None}:
        set_contacts(customer_id, wanted, region=told.region, by=by)
    if told.external_ids:
        set_external_ids(customer_id, told.external_ids, by=by)
    _set_vip(customer, told, by)
    return Customer.objects.get(pk=customer_id)


def _set_vip(customer: Customer, told: Told, by: User | None) -> None:
    """A mark comes and goes with its reason; the mark that is there already may get another one."""
    reason = told.vip_reason or ""
    wants_mark = customer.is_vip if told.is_vip is None else told.is_vip
    if wants_mark and (not customer.is_vip or told.vip_reason is not None):
        mark_vip(customer.pk, reason, by=by)
    elif customer.is_vip and not wants_mark:
        unmark_vip(customer.pk, reason, by=by)
    elif reason and not wants_mark:
        raise Blocked([Blocker("not_vip", _("A reason belongs to a VIP mark."), "vip_reason")])


@dataclass(frozen=True)
class Buyer:
    """Who bought, as the sales system knows them."""

    name: str = ""
    phone: str = ""
    email: str = ""
    details: Details = field(default_factory=Details)
    region: str | None = None


class WholeSale(SaleDetails):
    """What was bought; the optional parts that are not named are emptied. `version` is the one the caller saw."""

    product_name: str
    amount: Decimal
    currency: NotRequired[str | None]
    sold_at: datetime
    version: NotRequired[int | None]


@action
def record_told_sale(
    source: str, external_id: str, *, buyer: int | Buyer, by: User | None, **what: Unpack[WholeSale]
) -> tuple[Sale, bool]:
    """Record a sale, or replace what was told of it before, for a customer by id, or found or recorded by phone.

    True when it is new. Raises what `record_sale` and `find_or_create_customer` raise; then there is no new customer
    either. Source: API.md, sales.
    """
    if by is not None and not by.has_perm("customers.record_sales"):
        raise PermissionDenied
    if isinstance(buyer, Buyer):
        buyer = find_or_create_customer(
            buyer.name, phone=buyer.phone, email=buyer.email, region=buyer.region, by=by, **buyer.details
        ).pk
    return record_sale(source, external_id, customer_id=buyer, by=by, **what)
