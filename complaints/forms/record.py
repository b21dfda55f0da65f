"""The facts of a complaint, to be changed. Each field carries along what it showed, to tell two people apart."""

from collections.abc import Iterable
from copy import deepcopy
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator
from django.db.models import Q
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from complaints.forms.intake import CURRENCIES, STAFF_SHOWN, IntakeForm
from complaints.models import Category, Complaint
from core.formats import when_text
from customers.phones import normalized_phone
from policies.reading import policy

# Facts as the page groups them; where the intake calls one otherwise, its name there.
GROUPS: tuple[tuple[str | Promise, tuple[str, ...]], ...] = (
    (_("What happened"), (
        "title", "description", "happened_on", "happened_where", "people_involved", "subjects", "category",
        "further_categories", "phase", "demands", "amount_claimed", "currency", "cost_of_waiting", "upset", "threats",
        "is_danger",
    )),
    (_("Who"), (
        "contact_name", "contact_phone", "contact_email", "contact_address", "company", "language",
        "preferred_contact", "preferred_time", "group_size",
    )),
    (_("Product"), (
        "product_name", "product_specification", "product_batch", "product_produced_on", "product_in_use_since",
        "product_symptom", "product_before",
    )),
    (_("On behalf of the customer"), (
        "representative_name", "representative_authority", "representative_until", "representative_proof",
    )),
)  # fmt: skip
AT_INTAKE = {"contact_name": "name", "contact_phone": "phone", "contact_email": "email", "contact_address": "address"}
MANY = ("subjects", "further_categories")


@dataclass(frozen=True)
class Clash:
    """One fact that two people changed: what stands there now, and what was typed."""

    name: str
    label: str | Promise
    theirs: str
    yours: str


class RecordForm(forms.Form):
    """`changes()` holds what the user touched and nothing else, so two people with different fields never collide."""

    use_required_attribute = False
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)

    def __init__(self, data: QueryDict | None = None, *, complaint: Complaint, **kwargs: Any) -> None:
        kwargs.setdefault("initial", initial_of(complaint))
        super().__init__(data, **kwargs)
        self.complaint = complaint
        for _title, names in GROUPS:
            for name in names:
                field = deepcopy(IntakeForm.base_fields[AT_INTAKE.get(name, name)])
                field.show_hidden_initial = True
                field.widget.attrs.pop("data-autofocus", None)
                self.fields[name] = field
        self._offer()

    def _offer(self) -> None:
        used = {self.complaint.category_id, *self.initial["further_categories"]}
        names = [(row.pk, row.name) for row in Category.objects.filter(Q(is_active=True) | Q(pk__in=used - {None}))]
        house = policy("company.currency")
        currencies = dict.fromkeys([self.complaint.currency, house, *CURRENCIES])
        choices: dict[str, Iterable[Any]] = {
            "category": [("", _("not yet")), *names],
            "further_categories": names,
            "currency": [(code, code) for code in currencies],
            "language": settings.LANGUAGES,
        }
        for name, offered in choices.items():
            self.fields[name].choices = list(offered)  # type: ignore[attr-defined]
            self.fields[name].required = name in ("currency", "language")
        self.fields["subjects"].widget.choices = [(row.pk, row.name) for row in self._staff()]

    def _staff(self) -> list[User]:
        of_department = Q(department=self.complaint.department_id, is_active=True)
        rows = User.objects.people().filter(of_department | Q(pk__in=self.initial["subjects"]))
        return list(rows.order_by("name")[:STAFF_SHOWN])

    @property
    def groups(self) -> list[tuple[str | Promise, list[forms.BoundField]]]:
        return [(title, [self[name] for name in names]) for title, names in GROUPS]

    def clean_contact_phone(self) -> str:
        phone: str = self.cleaned_data["contact_phone"]
        if "contact_phone" in self.changed_data and phone and not normalized_phone(phone):
            raise ValidationError(_("Enter the phone number in digits, for example 138 0571 6620"), code="no_digits")
        return phone

    def clean_contact_email(self) -> str:
        email: str = self.cleaned_data["contact_email"]
        if email and "contact_email" in self.changed_data:
            EmailValidator(_("Enter the whole e-mail address, for example wang@example.com"))(email)
        return email

    def clean_subjects(self) -> list[int]:
        chosen: list[int] = self.cleaned_data["subjects"]
        if len(chosen) > STAFF_SHOWN or User.objects.people().filter(pk__in=chosen).count() != len(chosen):
            raise ValidationError(_("One of the staff members is not known. Choose again."), code="unknown")
        return chosen

    # ---------------------------------------------------------------- what was changed

    @property
    def touched(self) -> list[str]:
        return [name for name in self.changed_data if name != "version"]

    def changes(self) -> dict[str, Any]:
        """The arguments of `change_complaint` for what was touched."""
        plain = {name: self.cleaned_data[name] for name in self.touched if name not in (*MANY, "category")}
        if "category" in self.touched:
            plain["category_id"] = self.cleaned_data["category"]
        lists = {name: self.cleaned_data[name] if name in self.touched else None for name in MANY}
        return {
            "changes": plain,
            "subject_ids": lists["subjects"],
            "further_category_ids": lists["further_categories"],
        }

    def clashes(self, current: Complaint) -> list[Clash]:
        """The touched facts that somebody else changed to something else since the page was opened."""
        now = initial_of(current)
        found = []
        for name in self.touched:
            field, typed = self.fields[name], self.cleaned_data[name]
            if _same(now[name], self._seen(name)) or _same(now[name], typed):
                continue
            shown = (self._shown(name, value) for value in (now[name], typed))
            found.append(Clash(name, field.label or name, *shown))
        return found

    def _seen(self, name: str) -> Any:
        field = self.fields[name]
        raw = field.hidden_widget().value_from_datadict(self.data, self.files, self[name].html_initial_name)
        try:
            return field.to_python(raw)
        except ValidationError:
            return None

    def _shown(self, name: str, value: Any) -> str:
        if value in (None, "", [], ()):
            return "–"
        field = self.fields[name]
        offered = list(getattr(field, "choices", ()) or getattr(field.widget, "choices", ()))
        labels = {str(code): str(label) for code, label in offered}
        if isinstance(value, list | tuple):
            return ", ".join(labels.get(str(one), str(one)) for one in value)
        if isinstance(value, bool):
            return str(_("yes") if value else _("no"))
        return when_text(value) if isinstance(value, date) else labels.get(str(value), str(value))


