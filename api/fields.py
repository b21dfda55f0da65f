"""Fields that take what they say and nothing like it: no number for a text, no "yes" for true, no instant without zone.

Use these in inputs; outputs may use them too, so that both sides have one form.
"""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.utils.dateparse import parse_datetime, parse_duration
from django.utils.duration import duration_iso_string
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from core.money import MOST, Money, parse_amount
from customers.phones import LONGEST as LONGEST_PHONE
from customers.phones import normalized_phone

LARGEST = 2**31 - 1
BLANK = "\u200b\u200c\u200d\u2060\ufeff \t\r\n\u3000"
LONGEST_DURATION = timedelta(days=3650)


class Text(serializers.CharField):
    """A JSON string, trimmed. `is_line`: without line breaks and other control characters."""

    default_error_messages = {"line_break": _("This must be one line.")}

    def __init__(self, *, is_line: bool = False, **kwargs: Any) -> None:
        self.is_line = is_line
        super().__init__(**kwargs)

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        text = super().to_internal_value(data)
        if self.is_line and not text.isprintable() and any(sign < " " or sign == "\x7f" for sign in text):
            self.fail("line_break")
        return text

    def run_validation(self, data: Any = serializers.empty) -> Any:
        # Spaces of any width are no text.
        if isinstance(data, str) and not data.strip(BLANK):
            data = ""
        return super().run_validation(data)


class Line(Text):
    """Text of one line: names, numbers, codes of others."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(is_line=True, **kwargs)


class Code(serializers.ChoiceField):
    """One of the contract's fixed words."""

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, str):
            self.fail("invalid_choice", input=data)
        return super().to_internal_value(data)


class Whole(serializers.IntegerField):
    """A JSON number without decimals, no larger than a column of 32 bits unless said otherwise."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("max_value", LARGEST)
        kwargs.setdefault("min_value", -LARGEST)
        super().__init__(**kwargs)

    def to_internal_value(self, data: Any) -> int:
        if isinstance(data, bool) or not isinstance(data, int):
            self.fail("invalid")
        return data


class Id(Whole):
    """The id of another row."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(min_value=1, max_value=2**63 - 1, **kwargs)


class YesNo(serializers.BooleanField):
    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            self.fail("invalid", input=data)
        return data


class Instant(serializers.DateTimeField):
    """RFC 3339 with its offset; answered in UTC."""

    default_error_messages = {"no_offset": _("Say in which zone: end it with Z or an offset such as +08:00.")}

    def to_internal_value(self, value: Any) -> datetime:
        if not isinstance(value, str):
            self.fail("invalid", format="YYYY-MM-DDThh:mm:ss+hh:mm")
        instant = parse_instant(value)
        if instant is None:
            self.fail("invalid", format="YYYY-MM-DDThh:mm:ss+hh:mm")
        if instant.tzinfo is None:
            self.fail("no_offset")
        return instant

    def to_representation(self, value: Any) -> str:
        return instant_text(value) if isinstance(value, datetime) else str(value)


class Day(serializers.DateField):
    """A date, YYYY-MM-DD."""

    def to_internal_value(self, value: Any) -> Any:
        if not isinstance(value, str):
            self.fail("invalid", format="YYYY-MM-DD")
        return super().to_internal_value(value)


def parse_instant(text: str) -> datetime | None:
    """Read an instant, in UTC when it has an offset; None for what is none or outside of the calendar."""
    try:
        instant = parse_datetime(text) if "T" in text.upper() else None
        return instant.astimezone(UTC) if instant is not None and instant.tzinfo else instant
    except (ValueError, OverflowError):
        return None


def instant_text(value: datetime) -> str:
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


@extend_schema_field({"$ref": "#/components/schemas/Money"})
class MoneyField(serializers.Field[Any, Any, Any, Any]):
    """`{"amount": "200.00", "currency": "CNY"}`, read into core.money.Money. `only`: no other currency is taken."""

    default_error_messages = {
        "invalid": _('Write money as {{"amount": "200.00", "currency": "CNY"}}.'),
        "invalid_amount": _("The amount is text such as 200.00: not negative, at most two decimals."),
        "invalid_currency": _("The currency is a code of three capital letters, such as CNY."),
        "other_currency": _("Amounts are taken in {only}."),
    }

    def __init__(self, *, only: str = "", **kwargs: Any) -> None:
        self.only = only
        super().__init__(**kwargs)

    def to_internal_value(self, data: Any) -> Money:
        if not isinstance(data, dict) or set(data) != {"amount", "currency"}:
            self.fail("invalid")
        amount, currency = data["amount"], data["currency"]
        if not isinstance(currency, str) or len(currency) != 3 or not (currency.isascii() and currency.isupper()):
            self.fail("invalid_currency")
        if self.only and currency != self.only:
            self.fail("other_currency", only=self.only)
        if not isinstance(amount, str) or not amount.isascii() or set(amount) - set("0123456789."):
            self.fail("invalid_amount")
        try:
            return Money(parse_amount(amount), currency)
        except ValueError:
            self.fail("invalid_amount")

    def to_representation(self, value: Money) -> dict[str, str]:
        return money(value.amount, value.currency)


def money(amount: Decimal, currency: str) -> dict[str, str]:
    return {"amount": f"{min(amount, MOST):.2f}", "currency": currency}


@extend_schema_field({"type": "string", "format": "duration", "examples": ["PT30M"]})
class Duration(serializers.Field[Any, Any, Any, Any]):
    """ISO 8601, such as PT30M; never negative."""

    default_error_messages = {"invalid": _("Write a duration as ISO 8601, such as PT30M.")}

    def to_internal_value(self, data: Any) -> timedelta:
        length = parse_duration(data) if isinstance(data, str) and data.startswith("P") else None
        if length is None or not timedelta(0) <= length <= LONGEST_DURATION:
            self.fail("invalid")
        return length

    def to_representation(self, value: timedelta) -> str:
        return duration_iso_string(value)


class Phone(Line):
    """A phone in any local writing, as it was typed; `normalized_phone` makes E.164 of it."""

    default_error_messages = {"no_digits": _("This is no phone number.")}

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", LONGEST_PHONE)
        super().__init__(**kwargs)

    def to_internal_value(self, data: Any) -> str:
        text = super().to_internal_value(data)
        if text and not normalized_phone(text):
            self.fail("no_digits")
        return text


class Language(Code):
    """A language of the house: en or zh-hans."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(choices=settings.LANGUAGES, **kwargs)
