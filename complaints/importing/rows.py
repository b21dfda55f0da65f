"""One record of a file, by a mapping, as a complaint to be; or the sentence why it cannot be one."""

import hashlib
import re
from collections.abc import Mapping as Table
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal

from django.utils.text import slugify

from complaints.importing.mapping import OPEN, Choice, Mapping, When
from complaints.intake import Intake
from complaints.models import Complaint

# As much as the search reads of a text; what a desk types is shorter.
LONGEST_DESCRIPTION = 100_000
LONGEST_ID = 120
FIRST_YEAR = 1970
MOST_AMOUNT = Decimal(10) ** 12
# Control characters mean nothing in a text, and PostgreSQL refuses the null byte.
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufeff]")
# "¥1,234.50", "1234.5 CNY"; a comma parts thousands.
_AMOUNT = re.compile(r"[^\d.,-]{0,6}(-?\d[\d,]{0,20}(?:\.\d{1,6})?)[^\d.,]{0,6}")


class RowRefused(ValueError):
    """This row cannot be taken; the text says why."""


@dataclass(frozen=True)
class NewCategory:
    """A sub-category that a value of the file asks for."""

    code: str
    parent: str
    name: str
    other_name: str


@dataclass(frozen=True)
class ImportedRow:
    """What an import knows of one complaint. `department` and `category` are codes; empty is head office and none.

    `state` is "open", or the end it came to; `outcome` and `relief` belong to an end.
    """

    line: int
    external_id: str
    intake: Intake
    department: str
    category: str
    state: str
    outcome: str
    relief: str
    new_category: NewCategory | None = None

    @property
    def is_open(self) -> bool:
        return self.state == OPEN


def read_row(line: int, values: Table[str, str], mapping: Mapping, now: datetime) -> ImportedRow:
    """Read one record. Raises RowRefused. `now` refuses what is still to come."""
    reader = _Reader(values, mapping)
    external_id = reader.value(mapping.external_id)
    if not external_id:
        raise RowRefused(f"“{mapping.external_id}” is blank, so the row could not be told from others.")
    if len(external_id) > LONGEST_ID:
        raise RowRefused(f"“{mapping.external_id}” has more than {LONGEST_ID} characters.")
    texts = {name: reader.text(name) for name in mapping.texts}
    if not texts["description"]:
        columns = ", ".join(sorted(mapping.texts["description"].columns))
        raise RowRefused(f"Nothing says what happened: {columns} are all blank.")
    if len(texts["description"]) > LONGEST_DESCRIPTION:
        raise RowRefused(f"The text has more than {LONGEST_DESCRIPTION:,} characters.")
    category, new_category = reader.category()
    state = reader.choice("state", mapping.state)
    intake = Intake(
        channel=reader.choice("channel", mapping.channel),
        received_at=reader.instant(mapping.received, now),
        happened_on=reader.day(mapping.happened),
        is_anonymous=not any(texts.get(name) for name in ("name", "phone", "email")),
        language=mapping.language,
        is_danger=reader.is_danger(),
        amount_claimed=reader.amount(),
        currency=mapping.amount.currency,
        **texts,  # type: ignore[arg-type] # the mapping allows the names of texts only
    )
    is_open = state == OPEN
    return ImportedRow(
        line=line,
        external_id=external_id,
        intake=intake,
        department=reader.choice("department", mapping.department),
        category=category,
        state=state,
        outcome="" if is_open else reader.choice("outcome", mapping.outcome),
        relief="" if is_open else reader.choice("relief", mapping.relief),
        new_category=new_category,
    )


def id_of(values: Table[str, str], mapping: Mapping) -> str:
    """The id as far as it can be read, to find a refused row by."""
    return _clean(values.get(mapping.external_id, ""))[:LONGEST_ID]


def _clean(text: str) -> str:
    return _CONTROLS.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip()


