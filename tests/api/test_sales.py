"""Sales through the API: told whole each time, by number, as often as the sales system likes."""

from datetime import UTC, datetime
from decimal import Decimal
from urllib.parse import quote

import pytest

from accounts.roles import CASE_ROLES, Role
from core import clock
from customers.actions import create_customer, record_sale
from customers.models import Customer, Sale
from events.log import timeline
from events.models import Event
from tests.api.conftest import problem
from tests.house import make_user

URL = "/api/v1/sales"
A_1001 = f"{URL}/dms/A-1001"
# The least, and everything.
LEAST = {
    "customer": {"name": "陈小姐", "phone": "138 0013 8000"},
    "product": {"name": "Unit 12-1803"},
    "amount": {"amount": "2150000.00", "currency": "CNY"},
    "sold_at": "2026-11-01T10:00:00+08:00",
}
WHOLE = {
    **LEAST,
    "product": {"name": "Unit 12-1803", "code": "U-12", "specification": "三室两厅", "batch": "B7"},
    "delivered_at": "2026-11-20T10:00:00+08:00",
    "department": "west-store",
    "sales_consultant": "seller",
    "sales_manager": "director",
    "service_advisor": "clerk",
    "status": "delivered",
}


@pytest.fixture
def seller(house):
    return make_user("seller", house.west, Role.SALES_CONSULTANT)


@pytest.fixture
def client(api, seller):
    return api(seller)


@pytest.fixture
def fang(house) -> Customer:
    return create_customer("王芳", phones=["13805716620"], by=None)


def sell(customer: Customer, number: str = "A-1", **more) -> Sale:
    what = {"product_name": "Unit", "amount": Decimal(100), "sold_at": datetime(2026, 11, 1, tzinfo=UTC), **more}
    return record_sale("dms", number, customer_id=customer.pk, by=None, **what)[0]


def numbers(answer) -> list[str]:
    assert answer.status_code == 200, answer.content
    return [row["external_id"] for row in answer.json()["results"]]


def test_a_new_sale_brings_its_customer(client, at_work):
    answer = client.put(A_1001, WHOLE)
    assert answer.status_code == 201, answer.content
    customer = Customer.objects.get()
    assert answer.json() == {
        **WHOLE,
        "source": "dms",
        "external_id": "A-1001",
        "customer": {"id": customer.pk, "name": "陈小姐"},
        "sold_at": "2026-11-01T02:00:00Z",
        "delivered_at": "2026-11-20T02:00:00Z",
        "updated_at": "2026-11-18T02:00:00Z",
    }
    assert answer["Location"] == f"http://testserver{A_1001}"
    again = client.get(A_1001)
    assert (again.json(), again["ETag"]) == (answer.json(), answer["ETag"])
    assert customer.bought_total == Decimal("2150000.00")
    assert customer.main_phone == "138 0013 8000"


def test_the_least_that_is_a_sale(client):
    answer = client.put(A_1001, LEAST)
    assert answer.status_code == 201, answer.content
    body = answer.json()
    assert body["status"] == "ordered"
    assert body["product"] == {"name": "Unit 12-1803", "code": "", "specification": "", "batch": ""}
    assert [body[name] for name in ("delivered_at", "department", "sales_consultant")] == [None] * 3


def test_told_twice_it_is_one(client):
    first, second = client.put(A_1001, WHOLE), client.put(A_1001, WHOLE)
    assert (first.status_code, second.status_code) == (201, 200)
    assert (first.json(), first["ETag"]) == (second.json(), second["ETag"])
    assert "Location" not in second
    assert (Customer.objects.count(), Sale.objects.count()) == (1, 1)
    assert timeline(Sale.objects.get()).count() == 1


def test_what_is_left_out_is_emptied(client):
    client.put(A_1001, WHOLE)
    answer = client.put(A_1001, LEAST)
    assert answer.status_code == 200
    sale = Sale.objects.get()
    assert (sale.status, sale.delivered_at, sale.batch, sale.sales_consultant) == ("ordered", None, "", None)
    assert sale.version == 2


