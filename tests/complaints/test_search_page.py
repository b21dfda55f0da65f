"""Finding: by number, words of both languages, name and phone; never what one may not see."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from complaints.models import Complaint
from core import clock
from customers.actions import create_customer, record_sale
from tests.house import WORKING_HOUR, House, lodge

pytestmark = pytest.mark.django_db
FIND = reverse("complaints:search")
# Nobody's touch: otherwise a slow test also counts how the session is kept.
UNTOUCHED = {"X-Poll": "1"}


@pytest.fixture
def find(client: Client, house: House, at_work) -> Callable[..., str]:
    client.force_login(house.clerk)

    def ask(status: int = 200, **query) -> str:
        response = client.get(FIND, query)
        assert response.status_code == status
        return str(response.content.decode())

    return ask


def numbers_in(html: str) -> list[str]:
    return re.findall(r'id="open-(C-[\d-]+)"', html)


def test_two_chinese_characters_are_enough(find, house: House):
    found = lodge(house.clerk, description="提车那天才发现没有全景天窗，要求退款。")
    lodge(house.clerk, description="The wiper squeaks.", phone="139 0000 0000")
    html = find(q="退款")
    assert numbers_in(html) == [found.number]
    assert "1 complaint found" in html


@pytest.mark.parametrize("typed", ["{number}", "{lower}", "2026-{short}", " 2026-{short} "])
def test_a_number_jumps_to_its_complaint(client: Client, find, house: House, typed: str):
    complaint = lodge(house.clerk)
    short = str(int(complaint.number[-6:]))
    wanted = typed.format(number=complaint.number, lower=complaint.number.lower(), short=short)
    assert client.get(FIND, {"q": wanted})["Location"] == complaint.get_absolute_url()


def test_the_number_of_a_hidden_one_is_not_found(find, house: House):
    hidden = lodge(house.east_clerk)
    html = find(q=hidden.number)
    assert not numbers_in(html)
    assert "Nothing found" in html


def test_nothing_hidden_is_found_by_its_words(find, house: House):
    lodge(house.east_clerk, description="wiper blades")
    lodge(house.colleague, description="wiper blades", subject_ids=[house.clerk.pk], phone="139 0000 0000")
    mine = lodge(house.clerk, description="wiper blades", phone="139 0000 0001")
    assert numbers_in(find(q="wiper")) == [mine.number]


@pytest.mark.parametrize("typed", ["A-2048", "longjing", "LJ-7"])
def test_it_is_found_by_its_sale(find, house: House, typed: str):
    who = create_customer(name="Emily Carter", phones=["138 0571 6620"], emails=[], by=house.clerk)
    sold: dict[str, Any] = {"batch": "LJ-7", "amount": Decimal(1000), "sold_at": clock.now()}
    sale, _is_new = record_sale("dms", "A-2048", customer_id=who.pk, product_name="Longjing S7", by=None, **sold)
    lodge(house.clerk, customer_id=who.pk)
    about_it = lodge(house.clerk, customer_id=who.pk, sale=sale)
    assert numbers_in(find(q=typed)) == [about_it.number]


def test_customers_are_found_beside(find, house: House):
    lodge(house.clerk)
    html = find(q="138 0571 6620")
    assert "Emily Carter" in html
    assert "0138 0571 6620" not in html


def test_no_result_offers_a_complaint_with_this_phone(find, house: House):
    html = find(q="139 1234 5678")
    assert "Nothing found for “139 1234 5678”" in html
    assert "New complaint with this phone" in html
    assert f"{reverse('complaints:new')}?who=139%201234%205678" in html


def test_filters_narrow_down(find, house: House):
    one = lodge(house.clerk, is_taken=True, category_id=house.product.pk)
    two = lodge(house.clerk, upset="furious", phone="139 0000 0000", received_at=WORKING_HOUR - timedelta(days=3))
    assert numbers_in(find(state="open")) == [two.number, one.number]
    assert numbers_in(find(severity="2")) == [two.number]
    assert numbers_in(find(owner="me")) == [one.number]
    assert numbers_in(find(owner="nobody")) == [two.number]
    assert numbers_in(find(category=house.product.pk)) == [one.number]
    assert numbers_in(find(until="2026-11-17")) == [two.number]
    assert numbers_in(find(since="2026-11-16", until="2026-11-16")) == []
    assert numbers_in(find(since="2026-11-18")) == [one.number]
    assert numbers_in(find(q="wiper", severity="1")) == [one.number]
    assert numbers_in(find(state="closed")) == []


def test_days_are_those_of_the_readers_place(find, house: House):
    # 17:30 UTC is half past one of the next day in Shanghai.
    late = lodge(house.clerk, received_at=datetime(2026, 11, 16, 17, 30, tzinfo=UTC))
    assert numbers_in(find(since="2026-11-17", until="2026-11-17")) == [late.number]


def test_pages_go_on_where_they_ended(find, client: Client, house: House, monkeypatch):
    monkeypatch.setattr("complaints.views.search.PAGE", 2)
    made = [lodge(house.clerk, phone=f"138 0571 66{at}0").number for at in range(5)]
    seen, address = [], f"{FIND}?q=wiper"
    while address:
        html = client.get(address).content.decode()
        seen += numbers_in(html)
        more = re.search(r'href="(\?[^"]*after=[^"]*)"', html)
        address = FIND + more[1].replace("&amp;", "&") if more else ""
    assert seen == made[::-1]


def test_a_count_is_capped(find, house: House, monkeypatch):
    monkeypatch.setattr("complaints.views.search.PAGE", 1)
    for at in range(3):
        lodge(house.clerk, phone=f"138 0571 66{at}0")
    assert "3 complaints found" in find(q="wiper")


@pytest.mark.parametrize(
    "query",
    [
        {"state": "moon"}, {"severity": "3"}, {"department": "9" * 30}, {"category": "x"}, {"owner": "-1"},
        {"since": "2026-99-99"}, {"until": "0001-01-01"}, {"since": "2026-11-18", "until": "2026-11-01"}, {"q": "\0"},
    ],
)  # fmt: skip
def test_what_cannot_be_is_an_error_in_the_form(find, query: dict[str, str]):
    html = find(status=422, **query)
    assert "There is a problem" in html


@pytest.mark.parametrize("after", ["x", "-1", "9" * 30, "", "1 OR 1=1"])
def test_a_page_that_was_never_there_is_refused(client: Client, house: House, after: str):
    client.force_login(house.clerk)
    assert client.get(FIND, {"q": "wiper", "after": after}).status_code == 400


@pytest.mark.parametrize(
    "typed", ["'; DROP TABLE x; --", "%", "_", "*", '"', "a" * 10_000, "𠀀", "\u202e", "AND OR NOT", "(("]
)
def test_any_words_are_an_answer(find, house: House, typed: str):
    lodge(house.clerk)
    find(q=typed)


def test_other_departments_cannot_be_chosen(find, house: House):
    assert "East store" not in find()
    find(status=422, department=house.east.pk)


def test_who_reads_no_complaints_searches_none(client: Client, house: House):
    client.force_login(house.administrator)
    assert client.get(FIND, {"q": "wiper"}).status_code == 403


def test_statements_do_not_grow_with_the_rows(
    client: Client, find, house: House, django_assert_max_num_queries, monkeypatch
):
    # How the clock is, is asked every five seconds by whichever page comes then.
    monkeypatch.setattr("deadlines.health.REMEMBERED_SECONDS", 3600)
    for at in range(10):
        lodge(house.clerk, phone=f"138 0571 {1000 + at}", is_taken=True)
    client.get(FIND, {"q": "wiper"}, headers=UNTOUCHED)
    with django_assert_max_num_queries(10) as few:
        client.get(FIND, {"q": "wiper"}, headers=UNTOUCHED)
    for at in range(30):
        lodge(house.clerk, phone=f"138 0571 {2000 + at}", is_taken=True)
    with django_assert_max_num_queries(len(few)):
        client.get(FIND, {"q": "wiper"}, headers=UNTOUCHED)


def test_old_ones_are_found_too(find, house: House):
    old = lodge(house.clerk)
    Complaint.objects.filter(pk=old.pk).update(received_at=WORKING_HOUR - timedelta(days=900))
    with clock.frozen(WORKING_HOUR + timedelta(days=5)):
        assert numbers_in(find(q="wiper")) == [old.number]
