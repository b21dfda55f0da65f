"""Lodging over REST: the least body, all one may say, and what is refused. Source: API.md; DOMAIN.md 3.1, 3.2."""

import json
import uuid
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.utils import translation

from accounts.roles import CASE_ROLES, Role
from complaints.models import Complaint, ComplaintLink, ExternalReference
from customers.actions import add_contact, change_customer, create_customer, record_sale
from customers.models import Customer
from deadlines.models import Deadline
from events.models import Event
from tests.api.complaints import LEAST, URL, at, done, errors, numbers
from tests.api.conftest import problem
from tests.house import lodge, make_user


@pytest.fixture
def clerk(api, house, at_work):
    return api(house.clerk)


@pytest.fixture
def customer(house):
    return create_customer("陈小姐", phones=["138 0013 8000"], by=None)


@pytest.fixture
def sale(house, customer):
    return record_sale(
        "dms",
        "A-1001",
        customer_id=customer.pk,
        product_name="Unit 12-1803",
        amount=Decimal("2150000.00"),
        currency="CNY",
        sold_at=datetime(2026, 11, 1, 2, 0, tzinfo=UTC),
        by=None,
    )


# Every fact with another value than the empty one.
WHOLE = {
    **LEAST,
    "title": "雨刷",
    "received_at": "2026-11-18T09:30:00+08:00",
    "department": "east-store",
    "on_behalf_of": {"name": "Li Lei", "authority": "Everything", "until": "2027-01-31", "proof": "Letter"},
    "group": {"size": 3},
    "happened_on": "2026-11-17",
    "happened_where": "Till 2",
    "people_involved": "A tall man",
    "subjects": ["eastclerk"],
    "category": "product_quality",
    "further_categories": ["service_attitude"],
    "phase": "after",
    "product": {
        "name": "Wiper blade",
        "specification": "60 cm",
        "batch": "B-7",
        "produced_on": "2026-05-01",
        "in_use_since": "2026-06-01",
        "symptom": "It squeaks",
        "used_before": "Another make, which did not",
    },
    "promises": [{"what": "Free fitting", "by_whom": "The seller", "form": "spoken"}],
    "cost_of_waiting": "A taxi each day",
    "demands": ["refund", "apology"],
    "amount_claimed": {"amount": "200.50", "currency": "USD"},
    "upset": "angry",
    "threats": ["online"],
    "is_danger": True,
}


def test_three_answers_are_enough(clerk, house):
    answer = clerk.post(URL, LEAST)
    told = done(answer, 201)
    assert told["number"] == "C-2026-000001"
    assert told["description"] == "雨刷收了两次钱"
    assert told["contact"]["name"] == "王芳"
    assert told["contact"]["phone_e164"] == "+8613805716620"
    assert told["customer"]["name"] == "王芳"
    assert (told["department"], told["recorded_by"], told["owner"]) == ("west-store", "clerk", None)
    assert (told["severity_class"], told["workflow"], told["state"], told["is_open"]) == (1, "lastr", "listen", True)
    assert told["received_at"] == told["recorded_at"] == "2026-11-18T02:00:00Z"
    assert {row["kind"] for row in told["deadlines"]} == {
        "owned", "first_response", "answer", "resolved", "oral_report",
    }  # fmt: skip
    assert told["next_due_at"] == "2026-11-18T02:15:00Z"
    assert answer["Location"].endswith(at(told["number"]))
    assert done(clerk.get(answer["Location"])) == told
    assert clerk.get(answer["Location"])["ETag"] == answer["ETag"]


def test_everything_one_may_say_is_kept_as_it_was_said(api, house, at_work):
    told = done(api(house.clerk).post(URL, WHOLE), 201)
    for name in WHOLE.keys() - {"customer", "received_at", "group"}:
        assert told[name] == WHOLE[name], name
    # Of a group one says how many they are; under which head it stands is told.
    assert told["group"] == {"size": 3, "id": None, "title": None}
    assert told["received_at"] == "2026-11-18T01:30:00Z"
    assert told["severity_class"] == 2
    rules = {row["rule"]: row for row in told["triage"]}
    assert set(rules) == {"danger", "threat"}
    assert rules["danger"]["suggests_crisis"]
    assert rules["threat"]["reason"] == "Post online"


