"""What a mapping says of a file: which column is what, and what stands in for what is missing.

A mapping is a small TOML file. Those of `complaints/mappings/` are known by name, and show every key.
"""

import codecs
import tomllib
from collections.abc import Mapping as Table
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from complaints.codes import END_STATES, Channel, Outcome, Relief, State
from complaints.importing.shape import Faults, Shape

KNOWN = Path(__file__).resolve().parent.parent / "mappings"

OPEN = "open"
STATES = (OPEN, *(state.value for state in END_STATES if state != State.VOIDED))
# Answers of the intake that are text, each from one column or several.
TEXTS = (
    "title", "description", "name", "phone", "email", "company", "address", "happened_where", "people_involved",
    "product_name", "product_specification", "product_batch", "product_symptom",
)  # fmt: skip


class UnfitMapping(ValueError):
    """The mapping itself is wrong; the text is a sentence for who wrote it."""


@dataclass(frozen=True)
class Text:
    """The first of `any_of` that is not blank; its columns are joined, those that are blank left out."""

    any_of: tuple[tuple[str, ...], ...]
    joined_by: str = " "

    @property
    def columns(self) -> set[str]:
        return {column for columns in self.any_of for column in columns}


@dataclass(frozen=True)
class Choice:
    """A code: what `values` says of the column's value, else `default`. None where there is no default."""

    column: str = ""
    values: Table[str, str] = field(default_factory=dict)
    default: str | None = None

    @property
    def columns(self) -> set[str]:
        return {self.column} if self.column else set()


