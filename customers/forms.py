"""The record of a customer, to be changed. Each field carries along what it showed, to tell two people apart."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar, cast

from django import forms
from django.forms.models import fields_for_model
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from core.errors import Blocked
from core.forms import Picks
from customers.codes import ContactKind
from customers.models import Customer

R = TypeVar("R")
FIELDS = (
    "name",
    "kind",
    "company",
    "address",
    "language",
    "temperament",
    "preferred_contact",
    "preferred_hours",
    "do_not_call",
)
TICKS = ("do_not_call",)


def saved_with(form: forms.Form, save: Callable[[], R], fallback: str | None = None) -> R | None:
    """Run the action, or put what it refuses at the fields it names and return None.

    `fallback` is the field of a form that asks one thing only. What has no field goes on as Blocked.
    """
    try:
        return save()
    except Blocked as refusal:
        placed = [(blocker.link if blocker.link in form.fields else fallback, blocker) for blocker in refusal.blockers]
        if not all(name for name, _blocker in placed):
            raise
        for name, blocker in placed:
            form.add_error(name, forms.ValidationError(str(blocker.message), code=blocker.code))
        return None


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

    def __init__(self, data: QueryDict | None = None, *, customer: Customer) -> None:
        initial = {name: getattr(customer, name) for name in (*FIELDS, "version")}
        super().__init__(data, initial=initial)
        self.fields.update(fields_for_model(Customer, FIELDS, widgets={"kind": Picks, "language": Picks}))
        for name in FIELDS:
            self.fields[name].show_hidden_initial = True
        types = self.fields["temperament"]
        types.choices = [("", _("not known yet")), *types.choices[1:]]  # type: ignore[attr-defined]

    @property
    def shown(self) -> list[forms.BoundField]:
        return [self[name] for name in FIELDS]

    @property
    def touched(self) -> list[str]:
        return [name for name in self.changed_data if name in FIELDS]

    def changes(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self.touched}

    def clashes(self, current: Customer) -> list[Clash]:
        """The touched facts that somebody else changed to something else since the page was opened."""
        found = []
        for name in self.touched:
            now, typed = getattr(current, name), self.cleaned_data[name]
            if now != typed and str(now) != self.data.get(f"initial-{name}"):
                theirs, yours = self._shown(name, now), self._shown(name, typed)
                found.append(Clash(name, self.fields[name].label or name, theirs, yours))
        return found

    def _shown(self, name: str, value: Any) -> str:
        if isinstance(value, bool):
            return str(_("yes") if value else _("no"))
        labels = {str(code): str(label) for code, label in getattr(self.fields[name], "choices", ())}
        return labels.get(value, value) or "–"


def renewed(form: RecordForm, current: Customer) -> RecordForm:
    """The form again on the present record: what was touched as it was typed, the rest as it is now."""
    data = cast(QueryDict, form.data).copy()
    for name in FIELDS:
        now = str(getattr(current, name))
        data[f"initial-{name}"] = now
        if name not in form.touched:
            _put(data, name, now)
    data["version"] = str(current.version)
    return RecordForm(data, customer=current)


def take_theirs(data: QueryDict) -> QueryDict:
    """Put back what stood there for the facts where the user chose the other's text."""
    chosen = data.copy()
    for name in data.getlist("theirs"):
        if name in FIELDS:
            _put(chosen, name, data.get(f"initial-{name}", ""))
    return chosen


def _put(data: QueryDict, name: str, value: str) -> None:
    if name in TICKS and value != "True":
        data.pop(name, None)
    else:
        data[name] = value


class ContactForm(forms.Form):
    """One more way to reach somebody."""

    use_required_attribute = False
    kind = forms.ChoiceField(label=_("What it is"), choices=ContactKind, initial=ContactKind.PHONE, widget=Picks)
    typed = forms.CharField(
        label=_("Number or address"), max_length=254, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    is_primary = forms.BooleanField(label=_("This is the main one of its kind"), required=False)


class VipForm(forms.Form):
    """Why the mark comes or goes. What the page offered is sent along: it may have come or gone meanwhile."""

    use_required_attribute = False
    is_vip = forms.BooleanField(required=False, widget=forms.HiddenInput)
    vip_reason = forms.CharField(label=_("Why"), max_length=200)
