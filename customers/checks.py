"""What may stand on record: input is made plain, or refused with everything that is wrong with it."""

import unicodedata
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, cast

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import models
from django.utils.translation import gettext_lazy as _

from core.errors import Blocked, Blocker
from core.money import CENT, MOST
from customers.codes import ContactKind, SaleStatus
from customers.models import ContactPoint, Customer, ExternalId, Sale
from customers.phones import LONGEST, digits_of, normalized_phone

# Control characters and halves of surrogate pairs are refused; format characters alone do not make a name.
_REFUSED = {"Cc", "Cs"}
_INVISIBLE = {"Cf", "Zs", "Zl", "Zp", "Mn", "Me"}


def _plain_line(value: str) -> str:
    """One line without spaces around it; ValueError for what no database or page can show."""
    line = " ".join(value.split())
    if any(unicodedata.category(sign) in _REFUSED for sign in line):
        raise ValueError(value)
    return line


def is_blank(text: str) -> bool:
    """Say whether nothing in it can be seen: spaces of all widths and zero-width signs."""
    return all(unicodedata.category(sign) in _INVISIBLE for sign in text)


def _problem(field: "models.Field[Any, Any]", value: Any) -> Blocker | None:
    name = field.name
    if field.choices and value not in dict(field.flatchoices) and not (field.blank and value == ""):
        return Blocker("unknown_choice", _("Choose one of the values offered."), name)
    if not isinstance(value, str):
        return None
    if field.max_length and len(value) > field.max_length:
        return Blocker("too_long", _("This text is too long. Shorten it."), name)
    if is_blank(value) and not field.blank:
        return Blocker("required", _("This must not be empty."), name)
    return None


def _checked(model: type[models.Model], values: Mapping[str, Any]) -> tuple[dict[str, Any], list[Blocker]]:
    clean: dict[str, Any] = {}
    problems: list[Blocker] = []
    for name, value in values.items():
        field = cast("models.Field[Any, Any]", model._meta.get_field(name))
        try:
            clean[name] = _plain_line(value) if isinstance(value, str) else value
        except ValueError:
            problems.append(Blocker("unreadable", _("This text holds signs that cannot be shown. Remove them."), name))
            continue
        if problem := _problem(field, clean[name]):
            problems.append(problem)
    return clean, problems


def checked_fields(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of a customer as they may be saved. Raises Blocked with every problem, each with its field."""
    clean, problems = _checked(Customer, values)
    if problems:
        raise Blocked(problems)
    return clean


def checked_contact(kind: str, typed: str, region: str | None = None) -> ContactPoint:
    """Return an unsaved contact point. Raises Blocked when it is no phone or no e-mail."""
    try:
        typed = _plain_line(typed)
    except ValueError:
        typed = ""
    if kind == ContactKind.EMAIL:
        return _checked_email(unicodedata.normalize("NFKC", typed))
    digits = digits_of(typed)
    if not digits or len(digits) > LONGEST or len(typed) > LONGEST * 2:
        raise Blocked([Blocker("no_phone", _("Enter a phone number, with its digits."), "phone")])
    normalized = normalized_phone(typed, region)
    plain = digits_of(normalized)
    return ContactPoint(
        kind=ContactKind.PHONE, typed=typed, normalized=normalized, digits=plain, digits_reversed=plain[::-1]
    )


def _checked_email(typed: str) -> ContactPoint:
    try:
        validate_email(typed)
    except ValidationError as error:
        message = _("Enter an e-mail address, like name@example.com.")
        raise Blocked([Blocker("no_email", message, "email")]) from error
    return ContactPoint(kind=ContactKind.EMAIL, typed=typed, normalized=typed.lower())


def checked_external_ids(external_ids: Mapping[str, str]) -> dict[str, str]:
    """Return ids of other systems by source, as they may be saved. Raises Blocked with every problem."""
    found: dict[str, str] = {}
    problems: list[Blocker] = []
    for source, external_id in external_ids.items():
        clean, wrong = _checked(ExternalId, {"source": source, "external_id": external_id})
        problems += [Blocker(one.code, one.message, "external_ids") for one in wrong]
        if not wrong:
            found[clean["source"]] = clean["external_id"]
    if problems:
        raise Blocked(problems)
    return found


def checked_sale(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of a sale as they may be saved. Raises Blocked with every problem; its link is the field."""
    clean, problems = _checked(Sale, values)
    for name, is_right, message in (
        ("amount", _is_amount(values["amount"]), _("Enter an amount of money, not below zero.")),
        ("currency", _is_currency(values["currency"]), _("Enter the three letters of a currency, such as CNY.")),
        ("sold_at", _is_instant(values["sold_at"]), _("Enter when it was sold, with its time zone.")),
        (
            "delivered_at",
            _is_instant(values["delivered_at"]) or values["delivered_at"] is None,
            _("Enter when it was delivered, with its time zone."),
        ),
    ):
        if not is_right and not any(problem.link == name for problem in problems):
            problems.append(Blocker(f"bad_{name}", message, name))
    if values["status"] == SaleStatus.DELIVERED and values["delivered_at"] is None:
        problems.append(Blocker("not_delivered", _("A delivered sale needs the day of its delivery."), "delivered_at"))
    for role in ("sales_consultant", "sales_manager", "service_advisor"):
        if values[role] is not None and values[role].is_service_account:
            problems.append(Blocker("is_a_program", _("This is a program, and it must be a person."), role))
    if problems:
        raise Blocked(problems)
    return clean


def _is_amount(value: object) -> bool:
    return isinstance(value, Decimal) and value.is_finite() and 0 <= value <= MOST and value == value.quantize(CENT)


def _is_currency(value: object) -> bool:
    return isinstance(value, str) and len(value) == 3 and value.isascii() and value.isalpha() and value.isupper()


def _is_instant(value: object) -> bool:
    return isinstance(value, datetime) and value.tzinfo is not None