def test_the_same_action_as_at_the_desk(clerk, house):
    told = done(clerk.post(URL, LEAST), 201)
    made = Complaint.objects.get(number=told["number"])
    twin = lodge(house.clerk, description=LEAST["description"], channel="phone", name="王芳", phone="138 0571 6620")
    same = ("department", "customer", "channel", "state", "severity_class", "contact_phone_normalized", "language")
    assert [getattr(made, name) for name in same] == [getattr(twin, name) for name in same]
    types = [list(Event.objects.of(one).values_list("type", flat=True)) for one in (made, twin)]
    assert types[0] == types[1] != []
    dues = [set(Deadline.objects.of(one).values_list("kind", "due_at")) for one in (made, twin)]
    assert dues[0] == dues[1]


def test_a_sale_brings_its_customer(clerk, customer, sale):
    body = {
        "description": "买的时候没告诉我要交这笔钱",
        "channel": "in_person",
        "category": "over_promising",
        "sale": {"source": "dms", "external_id": "A-1001"},
        "demands": ["refund"],
        "amount_claimed": {"amount": "8000.00", "currency": "CNY"},
    }
    told = done(clerk.post(URL, body), 201)
    assert told["customer"]["id"] == customer.pk
    assert told["sale"] == {"source": "dms", "external_id": "A-1001"}
    assert told["contact"]["phone"] == customer.main_phone
    assert told["severity_class"] == 2
    assert [row["rule"] for row in told["triage"]] == ["intense", "over_promising"]
    assert all(row["reason"] for row in told["triage"])


def test_a_known_customer_by_phone_or_by_id(clerk, customer):
    by_phone = done(clerk.post(URL, LEAST | {"customer": {"name": "陈小姐", "phone": "+86 13800138000"}}), 201)
    by_id = done(clerk.post(URL, LEAST | {"customer": customer.pk, "contact": {"phone": "139 1111 2222"}}), 201)
    assert by_phone["customer"]["id"] == by_id["customer"]["id"] == customer.pk
    assert by_id["contact"]["phone_e164"] == "+8613911112222"
    assert by_id["contact"]["name"] == "陈小姐"
    assert Customer.objects.count() == 1
    customer.refresh_from_db()
    assert customer.main_phone == "138 0013 8000"


def test_an_anonymous_one_keeps_no_customer(clerk):
    told = done(
        clerk.post(
            URL,
            {
                "description": "Rude.",
                "channel": "suggestion_box",
                "is_anonymous": True,
                "contact": {"phone": "139 1111 2222"},
            },
        ),
        201,
    )
    assert told["customer"] is None
    assert told["is_anonymous"]
    assert told["contact"]["phone"] == "139 1111 2222"
    named = {"is_anonymous": True, "contact": {"name": "Wang"}}
    plain = {name: LEAST[name] for name in ("description", "channel")}
    assert errors(clerk.post(URL, plain | named)) == {"contact": "not_anonymous"}
    assert errors(clerk.post(URL, LEAST | {"is_anonymous": True})) == {"is_anonymous": "not_anonymous"}


def test_taken_and_talking(clerk):
    told = done(clerk.post(URL, LEAST | {"is_taken": True, "is_talking": True}), 201)
    assert told["owner"] == "clerk"
    states = {row["kind"]: row["state"] for row in told["deadlines"]}
    assert (states["owned"], states["first_response"]) == ("met", "met")
    assert told["first_contact_at"] == "2026-11-18T02:00:00Z"


def test_a_person_raises_it_freely(clerk):
    told = done(clerk.post(URL, LEAST | {"severity_class": 2}), 201)
    assert (told["severity_class"], told["workflow"], told["state"], told["triage"]) == (2, "agree", "act", [])
    assert errors(clerk.post(URL, LEAST | {"severity_class": 1})) == {"severity_class": "min_value"}


def test_danger_in_words_counts_until_somebody_says_no(clerk):
    burning = LEAST | {"description": "The engine caught fire."}
    assert done(clerk.post(URL, burning), 201)["severity_class"] == 2
    assert done(clerk.post(URL, burning | {"is_danger": False}), 201)["severity_class"] == 1


