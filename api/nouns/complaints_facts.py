"""What may be said of a complaint, when it is lodged and later: bodies come in, arguments of the actions go out."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django.core.validators import EmailValidator
from django.utils.translation import gettext_lazy as _
from drf_spectacular.extensions import OpenApiSerializerFieldExtension
from rest_framework import serializers

from accounts.models import Department, User
from api.fields import Code, Day, Id, Instant, Language, Line, MoneyField, Phone, Text, Whole, YesNo
from api.problems import invalid
from api.serializers import Input
from complaints.codes import Channel, Demand, Phase, PromiseForm, Threat, Upset
from complaints.intake import Intake, PromiseMade
from complaints.models import Category
from complaints.models.complaint import DESCRIPTION_LIMIT
from core import clock
from core.money import Money
from customers.models import Customer, Sale

EARLIEST, LATEST = 1900, 2100
LARGEST_GROUP = 1_000_000
MOST_IN_A_LIST = 100
MOST_PROMISES = 20
# Nobody complains through an import by a program.
CHANNELS = [(value, label) for value, label in Channel.choices if value != Channel.IMPORT]
# What would name somebody who stays anonymous; a number they leave to be answered on does not.
NAMING = ("name", "company", "address")
OPTIONAL: dict[str, Any] = {"required": False, "allow_blank": True}


class PastDay(Day):
    """A date between 1900 and today; `may_come` allows a later one, up to 2100."""

    default_error_messages = {"year": _("Check the year of this date."), "to_come": _("This date is still to come.")}

    def __init__(self, *, may_come: bool = False, **kwargs: Any) -> None:
        self.may_come = may_come
        super().__init__(required=False, allow_null=True, **kwargs)

    def to_internal_value(self, value: Any) -> date:
        day: date = super().to_internal_value(value)
        if not EARLIEST <= day.year <= LATEST:
            self.fail("year")
        # Where it is tomorrow already, today is no date to come.
        if not self.may_come and day > (clock.now() + timedelta(hours=14)).date():
            self.fail("to_come")
        return day


class PastInstant(Instant):
    default_error_messages = {"year": _("Check the year of this date."), "to_come": _("This time is still to come.")}

    def to_internal_value(self, value: Any) -> datetime:
        instant = super().to_internal_value(value)
        if instant.year < EARLIEST:
            self.fail("year")
        if instant > clock.now():
            self.fail("to_come")
        return instant


class Email(Line):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=254, **kwargs)
        self.validators.append(EmailValidator(_("Enter the whole e-mail address, for example wang@example.com")))


class Key(serializers.UUIDField):
    """A UUID as text, and no number for it."""

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, str):
            self.fail("invalid", value=data)
        return super().to_internal_value(data)


class ContactInput(Input):
    name = Line(max_length=120, help_text="Who speaks.", **OPTIONAL)
    phone = Phone(help_text="Phone in any local writing.", **OPTIONAL)
    email = Email(help_text="E-mail.", **OPTIONAL)
    address = Line(max_length=300, help_text="Address.", **OPTIONAL)
    company = Line(max_length=160, help_text="Company.", **OPTIONAL)
    language = Language(required=False, help_text="Language to be spoken.")
    preferred_contact = Line(max_length=80, help_text="The best way to reach them.", **OPTIONAL)
    preferred_time = Line(max_length=80, help_text="The best time to reach them.", **OPTIONAL)


class ProductInput(Input):
    name = Line(max_length=160, help_text="What it is called.", **OPTIONAL)
    specification = Line(max_length=160, help_text="Which kind.", **OPTIONAL)
    batch = Line(max_length=80, help_text="Batch.", **OPTIONAL)
    produced_on = PastDay(help_text="Day of production.")
    in_use_since = PastDay(help_text="In use since this day.")
    symptom = Text(max_length=300, help_text="What is wrong with it.", **OPTIONAL)
    used_before = Text(max_length=300, help_text="What was used before, and how that did.", **OPTIONAL)


class BehalfInput(Input):
    name = Line(max_length=120, help_text="Who complains for the customer.", **OPTIONAL)
    authority = Line(max_length=300, help_text="For what they may speak.", **OPTIONAL)
    until = PastDay(may_come=True, help_text="Until when.")
    proof = Line(max_length=300, help_text="What proves it.", **OPTIONAL)


class GroupInput(Input):
    size = Whole(min_value=1, max_value=LARGEST_GROUP, help_text="Customers with the same matter.")


class PromiseInput(Input):
    what = Line(max_length=300, help_text="What was promised, as the customer says.")
    by_whom = Line(max_length=120, help_text="Who promised it.", **OPTIONAL)
    form = Code(choices=PromiseForm.choices, required=False, allow_null=True, help_text="How it was promised.")


class SaleReferenceInput(Input):
    source = Line(max_length=40, help_text="The sales system.")  # type: ignore[assignment]
    external_id = Line(max_length=120, help_text="Its own id of the sale.")


class CustomerField(serializers.Field):  # type: ignore[type-arg]
    """The id of a customer, or an object by which one is found or recorded."""

    default_error_messages = {
        "invalid": _("Give the customer’s id, or an object with name and phone."),
        "unknown": _("This customer is not known. Choose again."),
    }

    def to_internal_value(self, data: Any) -> Customer | dict[str, Any]:
        if isinstance(data, Mapping):
            body = ContactInput(data=data, context=self.context)
            body.is_valid(raise_exception=True)
            told: dict[str, Any] = body.validated_data
            return told
        if isinstance(data, bool) or not isinstance(data, int):
            self.fail("invalid")
        pk = Id().run_validation(data)
        found = Customer.objects.visible_to(self.context["request"].user).filter(pk=pk).first()
        if found is None:
            self.fail("unknown")
        return found


class CustomerSchema(OpenApiSerializerFieldExtension):  # type: ignore[no-untyped-call]
    """An id or an object, in the document."""

    target_class = CustomerField

    def map_serializer_field(self, auto_schema: Any, direction: Any) -> dict[str, Any]:
        contact = auto_schema.resolve_serializer(ContactInput(), direction)
        return {"oneOf": [{"type": "integer", "format": "int64", "minimum": 1}, contact.ref]}


class FactsInput(Input):
    """What the record tells, and may be changed later."""

    title = Line(max_length=160, help_text="Title; without one the first words stand for it.", **OPTIONAL)
    description = Text(
        max_length=DESCRIPTION_LIMIT,
        help_text="What happened, in the customer’s words.",
        error_messages={"blank": _("Write what happened, in the customer’s words.")},
    )
    contact = ContactInput(required=False, help_text="How to reach who complains, for this complaint only.")
    on_behalf_of = BehalfInput(required=False, allow_null=True, help_text="Who complains for the customer.")
    group = GroupInput(required=False, allow_null=True, help_text="Several customers with one grievance.")
    happened_on = PastDay(help_text="When it happened.")
    happened_where = Line(max_length=200, help_text="Where it happened.", **OPTIONAL)
    people_involved = Line(max_length=300, help_text="Who was involved, as the customer says.", **OPTIONAL)
    subjects = serializers.ListField(
        child=Line(max_length=150),
        required=False,
        max_length=MOST_IN_A_LIST,
        help_text="Usernames of staff it is about; it is hidden from them.",
    )
    category = Line(max_length=64, required=False, allow_null=True, help_text="Code of the main category.")
    further_categories = serializers.ListField(
        child=Line(max_length=64), required=False, max_length=MOST_IN_A_LIST, help_text="Codes of what it is about too."
    )
    phase = Code(choices=Phase.choices, required=False, allow_null=True, help_text="When in the purchase.")
    product = ProductInput(required=False, help_text="The product it is about.")
    cost_of_waiting = Text(max_length=300, help_text="What waiting costs them.", **OPTIONAL)
    demands = serializers.ListField(
        child=Code(choices=Demand.choices), required=False, max_length=20, help_text="What the customer wants."
    )
    amount_claimed = MoneyField(required=False, allow_null=True, help_text="The sum claimed, in any currency.")
    upset = Code(choices=Upset.choices, required=False, allow_null=True, help_text="How upset the customer is.")
    threats = serializers.ListField(
        child=Code(choices=Threat.choices), required=False, max_length=20, help_text="What is threatened with."
    )
    is_danger = YesNo(
        required=False,
        help_text="People are in danger, or were hurt. Left out when lodging, words of the description may say so.",
    )

    def validate_subjects(self, usernames: list[str]) -> list[int]:
        known = dict(User.objects.people().filter(username__in=usernames).values_list("username", "pk"))
        if set(usernames) - set(known):
            text = _("One of the staff members is not known. Choose again.")
            raise serializers.ValidationError(text, code="unknown")
        return list(known.values())

    def validate_category(self, code: str | None) -> int | None:
        return None if code is None else self._categories([code])[0]

    def validate_further_categories(self, codes: list[str]) -> list[int]:
        return self._categories(codes)

    def _categories(self, codes: list[str]) -> list[int]:
        known = dict(Category.objects.filter(code__in=codes, is_active=True).values_list("code", "pk"))
        if set(codes) - set(known):
            raise serializers.ValidationError(_("Choose a category from the list."), code="unknown")
        return [known[code] for code in dict.fromkeys(codes)]


class ComplaintChangeInput(FactsInput):
    """The facts to change; what is left out stays as it is."""

    example = {"title": "雨刷", "contact": {"phone": "139 1111 2222"}, "demands": ["refund", "apology"]}


class ComplaintInput(FactsInput):
    """A new complaint. The least: description, channel, and a customer with name and phone."""

    channel = Code(choices=CHANNELS, help_text="How it came.")
    received_at = PastInstant(required=False, help_text="When it was received; now, when left out.")
    department = Line(
        max_length=32, required=False, help_text="Code of the department it is about; your own, when left out."
    )
    customer = CustomerField(
        required=False, help_text="The id of a customer, or an object: found by phone or e-mail, else recorded."
    )
    is_anonymous = YesNo(required=False, help_text="The customer stays anonymous: no customer, no sale.")
    is_also_on_customer = YesNo(
        required=False, help_text="What `contact` says also changes the record of the customer given by id."
    )
    sale = SaleReferenceInput(required=False, help_text="The sale it is about; its customer complains.")
    promises = serializers.ListField(
        child=PromiseInput(), required=False, max_length=MOST_PROMISES, help_text="What the customer was promised."
    )
    severity_class = Whole(
        required=False,
        min_value=2,
        max_value=2,
        help_text="2 raises it, whatever the rules say; lowering is /classify.",
    )
    is_taken = YesNo(required=False, help_text="You take it at once.")
    is_talking = YesNo(
        required=False, help_text="The customer is there, or on the phone: this is the first contact with them."
    )
    link_to = serializers.ListField(
        child=Line(max_length=16),
        required=False,
        max_length=MOST_IN_A_LIST,
        help_text="Numbers of complaints that may be the same matter.",
    )
    external_ids = serializers.DictField(
        child=Line(max_length=120), required=False, help_text="Its ids in other systems, by system; each only once."
    )
    key = Key(
        required=False, help_text="Made by you for this complaint: sent twice, it is lodged once, also after 7 days."
    )

    example = {
        "description": "雨刷收了两次钱",
        "channel": "phone",
        "customer": {"name": "王芳", "phone": "138 0571 6620"},
    }

    def validate_department(self, code: str) -> Department:
        found = Department.objects.active().filter(code=code).first()
        if found is None:
            raise serializers.ValidationError(_("Choose the department it is about."), code="unknown")
        return found

    def validate_sale(self, told: dict[str, str]) -> Sale:
        found = Sale.objects.select_related("customer").filter(**told).first()
        if found is None:
            raise serializers.ValidationError(_("This sale is not known."), code="unknown")
        return found

    def validate_external_ids(self, told: dict[str, str]) -> dict[str, str]:
        if any(not source.strip() or len(source) > 40 or not source.isprintable() for source in told):
            raise serializers.ValidationError(_("A system is named by up to 40 signs."), code="invalid")
        if len(told) > MOST_PROMISES:
            raise serializers.ValidationError(_("These are too many."), code="max_length")
        return told

    def validate(self, told: dict[str, Any]) -> dict[str, Any]:
        customer, sale = told.get("customer"), told.get("sale")
        if told.get("is_anonymous") and (customer is not None or sale is not None):
            text = _("An anonymous complaint has no customer and no sale.")
            raise invalid("is_anonymous", "not_anonymous", text)
        if told.get("is_anonymous") and any(told.get("contact", {}).get(name) for name in NAMING):
            text = _("An anonymous complaint names nobody; a phone or e-mail may be left.")
            raise invalid("contact", "not_anonymous", text)
        if isinstance(customer, Customer) and sale is not None and sale.customer_id != customer.pk:
            text = _("Choose one of this customer’s sales.")
            raise invalid("sale", "other_customer", text)
        if isinstance(customer, dict) and (sale is not None or "contact" in told):
            text = _("Beside a sale or a contact, give the customer’s id or none.")
            raise invalid("customer", "invalid", text)
        return told


# The parts of a body, as the columns that keep them.
NESTED = {
    "contact": {
        "name": "contact_name",
        "phone": "contact_phone",
        "email": "contact_email",
        "address": "contact_address",
        "company": "company",
        "language": "language",
        "preferred_contact": "preferred_contact",
        "preferred_time": "preferred_time",
    },
    "product": {
        "name": "product_name",
        "specification": "product_specification",
        "batch": "product_batch",
        "produced_on": "product_produced_on",
        "in_use_since": "product_in_use_since",
        "symptom": "product_symptom",
        "used_before": "product_before",
    },
    "on_behalf_of": {
        "name": "representative_name",
        "authority": "representative_authority",
        "until": "representative_until",
        "proof": "representative_proof",
    },
    "group": {"size": "group_size"},
}
NO_TEXT = ("representative_until", "group_size")
# Where an intake calls a column otherwise.
AT_INTAKE = {"contact_name": "name", "contact_phone": "phone", "contact_email": "email", "contact_address": "address"}
PLAIN = (
    "title", "description", "happened_on", "happened_where", "people_involved", "cost_of_waiting", "is_danger",
)  # fmt: skip


def columns(told: Mapping[str, Any]) -> dict[str, Any]:
    """The told facts by the columns of a complaint, but for the lists of people and categories."""
    found: dict[str, Any] = {name: told[name] for name in PLAIN if name in told}
    for part, names in NESTED.items():
        if part not in told:
            continue
        if told[part] is None:
            found |= {column: None if column in NO_TEXT else "" for column in names.values()}
        else:
            found |= {names[name]: value for name, value in told[part].items()}
    found |= {name: told[name] or "" for name in ("phase", "upset") if name in told}
    found |= {name: list(dict.fromkeys(told[name])) for name in ("demands", "threats") if name in told}
    if "amount_claimed" in told:
        claim: Money | None = told["amount_claimed"]
        found["amount_claimed"] = claim.amount if claim else None
        if claim:
            found["currency"] = claim.currency
    return found


def changes(told: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments of `change_complaint`."""
    found = columns(told)
    if "category" in told:
        found["category_id"] = told["category"]
    return {
        "changes": found,
        "subject_ids": told.get("subjects"),
        "further_category_ids": told.get("further_categories"),
    }


