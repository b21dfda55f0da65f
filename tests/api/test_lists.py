"""Lists: pages that stay whole while rows come in, and filters that are never ignored."""

import base64
import json
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core import clock
from customers.models import Customer
from tests.api.conftest import problem
from tests.house import WORKING_HOUR

TRIALS = "/api/v1/trials"


@pytest.fixture(autouse=True)
def trial(settings):
    settings.ROOT_URLCONF = "tests.api.trial"


@pytest.fixture
def client(api, house):
    return api(house.clerk)


def make(count, **fields):
    """Many of them in the same instant."""
    start = Customer.objects.count()
    return Customer.objects.bulk_create(
        Customer(name=f"Customer {number:03d}", created_at=WORKING_HOUR + timedelta(hours=number // 4), **fields)
        for number in range(start, start + count)
    )


def walk(client, address, way="next", most=50):
    """The ids of all pages, in the order they came."""
    pages = []
    while address and len(pages) < most:
        answer = client.get(address)
        assert answer.status_code == 200, answer.content
        body = answer.json()
        pages.append([row["id"] for row in body["results"]])
        address = body[way]
    return pages


@pytest.mark.parametrize(
    "ordering", ["created_at", "-created_at", "name", "-name", "birthday", "-birthday", "id", "-id"]
)
@pytest.mark.parametrize("limit", [1, 3, 7, 50])
def test_pages_join_into_the_whole_list_both_ways(client, ordering, limit):
    make(9)
    make(3, birthday=date(1990, 1, 1))
    make(4, birthday=date(1980, 1, 1))
    whole = walk(client, f"{TRIALS}?ordering={ordering}&limit=200")[0]
    pages = walk(client, f"{TRIALS}?ordering={ordering}&limit={limit}")
    assert [pk for page in pages for pk in page] == whole
    assert all(len(page) == limit for page in pages[:-1])
    last = f"{TRIALS}?ordering={ordering}&limit={limit}"
    while (following := client.get(last).json()["next"]) is not None:
        last = following
    back = walk(client, last, way="previous")
    assert [pk for page in reversed(back) for pk in page] == whole


def test_nulls_come_last_either_way(client):
    make(2)
    known = [row.pk for row in make(2, birthday=date(1990, 1, 1))]
    for ordering in ("birthday", "-birthday"):
        rows = walk(client, f"{TRIALS}?ordering={ordering}&limit=1")
        assert {pk for page in rows[:2] for pk in page} == set(known)


def test_rows_that_come_in_between_shift_nothing(client):
    before = [row.pk for row in make(12)]
    answer = client.get(f"{TRIALS}?ordering=-created_at&limit=5").json()
    seen = [row["id"] for row in answer["results"]]
    while answer["next"]:
        # As new as the newest, and among the others.
        make(3)
        Customer.objects.create(name="Old", created_at=WORKING_HOUR - timedelta(days=1))
        answer = client.get(answer["next"]).json()
        seen += [row["id"] for row in answer["results"]]
        if len(seen) > 40:
            break
    assert len(seen) == len(set(seen)), "none twice"
    assert set(before) <= set(seen), "none left out"


def test_a_row_that_goes_takes_no_neighbour_along(client):
    rows = [row.pk for row in make(6)]
    first = client.get(f"{TRIALS}?ordering=id&limit=3").json()
    Customer.objects.filter(pk__in=rows[1:3]).delete()
    assert [row["id"] for row in client.get(first["next"]).json()["results"]] == rows[3:]


def test_the_ends_have_no_neighbours(client):
    assert client.get(TRIALS).json() == {"results": [], "next": None, "previous": None}
    assert not client.get(TRIALS).has_header("Link")
    make(4)
    first = client.get(f"{TRIALS}?limit=2")
    assert first.json()["previous"] is None
    last = client.get(first.json()["next"])
    assert last.json()["next"] is None
    again = client.get(last.json()["previous"])
    assert again.json()["results"] == first.json()["results"]
    assert again.json()["previous"] is None


def test_links_say_the_same_and_keep_the_question(client):
    make(6)
    body = client.get(f"{TRIALS}?limit=2&ordering=name&since=2020-01-01T00:00:00Z").json()
    middle = client.get(body["next"])
    for rel, way in (("next", "next"), ("prev", "previous")):
        assert f'<{middle.json()[way]}>; rel="{rel}"' in middle["Link"]
        for kept in ("limit=2", "ordering=name", "since=2020-01-01T00%3A00%3A00Z"):
            assert kept in middle.json()[way]
    assert body["next"].startswith("http://testserver/api/v1/trials?")


def test_fifty_rows_unless_asked_and_never_more_than_200(client):
    make(210)
    assert len(client.get(TRIALS).json()["results"]) == 50
    assert len(client.get(f"{TRIALS}?limit=200").json()["results"]) == 200


@pytest.mark.parametrize(
    ("query", "field", "code"),
    [
        ("nothing=1", "nothing", "unknown_parameter"),
        ("limit=0", "limit", "invalid"),
        ("limit=201", "limit", "invalid"),
        ("limit=-1", "limit", "invalid"),
        ("limit=abc", "limit", "invalid"),
        ("limit=1.5", "limit", "invalid"),
        ("limit=%EF%BC%95", "limit", "invalid"),
        ("limit=", "limit", "invalid"),
        (f"limit={'9' * 300}", "limit", "invalid"),
        ("limit=1&limit=2", "limit", "repeated"),
        ("other=0", "other", "invalid"),
        ("other=-1", "other", "invalid"),
        ("other=9223372036854775808", "other", "invalid"),
        ("other=1e3", "other", "invalid"),
        ("other=%00", "other", "null_byte"),
        ("other=1%00", "other", "null_byte"),
        ("since=2026-11-18", "since", "invalid"),
        ("since=2026-11-18T00:00:00", "since", "invalid"),
        ("since=yesterday", "since", "invalid"),
        ("since=9999-12-31T23:59:59-14:00", "since", "invalid"),
        ("since=", "since", "invalid"),
        ("ordering=password", "ordering", "invalid"),
        ("ordering=sales__amount", "ordering", "invalid"),
        ("ordering=--name", "ordering", "invalid"),
        ("ordering=?", "ordering", "invalid"),
        ("filter%5Bis_superuser%5D=1", "filter[is_superuser]", "unknown_parameter"),
        ("name__startswith=a", "name__startswith", "unknown_parameter"),
        ("format=html", "format", "unknown_parameter"),
        ("search=a", "search", "unknown_parameter"),
        ("cursor=", "cursor", "invalid"),
        ("cursor=abc", "cursor", "invalid"),
        ("cursor=!!!!", "cursor", "invalid"),
        ("cursor=bnVsbA", "cursor", "invalid"),
        ("cursor=W10", "cursor", "invalid"),
        (f"cursor={'A' * 801}", "cursor", "invalid"),
        ("name=1%27%20OR%201=1--", "name", "unknown_parameter"),
    ],
)
def test_what_cannot_be_read_is_refused(client, query, field, code):
    found = problem(client.get(f"{TRIALS}?{query}"), 400, "invalid")["errors"]
    assert [(error["field"], error["code"]) for error in found] == [(field, code)]


def cursor(*parts):
    return base64.urlsafe_b64encode(json.dumps(parts).encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    "parts",
    [
        ("-created_at", "2026-11-18T02:00:00Z"),
        ("name", "x", 1, 0),
        ("-created_at", "yesterday", 1, 0),
        ("-created_at", 17, 1, 0),
        ("-created_at", {"a": 1}, 1, 0),
        ("-created_at", "2026-11-18T02:00:00Z", "1", 0),
        ("-created_at", "2026-11-18T02:00:00Z", True, 0),
        ("-created_at", "2026-11-18T02:00:00Z", 2**63, 0),
        ("-created_at", "2026-11-18T02:00:00Z", -1, 0),
        ("-created_at", "2026-11-18T02:00:00Z", 1.5, 0),
        ("-created_at", "9" * 300, 1, 0),
        ("-created_at", "a\x00", 1, 0),
        ("-created_at", "\ud800", 1, 0),
    ],
)
def test_a_cursor_that_was_written_by_somebody_else(client, parts):
    make(2)
    problem(client.get(f"{TRIALS}?cursor={cursor(*parts)}"), 400, "invalid")


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    text=st.text(max_size=60), pk=st.integers(-5, 2**70), name=st.sampled_from(["name", "birthday", "id", "created_at"])
)
def test_no_cursor_breaks_anything(client, text, pk, name):
    for value in (text, None):
        answer = client.get(TRIALS, {"ordering": name, "cursor": cursor(name, value, pk, 0)})
        assert answer.status_code in {200, 400}, answer.content


def test_an_instant_filter_takes_any_offset(client):
    make(8)
    first = client.get(f"{TRIALS}?since=2026-11-18T11:00:00%2B08:00").json()["results"]
    assert len(first) == 4
    assert first == client.get(f"{TRIALS}?since=2026-11-18T03:00:00Z").json()["results"]


def test_a_page_costs_one_statement_besides_the_key(client, django_assert_max_num_queries):
    make(60)
    with clock.frozen(clock.now()):
        client.get(TRIALS)
        # The key, and the page.
        with django_assert_max_num_queries(2):
            client.get(f"{TRIALS}?limit=50")
