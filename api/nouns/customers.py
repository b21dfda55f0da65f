"""Customers: who they are and how to reach them. Source: API.md, DOMAIN.md 7."""

from collections.abc import Mapping
from typing import Any, ClassVar, cast

from django.conf import settings
from django.db.models import Q, QuerySet
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request

from accounts.roles import refused
from api.fields import Code, Day, Instant, Language, Line, MoneyField, Phone, Text, YesNo, money
from api.filters import CodeFilter, Filter, InstantFilter, YesNoFilter
from api.refusals import refused_at
from api.serializers import Input, Output
from api.views import ApiView, ChangeMixin, ListCreateView
from core.errors import Blocked
from customers.checks import checked_contact
from customers.codes import ContactKind, CustomerKind, Temperament
from customers.models import ContactPoint, Customer
from customers.phones import normalized_phone, region_of
from customers.querysets import CustomerQuerySet
from customers.search import search_customers
from customers.told import Told, record_customer, revise_customer
from policies.reading import policy

MOST_CONTACTS = 20
MOST_IDS = 20


class Email(Line):
    """An e-mail address, checked as the action checks it, so that the error has the place in the list."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=254, **kwargs)

    def to_internal_value(self, data: Any) -> str:
        typed = super().to_internal_value(data)
        try:
            checked_contact(ContactKind.EMAIL, typed)
        except Blocked as refusal:
            wrong = refusal.blockers[0]
            raise serializers.ValidationError(str(wrong.message), code=wrong.code) from refusal
        return typed


class ExternalIds(serializers.DictField):
    """Ids in other systems by source."""

    default_error_messages = {
        "too_many": _("At most {most} ids."),
        "source": _("The name of a source is 1 to 40 characters on one line."),
    }

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(child=Line(max_length=120, allow_null=True), **kwargs)

    def to_internal_value(self, data: Any) -> dict[str, str | None]:
        if not isinstance(data, dict):
            self.fail("not_a_dict", input_type=type(data).__name__)
        if len(data) > MOST_IDS:
            self.fail("too_many", most=MOST_IDS)
        if any(not source.strip() or len(source) > 40 or not source.isprintable() for source in data):
            self.fail("source")
        found: dict[str, str | None] = super().to_internal_value(data)
        return found


class CustomerOutput(Output):
    id = serializers.IntegerField(help_text="Id of the customer.")
    kind = serializers.ChoiceField(choices=CustomerKind.choices, help_text="A person, a company or a partner.")
    name = serializers.CharField(help_text="Name, as the customer writes it.")
    company = serializers.CharField(help_text="Company they speak for; empty for none.")
    phones = serializers.SerializerMethodField(
        help_text="Phones, the main one first: E.164 where the number is complete, else its digits."
    )
    emails = serializers.SerializerMethodField(help_text="E-mail addresses in lower case, the main one first.")
    address = serializers.CharField(help_text="Postal address; empty when not known.")
    language = serializers.CharField(help_text="Language to speak and write to them in.")
    birthday = serializers.DateField(allow_null=True, help_text="Date of birth; null when not known.")
    vip = serializers.BooleanField(source="is_vip", help_text="Marked as VIP: each complaint is proposed as class 2.")
    vip_reason = serializers.CharField(help_text="Why they are a VIP; empty when they are not.")
    temperament = serializers.ChoiceField(
        choices=[("", _("not known yet")), *Temperament.choices],
        help_text="How they like to be talked to; empty when not known.",
    )
    do_not_call = serializers.BooleanField(help_text="True: they do not want calls.")
    preferred_contact = serializers.CharField(help_text="Best way to reach them, in words.")
    preferred_hours = serializers.CharField(help_text="Best time to reach them, in words.")
    lifetime_value = serializers.SerializerMethodField(
        help_text="What they bought so far: the sum of their sales in the house currency, without cancelled ones."
    )
    external_ids = serializers.SerializerMethodField(help_text="Ids of the customer in other systems, by source.")
    created_at = Instant(help_text="When the record was made.")
    updated_at = Instant(help_text="When the record, or what the customer bought, last changed.")

    def get_phones(self, customer: Customer) -> list[str]:
        return _reached_by(customer, ContactKind.PHONE)

    def get_emails(self, customer: Customer) -> list[str]:
        return _reached_by(customer, ContactKind.EMAIL)

    @extend_schema_field(MoneyField(help_text="Sum in the house currency."))
    def get_lifetime_value(self, customer: Customer) -> dict[str, str]:
        return money(customer.bought_total, policy("company.currency"))

    def get_external_ids(self, customer: Customer) -> dict[str, str]:
        return {row.source: row.external_id for row in customer.external_ids.all()}


def _reached_by(customer: Customer, kind: ContactKind) -> list[str]:
    return [point.normalized for point in customer.contact_points.all() if point.kind == kind]


class CustomerInput(Input):
    name = Line(max_length=120, help_text="Name, as the customer writes it.")
    kind = Code(choices=CustomerKind.choices, required=False, help_text="A person unless said otherwise.")
    company = Line(max_length=160, required=False, allow_blank=True, help_text="Company they speak for.")
    phones = serializers.ListField(
        child=Phone(),
        max_length=MOST_CONTACTS,
        required=False,
        help_text="Phones in any local writing, the main one first. When changed, the list replaces the one on record.",
    )
    emails = serializers.ListField(
        child=Email(),
        max_length=MOST_CONTACTS,
        required=False,
        help_text="E-mail addresses, the main one first. When changed, the list replaces the one on record.",
    )
    address = Text(max_length=300, required=False, allow_blank=True, help_text="Postal address.")
    language = Language(required=False, help_text="Language to speak and write to them in.")
    birthday = Day(required=False, allow_null=True, help_text="Date of birth; null when not known.")
    vip = YesNo(required=False, help_text="Mark as VIP, or take the mark away. Supervisors and managers only.")
    vip_reason = Line(
        max_length=200, required=False, allow_blank=True, help_text="Why the mark comes or goes; needed for both."
    )
    temperament = Code(
        choices=Temperament.choices,
        required=False,
        allow_blank=True,
        help_text="How they like to be talked to; empty when not known.",
    )
    do_not_call = YesNo(required=False, help_text="True: they do not want calls.")
    preferred_contact = Line(
        max_length=80, required=False, allow_blank=True, help_text="Best way to reach them, in words."
    )
    preferred_hours = Line(max_length=80, required=False, allow_blank=True, help_text="Best time, in words.")
    external_ids = ExternalIds(
        required=False,
        help_text="Ids in other systems by source. When changed, null takes one away and sources not named stay.",
    )

    example = {
        "name": "陈小姐",
        "kind": "person",
        "phones": ["138 0013 8000"],
        "emails": ["chen@example.com"],
        "language": "zh-hans",
        "preferred_hours": "after six",
        "external_ids": {"dms": "K-17"},
    }


DETAILS = (
    "kind",
    "company",
    "address",
    "language",
    "birthday",
    "temperament",
    "do_not_call",
    "preferred_contact",
    "preferred_hours",
)
# What an action calls the field, and what the API calls it.
PLACES = {name: name for name in ("name", "vip_reason", "external_ids", *DETAILS)} | {
    "phone": "phones",
    "email": "emails",
}


def told(values: Mapping[str, Any], region: str) -> Told:
    details: Any = {name: values[name] for name in DETAILS if name in values}
    return Told(
        name=values.get("name"),
        details=details,
        phones=values.get("phones"),
        emails=values.get("emails"),
        external_ids=values.get("external_ids", {}),
        is_vip=values.get("vip"),
        vip_reason=values.get("vip_reason"),
        region=region,
    )


class PhoneFilter(Filter):
    def apply(self, rows: QuerySet[Any], value: Any) -> QuerySet[Any]:
        points = ContactPoint.objects.phones().filter(normalized=normalized_phone(value) or value)
        return rows.filter(pk__in=points.values("customer"))


class EmailFilter(Filter):
    def apply(self, rows: QuerySet[Any], value: Any) -> QuerySet[Any]:
        points = ContactPoint.objects.filter(kind=ContactKind.EMAIL, normalized=value.lower())
        return rows.filter(pk__in=points.values("customer"))


class ExternalIdFilter(Filter):
    """`external_ids=dms:K-17`."""

    schema = {"type": "string", "pattern": "^[^:]+:.+$", "maxLength": 200}

    def read(self, text: str) -> Any:
        source, colon, external_id = text.partition(":")
        if not (source and colon and external_id):
            raise ValueError(text)
        return Q(external_ids__source=source, external_ids__external_id=external_id)

    def apply(self, rows: QuerySet[Any], value: Any) -> QuerySet[Any]:
        return rows.filter(value)


class ForThoseWhoSeeCustomers(ApiView):
    """Refuses at once, with the browser's sentence, who sees no customers at all."""

    read_scopes: ClassVar[tuple[str, ...]] = ("read", "sales")
    write_scopes: ClassVar[tuple[str, ...]] = ("write", "sales")

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if not self.user.has_perm("customers.view_customers"):
            raise refused("customers.view_customers")

    @property
    def region(self) -> str:
        """The country whose phones are read without a code."""
        return region_of(self.user.department)