def test_possible_duplicates_are_those_one_may_see(api, house, at_work):
    mine = lodge(house.clerk, description="The wiper blades squeak", phone="138 0571 6620")
    other = lodge(house.east_clerk, description="The wiper blades squeak", phone="138 0571 6620")
    alike = lodge(house.clerk, description="Wiper blades squeak loudly", phone="139 1111 2222", name="Li")
    body = LEAST | {"description": "The wiper blades squeak"}
    told = done(api(house.clerk).post(URL, body), 201)
    found = {row["number"]: row for row in told["possible_duplicates"]}
    assert set(found) == {mine.number, alike.number}
    assert found[mine.number]["reasons"] == ["same_customer", "same_phone", "similar_words"]
    assert found[mine.number]["likeness"] == 1
    assert found[alike.number]["reasons"] == ["similar_words"]
    read = done(api(house.clerk).get(at(told["number"])))
    assert [row["number"] for row in read["possible_duplicates"]] == [mine.number]
    theirs = done(api(house.east_clerk).get(at(other)))
    assert theirs["possible_duplicates"] == []


# What makes its answer be read anew, since more than deadlines hangs on it.
HANGING = ("subjects", "further_categories", "promises")
BARE = {name: value for name, value in WHOLE.items() if name not in HANGING}


@pytest.mark.parametrize(
    "body",
    [
        LEAST,
        WHOLE,
        BARE,
        {**BARE, "department": "west-store", "is_danger": False, "threats": ["regulator"], "upset": "furious"},
        {**LEAST, "category": "integrity"},
        {**LEAST, "subjects": ["eastclerk"]},
        {**LEAST, "is_talking": True},
        {**LEAST, "severity_class": 2, "amount_claimed": {"amount": "7", "currency": "CNY"}},
        {
            "description": "  The bill\n\nis wrong ",
            "channel": "web",
            "is_anonymous": True,
            "contact": {"phone": "12315"},
        },
        {
            **LEAST,
            "customer": {"name": "\tLi  Lei ", "email": "Li@Example.com", "address": "3 Road", "company": "ACME"},
        },
    ],
)
def test_what_is_answered_is_what_is_read(body, clerk, house):
    answer = clerk.post(URL, body)
    told = done(answer, 201)
    if "number" in told and told.get("is_hidden"):
        assert clerk.get(at(told["number"])).status_code == 404
        return
    read = clerk.get(at(told["number"]))
    assert told == done(read)
    assert answer["ETag"] == read["ETag"]


def test_what_is_answered_of_a_known_customer_is_what_is_read(clerk, house, customer, sale):
    change_customer(customer.pk, company="ACME", language="zh-hans", by=None)
    add_contact(customer.pk, "email", "chen@example.com", by=None)
    for body in ({"customer": customer.pk}, {"sale": {"source": "dms", "external_id": "A-1001"}}):
        told = done(clerk.post(URL, {"description": "Late", "channel": "phone", **body}), 201)
        read = done(clerk.get(at(told["number"])))
        assert told == read
        assert read["contact"]["email"] == "chen@example.com"


def test_linked_at_once(clerk, house):
    older = lodge(house.clerk)
    told = done(clerk.post(URL, LEAST | {"link_to": [older.number.lower()]}), 201)
    assert told["links"] == [{"number": older.number, "relation": "same_matter"}]
    assert clerk.get(at(told["number"]))["ETag"].startswith('"2.')


# ------------------------------------------------------------------ ids of other systems, and doing it once


def test_an_id_of_another_system_is_lodged_once(api, house, at_work):
    body = LEAST | {"external_ids": {"dms": "K-1", "crm": "投诉-9"}}
    told = done(api(house.clerk).post(URL, body), 201)
    assert told["external_ids"] == {"crm": "投诉-9", "dms": "K-1"}
    again = api(house.clerk).post(URL, LEAST | {"external_ids": {"dms": "K-1"}})
    assert told["number"] in problem(again, 409, "duplicate")["detail"]
    # Who may not see it learns no number.
    hidden = problem(api(house.east_clerk).post(URL, LEAST | {"external_ids": {"dms": "K-1"}}), 409, "duplicate")
    assert told["number"] not in hidden["detail"]
    assert Complaint.objects.count() == 1
    assert numbers(api(house.clerk).get(f"{URL}?external_id=crm:投诉-9")) == [told["number"]]
    assert numbers(api(house.clerk).get(f"{URL}?external_id=dms:K-2")) == []