def _most(name: str) -> int:
    field = {"name": "contact_name", "phone": "contact_phone", "email": "contact_email", "address": "contact_address"}
    limit: int | None = getattr(Complaint._meta.get_field(field.get(name, name)), "max_length", None)
    return limit or LONGEST_DESCRIPTION


class _Reader:
    def __init__(self, values: Table[str, str], mapping: Mapping) -> None:
        self.values = values
        self.mapping = mapping

    def value(self, column: str) -> str:
        text = _clean(self.values[column])
        return "" if text in self.mapping.blanks else text

    def text(self, name: str) -> str:
        told = self.mapping.texts[name]
        for columns in told.any_of:
            # A value that stands in two columns is said once.
            found = dict.fromkeys(text for column in columns if (text := self.value(column)))
            if found:
                text = told.joined_by.join(found)
                return text if name == "description" else _cut(" ".join(text.split()), _most(name))
        return ""

    def choice(self, key: str, choice: Choice) -> str:
        value = self.value(choice.column) if choice.column else ""
        code = choice.values.get(value, choice.default)
        if code is None and not value:
            raise RowRefused(f"“{choice.column}” is blank.")
        if code is None:
            raise RowRefused(f"The mapping’s [{key}.values] does not know “{_cut(value, 60)}” of “{choice.column}”.")
        return code

    def category(self) -> tuple[str, NewCategory | None]:
        """The code, and what must be made first when no value is in the table."""
        choice = self.mapping.category
        values = [" ".join(self.value(column).split()) for column in choice.columns]
        for value in values:
            if value in choice.values:
                return choice.values[value], None
        if not values or not values[-1] or not choice.parent:
            return choice.default, None
        name = values[-1]
        code = code_below(choice.parent, name)
        return code, NewCategory(code, choice.parent, _cut(name, 120), _cut(choice.names.get(name, name), 120))

    def instant(self, when: When, now: datetime) -> datetime:
        local = self._read(when)
        if local is None:
            raise RowRefused(f"“{when.column}” is blank.")
        if local.year < FIRST_YEAR:
            raise RowRefused(f"“{when.column}” is before {FIRST_YEAR}: {self.value(when.column)}.")
        if local.year > now.year + 1:
            raise RowRefused(f"“{when.column}” is still to come: {self.value(when.column)}.")
        instant = (local if local.tzinfo else local.replace(tzinfo=when.zone)).astimezone(UTC)
        if instant > now:
            raise RowRefused(f"“{when.column}” is still to come: {self.value(when.column)}.")
        return instant

    def day(self, when: When | None) -> date | None:
        local = self._read(when) if when else None
        return local.date() if local else None

    def _read(self, when: When) -> datetime | None:
        value = self.value(when.column)
        if not value:
            return None
        for pattern in when.formats:
            with suppress(ValueError):
                return datetime.strptime(value, pattern)  # noqa: DTZ007 (the zone is the mapping's)
        raise RowRefused(f"“{when.column}” is no date of the form {' or '.join(when.formats)}: “{_cut(value, 60)}”.")

    def is_danger(self) -> bool:
        danger = self.mapping.danger
        return any(self.value(column) not in danger.no for column in danger.columns)

    def amount(self) -> Decimal | None:
        column = self.mapping.amount.column
        value = self.value(column) if column else ""
        if not value:
            return None
        found = _AMOUNT.fullmatch(value)
        amount = Decimal(found.group(1).replace(",", "")) if found else Decimal(-1)
        if not 0 <= amount < MOST_AMOUNT:
            raise RowRefused(f"“{column}” is no amount: “{_cut(value, 60)}”.")
        return amount.quantize(Decimal("0.01"))


def code_below(parent: str, value: str) -> str:
    """The code of a sub-category: the same value finds it again, in any script."""
    words = slugify(value)[:32].strip("-").replace("-", "_")
    mark = hashlib.sha256(value.casefold().encode()).hexdigest()[:6]
    return f"{parent[:20]}_{words}_{mark}" if words else f"{parent[:20]}_{mark}"


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"
