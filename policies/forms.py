"""The form of one policy: a field that suits its value."""

import json
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from core.errors import Blocked
from policies.actions import cleaned
from policies.defaults import SPECS
from policies.models import Policy
from policies.reading import value_of


class LinesField(forms.CharField):
    """A list of words, one on each line."""

    widget = forms.Textarea(attrs={"rows": 12, "cols": 60})

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        return [line.strip() for line in str(value or "").splitlines() if line.strip()]

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool(self.to_python(data) != initial)


class ReadableJSONField(forms.JSONField):
    """An object as JSON, laid out to be read. What somebody typed comes back as typed."""

    widget = forms.Textarea(attrs={"rows": 16, "cols": 90, "spellcheck": "false"})
    default_error_messages = {"invalid": _("This is not valid JSON. Check quotes, commas and brackets.")}

    def to_python(self, value: Any) -> Any:
        try:
            read = super().to_python(value)
            # Half a sign, written as an escape, is valid JSON, and no text.
            json.dumps(read, ensure_ascii=False).encode()
        except (ValueError, RecursionError) as error:
            # Also a number of thousands of digits, and brackets in brackets without end.
            raise ValidationError(self.error_messages["invalid"], code="invalid") from error
        return read

    def bound_data(self, data: Any, initial: Any) -> Any:
        return data

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, str):
            return value
        return json.dumps(value, ensure_ascii=False, indent=2)


def field_for(key: str) -> forms.Field:
    """Choose the field by the kind of value that the default has."""
    spec = SPECS[key]
    common: dict[str, Any] = {"label": spec.label, "help_text": spec.unit, "required": False}
    match spec.default:
        case int():
            return forms.IntegerField(**{**common, "required": True})
        case float():
            return forms.FloatField(**{**common, "required": True})
        case str():
            return forms.CharField(**common, widget=forms.TextInput(attrs={"size": 60}))
        case list():
            return LinesField(**common)
    return ReadableJSONField(**common)


class PolicyForm(forms.ModelForm):  # type: ignore[type-arg]
    """Asks for a new value; the version that was shown goes along, so that nobody overwrites what they never saw."""

    value = forms.CharField()
    expected_version = forms.IntegerField(widget=forms.HiddenInput)

    class Meta:
        model = Policy
        fields: list[str] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["value"] = field_for(self.instance.key)
        self.initial["value"] = value_of(self.instance.key, self.instance.version)
        self.initial["expected_version"] = self.instance.version

    def clean_value(self) -> Any:
        try:
            return cleaned(self.instance.key, self.cleaned_data["value"])
        except Blocked as error:
            raise ValidationError([str(blocker.message) for blocker in error.blockers]) from error

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        current = self.instance.version
        if values.get("expected_version") not in (None, current):
            # The next attempt counts as having seen it.
            entered: Any = self.data
            seen = entered.copy()
            seen[self.add_prefix("expected_version")] = str(current)
            self.data = seen
            raise ValidationError(
                _(
                    "Somebody changed this meanwhile. It is now: %(value)s."
                    " Your entry is still below: save again to use it."
                ),
                params={"value": in_short(value_of(self.instance.key, current), most=2000)},
            )
        return values


def in_short(value: Any, most: int = 80) -> str:
    """One line that tells a value."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    if isinstance(value, list):
        text = ", ".join(map(str, value))
    text = text or "–"
    return text if len(text) <= most else f"{text[: most - 1]}…"