def test_a_customer_by_id_or_found_by_phone_or_email(client, fang):
    for customer in (
        fang.pk,
        {"phone": "+86 138-0571-6620"},
        {"name": "王芳", "phone": "１３８０５７１６６２０"},
    ):
        answer = client.put(A_1001, {**LEAST, "customer": customer})
        assert answer.json()["customer"] == {"id": fang.pk, "name": "王芳"}, answer.content
    new = {
        "name": "李强",
        "email": "Li@Example.com",
        "kind": "company",
        "company": "杭州",
        "address": "x",
        "language": "zh-hans",
    }
    li = client.put(A_1001, {**LEAST, "customer": new}).json()["customer"]["id"]
    assert client.put(A_1001, {**LEAST, "customer": {"email": "li@example.com"}}).json()["customer"]["id"] == li
    customer = Customer.objects.get(pk=li)
    assert (customer.kind, customer.company, customer.language) == ("company", "杭州", "zh-hans")
    assert Customer.objects.count() == 2


def test_a_new_customer_speaks_the_language_of_the_store(client, house):
    house.west.language = "zh-hans"
    house.west.save()
    client.put(A_1001, LEAST)
    assert Customer.objects.get().language == "zh-hans"


def test_another_currency_is_kept_and_never_converted(client):
    answer = client.put(A_1001, {**LEAST, "amount": {"amount": "7.5", "currency": "USD"}})
    assert answer.json()["amount"] == {"amount": "7.50", "currency": "USD"}
    assert Customer.objects.get().bought_total == 0


# ---------------------------------------------------------------- If-Match is honoured, not needed


def test_the_version_that_was_seen_is_honoured(client):
    etag = client.put(A_1001, LEAST)["ETag"]
    assert client.put(A_1001, WHOLE, headers={"If-Match": etag}).status_code == 200
    late = client.put(A_1001, LEAST, headers={"If-Match": etag})
    problem(late, 412, "stale")
    assert late["ETag"] == client.get(A_1001)["ETag"]
    assert Sale.objects.get().status == "delivered"
    assert client.put(A_1001, LEAST, headers={"If-Match": "*"}).status_code == 200


@pytest.mark.parametrize("seen", ['"1.abc"', "*", "nonsense"])
def test_a_sale_that_is_not_there_has_no_version(client, seen):
    problem(client.put(A_1001, LEAST, headers={"If-Match": seen}), 412, "stale")
    assert not Sale.objects.exists()
    assert not Customer.objects.exists()


# ---------------------------------------------------------------- who may

RECORDS = {Role.SALES_CONSULTANT, Role.SALES_MANAGER, Role.SUPERVISOR, Role.MANAGER}


@pytest.mark.parametrize("role", list(Role))
def test_who_reads_and_who_records(api, house, fang, role):
    sell(fang)
    client = api(make_user("somebody", house.east, role))
    reads = role in (*CASE_ROLES, Role.AUDITOR)
    for path in (URL, f"{URL}/dms/A-1", f"{URL}?search=王芳"):
        assert client.get(path).status_code == (200 if reads else 403), path
    assert client.put(A_1001, LEAST).status_code == (201 if role in RECORDS else 403)
    # Who is refused leaves no customer behind.
    assert Customer.objects.count() == (2 if role in RECORDS else 1)


def test_nobody_in_particular_reads_nothing(api, house, fang):
    sell(fang)
    for answer in (api().get(URL), api().get(f"{URL}/dms/A-1"), api().put(A_1001, LEAST)):
        assert answer.status_code == 401


@pytest.mark.parametrize(
    ("scope", "reads", "writes"), [("read", 1, 0), ("write", 0, 1), ("sales", 1, 1), ("admin", 0, 0)]
)
def test_a_key_that_is_narrowed(api, house, scope, reads, writes):
    client = api(house.manager, scopes=[scope])
    assert client.get(URL).status_code == (200 if reads else 403)
    assert client.put(A_1001, LEAST).status_code == (201 if writes else 403)


def test_what_is_not_there(client, fang):
    sell(fang)
    for path in ("/dms/A-2", "/crm/A-1", "/dms/%00", "/dms/A-1/x", "/dms", f"/{'x' * 151}/A-1"):
        problem(client.get(f"{URL}{path}"), 404, "not_found")