def intake(told: Mapping[str, Any], by: User) -> Intake:
    """The intake that `lodge_complaint` takes."""
    customer, sale = told.get("customer"), told.get("sale")
    if isinstance(customer, dict):
        told = {**told, "contact": customer}
    facts = {AT_INTAKE.get(name, name): value for name, value in columns(told).items()}
    department: Department | None = told.get("department")
    return Intake(
        **facts,
        channel=told["channel"],
        received_at=told.get("received_at"),
        department_id=department.pk if department else by.department_id,
        customer_id=sale.customer_id if sale else customer.pk if isinstance(customer, Customer) else None,
        is_anonymous=told.get("is_anonymous", False),
        is_also_on_customer=told.get("is_also_on_customer", False),
        sale=sale,
        category_id=told.get("category"),
        further_category_ids=told.get("further_categories", ()),
        subject_ids=told.get("subjects", ()),
        promises=[
            PromiseMade(row["what"], row.get("by_whom", ""), row.get("form") or "") for row in told.get("promises", ())
        ],
        is_danger_declined=told.get("is_danger") is False,
        is_raised="severity_class" in told,
        is_taken=told.get("is_taken", False),
        is_talking=told.get("is_talking", False),
        link_to=[number.upper() for number in told.get("link_to", ())],
        external_ids=told.get("external_ids", {}),
        **({"key": told["key"]} if "key" in told else {}),
    )


def _promise(told: Mapping[str, Any]) -> PromiseMade:
    return PromiseMade(told["what"], told.get("by_whom", ""), told.get("form") or "")
