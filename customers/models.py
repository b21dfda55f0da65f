"""Customers, how to reach them, and what they bought."""

from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Length
from django.db.models.lookups import Exact
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core import clock
from customers.codes import ContactKind, CustomerKind, SaleStatus, Temperament
from customers.querysets import ContactPointQuerySet, CustomerQuerySet, SaleQuerySet


class Customer(models.Model):
    """A person, company or partner who buys or complains. Source: DOMAIN.md 7."""

    kind = models.CharField(_("kind"), max_length=8, choices=CustomerKind, default=CustomerKind.PERSON)
    name = models.CharField(pgettext_lazy("customer", "name"), max_length=120)
    company = models.CharField(_("company"), max_length=160, blank=True)
    address = models.CharField(_("address"), max_length=300, blank=True)
    language = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES, default="en")
    birthday = models.DateField(_("birthday"), null=True, blank=True)
    is_vip = models.BooleanField(_("VIP"), default=False)
    vip_reason = models.CharField(_("why"), max_length=200, blank=True)
    temperament = models.CharField(_("type"), max_length=16, choices=Temperament, blank=True)
    do_not_call = models.BooleanField(_("do not call"), default=False)
    preferred_contact = models.CharField(_("best way"), max_length=80, blank=True)
    preferred_hours = models.CharField(_("best time"), max_length=80, blank=True)
    # The sum of the sales that stand, in the house currency: kept by the sale action, so that triage asks one row.
    bought_total = models.DecimalField(max_digits=16, decimal_places=2, default=0, editable=False)
    created_at = models.DateTimeField(editable=False)
    # Also moved by what the customer buys, which is no change of the record: `version` stays then.
    updated_at = models.DateTimeField(default=clock.now, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = CustomerQuerySet.as_manager()

    # Made by this very action: nothing hangs on it yet that would have to be looked for.
    is_just_recorded = False

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("customer")
        verbose_name_plural = _("customers")
        default_permissions = ()
        indexes = [
            # How many bought more than this one: the top share of our customers.
            models.Index(fields=["bought_total"], name="customer_bought"),
            # Other systems that ask what changed since they asked last.
            models.Index(fields=["updated_at"], name="customer_updated"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=CustomerKind.values), name="customer_kind_known"),
            models.CheckConstraint(condition=~Q(name=""), name="customer_has_name"),
            models.CheckConstraint(condition=Q(temperament__in=["", *Temperament.values]), name="customer_type_known"),
            # A VIP has a reason, and nobody else has one.
            models.CheckConstraint(
                condition=Q(is_vip=True) & ~Q(vip_reason="") | Q(is_vip=False, vip_reason=""),
                name="customer_vip_with_reason",
            ),
            models.CheckConstraint(condition=Q(bought_total__gte=0), name="customer_bought_not_negative"),
            models.CheckConstraint(condition=Q(version__gte=1), name="customer_version_from_1"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("customers:record", args=[self.pk])

    @property
    def main_phone(self) -> str:
        """The phone to show, as it was written; read with `with_contacts` in lists."""
        return self._main(ContactKind.PHONE)

    @property
    def main_email(self) -> str:
        return self._main(ContactKind.EMAIL)

    def _main(self, kind: str) -> str:
        return next((point.typed for point in self.contact_points.all() if point.kind == kind), "")


class ExternalId(models.Model):
    """The id of a customer in another system."""

    customer = models.ForeignKey(Customer, models.CASCADE, related_name="external_ids")
    source = models.CharField(_("source"), max_length=40)
    external_id = models.CharField(_("id there"), max_length=120)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["source", "external_id"], name="one_customer_an_external_id"),
            models.UniqueConstraint(fields=["customer", "source"], name="one_external_id_a_source"),
            models.CheckConstraint(condition=~Q(source="") & ~Q(external_id=""), name="external_id_not_empty"),
        ]

    def __str__(self) -> str:
        return f"{self.source}:{self.external_id}"


