"""Sales, as a sales system tells them: it is their master. Source: API.md."""

from typing import Any

from django.conf import settings
from django.db.models import Q, QuerySet
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _
from drf_spectacular.extensions import OpenApiSerializerFieldExtension
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import Department, User
from api.fields import Code, Id, Instant, Language, Line, MoneyField, Phone, Text, money
from api.filters import CodeFilter, Filter, IdFilter, InstantFilter
from api.nouns.customers import Email, ForThoseWhoSeeCustomers
from api.preconditions import stale, wanted_version
from api.problems import Refusal, invalid, invalid_fields
from api.refusals import refused_at
from api.serializers import Input, Output
from api.views import ItemView, ListView
from customers.codes import CustomerKind, SaleStatus
from customers.models import Customer, Sale
from customers.search import search_customers
from customers.told import Buyer, record_told_sale

STAFF = ("sales_consultant", "sales_manager", "service_advisor")


class BuyerOutput(Output):
    id = serializers.IntegerField(help_text="Id of the customer.")
    name = serializers.CharField(help_text="Name of the customer.")


class SoldProductOutput(Output):
    name = serializers.CharField(source="product_name", help_text="What was bought.")
    code = serializers.CharField(source="product_code", help_text="Its code in the sales system; empty for none.")
    specification = serializers.CharField(help_text="Specification; empty for none.")
    batch = serializers.CharField(help_text="Batch; empty for none.")


class SaleOutput(Output):
    source = serializers.CharField(  # type: ignore[assignment]
        help_text="The sales system that tells of it."
    )
    external_id = serializers.CharField(help_text="Its number there.")
    customer = BuyerOutput(help_text="Who bought.")
    department = serializers.CharField(
        source="department.code", default=None, allow_null=True, help_text="Code of the store that sold it."
    )
    product = SoldProductOutput(source="*", help_text="What was bought.")
    amount = serializers.SerializerMethodField(help_text="Its price.")
    sold_at = Instant(help_text="When it was sold.")
    delivered_at = Instant(allow_null=True, help_text="When it was, or will be, delivered; null when not known.")
    sales_consultant = serializers.CharField(
        source="sales_consultant.username", default=None, allow_null=True, help_text="Username of who sold it."
    )
    sales_manager = serializers.CharField(
        source="sales_manager.username", default=None, allow_null=True, help_text="Username of the sales manager."
    )
    service_advisor = serializers.CharField(
        source="service_advisor.username", default=None, allow_null=True, help_text="Username of the service advisor."
    )
    status = serializers.ChoiceField(choices=SaleStatus.choices, help_text="Ordered, delivered or cancelled.")
    updated_at = Instant(help_text="When what was told of it last changed.")

    @extend_schema_field(MoneyField(help_text="Its price."))
    def get_amount(self, sale: Sale) -> dict[str, str]:
        return money(sale.amount, sale.currency)


class BuyerInput(Input):
    """A customer, found by phone or else by e-mail, one of which is needed; else recorded with all of this."""

    name = Line(max_length=120, required=False, allow_blank=True, help_text="Name; the number when it is left out.")
    phone = Phone(required=False, allow_blank=True, help_text="Phone in any local writing.")
    email = Email(required=False, allow_blank=True, help_text="E-mail address.")
    kind = Code(
        choices=CustomerKind.choices, required=False, help_text="For a new one: a person unless said otherwise."
    )
    company = Line(max_length=160, required=False, allow_blank=True, help_text="For a new one: their company.")
    address = Text(max_length=300, required=False, allow_blank=True, help_text="For a new one: postal address.")
    language = Language(required=False, help_text="For a new one: their language; else that of the key's department.")

    example = {"name": "陈小姐", "phone": "138 0013 8000"}

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not (attrs.get("phone") or attrs.get("email")):
            text = _("Give a phone or an e-mail by which the customer is found, or the customer’s id.")
            raise serializers.ValidationError({"phone": serializers.ErrorDetail(str(text), code="required")})
        return attrs