def test_the_idempotency_key_gives_the_first_answer_again(clerk):
    first = clerk.post(URL, LEAST, headers={"Idempotency-Key": "a-1"})
    again = clerk.post(URL, LEAST, headers={"Idempotency-Key": "a-1"})
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.content == first.content
    assert again["Idempotency-Replayed"] == "true"
    assert again["ETag"] == first["ETag"]
    other = clerk.post(URL, LEAST | {"title": "Another"}, headers={"Idempotency-Key": "a-1"})
    problem(other, 422, "idempotency_key_reused")
    assert Complaint.objects.count() == 1


def test_the_intakes_own_key_lodges_once_whatever_the_header_says(clerk):
    body = LEAST | {"key": str(uuid.uuid4())}
    first = clerk.post(URL, body, headers={"Idempotency-Key": "a-1"})
    other = clerk.post(URL, body, headers={"Idempotency-Key": "a-2"})
    bare = clerk.post(URL, body)
    assert [each.status_code for each in (first, other, bare)] == [201, 200, 200]
    assert {each.json()["number"] for each in (first, other, bare)} == {"C-2026-000001"}
    assert "Idempotency-Replayed" not in other
    assert Complaint.objects.count() == 1


def test_a_key_of_somebody_else_tells_nothing(api, house, at_work):
    body = LEAST | {"key": str(uuid.uuid4())}
    done(api(house.clerk).post(URL, body), 201)
    answer = api(house.east_clerk).post(URL, body)
    assert "C-2026" not in str(problem(answer, 409, "duplicate"))


# ------------------------------------------------------------------ who may, and who may not read what they lodged


@pytest.mark.parametrize("role", Role)
def test_who_lodges(role, api, house, at_work):
    answer = api(make_user("somebody", house.west, role)).post(URL, LEAST)
    if role in CASE_ROLES:
        done(answer, 201)
    else:
        problem(answer, 403, "scope_missing" if role == Role.AUDITOR else "may_not_lodge")
        assert not Complaint.objects.exists()


def test_a_key_for_reading_lodges_nothing(api, house, at_work):
    problem(api(house.clerk, scopes=["read"]).post(URL, LEAST), 403, "scope_missing")
    problem(api().post(URL, LEAST), 401, "not_authenticated")
    assert not Complaint.objects.exists()


@pytest.mark.parametrize("told", [{"category": "integrity"}, {"subjects": ["clerk"]}, {"subjects": ["head"]}])
def test_who_may_not_read_it_gets_its_number_alone(told, api, house, at_work):
    house.west.head = make_user("head", house.west, Role.MANAGER)
    house.west.save()
    answer = api(house.clerk).post(URL, LEAST | told, headers={"Idempotency-Key": "h-1"})
    assert done(answer, 201) == {"number": "C-2026-000001", "is_hidden": True}
    problem(api(house.clerk).get(at("C-2026-000001")), 404, "not_found")
    assert numbers(api(house.clerk).get(URL)) == []
    again = api(house.clerk).post(URL, LEAST | told, headers={"Idempotency-Key": "h-1"})
    assert again.content == answer.content


def test_nobody_takes_what_is_about_them(clerk):
    answer = clerk.post(URL, LEAST | {"subjects": ["clerk"], "is_taken": True})
    assert errors(answer) == {"subjects": "own_complaint"}
    assert not Complaint.objects.exists()


# ------------------------------------------------------------------ what is refused, with its field