class ContactPoint(models.Model):
    """A phone or e-mail. Two customers may share one: a family has one phone."""

    customer = models.ForeignKey(Customer, models.CASCADE, related_name="contact_points", db_index=False)
    kind = models.CharField(_("kind"), max_length=8, choices=ContactKind)
    # As it was written; shown again where it is no complete number (12315, an extension).
    typed = models.CharField(_("written as"), max_length=254)
    # E.164 or the digits of a phone; an e-mail in lower case.
    normalized = models.CharField(max_length=254)
    # Digits of `normalized` forwards and backwards, to find a number by its beginning or its end. Empty for e-mail.
    digits = models.CharField(max_length=40, blank=True)
    digits_reversed = models.CharField(max_length=40, blank=True)
    is_primary = models.BooleanField(_("main one"), default=False)

    objects = ContactPointQuerySet.as_manager()

    class Meta:
        ordering = ["-is_primary", "pk"]
        default_permissions = ()
        indexes = [
            # Who calls: the same phone in any writing.
            models.Index(fields=["normalized"], name="contact_normalized"),
            # Who calls, while the number is still being typed.
            models.Index(fields=["digits"], name="contact_digits"),
            models.Index(fields=["digits_reversed"], name="contact_last_digits"),
        ]
        constraints = [
            # Also the index by customer.
            models.UniqueConstraint(fields=["customer", "kind", "normalized"], name="one_contact_point_once"),
            models.UniqueConstraint(
                fields=["customer", "kind"], condition=Q(is_primary=True), name="one_main_contact_a_kind"
            ),
            models.CheckConstraint(condition=~Q(typed="") & ~Q(normalized=""), name="contact_not_empty"),
            models.CheckConstraint(
                condition=Q(kind=ContactKind.PHONE) & ~Q(digits="") & ~Q(digits_reversed="")
                | Q(kind=ContactKind.EMAIL, digits="", digits_reversed=""),
                name="contact_digits_of_phones",
            ),
        ]

    def __str__(self) -> str:
        return self.typed


class Sale(models.Model):
    """One purchase, as told by a sales system, which is its master."""

    source = models.CharField(_("source"), max_length=40)
    external_id = models.CharField(_("number"), max_length=120)
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="sales", db_index=False)
    department = models.ForeignKey("accounts.Department", models.PROTECT, null=True, blank=True, related_name="sales")
    product_name = models.CharField(_("product"), max_length=160)
    product_code = models.CharField(_("product code"), max_length=80, blank=True)
    specification = models.CharField(_("specification"), max_length=160, blank=True)
    batch = models.CharField(_("batch"), max_length=80, blank=True)
    amount = models.DecimalField(_("amount"), max_digits=14, decimal_places=2)
    currency = models.CharField(_("currency"), max_length=3)
    sold_at = models.DateTimeField(_("sold at"))
    delivered_at = models.DateTimeField(_("delivered at"), null=True, blank=True)
    sales_consultant = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="consulted_sales"
    )
    sales_manager = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="managed_sales"
    )
    service_advisor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="advised_sales"
    )
    status = models.CharField(_("status"), max_length=12, choices=SaleStatus, default=SaleStatus.ORDERED)
    updated_at = models.DateTimeField(default=clock.now, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = SaleQuerySet.as_manager()

    class Meta:
        ordering = ["-sold_at", "-pk"]
        verbose_name = _("sale")
        verbose_name_plural = _("sales")
        default_permissions = ()
        indexes = [
            # What this customer bought, newest first.
            models.Index(fields=["customer", "-sold_at"], name="sale_of_customer"),
            # Found by the number on the paper, whichever system it is from.
            models.Index(fields=["external_id"], name="sale_external_id"),
            # Other systems that ask what changed since they asked last.
            models.Index(fields=["updated_at"], name="sale_updated"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["source", "external_id"], name="one_sale_an_external_id"),
            models.CheckConstraint(
                condition=~Q(source="") & ~Q(external_id="") & ~Q(product_name=""), name="sale_says_what"
            ),
            models.CheckConstraint(condition=Q(amount__gte=0), name="sale_amount_not_negative"),
            models.CheckConstraint(condition=Exact(Length("currency"), 3), name="sale_currency_code"),
            models.CheckConstraint(condition=Q(status__in=SaleStatus.values), name="sale_status_known"),
            models.CheckConstraint(
                condition=~Q(status=SaleStatus.DELIVERED) | Q(delivered_at__isnull=False), name="sale_delivered_at"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source}:{self.external_id}"

    @property
    def sold_on(self) -> date:
        return timezone.localdate(self.sold_at)