class BuyerField(serializers.Field[Any, Any, Any, Any]):
    """The id of a customer, or an object by which one is found or recorded."""

    def to_internal_value(self, data: Any) -> Any:
        inner: Any = BuyerInput() if isinstance(data, dict) else Id()
        return inner.run_validation(data)


class BuyerSchema(OpenApiSerializerFieldExtension):  # type: ignore[no-untyped-call]
    """An id or an object, in the document."""

    target_class = BuyerField

    def map_serializer_field(self, auto_schema: Any, direction: Any) -> dict[str, Any]:
        buyer = auto_schema.resolve_serializer(BuyerInput(), direction)
        return {"oneOf": [{"type": "integer", "format": "int64", "minimum": 1}, buyer.ref]}


class SoldProductInput(Input):
    name = Line(max_length=160, help_text="What was bought.")
    code = Line(max_length=80, required=False, allow_blank=True, help_text="Its code in the sales system.")
    specification = Line(max_length=160, required=False, allow_blank=True, help_text="Specification.")
    batch = Line(max_length=80, required=False, allow_blank=True, help_text="Batch.")


class SaleInput(Input):
    """What is left out is emptied: a sale is told whole each time."""

    customer = BuyerField(help_text="Who bought: a customer's id, or an object found or recorded by phone.")
    product = SoldProductInput(help_text="What was bought.")
    amount = MoneyField(help_text="Its price. Other currencies than the house's are kept and never converted.")
    sold_at = Instant(help_text="When it was sold.")
    delivered_at = Instant(
        required=False, allow_null=True, help_text="When it was, or will be, delivered. Needed for delivered."
    )
    department = Line(max_length=32, required=False, allow_null=True, help_text="Code of the store that sold it.")
    sales_consultant = Line(max_length=150, required=False, allow_null=True, help_text="Username of who sold it.")
    sales_manager = Line(max_length=150, required=False, allow_null=True, help_text="Username of the sales manager.")
    service_advisor = Line(
        max_length=150, required=False, allow_null=True, help_text="Username of the service advisor."
    )
    status = Code(choices=SaleStatus.choices, required=False, help_text="Ordered unless said otherwise.")

    example = {
        "customer": {"name": "陈小姐", "phone": "138 0013 8000"},
        "product": {"name": "Unit 12-1803"},
        "amount": {"amount": "2150000.00", "currency": "CNY"},
        "sold_at": "2026-11-01T10:00:00+08:00",
        "delivered_at": "2026-11-20T10:00:00+08:00",
        "status": "delivered",
    }


# What the action calls the field, and what the API calls it.
PLACES = {
    "source": "source",
    "external_id": "external_id",
    "product_name": "product.name",
    "product_code": "product.code",
    "specification": "product.specification",
    "batch": "product.batch",
    "amount": "amount.amount",
    "currency": "amount.currency",
    "sold_at": "sold_at",
    "delivered_at": "delivered_at",
    "status": "status",
    "phone": "customer.phone",
    "email": "customer.email",
    "name": "customer.name",
    "company": "customer.company",
    "address": "customer.address",
}


class SalesRead(ForThoseWhoSeeCustomers):
    queryset = Sale.objects.none()
    serializer_class = SaleOutput

    def get_queryset(self) -> QuerySet[Sale]:
        return Sale.objects.visible_to(self.user).select_related("customer", "department", *STAFF)


class Sales(SalesRead, ListView):
    """What customers bought, the newest record first.

    `search` finds sales by their number, and those of customers as their list finds them.
    """

    filters = {
        "source": Filter("source", "The sales system that tells of it."),
        "external_id": Filter("external_id", "Its number there."),
        "customer": IdFilter("customer", "Id of the customer who bought."),
        "status": CodeFilter("status", "Ordered, delivered or cancelled.", SaleStatus.values),
        "department": Filter("department__code", "Code of the store that sold it."),
        "sold_since": InstantFilter("sold_at__gte", "Sold at or after this instant."),
        "delivered_since": InstantFilter("delivered_at__gte", "Delivered at or after this instant."),
        "updated_since": InstantFilter("updated_at__gte", "Changed at or after this instant."),
    }
    orderings = {"id": "pk", "updated_at": "updated_at"}
    default_ordering = "-id"
    has_search = True

    def search(self, rows: QuerySet[Any], text: str) -> QuerySet[Any]:
        buyers = search_customers(Customer.objects.visible_to(self.user), text, region=self.region)
        found = Q(customer__in=buyers.order_by().values("pk"))
        return rows.filter(found | Q(external_id=text.strip()))


