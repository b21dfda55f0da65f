"""What the desk may type while the customer talks. It reads and checks input; the rules are the action's."""

import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator
from django.db.models import Q
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from accounts.models import Department, User
from complaints.actions.lodge import missing_answers
from complaints.codes import LIVE_CHANNELS, Channel, Demand, Phase, PromiseForm, Threat, Upset
from complaints.forms.fields import Amount, Day, PastMoment, RowId, RowIds, Words, as_id
from complaints.intake import Intake, PromiseMade
from complaints.models import Category
from complaints.models.complaint import DESCRIPTION_LIMIT
from core.forms import ManyPicks, Picks
from customers.models import Customer, Sale
from customers.phones import looks_like_phone, normalized_phone
from customers.search import find_customers
from policies.reading import policy

CURRENCIES = ("CNY", "USD", "EUR", "HKD", "JPY", "GBP")
# Nobody complains through an import at a desk.
CHANNELS = [(value, label) for value, label in Channel.choices if value != Channel.IMPORT]
MOODS = {"calm": "mood-smile", "annoyed": "mood-neutral", "angry": "mood-sad", "furious": "mood-angry"}
PROMISES = 3
STAFF_SHOWN = 200
SALES_SHOWN = 50
LARGEST_GROUP = 1_000_000
LONG = {"rows": 2}
COMBO = {
    "role": "combobox",
    "aria-expanded": "false",
    "aria-controls": "who-list",
    "aria-autocomplete": "list",
    "autocomplete": "off",
}
# Parts of the page that are folded until something in them is said or wrong.
FOLDS = {
    "reach": ("email", "company", "address"),
    "promised": tuple(f"promise_{part}_{at}" for at in range(1, PROMISES + 1) for part in ("what", "by", "form")),
    "product": (
        "product_name", "product_specification", "product_batch", "product_produced_on", "product_in_use_since",
        "product_symptom", "product_before", "cost_of_waiting", "phase",
    ),
    "behalf": ("representative_name", "representative_authority", "representative_until", "representative_proof"),
    "group": ("group_size",),
    "staff": ("subjects",),
    "further": ("further_categories",),
    "where": ("title", "received_at"),
}  # fmt: skip