def test_a_sale_is_neither_posted_nor_removed(client, fang):
    sell(fang)
    problem(client.post(URL, LEAST), 405, "method_not_allowed")
    problem(client.delete(f"{URL}/dms/A-1"), 405, "method_not_allowed")
    problem(client.patch(f"{URL}/dms/A-1", {"status": "cancelled"}), 405, "method_not_allowed")
    problem(client.post(f"{URL}/batch", []), 404, "not_found")


# ---------------------------------------------------------------- what is refused


def money(amount, currency="CNY"):
    return {"amount": {"amount": amount, "currency": currency}}


LONG = "长" * 100_000
WRONG = [
    ({"customer": None}, "customer", "null"),
    ({"customer": 0}, "customer", "min_value"),
    ({"customer": 2**62}, "customer", "unknown"),
    ({"customer": "12"}, "customer", "invalid"),
    ({"customer": True}, "customer", "invalid"),
    ({"customer": {}}, "customer.phone", "required"),
    ({"customer": {"name": "陈"}}, "customer.phone", "required"),
    ({"customer": {"phone": "none"}}, "customer.phone", "no_digits"),
    ({"customer": {"phone": "1" * 41}}, "customer.phone", "max_length"),
    ({"customer": {"email": "x@"}}, "customer.email", "no_email"),
    ({"customer": {"phone": "12315", "name": LONG}}, "customer.name", "max_length"),
    ({"customer": {"phone": "12315", "nickname": "x"}}, "customer.nickname", "unknown_field"),
    ({"customer": {"phone": "12315", "name": "a\x00"}}, "customer.name", "null_byte"),
    ({"customer": {"phone": "12315", "address": "a\x1b"}}, "customer.address", "unreadable"),
    ({"product": {}}, "product.name", "required"),
    ({"product": {"name": ""}}, "product.name", "blank"),
    ({"product": {"name": LONG}}, "product.name", "max_length"),
    ({"product": {"name": "x", "colour": "red"}}, "product.colour", "unknown_field"),
    ({"product": "Unit"}, "product", "invalid"),
    (money("-1.00"), "amount", "invalid_amount"),
    (money("1.001"), "amount", "invalid_amount"),
    (money("1e9"), "amount", "invalid_amount"),
    (money("NaN"), "amount", "invalid_amount"),
    (money("1000000000000.00"), "amount", "invalid_amount"),
    (money(200), "amount", "invalid_amount"),
    (money("200", "cny"), "amount", "invalid_currency"),
    (money("200", "元"), "amount", "invalid_currency"),
    ({"amount": "200.00"}, "amount", "invalid"),
    ({"sold_at": "2026-11-01"}, "sold_at", "invalid"),
    ({"sold_at": "2026-11-01T10:00:00"}, "sold_at", "no_offset"),
    ({"sold_at": "0001-01-01T00:00:00+14:00"}, "sold_at", "invalid"),
    ({"sold_at": 1793498400}, "sold_at", "invalid"),
    ({"delivered_at": "soon"}, "delivered_at", "invalid"),
    ({"status": "sold"}, "status", "invalid_choice"),
    ({"status": "delivered"}, "delivered_at", "not_delivered"),
    ({"department": "north"}, "department", "unknown"),
    ({"sales_consultant": "nobody"}, "sales_consultant", "unknown"),
    ({"sales_consultant": 5}, "sales_consultant", "invalid"),
    ({"source": "crm"}, "source", "unknown_field"),
    ({"id": 7}, "id", "unknown_field"),
]


@pytest.mark.parametrize(("change", "field", "code"), WRONG, ids=[f"{field} {code}" for _body, field, code in WRONG])
def test_what_cannot_be_kept_is_refused_at_its_field(client, change, field, code):
    answer = problem(client.put(A_1001, {**LEAST, **change}), 400, "invalid")
    assert [(error["field"], error["code"]) for error in answer["errors"]] == [(field, code)]
    assert not Sale.objects.exists()
    assert not Customer.objects.exists()
    assert not Event.objects.filter(subject_type__in=["customer", "sale"]).exists()


@pytest.mark.parametrize("missing", sorted(LEAST))
def test_what_a_sale_needs(client, missing):
    body = {name: value for name, value in LEAST.items() if name != missing}
    answer = problem(client.put(A_1001, body), 400, "invalid")
    assert [(error["field"], error["code"]) for error in answer["errors"]] == [(missing, "required")]