class CustomersRead(ForThoseWhoSeeCustomers):
    queryset = Customer.objects.none()
    serializer_class = CustomerOutput
    input_class = CustomerInput

    def get_queryset(self) -> QuerySet[Customer]:
        return Customer.objects.visible_to(self.user).with_contacts().prefetch_related("external_ids")


class Customers(CustomersRead, ListCreateView):
    """People, companies and partners who buy or complain, the newest first.

    `search` finds as one types: a name, a company, an e-mail or the number of a sale by two letters or Chinese
    characters, a phone by its beginning or its last four digits.
    """

    filters = {
        "kind": CodeFilter("kind", "Person, company or partner.", CustomerKind.values),
        "language": CodeFilter("language", "Language they are spoken to in.", dict(settings.LANGUAGES)),
        "vip": YesNoFilter("is_vip", "Marked as VIP or not."),
        "do_not_call": YesNoFilter("do_not_call", "Wants no calls, or does not mind."),
        "temperament": CodeFilter("temperament", "How they like to be talked to.", Temperament.values),
        "phone": PhoneFilter("phone", "Exactly this phone, in any writing."),
        "email": EmailFilter("email", "Exactly this e-mail address."),
        "external_ids": ExternalIdFilter("external_ids", "The id in another system, as source:id."),
        "updated_since": InstantFilter("updated_at__gte", "Changed at or after this instant."),
    }
    orderings = {"id": "pk", "updated_at": "updated_at"}
    default_ordering = "-id"
    has_search = True

    def search(self, rows: QuerySet[Any], text: str) -> QuerySet[Any]:
        return search_customers(cast(CustomerQuerySet, rows), text, region=self.region)

    def create(self, values: dict[str, Any]) -> Customer:
        with refused_at(PLACES):
            return record_customer(told(values, self.region), by=self.user)

    def location(self, made: Customer) -> str:
        return reverse("api:customers-detail", kwargs={"pk": made.pk})


class CustomerItem(CustomersRead, ChangeMixin):
    """One customer."""

    def change(self, item: Customer, values: dict[str, Any], version: int) -> Customer:
        with refused_at(PLACES):
            return revise_customer(item.pk, told(values, self.region), version=version, by=self.user)


urlpatterns = [
    path("customers", Customers.as_view(), name="customers-list"),
    path("customers/<id:pk>", CustomerItem.as_view(), name="customers-detail"),
]
