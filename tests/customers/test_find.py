"""Finding a customer while the name or number is still being typed."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from customers.actions import create_customer, record_sale
from customers.models import Customer
from customers.search import find_customers
from tests.core.test_search_words import HOSTILE

SOLD = datetime(2026, 11, 1, 2, tzinfo=UTC)


@pytest.fixture
def people(db) -> dict[str, Customer]:
    told = {
        "王芳": (["138 0571 6620"], [], "zh-hans"),
        "王芳芳": (["13958801145"], ["fangfang@example.com"], "zh-hans"),
        "李强": (["+86 138 0571 6620", "12315"], [], "zh-hans"),
        "Émilie Carter": (["+12025550123"], ["emilie@carter.example"], "en"),
        "Lake Motors Ltd": (["0571-88881234转801"], [], "en"),
        "𠀀小明": ([], [], "zh-hans"),
    }
    return {
        name: create_customer(name, phones=phones, emails=emails, language=language, by=None)
        for name, (phones, emails, language) in told.items()
    }


def names(typed: str) -> list[str]:
    return [customer.name for customer in find_customers(typed)]


@pytest.mark.parametrize(
    "typed",
    [
        "13805716620", "138 0571 6620", "１３８０５７１６６２０", "+86 13805716620", "0086 138 0571 6620",
        "013805716620", "1380571", "138-0571", "+86 1380", "6620", "05716620", "716620",
    ],
)  # fmt: skip
def test_by_phone_in_any_writing_and_by_its_last_digits(people, typed):
    assert names(typed) == ["李强", "王芳"]


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("王", ["王芳芳", "王芳"]),
        ("王芳", ["王芳", "王芳芳"]),
        ("芳芳", ["王芳芳"]),
        ("芳王", []),
        ("𠀀", ["𠀀小明"]),
        ("emi", ["Émilie Carter"]),
        ("EMILIE car", ["Émilie Carter"]),
        ("carter emi", ["Émilie Carter"]),
        ("milie", []),
        ("motors", ["Lake Motors Ltd"]),
        ("fangfang@example", ["王芳芳"]),
        ("12315", ["李强"]),
        ("0571 8888", ["Lake Motors Ltd"]),
        ("057188881234", ["Lake Motors Ltd"]),
        ("2025550123", ["Émilie Carter"]),
        ("+1 202", ["Émilie Carter"]),
        ("138", []),
        ("", []),
    ],
)
def test_by_name_mail_and_other_numbers(people, typed, found):
    assert names(typed) == found


def test_exactly_this_number_comes_first(db):
    create_customer("Longer", phones=["1231599"], by=None)
    create_customer("Hotline", phones=["12315"], by=None)
    create_customer("Longest", phones=["12315888"], by=None)
    assert names("12315")[0] == "Hotline"


def test_by_number_or_product_of_a_sale(people):
    record_sale(
        "dms", "S-88213", customer_id=people["王芳"].pk, product_name="Tang EV 尊贵版", product_code="TEV-7",
        amount=Decimal(268000), sold_at=SOLD, by=None,
    )  # fmt: skip
    for typed in ("S-88213", "s88213", "88213", "S-88", "tang ev", "尊贵", "TEV-7"):
        assert names(typed) == ["王芳"], typed


def test_old_sales_of_a_large_customer_are_found_by_the_whole_number(people):
    partner = people["Lake Motors Ltd"]
    for day in range(60):
        record_sale(
            "dms", f"OLD-{day:03}", customer_id=partner.pk, product_name="Van", amount=Decimal(1),
            sold_at=SOLD + timedelta(days=day), by=None,
        )  # fmt: skip
    assert names("OLD-059") == names("OLD-000") == ["Lake Motors Ltd"]


def test_what_the_list_shows_is_read_along(people):
    for number, day in (("S-1", 1), ("S-2", 5)):
        record_sale(
            "dms", number, customer_id=people["王芳"].pk, product_name=f"Car {number}", amount=Decimal(1),
            sold_at=SOLD + timedelta(days=day), status="ordered" if day == 1 else "cancelled", by=None,
        )  # fmt: skip
    (first, second) = find_customers("王芳")
    with CaptureQueriesContext(connection) as asked:
        assert first.main_phone == "138 0571 6620"
        assert [vars(row)["last_product"] for row in (first, second)] == ["Car S-1", None]
    assert len(asked) == 0


@pytest.mark.parametrize("typed", ["王", "王芳", "6620", "1380571", "13805716620", "emi", "nobody 7", "C-2026-000123"])
def test_few_statements_however_many_there_are(people, typed):
    for number in range(30):
        create_customer(f"王芳{number}", phones=[f"1380571{6620 + number}"], by=None)
    with CaptureQueriesContext(connection) as asked:
        assert len(find_customers(typed, limit=8)) <= 8
    assert len(asked) < 6


def test_a_name_that_thousands_have(db):
    from customers.search import CUSTOMERS  # noqa: PLC0415

    rows = Customer.objects.bulk_create(Customer(name="王芳", created_at=SOLD) for _ in range(1_100))
    CUSTOMERS.put_many((row.pk, row.name) for row in rows)
    with CaptureQueriesContext(connection) as asked:
        found = find_customers("王芳")
    assert [row.pk for row in found] == [row.pk for row in rows[-1:-9:-1]]
    assert len(asked) < 6


@pytest.mark.parametrize("typed", HOSTILE)
def test_nothing_typed_is_an_error(people, typed):
    find_customers(typed)
