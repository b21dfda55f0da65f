"""The combo box's options and the history card: words, rights, no stored copy, and no script from names."""

import html
import json
import re
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from customers import found as found_notes
from customers.actions import create_customer, mark_vip, record_sale

SOLD = datetime(2025, 11, 12, 2, tzinfo=UTC)


@pytest.fixture
def fang(house):
    customer = create_customer("王芳", phones=["13805716620"], language="zh-hans", preferred_hours="18:30 后", by=None)
    record_sale(
        "dms", "S-88213", customer_id=customer.pk, product_name="Tang EV", amount=Decimal(612000), sold_at=SOLD, by=None
    )
    mark_vip(customer.pk, "journalist", by=None)
    return customer


@pytest.fixture
def clerk(client, house):
    client.force_login(house.clerk)
    return client


def find(client: Client, typed: str) -> Any:
    return client.get(reverse("customers:find"), {"q": typed})


def options(answer: Any) -> list[dict[str, str]]:
    return [
        {name: html.unescape(value) for name, value in re.findall(r'data-(\w+)="([^"]*)"', tag)}
        for tag in re.findall("<li[^>]*>", answer.content.decode())
    ]


def test_a_match_with_what_choosing_it_fills_in(clerk, fang):
    answer = find(clerk, "王芳")
    assert answer.status_code == 200
    text = answer.content.decode()
    for shown in ("王芳", "138 0571 6620", "Tang EV", "12 Nov 2025", "VIP"):
        assert shown in text
    match, new, anonymous = options(answer)
    assert (match["value"], match["text"]) == (str(fang.pk), "王芳")
    assert json.loads(match["fill"]) == {
        "phone": "138 0571 6620", "language": "zh-hans", "preferred_time": "18:30 后"
    }  # fmt: skip
    assert new == {"value": "", "text": "王芳"}
    assert json.loads(anonymous["fill"]) == {"is_anonymous": True}


def test_a_number_that_nobody_has_becomes_the_phone_of_a_new_customer(clerk, fang):
    new, _anonymous = options(find(clerk, "１３９００００１１１１"))
    assert json.loads(new["fill"]) == {"phone": "139 0000 1111"}
    assert new["text"] == ""


def test_nothing_typed_offers_nobody_named(clerk, fang):
    assert len(options(find(clerk, ""))) == 1


def test_apps_above_say_something_about_all_rows_at_once(clerk, fang, monkeypatch):
    asked: list[list[int]] = []

    def tell(ids, reader):
        asked.append(list(ids))
        return {fang.pk: "2 open"}

    monkeypatch.setattr(found_notes, "_tellers", [])
    found_notes.tell_of_found(tell)
    assert "· 2 open" in find(clerk, "王").content.decode()
    assert asked == [[fang.pk]]


@pytest.mark.parametrize(
    "name", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "{{ 70070077|add:7 }}", "a'b"]
)
def test_names_are_text(clerk, house, name):
    customer = create_customer(name, by=None)
    for answer in (find(clerk, name), clerk.get(reverse("customers:card", args=[customer.pk]))):
        text = answer.content.decode()
        assert "<script>alert" not in text
        assert "<img" not in text
        assert "70070084" not in text  # the sum is no number that a row could have


@pytest.mark.parametrize("typed", ["\0", "a\0b", "\ud800", "x" * 5_000, "'; --", "%00", "🙂"])
def test_nothing_typed_is_an_error(clerk, house, typed):
    address = reverse("customers:find")
    assert clerk.get(address, {"q": typed.encode("utf-8", "surrogatepass")}).status_code == 200


def test_the_card(clerk, fang):
    text = clerk.get(reverse("customers:card", args=[fang.pk])).content.decode()
    for shown in ("王芳", "2025 · 1 purchase", "¥612,000", "journalist", "18:30 后", "S-88213"):
        assert shown in text
    assert clerk.get(reverse("customers:card", args=[fang.pk + 1])).status_code == 404


def test_rights(client, house, fang):
    card = reverse("customers:card", args=[fang.pk])
    for address in (reverse("customers:find"), card):
        assert client.get(address).status_code == 302
    for user in (house.auditor, house.administrator):
        client.force_login(user)
        assert find(client, "王芳").status_code == 403
        assert client.get(card).status_code == 403
    client.force_login(house.supervisor)
    assert find(client, "王芳").status_code == 200
    assert client.post(reverse("customers:find")).status_code == 405


def test_nobody_keeps_a_copy(clerk, fang):
    for answer in (find(clerk, "王芳"), clerk.get(reverse("customers:card", args=[fang.pk]))):
        assert "no-store" in answer["Cache-Control"]


def test_in_chinese(clerk, fang):
    answer = clerk.get(reverse("customers:find"), {"q": "王芳"}, headers={"accept-language": "zh-hans"})
    assert answer.status_code == 200