@dataclass(frozen=True)
class CategoryChoice:
    """A category: the first of the columns whose value is in the table says which.

    Where none is, the last column's value becomes a sub-category of `parent` (with its name in the other language,
    if `names` has it), else `default` holds.
    """

    columns: tuple[str, ...] = ()
    values: Table[str, str] = field(default_factory=dict)
    default: str = ""
    parent: str = ""
    names: Table[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class When:
    """An instant or a date: the first format that fits, in `zone` where the value names none."""

    column: str
    formats: tuple[str, ...]
    zone: ZoneInfo


@dataclass(frozen=True)
class Danger:
    """People are in danger where one of the columns says anything but `no`."""

    columns: tuple[str, ...] = ()
    no: tuple[str, ...] = ("",)


@dataclass(frozen=True)
class Amount:
    column: str = ""
    currency: str = ""


@dataclass(frozen=True)
class Mapping:
    """A mapping, read and checked. `encoding` empty is found out; `header` empty stands in the file."""

    name: str
    source: str
    language: str
    encoding: str
    delimiter: str
    is_quoted: bool
    header: tuple[str, ...]
    blanks: frozenset[str]
    external_id: str
    received: When
    happened: When | None
    texts: Table[str, Text]
    channel: Choice
    department: Choice
    state: Choice
    outcome: Choice
    relief: Choice
    category: CategoryChoice
    danger: Danger
    amount: Amount

    @property
    def columns(self) -> set[str]:
        """Every column it reads."""
        chosen = (self.channel, self.department, self.state, self.outcome, self.relief)
        columns = {self.external_id, self.received.column, *self.danger.columns, *self.category.columns}
        columns |= {self.amount.column} if self.amount.column else set()
        columns |= {self.happened.column} if self.happened else set()
        return columns.union(*(text.columns for text in self.texts.values()), *(one.columns for one in chosen))


def known_mappings() -> list[str]:
    return sorted(path.stem for path in KNOWN.glob("*.toml"))


def load_mapping(name_or_file: str) -> Mapping:
    """Read a mapping by its name, or from a file that ends in .toml. Raises UnfitMapping with every fault."""
    is_file = name_or_file.endswith(".toml")
    path = Path(name_or_file) if is_file else KNOWN / f"{name_or_file}.toml"
    if not is_file and name_or_file not in known_mappings():
        known = ", ".join(known_mappings())
        raise UnfitMapping(
            f"There is no mapping {name_or_file!r}. Known are {known}; a file of your own ends in .toml."
        )
    try:
        told = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise UnfitMapping(f"The mapping {path} cannot be read: {error.strerror}.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UnfitMapping(f"The mapping {path} is no TOML: {error}.") from error
    return read_mapping(path.stem, told)


def read_mapping(name: str, told: dict[str, Any]) -> Mapping:
    """Check what a mapping tells. Raises UnfitMapping with every fault, each in a sentence."""
    faults = Faults()
    top = Shape(told, "", faults)
    texts = {key: _text(table) for key, table in top.tables("texts", allowed=TEXTS).items()}
    if "description" not in texts:
        faults.add("It must say what happened: give [texts.description] with any_of.")
    happened = top.table("happened", is_required=False)
    mapping = Mapping(
        name=name,
        source=top.needed_text("source"),
        language=top.text("language", "en", one_of=("en", "zh-hans")),
        encoding=_encoding(top, faults),
        delimiter=_delimiter(top, faults),
        is_quoted=top.flag("quoted", default=True),
        header=top.texts("header"),
        blanks=frozenset(top.texts("blanks")),
        external_id=top.table("external_id").needed_text("column"),
        received=_when(top.table("received")),
        happened=_when(happened) if happened.told else None,
        texts=texts,
        channel=_choice(top, "channel", Channel.values, Channel.IMPORT),
        department=_choice(top, "department", None, ""),
        state=_choice(top, "state", STATES, State.CLOSED),
        outcome=_choice(top, "outcome", Outcome.values, Outcome.UNKNOWN),
        relief=_choice(top, "relief", ("", *Relief.values), ""),
        category=_category(top.table("category", is_required=False)),
        danger=_danger(top.table("danger", is_required=False)),
        amount=_amount(top.table("amount", is_required=False)),
    )
    top.refuse_others()
    if len(mapping.source) > 40:
        faults.add("source has more than 40 characters.")
    if faults.sentences:
        raise UnfitMapping(f"The mapping {name} does not fit:\n- " + "\n- ".join(faults.sentences))
    return mapping


def _encoding(top: Shape, faults: Faults) -> str:
    encoding = top.text("encoding", "")
    try:
        codecs.lookup(encoding or "utf-8")
    except LookupError:
        faults.add(f"encoding is {encoding!r}, which is not known; use utf-8 or gb18030, or leave it out.")
    return encoding


def _delimiter(top: Shape, faults: Faults) -> str:
    delimiter = top.text("delimiter", ",")
    if len(delimiter) != 1:
        faults.add("delimiter is one character.")
    return delimiter


def _text(table: Shape) -> Text:
    text = Text(any_of=table.text_lists("any_of"), joined_by=table.text("joined_by", " "))
    table.refuse_others()
    return text


def _when(table: Shape) -> When:
    when = When(table.needed_text("column"), table.texts("formats", is_required=True), table.zone("zone"))
    table.refuse_others()
    return when


def _choice(top: Shape, key: str, codes: Any, default: str) -> Choice:
    table = top.table(key, is_required=False)
    column = table.text("column", "")
    # Where a column decides, a value that nobody foresaw must not pass for the usual one.
    usual = table.optional_text("default", None if column and "default" not in table.told else default, one_of=codes)
    choice = Choice(column, table.words("values", one_of=codes), usual)
    table.refuse_others()
    return choice


def _category(table: Shape) -> CategoryChoice:
    choice = CategoryChoice(
        table.texts("columns"), table.words("values"), table.text("default"), table.text("parent"), table.words("names")
    )
    table.refuse_others()
    return choice


def _danger(table: Shape) -> Danger:
    danger = Danger(table.texts("columns"), ("", *table.texts("no")))
    table.refuse_others()
    return danger


def _amount(table: Shape) -> Amount:
    amount = Amount(table.text("column", ""), table.text("currency", ""))
    table.refuse_others()
    return amount
