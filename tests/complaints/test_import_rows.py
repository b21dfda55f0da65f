"""One row by a mapping: fallbacks, dates, codes, and the sentence when it cannot be taken."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from complaints.importing.mapping import Mapping, read_mapping
from complaints.importing.rows import ImportedRow, RowRefused, code_below, read_row

NOW = datetime(2026, 11, 18, 2, 0, tzinfo=UTC)
TOLD = {
    "source": "old",
    "language": "zh-hans",
    "blanks": ["N/A"],
    "external_id": {"column": "id"},
    "received": {"column": "on", "formats": ["%Y-%m-%d", "%Y/%m/%d %H:%M"], "zone": "Asia/Shanghai"},
    "happened": {"column": "seen", "formats": ["%Y%m%d"], "zone": "Asia/Shanghai"},
    "texts": {
        "description": {"any_of": [["text"], ["issue", "part"]], "joined_by": ": "},
        "title": {"any_of": [["issue"]]},
        "name": {"any_of": [["who"]]},
    },
    "channel": {"column": "via", "values": {"Web": "web"}},
    "state": {"column": "status", "values": {"new": "open"}, "default": "closed"},
    "relief": {"column": "status", "values": {"paid": "monetary"}, "default": ""},
    "category": {
        "columns": ["part", "issue"],
        "values": {"engine": "repair_skill", "fees": "price"},
        "parent": "other",
        "names": {"发票": "Invoice"},
        "default": "other",
    },
    "danger": {"columns": ["fire", "hurt"], "no": ["N", "0"]},
    "amount": {"column": "sum", "currency": "USD"},
}
BLANK = dict.fromkeys(("text", "issue", "part", "who", "status", "fire", "hurt", "sum", "seen"), "")
GOOD = {**BLANK, "id": "A-1", "on": "2026-11-01", "text": "It leaks.", "via": "Web"}


@pytest.fixture(scope="module")
def mapping() -> Mapping:
    return read_mapping("m", TOLD)


@pytest.fixture
def row(mapping):
    def read(**values: str) -> ImportedRow:
        return read_row(7, {**GOOD, **values}, mapping, NOW)

    return read


def test_a_good_row(row):
    good = row()
    assert (good.line, good.external_id, good.state, good.outcome, good.relief) == (7, "A-1", "closed", "unknown", "")
    assert good.intake.is_anonymous
    assert good.intake.channel == "web"
    assert good.intake.language == "zh-hans"
    assert good.category == "other"


def test_a_date_is_the_beginning_of_the_day_in_its_zone(row):
    assert row(on="2026-11-01").intake.received_at == datetime(2026, 10, 31, 16, tzinfo=UTC)
    assert row(on="2026/3/9 9:05").intake.received_at == datetime(2026, 3, 9, 1, 5, tzinfo=UTC)


def test_fallbacks_are_taken_in_turn_and_said_once(row):
    assert row(text=" N/A ", issue="Noise", part="Door").intake.description == "Noise: Door"
    assert row(text="", issue="Noise", part="Noise").intake.description == "Noise"
    assert row(text="", part="Door").intake.description == "Door"


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"id": "  "}, "“id” is blank"),
        ({"id": "9" * 121}, "more than 120 characters"),
        ({"text": "\x00 \ufeff"}, "Nothing says what happened: issue, part, text are all blank"),
        ({"text": "x" * 100_001}, "more than 100,000 characters"),
        ({"on": ""}, "“on” is blank"),
        ({"on": "2026-02-30"}, "“on” is no date of the form %Y-%m-%d or %Y/%m/%d %H:%M: “2026-02-30”"),
        ({"on": "01.11.2026"}, "is no date"),
        ({"on": "1969-12-31"}, "is before 1970"),
        ({"on": "0001-01-01"}, "is before 1970"),
        ({"on": "2026-11-19"}, "is still to come"),
        ({"on": "9999-12-31"}, "is still to come"),
        ({"seen": "20261340"}, "“seen” is no date"),
        ({"via": "Pigeon"}, r"The mapping’s \[channel.values\] does not know “Pigeon” of “via”"),
        ({"via": ""}, "“via” is blank"),
        ({"sum": "much"}, "“sum” is no amount: “much”"),
        ({"sum": "-5"}, "is no amount"),
        ({"sum": "1" * 30}, "is no amount"),
    ],
)
def test_a_row_that_cannot_be_taken_says_why(row, values, sentence):
    with pytest.raises(RowRefused, match=sentence):
        row(**values)


def test_what_is_open_has_no_outcome(row):
    opened = row(status="new")
    assert (opened.is_open, opened.outcome, opened.relief) == (True, "", "")
    assert row(status="paid").relief == "monetary"


def test_categories_come_from_the_table_or_are_made(row):
    assert row(part="engine", issue="fees").category == "repair_skill"
    assert row(part="door", issue="fees").category == "price"
    made = row(part="door", issue="发票")
    assert made.new_category is not None
    assert (made.category, made.new_category.name, made.new_category.other_name) == (
        code_below("other", "发票"),
        "发票",
        "Invoice",
    )


def test_the_code_of_a_made_category_is_short_and_its_own():
    codes = {code_below("product_quality", text) for text in ("发动机", "车身", "Door " * 40, "Door " * 41)}
    assert len(codes) == 4
    assert max(map(len, codes)) <= 64
    assert code_below("other", "Loan") == code_below("other", "LOAN")


@pytest.mark.parametrize(
    ("values", "is_danger"),
    [({}, False), ({"fire": "Y"}, True), ({"fire": "N", "hurt": "0"}, False), ({"hurt": "2"}, True)],
)
def test_danger_is_flagged_by_columns(row, values, is_danger):
    assert row(**values).intake.is_danger is is_danger


@pytest.mark.parametrize(
    ("written", "amount"), [("1,234.5", "1234.50"), ("$ 20", "20.00"), ("1234.567 USD", "1234.57"), ("", None)]
)
def test_amounts(row, written, amount):
    claimed = row(sum=written).intake.amount_claimed
    assert claimed == (Decimal(amount) if amount else None)


def test_texts_are_cleaned_and_titles_cut(row):
    cleaned = row(text="a\x00b\r\nc\x1b ", issue="x" * 300)
    assert cleaned.intake.description == "ab\nc"
    assert len(cleaned.intake.title) == 160
    assert cleaned.intake.title.endswith("…")


def test_who_gives_a_name_is_not_anonymous(row):
    assert not row(who="王芳").intake.is_anonymous


def test_when_it_happened(row):
    assert row(seen="20261031").intake.happened_on == date(2026, 10, 31)