@pytest.mark.parametrize(("path", "field"), [(f"{'s' * 41}/A-1", "source"), (f"dms/{'9' * 121}", "external_id")])
def test_a_number_that_is_too_long(client, path, field):
    answer = problem(client.put(f"{URL}/{path}", LEAST), 400, "invalid")
    assert [(error["field"], error["code"]) for error in answer["errors"]] == [(field, "too_long")]
    assert not Customer.objects.exists()


@pytest.mark.parametrize("number", ["A 1", "订单-1", "A-1?b=2", "a%2Fb", "..", "'--"])
def test_numbers_of_all_kinds(client, number):
    path = f"{URL}/dms/{quote(number, safe='')}"
    assert client.put(path, LEAST).status_code == 201
    assert client.get(path).json()["external_id"] == number
    assert Sale.objects.get().external_id == number


def test_a_refusal_speaks_the_readers_language(client):
    for language, words in (("en", "needs the day of its delivery"), ("zh-CN", "交付")):
        answer = client.put(A_1001, {**LEAST, "status": "delivered"}, headers={"Accept-Language": language})
        assert words in answer.json()["errors"][0]["message"]


# ---------------------------------------------------------------- lists


def test_filters_and_search(client, house, fang, at_work):
    li = create_customer("李强", by=None)
    sell(fang, "A-1", product_name="三室两厅", department=house.west)
    sell(li, "A-2", status="delivered", delivered_at=at_work, sold_at=at_work)
    with clock.frozen(at_work.replace(hour=5)):
        sell(li, "A-3", status="cancelled")
    for query, found in (
        ({}, ["A-3", "A-2", "A-1"]),
        ({"ordering": "id"}, ["A-1", "A-2", "A-3"]),
        ({"customer": li.pk}, ["A-3", "A-2"]),
        ({"status": "cancelled"}, ["A-3"]),
        ({"source": "dms", "external_id": "A-2"}, ["A-2"]),
        ({"source": "crm"}, []),
        ({"department": "west-store"}, ["A-1"]),
        ({"sold_since": "2026-11-18T10:00:00+08:00"}, ["A-2"]),
        ({"delivered_since": "2026-11-01T00:00:00Z"}, ["A-2"]),
        ({"updated_since": "2026-11-18T05:00:00Z"}, ["A-3"]),
        ({"search": "A-2"}, ["A-3", "A-2"]),  # of the customer whose sale it is
        ({"search": "王芳"}, ["A-1"]),
        ({"search": "三室"}, ["A-1"]),
        ({"search": "6620"}, ["A-1"]),
        ({"search": "没有"}, []),
    ):
        assert numbers(client.get(URL, query)) == found, query


@pytest.mark.parametrize(
    "query", ["state=x", "status=sold", "customer=0", "customer=x", "sold_since=x", "ordering=amount"]
)
def test_a_question_that_cannot_be_answered(client, query):
    body = problem(client.get(f"{URL}?{query}"), 400, "invalid")
    assert [error["field"] for error in body["errors"]] == [query.partition("=")[0]]


@pytest.mark.parametrize("ordering", ["id", "-id", "updated_at", "-updated_at"])
def test_pages_hold_while_others_write(client, fang, at_work, ordering):
    made = [sell(fang, f"A-{number}").external_id for number in range(7)]
    found: list[str] = []
    address = f"{URL}?limit=3&ordering={ordering}"
    for turn in range(3):
        page = client.get(address).json()
        found += [row["external_id"] for row in page["results"]]
        sell(fang, f"B-{turn}")
        address = page["next"]
    expected = made if not ordering.startswith("-") else made[::-1]
    assert [each for each in found if each in made] == expected
    assert len(found) == len(set(found))


def test_a_list_costs_the_same_however_long(client, house, django_assert_max_num_queries):
    for number in range(12):
        customer = create_customer(f"王{number}", by=None)
        sell(customer, str(number), department=house.west, sales_consultant=house.clerk, service_advisor=house.handler)
    client.get(URL)
    for query in ("", "&search=王"):
        with django_assert_max_num_queries(10) as small:
            client.get(f"{URL}?limit=1{query}")
        with django_assert_max_num_queries(len(small)):
            assert len(client.get(f"{URL}?limit=100{query}").json()["results"]) == 12