class IntakeForm(forms.Form):
    """All of DOMAIN.md 3.1 but attachments. Three answers are enough: what happened, who, how to reach them.

    `customer`, `sale`, `subjects` and `department` are looked up, so an unknown id is an error at its field.
    """

    # Hidden: the key that makes saving twice one complaint, and what the clerk has decided about suggestions.
    draft = forms.UUIDField(widget=forms.HiddenInput)
    customer = RowId(
        unknown=_("This customer is not known. Choose again."),
        widget=forms.HiddenInput(attrs={"data-combo-value": True}),
    )
    declined_demands = forms.CharField(required=False, max_length=400, widget=forms.HiddenInput)
    declined_threats = forms.CharField(required=False, max_length=400, widget=forms.HiddenInput)
    declined_danger = forms.BooleanField(required=False, widget=forms.HiddenInput)

    description = Words(
        label=_("What happened, in the customer’s words"),
        max_length=DESCRIPTION_LIMIT,
        help_text=_("Write it as it is said. You can correct it together later."),
        widget=forms.Textarea(attrs={"rows": 4, "data-autofocus": True}),
    )
    name = Words(label=_("Who"), max_length=120, widget=forms.TextInput(attrs=COMBO))
    is_anonymous = forms.BooleanField(label=_("Stays anonymous"), required=False)
    phone = Words(
        label=_("How to reach them"),
        max_length=40,
        widget=forms.TextInput(attrs={"inputmode": "tel", "class": "num", "autocomplete": "off"}),
    )
    email = Words(
        label=_("E-mail"),
        max_length=254,
        widget=forms.TextInput(attrs={"inputmode": "email", "autocomplete": "off", "spellcheck": "false"}),
    )
    preferred_contact = Words(label=_("Best way"), max_length=80)
    preferred_time = Words(label=_("Best time"), max_length=80)
    language = forms.ChoiceField(
        label=_("Language"), required=False, choices=[("", _("as on record")), *settings.LANGUAGES]
    )
    company = Words(label=_("Company"), max_length=160)
    address = Words(label=_("Address"), max_length=300)
    is_also_on_customer = forms.BooleanField(label=_("Also on the customer"), required=False)

    demands = forms.MultipleChoiceField(label=_("What they want"), choices=Demand, required=False, widget=ManyPicks)
    amount_claimed = Amount(
        label=_("Amount claimed"), widget=forms.TextInput(attrs={"inputmode": "decimal", "class": "num"})
    )
    currency = forms.ChoiceField(label=_("Currency"), required=False)
    upset = forms.ChoiceField(label=_("How upset"), choices=Upset, required=False, widget=Picks(icons=MOODS))
    threats = forms.MultipleChoiceField(label=_("Threatens with"), choices=Threat, required=False, widget=ManyPicks)
    is_danger = forms.BooleanField(label=_("People are in danger, or were hurt"), required=False)
    category = forms.TypedChoiceField(label=_("Category"), required=False, coerce=int, empty_value=None)
    further_categories = forms.TypedMultipleChoiceField(
        label=_("Also about"), required=False, coerce=int, widget=ManyPicks
    )
    sale = RowId(label=_("Sale"), unknown=_("Choose one of this customer’s sales."), widget=forms.Select)
    channel = forms.ChoiceField(label=_("Came by"), choices=CHANNELS, initial=Channel.IN_PERSON)
    happened_on = Day(label=_("Happened on"))
    happened_where = Words(label=_("Where"), max_length=200)
    people_involved = Words(label=_("People involved"), max_length=300)
    subjects = RowIds(
        label=_("Staff it is about"),
        unknown=_("One of the staff members is not known. Choose again."),
        help_text=_("They will not see this complaint, nor will the people of a department that they head."),
        widget=ManyPicks,
    )

    product_name = Words(label=_("Product"), max_length=160)
    product_specification = Words(label=_("Specification"), max_length=160)
    product_batch = Words(label=_("Batch"), max_length=80)
    product_produced_on = Day(label=_("Produced on"))
    product_in_use_since = Day(label=_("In use since"))
    product_symptom = Words(label=_("Symptom"), max_length=300, widget=forms.Textarea(attrs=LONG))
    product_before = Words(
        label=_("What they used before, and how that did"), max_length=300, widget=forms.Textarea(attrs=LONG)
    )
    cost_of_waiting = Words(label=_("What waiting costs them"), max_length=300, widget=forms.Textarea(attrs=LONG))
    phase = forms.ChoiceField(label=_("When in the purchase"), choices=Phase, required=False, widget=Picks)

    representative_name = Words(label=_("Who complains for the customer"), max_length=120)
    representative_authority = Words(label=_("For what they may speak"), max_length=300)
    representative_until = Day(label=_("Until when"), may_come=True)
    representative_proof = Words(label=_("What proves it"), max_length=300)
    group_size = forms.IntegerField(
        label=_("Customers with the same matter"), required=False, min_value=1, max_value=LARGEST_GROUP
    )
    title = Words(label=_("Title"), max_length=160, help_text=_("Without one, the first words stand for it."))
    department = forms.TypedChoiceField(label=_("Department it is about"), required=False, coerce=int, empty_value=None)
    received_at = PastMoment(label=_("Received"), help_text=_("Empty is now."))

    is_raised = forms.BooleanField(label=_("Raise to class 2"), required=False)
    is_talking = forms.BooleanField(label=_("I am talking to the customer"), required=False)
    # Numbers of possible duplicates, decided beside the form.
    link_to = forms.Field(required=False)
    not_same = forms.Field(required=False)

    def __init__(self, data: QueryDict | None = None, *, user: User, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.user = user
        self.customer_on_form = self._find_customer()
        self.department_on_form = self._find_department()
        self._add_promises()
        self._offer()

    # ---------------------------------------------------------------- what may be chosen

    def raw(self, name: str) -> Any:
        """What the form holds for a field, before it is checked."""
        if self.is_bound:
            return self.fields[name].widget.value_from_datadict(self.data, self.files, self.add_prefix(name))
        return self.get_initial_for_field(self.fields[name], name)

    def _find_customer(self) -> Customer | None:
        pk = as_id(self.raw("customer"))
        rows = Customer.objects.visible_to(self.user).with_contacts()
        return rows.filter(pk=pk).first() if pk else None

    def _find_department(self) -> Department | None:
        own = self.user.department
        pk = as_id(self.raw("department"))
        self.departments = list(Department.objects.active().select_related("calendar"))
        return next((one for one in self.departments if one.pk == pk), own)

    def _add_promises(self) -> None:
        for place in range(1, PROMISES + 1):
            self.fields[f"promise_what_{place}"] = Words(label=_("What was promised"), max_length=300)
            self.fields[f"promise_by_{place}"] = Words(label=_("By whom"), max_length=120)
            self.fields[f"promise_form_{place}"] = forms.ChoiceField(
                label=_("How"), required=False, choices=[("", "–"), *PromiseForm.choices]
            )

    def _offer(self) -> None:
        house = policy("company.currency")
        self.house_currency = house
        codes = [house, *(code for code in CURRENCIES if code != house)]
        self._choices("currency", [(code, code) for code in codes])
        names = [(row.pk, row.name) for row in Category.objects.filter(is_active=True)]
        self._choices("category", [("", _("not yet")), *names])
        self._choices("further_categories", names)
        own = self.user.department_id
        departments = [(each.pk, each.name) for each in self.departments]
        self._choices("department", [("", "–"), *departments] if own is None else departments)
        if own is not None:
            self.fields["department"].initial = own
        self.fields["subjects"].widget.choices = [(row.pk, row.name) for row in self._staff()]
        self.sales = self._sales()
        self.fields["sale"].widget.choices = [("", _("none")), *((sale.pk, sale_text(sale)) for sale in self.sales)]

    def _choices(self, name: str, choices: Iterable[Any]) -> None:
        self.fields[name].choices = list(choices)  # type: ignore[attr-defined]

    def _staff(self) -> list[User]:
        """Those of the department on the form, and whoever is ticked already."""
        ticked = [pk for each in self.raw("subjects") or [] if (pk := as_id(each))]
        rows = (
            User.objects.active()
            .people()
            .filter(Q(department=self.department_on_form) | Q(pk__in=ticked[:STAFF_SHOWN]))
        )
        return list(rows.order_by("name")[:STAFF_SHOWN])

    def _sales(self) -> list[Sale]:
        if self.customer_on_form is None:
            return []
        sales = self.customer_on_form.sales.select_related("sales_consultant").order_by("-sold_at", "-pk")
        return list(sales[:SALES_SHOWN])

    @property
    def promise_rows(self) -> list[tuple[forms.BoundField, forms.BoundField, forms.BoundField]]:
        return [
            (self[f"promise_what_{place}"], self[f"promise_by_{place}"], self[f"promise_form_{place}"])
            for place in range(1, PROMISES + 1)
        ]

    @property
    def open_folds(self) -> set[str]:
        """The parts in which something stands, or is wrong."""
        return {fold for fold, names in FOLDS.items() if any(self.raw(name) or name in self.errors for name in names)}

    # ---------------------------------------------------------------- what was answered

    def clean_customer(self) -> int | None:
        pk: int | None = self.cleaned_data["customer"]
        if pk and self.customer_on_form is None:
            raise ValidationError(self.fields["customer"].unknown, code="unknown")  # type: ignore[attr-defined]
        return pk

    def clean_sale(self) -> Sale | None:
        pk = self.cleaned_data["sale"]
        found = next((sale for sale in self.sales if sale.pk == pk), None)
        if pk and found is None and self.customer_on_form:
            found = self.customer_on_form.sales.filter(pk=pk).first()
        if pk and found is None:
            raise ValidationError(self.fields["sale"].unknown, code="unknown")  # type: ignore[attr-defined]
        return found

    def clean_subjects(self) -> list[int]:
        chosen: list[int] = self.cleaned_data["subjects"]
        if User.objects.active().people().filter(pk__in=chosen[:STAFF_SHOWN]).count() != len(chosen):
            raise ValidationError(self.fields["subjects"].unknown, code="unknown")  # type: ignore[attr-defined]
        return chosen

    def clean_phone(self) -> str:
        phone: str = self.cleaned_data["phone"]
        if phone and not normalized_phone(phone):
            raise ValidationError(_("Enter the phone number in digits, for example 138 0571 6620"), code="no_digits")
        return phone

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"]
        if email:
            EmailValidator(_("Enter the whole e-mail address, for example wang@example.com"))(email)
        return email

    def clean_link_to(self) -> list[str]:
        return self._numbers("link_to")

    def clean_not_same(self) -> list[str]:
        return self._numbers("not_same")

    def _numbers(self, name: str) -> list[str]:
        typed = self.data.getlist(name) if isinstance(self.data, QueryDict) else []
        return [number for number in dict.fromkeys(typed) if number.isprintable() and len(number) <= 16][:10]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        for what, by, form in self.promise_rows:
            is_begun = cleaned.get(by.name) or cleaned.get(form.name)
            if is_begun and not cleaned.get(what.name) and what.name not in self.errors:
                self.add_error(what.name, _("Write what was promised."))
        for blocker in missing_answers(self.intake()):
            if blocker.link not in self.errors:
                self.add_error(blocker.link, str(blocker.message))
        return cleaned

    def full_clean(self) -> None:
        super().full_clean()
        # The summary lists what is wrong in the order of the page.
        found, places = self.errors, {name: place for place, name in enumerate(self.fields)}
        for name in sorted(found, key=lambda name: places.get(name, -1)):
            found[name] = found.pop(name)

    def declined(self, name: str) -> set[str]:
        """Codes that the clerk unticked: they are not suggested again."""
        return set(str(self.raw(f"declined_{name}") or "").split(","))

    @property
    def is_danger_declined(self) -> bool:
        return str(self.raw("declined_danger") or "").lower() in {"1", "true", "on"}

    def intake(self) -> Intake:
        """The answers as the action takes them; what was refused is left out: a half-typed form is judged too."""
        given = self.cleaned_data
        is_anonymous = given.get("is_anonymous", False)
        told: dict[str, Any] = {"description": "", "channel": Channel.IN_PERSON}
        told |= {name: given[name] for name in COPIED if name in given}
        if is_anonymous:
            # What would name them is not kept; a number they leave to be answered on is.
            told |= {"name": "", "company": "", "address": ""}
        return Intake(
            **told,
            key=given.get("draft") or uuid.uuid4(),
            customer_id=None if is_anonymous else given.get("customer"),
            is_also_on_customer=given.get("is_also_on_customer", False) and not is_anonymous,
            department_id=given.get("department") or self.user.department_id,
            category_id=given.get("category"),
            further_category_ids=given.get("further_categories", []),
            subject_ids=given.get("subjects", []),
            sale=None if is_anonymous else given.get("sale"),
            promises=list(self._promises()),
            is_danger_declined=self.is_danger_declined and not given.get("is_danger", False),
            is_talking=given.get("is_talking", False) and given.get("channel") in LIVE_CHANNELS,
            link_to=given.get("link_to", []),
        )

    def _promises(self) -> Iterable[PromiseMade]:
        for what, by, form in self.promise_rows:
            if text := self.cleaned_data.get(what.name):
                yield PromiseMade(text, self.cleaned_data.get(by.name, ""), self.cleaned_data.get(form.name, ""))


# Answers that go to the action as they were given.
COPIED = (
    "description", "channel", "received_at", "title", "is_anonymous", "name", "phone", "email", "address", "company",
    "language", "preferred_contact", "preferred_time", "representative_name", "representative_authority",
    "representative_until", "representative_proof", "group_size", "happened_on", "happened_where", "people_involved",
    "phase", "product_name", "product_specification", "product_batch", "product_produced_on", "product_in_use_since",
    "product_symptom", "product_before", "cost_of_waiting", "demands", "amount_claimed", "currency", "upset",
    "threats", "is_danger", "is_raised",
)  # fmt: skip


def sale_text(sale: Sale) -> str:
    """A sale in one line: number, product, day, who sold it."""
    who = sale.sales_consultant
    parts = [sale.external_id, sale.product_name, f"{sale.sold_at:%Y-%m-%d}", str(who) if who else ""]
    return " · ".join(part for part in parts if part)


def initial_from(fields: Mapping[str, Any]) -> dict[str, Any]:
    """A kept draft as the initial values of a form: lists stay lists only where several may be ticked."""
    several = {"demands", "threats", "further_categories", "subjects", "link_to", "not_same"}
    return {
        name: values if name in several else values[-1]
        for name, values in fields.items()
        if isinstance(values, list) and values and all(isinstance(value, str) for value in values)
    }


def as_data(initial: Mapping[str, Any]) -> QueryDict:
    """Initial values as if they had been posted, so that they can be judged before anybody presses anything."""
    data = QueryDict(mutable=True)
    for name, value in initial.items():
        if value not in (None, "", False, []):
            data.setlist(name, [str(each) for each in value] if isinstance(value, list) else [str(value)])
    data.setdefault("channel", Channel.IN_PERSON)
    return data


def prefilled(who: str) -> dict[str, Any]:
    """Begin with what was typed at the desk: whoever alone has this phone, else the phone or the name itself."""
    who = " ".join(who.replace("\0", "").split())[:120]
    if not looks_like_phone(who):
        return {"name": who} if who else {}
    found = find_customers(who, limit=2)
    if len(found) != 1 or normalized_phone(found[0].main_phone) != normalized_phone(who):
        return {"phone": who[:40]}
    customer = found[0]
    known = {
        "customer": customer.pk,
        "name": customer.name,
        "phone": customer.main_phone,
        "email": customer.main_email,
        "company": customer.company,
        "address": customer.address,
        "language": customer.language,
        "preferred_contact": customer.preferred_contact,
        "preferred_time": customer.preferred_hours,
    }
    return {name: value for name, value in known.items() if value}
