"""Named questions about customers and what they bought."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db import models
from django.db.models import OuterRef, Q, Subquery

from customers.codes import ContactKind, SaleStatus

if TYPE_CHECKING:
    from customers.models import ContactPoint, Customer, Sale  # noqa: F401 (ruff reads no strings in brackets)


class CustomerQuerySet(models.QuerySet["Customer"]):
    def visible_to(self, user: Any) -> "CustomerQuerySet":
        """All customers for those who may see them, else none: whoever records a complaint must see who calls."""
        return self if user.has_perm("customers.view_customers") else self.none()

    def reached_by(self, normalized: str) -> "CustomerQuerySet":
        """Everybody who has this phone or e-mail, in its normalized form."""
        return self.filter(contact_points__normalized=normalized).distinct()

    def with_contacts(self) -> "CustomerQuerySet":
        """Read the contact points along, the main ones first."""
        return self.prefetch_related("contact_points")

    def with_last_sale(self) -> "CustomerQuerySet":
        """Add `last_product` and `last_sold_at` of the newest sale that stands."""
        sales: SaleQuerySet = apps.get_model("customers", "Sale").objects.all()
        last = sales.standing().filter(customer=OuterRef("pk")).order_by("-sold_at", "-pk")
        return self.annotate(
            last_product=Subquery(last.values("product_name")[:1]), last_sold_at=Subquery(last.values("sold_at")[:1])
        )


class ContactPointQuerySet(models.QuerySet["ContactPoint"]):
    def phones(self) -> "ContactPointQuerySet":
        return self.filter(kind=ContactKind.PHONE)

    def like_phone(self, normalized: str, beginnings: Iterable[str], ending: str) -> "ContactPointQuerySet":
        """This number, or those that begin or end so. Ranges, because SQLite uses no index for LIKE."""
        return self.phones().filter(
            Q(normalized=normalized) | _any_range("digits", beginnings) | _any_range("digits_reversed", [ending[::-1]])
        )


def _any_range(field: str, beginnings: Iterable[str]) -> Q:
    condition = Q(pk__in=[])
    for beginning in beginnings:
        # ":" comes right after "9".
        condition |= Q(**{f"{field}__gte": beginning, f"{field}__lt": f"{beginning}:"})
    return condition


class SaleQuerySet(models.QuerySet["Sale"]):
    def visible_to(self, user: Any) -> "SaleQuerySet":
        """What customers bought, for those who may see the customers."""
        return self if user.has_perm("customers.view_customers") else self.none()

    def standing(self) -> "SaleQuerySet":
        """All but the cancelled ones."""
        return self.exclude(status=SaleStatus.CANCELLED)