class SaleItem(SalesRead, ItemView):
    """One sale, by the sales system's own number. PUT records it, or replaces what was told of it before.

    The sales system is the master, so PUT needs no If-Match; where one is sent, it is honoured.
    """

    input_class = SaleInput
    answers = {"PUT": {200: SaleOutput, 201: SaleOutput}}
    if_match_optional = ("PUT",)

    def get_object(self) -> Sale:
        return self.get_queryset().get(**self.kwargs)

    def put(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        version = self._version_seen(request)
        what = self._what(self.input())
        with refused_at(PLACES):
            sale, is_new = record_told_sale(**self.kwargs, **what, version=version, by=self.user)
        response = self.shown(self.again(sale))
        if is_new:
            response.status_code = 201
            response["Location"] = request.build_absolute_uri(reverse("api:sales-detail", kwargs=self.kwargs))
        return response

    def handle_exception(self, exc: Exception) -> Any:
        is_stale = isinstance(exc, Refusal) and exc.status == 412
        if is_stale and not self.get_queryset().filter(**self.kwargs).exists():
            # There is no present version to tell of.
            return super(ItemView, self).handle_exception(exc)
        return super().handle_exception(exc)

    def _version_seen(self, request: Request) -> int | None:
        if "If-Match" not in request.headers:
            return None
        current = self.get_queryset().filter(**self.kwargs).first()
        if current is None:
            raise stale()
        return wanted_version(request, current.version)

    def _what(self, values: dict[str, Any]) -> dict[str, Any]:
        """The values as the action takes them."""
        product, price = values["product"], values["amount"]
        return {
            "buyer": self._buyer(values["customer"]),
            "product_name": product["name"],
            "product_code": product.get("code", ""),
            "specification": product.get("specification", ""),
            "batch": product.get("batch", ""),
            "amount": price.amount,
            "currency": price.currency,
            "sold_at": values["sold_at"],
            "delivered_at": values.get("delivered_at"),
            "status": values.get("status", SaleStatus.ORDERED),
            "department": self._department(values.get("department")),
            **self._staff(values),
        }

    def _buyer(self, told: Any) -> int | Buyer:
        if isinstance(told, int):
            if not Customer.objects.visible_to(self.user).filter(pk=told).exists():
                raise invalid("customer", "unknown", _("There is no such customer."))
            return told
        language = self.user.department.language if self.user.department else settings.LANGUAGE_CODE
        names = ("kind", "company", "address", "language")
        details: Any = {"language": language} | {name: told[name] for name in names if name in told}
        return Buyer(told.get("name", ""), told.get("phone", ""), told.get("email", ""), details, self.region)

    def _department(self, code: str | None) -> Department | None:
        if code is None:
            return None
        if department := Department.objects.filter(code=code).first():
            return department
        raise invalid("department", "unknown", _("There is no such department."))

    def _staff(self, values: dict[str, Any]) -> dict[str, User | None]:
        """People by their usernames, read at once. Who left may have sold it."""
        named = {role: values.get(role) for role in STAFF}
        people = {
            user.username: user for user in User.objects.people().filter(username__in=set(filter(None, named.values())))
        }
        unknown = [role for role, username in named.items() if username and username not in people]
        if unknown:
            text = _("There is no user of this name.")
            raise invalid_fields([{"field": role, "code": "unknown", "message": text} for role in unknown])
        return {role: people[username] if username else None for role, username in named.items()}


urlpatterns = [
    path("sales", Sales.as_view(), name="sales-list"),
    path("sales/<word:source>/<word:external_id>", SaleItem.as_view(), name="sales-detail"),
]