REFUSED = {
    "no description": ({"description": " \u3000\u200b"}, "description", "blank"),
    "too long": ({"description": "长" * 20_001}, "description", "max_length"),
    "a number for a text": ({"description": 7}, "description", "invalid"),
    "null byte": ({"description": "a\x00b"}, "description", "null_byte"),
    "a line break in a name": ({"customer": {"name": "a\nBcc: x", "phone": "12315"}}, "customer.name", "line_break"),
    "no phone": ({"customer": {"name": "a", "phone": "call me"}}, "customer.phone", "no_digits"),
    "no way to reach": ({"customer": {"name": "Wang"}}, "customer.phone", "no_contact"),
    "no name": ({"customer": {"phone": "12315"}}, "customer.name", "no_name"),
    "a name nobody sees": ({"customer": {"name": "\u202e", "phone": "12315"}}, "customer.name", "required"),
    "half an e-mail": ({"customer": {"name": "a", "email": "wang@"}}, "customer.email", "invalid"),
    "unknown customer": ({"customer": 999}, "customer", "unknown"),
    "customer as text": ({"customer": "1"}, "customer", "invalid"),
    "customer as truth": ({"customer": True}, "customer", "invalid"),
    "unknown part of it": ({"customer": {"name": "a", "phone": "12315", "vip": True}}, "customer.vip", "unknown_field"),
    "unknown channel": ({"channel": "telepathy"}, "channel", "invalid_choice"),
    "an import": ({"channel": "import"}, "channel", "invalid_choice"),
    "unknown department": ({"department": "north"}, "department", "unknown"),
    "unknown category": ({"category": "weather"}, "category", "unknown"),
    "unknown further one": ({"further_categories": ["weather"]}, "further_categories", "unknown"),
    "unknown staff": ({"subjects": ["nobody"]}, "subjects", "unknown"),
    "unknown sale": ({"customer": 1, "sale": {"source": "dms", "external_id": "X"}}, "sale", "unknown"),
    "half a sale": ({"sale": {"source": "dms"}}, "sale.external_id", "required"),
    "unknown demand": ({"demands": ["refund", "the moon"]}, "demands.1", "invalid_choice"),
    "demands as text": ({"demands": "refund"}, "demands", "not_a_list"),
    "negative sum": ({"amount_claimed": {"amount": "-1", "currency": "CNY"}}, "amount_claimed", "invalid_amount"),
    "sum as number": ({"amount_claimed": {"amount": 1, "currency": "CNY"}}, "amount_claimed", "invalid_amount"),
    "huge sum": ({"amount_claimed": {"amount": "1e308", "currency": "CNY"}}, "amount_claimed", "invalid_amount"),
    "three decimals": ({"amount_claimed": {"amount": "1.005", "currency": "CNY"}}, "amount_claimed", "invalid_amount"),
    "bare sum": ({"amount_claimed": "200.00"}, "amount_claimed", "invalid"),
    "yes for true": ({"is_danger": "yes"}, "is_danger", "invalid"),
    "to come": ({"received_at": "2026-11-19T00:00:00Z"}, "received_at", "to_come"),
    "no zone": ({"received_at": "2026-11-18T01:00:00"}, "received_at", "no_offset"),
    "year one": ({"received_at": "0001-01-01T00:00:00Z"}, "received_at", "year"),
    "no such day": ({"happened_on": "2027-02-29"}, "happened_on", "invalid"),
    "a day to come": ({"happened_on": "2026-11-21"}, "happened_on", "to_come"),
    "a group of none": ({"group": {"size": 0}}, "group.size", "min_value"),
    "a promise of nothing": ({"promises": [{"what": ""}]}, "promises.0.what", "blank"),
    "unknown other one": ({"link_to": ["C-2026-999999"]}, "link_to", "unknown_complaint"),
    "a key that is none": ({"key": "1"}, "key", "invalid"),
    "a key as number": ({"key": 1}, "key", "invalid"),
    "ids in a list": ({"external_ids": ["dms"]}, "external_ids", "not_a_dict"),
    "an id without system": ({"external_ids": {" ": "1"}}, "external_ids", "invalid"),
    "an empty id": ({"external_ids": {"dms": ""}}, "external_ids.dms", "blank"),
    "state": ({"state": "closed"}, "state", "unknown_field"),
    "number": ({"number": "C-1"}, "number", "unknown_field"),
    "owner": ({"owner": "clerk"}, "owner", "unknown_field"),
    "misspelt": ({"descripton": "x"}, "descripton", "unknown_field"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_is_wrong_is_said_at_its_field(what, clerk):
    told, field, code = REFUSED[what]
    found = errors(clerk.post(URL, LEAST | told))
    assert found.get(field) == code, found
    assert not Complaint.objects.exists()
    assert not Customer.objects.exists()


def test_half_a_surrogate_is_no_text(clerk):
    raw = json.dumps(LEAST | {"title": "\ud800"})
    answer = clerk.post(URL, raw, content_type="application/json")
    assert errors(answer) == {"title": "not_utf8"}


@pytest.mark.parametrize("body", [[], "text", 1, None, [LEAST]])
def test_a_body_that_is_no_object(body, clerk):
    answer = clerk.post(URL, body, format="json")
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"


def test_everything_that_is_missing_at_once(clerk):
    assert errors(clerk.post(URL, {})) == {"description": "required", "channel": "required"}
    missing = errors(clerk.post(URL, {"description": "x", "channel": "phone"}))
    assert missing == {"customer.name": "no_name", "customer.phone": "no_contact"}


def test_what_cannot_be_said_together(clerk, customer, sale):
    reference = {"source": "dms", "external_id": "A-1001"}
    other = create_customer("Li", phones=["139 1111 2222"], by=None)
    assert errors(clerk.post(URL, LEAST | {"sale": reference})) == {"customer": "invalid"}
    assert errors(clerk.post(URL, LEAST | {"customer": other.pk, "sale": reference})) == {"sale": "other_customer"}
    assert errors(clerk.post(URL, LEAST | {"contact": {"name": "Li"}})) == {"customer": "invalid"}
    both = done(clerk.post(URL, LEAST | {"customer": customer.pk, "sale": reference}), 201)
    assert both["customer"]["id"] == customer.pk


@pytest.mark.parametrize(
    ("language", "sentence"),
    [("en", "Write what happened, in the customer’s words."), ("zh-CN", None)],
)
def test_the_browsers_sentences(language, sentence, clerk):
    answer = clerk.post(URL, LEAST | {"description": ""}, headers={"Accept-Language": language})
    with translation.override("zh-hans" if language == "zh-CN" else "en"):
        expected = translation.gettext("Write what happened, in the customer’s words.")
    assert sentence in (None, expected)
    assert answer.json()["errors"][0]["message"] == expected


def test_hostile_texts_are_kept_as_texts(clerk):
    text = "<script>alert(1)</script> {{ 7*7 }} ' OR 1=1 -- \u202etxt.exe 👩🏽‍🚒 𠀀𠮷 \u0301\u0301"
    told = done(clerk.post(URL, LEAST | {"description": text, "title": "=cmd|' /C calc'!A0"}), 201)
    read = done(clerk.get(at(told["number"])))
    assert (read["description"], read["title"]) == (text, "=cmd|' /C calc'!A0")


def test_two_thousand_rare_characters_come_back(clerk):
    text = "𠀀龘𡃁" * 700
    told = done(clerk.post(URL, LEAST | {"description": text}), 201)
    assert told["description"] == text
    assert numbers(clerk.get(URL, {"search": "𠀀龘"})) == [told["number"]]


def test_a_refusal_leaves_nothing_behind(clerk, house):
    before = Event.objects.count()
    clerk.post(URL, LEAST | {"link_to": ["C-2026-999999"], "external_ids": {"dms": "1"}})
    assert Event.objects.count() == before
    left = (Complaint, Customer, ComplaintLink, ExternalReference, Deadline)
    assert [model.objects.count() for model in left] == [0] * len(left)


def test_lodging_for_somebody_new_costs_twenty_statements(clerk, house, django_assert_max_num_queries):
    for number in range(40):
        lodge(house.clerk, name=f"Li {number}", phone=f"139 1111 22{number:02d}", description="The wiper blades squeak")
    body = {**LEAST, "description": "The wiper blades squeak", "customer": {"name": "New", "phone": "139 2222 3333"}}
    clerk.post(URL, LEAST)
    with django_assert_max_num_queries(20):
        done(clerk.post(URL, body, headers={"Idempotency-Key": "a"}), 201)


def test_lodging_asks_no_more_when_there_are_more(clerk, house, django_assert_max_num_queries):
    for day in range(20):
        lodge(house.clerk, received_at=datetime(2026, 11, 18, tzinfo=UTC) - timedelta(days=day))
    clerk.post(URL, LEAST)
    with django_assert_max_num_queries(23) as few:
        done(clerk.post(URL, LEAST, headers={"Idempotency-Key": "a"}), 201)
    for day in range(20):
        lodge(house.clerk, received_at=datetime(2026, 11, 18, tzinfo=UTC) - timedelta(days=day))
    with django_assert_max_num_queries(len(few)):
        done(clerk.post(URL, LEAST, headers={"Idempotency-Key": "b"}), 201)