def initial_of(complaint: Complaint) -> dict[str, Any]:
    """The facts as they are now, by the names of the form."""
    plain = {name: getattr(complaint, name) for _title, names in GROUPS for name in names if name not in MANY}
    claim = complaint.amount_claimed
    return plain | {
        "amount_claimed": claim if claim is None else Decimal(f"{claim:f}".removesuffix(".00")),
        "category": complaint.category_id,
        "version": complaint.version,
        "subjects": list(complaint.subject_rows.values_list("user_id", flat=True)),
        "further_categories": list(complaint.further_categories.values_list("pk", flat=True)),
    }


def _same(one: Any, another: Any) -> bool:
    if isinstance(one, list) and isinstance(another, list):
        return {str(each) for each in one} == {str(each) for each in another}
    return (one or "") == (another or "")


def renewed(form: RecordForm, current: Complaint) -> RecordForm:
    """The form again on the present record: what was touched as it was typed, the rest as it is now."""
    now = initial_of(current)
    data = QueryDict(mutable=True)
    for name in form.fields:
        data.setlist(f"initial-{name}", _posted(now[name]))
        if name in form.touched:
            data.setlist(name, form.data.getlist(name))  # type: ignore[attr-defined]
        elif now[name] is not False:
            data.setlist(name, _posted(now[name]))
    data["version"] = str(current.version)
    return RecordForm(data, complaint=current)


def take_theirs(data: QueryDict) -> QueryDict:
    """Put back what stood there for the facts where the user chose the other's text."""
    chosen = data.copy()
    for name in data.getlist("theirs"):
        seen = data.getlist(f"initial-{name}")
        if seen == ["False"]:
            chosen.pop(name, None)
        else:
            chosen.setlist(name, seen)
    return chosen


def _posted(value: Any) -> list[str]:
    if isinstance(value, list | tuple):
        return [str(one) for one in value]
    if isinstance(value, Decimal):
        return [f"{value:f}"]
    return ["" if value is None else str(value)]
