"""Fields that read what people really type: full-width digits, pasted signs nobody sees, sums with ¥ and 万."""

import re
import unicodedata
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from core import clock

# A database id; what is larger was not made by this form.
MOST_ID = 2**63 - 1
EARLIEST = date(1900, 1, 1)
# Controls and invisible marks: alone they are no answer. Joiners inside a text stay, emoji are made of them.
_UNSEEN = frozenset({"Cc", "Cf", "Zs", "Zl", "Zp", "Cs"})
_CONTROL = re.compile(r"[\x00-\x1f\x7f\x80-\x9f\u2028\u2029]")
_SUM = re.compile(r"(?P<sum>\d{1,15}(?:\.\d{1,6})?)(?P<myriads>万?)")


def is_blank(text: str) -> bool:
    """Whether nothing of it can be seen: spaces of any width, zero-width signs, fillers."""
    return all(unicodedata.category(sign) in _UNSEEN or sign in "\u115f\u1160\u3164\u2800" for sign in text)


class Words(forms.CharField):
    """A text whose length is counted in characters. One line unless its widget is a Textarea."""

    def __init__(self, *, max_length: int, **kwargs: Any) -> None:
        kwargs.setdefault("required", False)
        self.limit = max_length
        super().__init__(**kwargs)
        self.validators.append(
            MaxLengthValidator(
                max_length,
                ngettext_lazy(
                    "Shorten this to %(limit_value)d character; it has %(show_value)d.",
                    "Shorten this to %(limit_value)d characters; it has %(show_value)d.",
                    "limit_value",
                ),
            )
        )

    @property
    def is_one_line(self) -> bool:
        return not isinstance(self.widget, forms.Textarea)

    def to_python(self, value: Any) -> str:
        text = super().to_python(value) or ""
        if is_blank(text) and "\0" not in text:
            return ""
        return text if self.is_one_line else text.replace("\r\n", "\n").replace("\r", "\n")

    def validate(self, value: str) -> None:
        super().validate(value)
        if self.is_one_line and "\0" not in value and _CONTROL.search(value):
            raise ValidationError(_("Write this on one line."), code="one_line")

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        # No maxlength on long texts: a browser would cut what is pasted, and nobody would notice.
        return {} if isinstance(widget, forms.Textarea) else {"maxlength": self.limit}


class Amount(forms.Field):
    """A sum of money as it is said: 1,200, ¥3800.50, ２００００ or 2万. Empty is None."""

    widget = forms.TextInput
    MOST = Decimal("999999999999.99")

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("required", False)
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> Decimal | None:
        typed = unicodedata.normalize("NFKC", str(value or "")).strip()
        plain = re.sub(r"[\s,，'’]|^[¥$€£]|元$", "", typed)
        if not plain:
            return None
        found = _SUM.fullmatch(plain) if plain.isprintable() and len(plain) <= 24 else None
        if any(unicodedata.category(sign) == "No" for sign in str(value)):
            # ² and ① would be read as digits, and 5000² as ten times as much.
            found = None
        if found is None:
            raise ValidationError(_("The amount must be a number, for example 1,200"), code="no_number")
        amount = Decimal(found["sum"]) * (10_000 if found["myriads"] else 1)
        if amount != amount.quantize(Decimal("0.01")):
            raise ValidationError(_("The amount has at most two decimals, for example 1,200.50"), code="decimals")
        if amount > self.MOST:
            raise ValidationError(_("This amount is too large. Check the number."), code="too_large")
        return amount.quantize(Decimal("0.01"))


class Day(forms.DateField):
    """A date between 1900 and today; `may_come` allows a later one, up to 2100."""

    def __init__(self, *, may_come: bool = False, **kwargs: Any) -> None:
        kwargs.setdefault("required", False)
        kwargs.setdefault("widget", forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}))
        kwargs.setdefault("error_messages", {"invalid": _("Enter a date, for example 2026-11-19")})
        super().__init__(input_formats=["%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d"], **kwargs)
        self.may_come = may_come

    def to_python(self, value: Any) -> date | None:
        return super().to_python(unicodedata.normalize("NFKC", value) if isinstance(value, str) else value)

    def validate(self, value: date | None) -> None:
        super().validate(value)
        if value is None:
            return
        if value < EARLIEST or value.year > 2100:
            raise ValidationError(_("Check the year of this date."), code="year")
        if not self.may_come and value > timezone.localdate(clock.now()):
            raise ValidationError(_("This date is still to come."), code="to_come")


class PastMoment(forms.DateTimeField):
    """A local date and time that is not still to come."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("required", False)
        kwargs.setdefault("widget", forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"}))
        kwargs.setdefault("error_messages", {"invalid": _("Enter a date and a time, for example 2026-11-19 10:42")})
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> datetime | None:
        # Far years leave the range of UTC; they are told apart before anything is computed with them.
        if isinstance(value, str) and (found := re.match(r"\s*(\d{4})\b", value)) and not 1900 <= int(found[1]) <= 2100:
            raise ValidationError(_("Check the year of this date."), code="year")
        moment = super().to_python(value)
        # Dates are also written with the year at the end.
        if moment is not None and not 1900 <= moment.year <= 2100:
            raise ValidationError(_("Check the year of this date."), code="year")
        return moment

    def validate(self, value: datetime | None) -> None:
        super().validate(value)
        if value is not None and value > clock.now():
            raise ValidationError(_("This time is still to come."), code="to_come")


class ComingMoment(PastMoment):
    """A local date and time that is still to come."""

    def validate(self, value: datetime | None) -> None:
        forms.DateTimeField.validate(self, value)
        if value is not None and value <= clock.now():
            raise ValidationError(_("This time has passed. Enter one that is still to come."), code="passed")


class RowId(forms.Field):
    """The id of a row, or None. What cannot be one is refused with the field's own sentence."""

    widget = forms.HiddenInput

    def __init__(self, *, unknown: Any, **kwargs: Any) -> None:
        kwargs.setdefault("required", False)
        super().__init__(**kwargs)
        self.unknown = unknown

    def to_python(self, value: Any) -> int | None:
        if value in self.empty_values:
            return None
        if (found := as_id(value)) is None:
            raise ValidationError(self.unknown, code="unknown")
        return found


class RowIds(forms.MultipleChoiceField):
    """Ids of rows; who may be chosen is for the form to say."""

    def __init__(self, *, unknown: Any, **kwargs: Any) -> None:
        kwargs.setdefault("required", False)
        super().__init__(**kwargs)
        self.unknown = unknown

    def to_python(self, value: Any) -> list[int]:  # type: ignore[override]
        found = [as_id(each) for each in super().to_python(value)]
        if None in found:
            raise ValidationError(self.unknown, code="unknown")
        return list(dict.fromkeys(pk for pk in found if pk is not None))

    def validate(self, value: Sequence[int]) -> None:
        """Nothing to do: unlike a fixed list, the rows are looked up by the form."""


def as_id(value: object) -> int | None:
    text = str(value)
    if not (text.isascii() and text.isdigit() and len(text) <= 19):
        return None
    number = int(text)
    return number if 0 < number <= MOST_ID else None
