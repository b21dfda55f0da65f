"""Customers through the API: who may, what is kept, how they are found, and what is refused."""

import pytest

from accounts.roles import CASE_ROLES, Role
from core import clock
from customers.actions import create_customer, mark_vip
from customers.models import Customer
from events.log import timeline
from events.models import Event
from tests.api.conftest import problem
from tests.house import make_user

URL = "/api/v1/customers"
# A body with everything a customer may have.
WHOLE = {
    "name": "王芳",
    "kind": "person",
    "company": "杭州西湖汽车",
    "phones": ["138 0571 6620", "0571-12315"],
    "emails": ["Fang@Example.com"],
    "address": "湖滨路1号",
    "language": "zh-hans",
    "birthday": "1990-02-28",
    "vip": True,
    "vip_reason": "journalist",
    "temperament": "analytical",
    "do_not_call": True,
    "preferred_contact": "WeChat",
    "preferred_hours": "after six",
    "external_ids": {"dms": "K-17", "crm": "9"},
}


@pytest.fixture
def fang(house) -> Customer:
    return create_customer(
        "王芳", phones=["138 0571 6620"], emails=["fang@example.com"], external_ids={"dms": "K-17"}, by=None
    )


def one(customer: Customer) -> str:
    return f"{URL}/{customer.pk}"


def seen(client, customer: Customer) -> str:
    """The ETag of what the client reads now."""
    return str(client.get(one(customer))["ETag"])


def change(client, customer: Customer, body, **headers):
    return client.patch(one(customer), body, headers={"If-Match": seen(client, customer), **headers})


def names(answer) -> list[str]:
    assert answer.status_code == 200, answer.content
    return [row["name"] for row in answer.json()["results"]]


def test_a_whole_customer_is_kept_as_told(api, house, at_work):
    client = api(house.supervisor)
    made = client.post(URL, WHOLE)
    assert made.status_code == 201, made.content
    body = made.json()
    assert body == {
        **WHOLE,
        "id": body["id"],
        "phones": ["+8613805716620", "057112315"],
        "emails": ["fang@example.com"],
        "lifetime_value": {"amount": "0.00", "currency": "CNY"},
        "created_at": "2026-11-18T02:00:00Z",
        "updated_at": "2026-11-18T02:00:00Z",
    }
    assert made["Location"] == f"http://testserver{URL}/{body['id']}"
    again = client.get(f"{URL}/{body['id']}")
    assert (again.json(), again["ETag"]) == (body, made["ETag"])
    assert [event.type for event in timeline(Customer.objects.get())] == ["customer.marked_vip", "customer.created"]


def test_a_name_is_enough(api, house):
    made = api(house.clerk).post(URL, {"name": "Emily Carter"})
    assert (made.status_code, made.json()["kind"], made.json()["phones"]) == (201, "person", [])


@pytest.mark.parametrize(
    "name", ["芳", "阿卜杜拉·买买提", "𠀀𪚥", "O’Neill-Ødegård", "محمد", "x" * 120, "'; DROP TABLE x; --"]
)
def test_names_of_all_kinds_are_kept_whole(api, house, name):
    client = api(house.clerk)
    made = client.post(URL, {"name": name}).json()
    assert made["name"] == name
    assert names(client.get(URL, {"search": name})) == [name]


def test_what_the_document_shows_can_be_sent_back(api, house, fang):
    """Reading, changing one thing and sending the rest back as it was changes that thing alone."""
    client = api(house.clerk)
    body = client.get(one(fang)).json()
    sent = {name: value for name, value in body.items() if name in WHOLE}
    answer = change(client, fang, {**sent, "address": "湖滨路2号"})
    assert answer.status_code == 200, answer.content
    assert {**body, "address": "湖滨路2号", "updated_at": answer.json()["updated_at"]} == answer.json()
    assert timeline(fang)[0].data["fields"] == ["address"]
    assert fang.contact_points.filter(kind="phone").get().typed == "138 0571 6620"


def test_only_what_is_sent_changes(api, house, fang):
    answer = change(api(house.clerk), fang, {"phones": ["139 0000 1111"], "external_ids": {"crm": "9"}})
    body = answer.json()
    assert (body["name"], body["phones"], body["emails"]) == ("王芳", ["+8613900001111"], ["fang@example.com"])
    assert body["external_ids"] == {"dms": "K-17", "crm": "9"}
    answer = change(api(house.clerk), fang, {"emails": [], "external_ids": {"dms": None}})
    assert (answer.json()["emails"], answer.json()["external_ids"]) == ([], {"crm": "9"})


def test_sent_twice_it_changes_nothing_the_second_time(api, house, fang):
    client = api(house.clerk)
    first = change(client, fang, {"name": "王芳芳"})
    second = change(client, fang, {"name": "王芳芳"})
    assert (first["ETag"], second["ETag"]) == (first["ETag"], first["ETag"])
    assert timeline(fang).count() == 2


def test_a_post_that_is_repeated_is_done_once(api, house):
    client = api(house.clerk)
    once = {"Idempotency-Key": "customer-1"}
    first = client.post(URL, {"name": "王芳"}, headers=once)
    again = client.post(URL, {"name": "王芳"}, headers=once)
    assert (first.status_code, again.status_code) == (201, 201)
    assert (again.content, again["Idempotency-Replayed"]) == (first.content, "true")
    problem(client.post(URL, {"name": "李强"}, headers=once), 422, "idempotency_key_reused")
    assert [customer.name for customer in Customer.objects.all()] == ["王芳"]


# ---------------------------------------------------------------- who may


@pytest.mark.parametrize("role", list(Role))
def test_who_reads_and_who_writes(api, house, fang, role):
    client = api(make_user("somebody", house.east, role))
    reads, writes = role in (*CASE_ROLES, Role.AUDITOR), role in CASE_ROLES
    for path in (URL, one(fang), f"{URL}?search=王芳"):
        assert client.get(path).status_code == (200 if reads else 403), path
    if reads:
        changed = change(client, fang, {"name": "王方"})
        assert changed.status_code == (200 if writes else 403)
    assert client.post(URL, {"name": "陈"}).status_code == (201 if writes else 403)
    assert Customer.objects.count() == (2 if writes else 1)
    if not reads:
        # The same for one who is there and one who is not.
        body = problem(client.get(one(fang)), 403, "not_allowed")
        assert body["detail"] == problem(client.get(f"{URL}/999999"), 403, "not_allowed")["detail"]
        assert "王芳" not in body["detail"]


def test_nobody_in_particular_reads_nothing(api, house, fang):
    for answer in (api().get(URL), api().get(one(fang)), api().post(URL, {"name": "x"}), api().patch(one(fang), {})):
        assert answer.status_code == 401
        assert "王芳" not in answer.content.decode()


@pytest.mark.parametrize(
    ("scope", "reads", "writes"), [("read", 1, 0), ("write", 0, 1), ("sales", 1, 1), ("admin", 0, 0)]
)
def test_a_key_that_is_narrowed(api, house, fang, scope, reads, writes):
    client = api(house.manager, scopes=[scope])
    assert client.get(URL).status_code == (200 if reads else 403)
    assert client.post(URL, {"name": "陈"}).status_code == (201 if writes else 403)


def test_a_role_that_is_taken_away_is_gone_at_the_next_request(api, house, fang):
    client = api(house.clerk)
    assert client.get(one(fang)).status_code == 200
    house.clerk.role_grants.all().delete()
    problem(client.get(one(fang)), 403, "not_allowed")


def test_a_mark_needs_a_supervisor_and_a_reason(api, house, fang):
    answer = change(api(house.clerk), fang, {"name": "王方", "vip": True, "vip_reason": "journalist"})
    problem(answer, 403, "not_allowed")
    fang.refresh_from_db()
    assert (fang.name, fang.is_vip) == ("王芳", False)
    body = problem(change(api(house.supervisor), fang, {"vip": True}), 400, "invalid")
    assert [(error["field"], error["code"]) for error in body["errors"]] == [("vip_reason", "no_reason")]
    assert change(api(house.supervisor), fang, {"vip": True, "vip_reason": "journalist"}).json()["vip"] is True
    answer = change(api(house.supervisor), fang, {"vip": False, "vip_reason": "retired"})
    assert (answer.json()["vip"], answer.json()["vip_reason"]) == (False, "")


# ---------------------------------------------------------------- no lost updates


def test_a_change_needs_the_version_that_was_seen(api, house, fang):
    client = api(house.clerk)
    problem(client.patch(one(fang), {"name": "王方"}), 428, "if_match_required")
    etag = seen(client, fang)
    assert client.patch(one(fang), {"name": "王方"}, headers={"If-Match": etag}).status_code == 200
    late = client.patch(one(fang), {"name": "王放"}, headers={"If-Match": etag})
    problem(late, 412, "stale")
    assert late["ETag"] == seen(client, fang)
    assert Customer.objects.get().name == "王方"


def test_a_purchase_is_no_change_of_the_record(api, house, fang):
    client = api(house.clerk)
    etag = seen(client, fang)
    Customer.objects.filter(pk=fang.pk).update(bought_total=5)
    assert client.get(one(fang), headers={"If-None-Match": etag}).status_code == 200
    assert client.patch(one(fang), {"name": "王方"}, headers={"If-Match": etag}).status_code == 200


def test_what_is_known_is_not_sent_again(api, house, fang):
    client = api(house.clerk)
    answer = client.get(one(fang), headers={"If-None-Match": seen(client, fang)})
    assert (answer.status_code, answer.content) == (304, b"")


def test_an_id_that_another_customer_has(api, house, fang):
    body = problem(api(house.clerk).post(URL, {"name": "李", "external_ids": {"dms": "K-17"}}), 409, "duplicate")
    assert "dms" in body["detail"]
    assert Customer.objects.count() == 1


# ---------------------------------------------------------------- what is refused

LONG = "长" * 100_000
WRONG = [
    ({}, "name", "required"),
    ({"name": ""}, "name", "blank"),
    ({"name": " \u3000\u200b"}, "name", "blank"),
    ({"name": None}, "name", "null"),
    ({"name": 5}, "name", "invalid"),
    ({"name": ["王"]}, "name", "invalid"),
    ({"name": "a\x00b"}, "name", "null_byte"),
    ({"name": LONG}, "name", "max_length"),
    ({"name": "a\nb"}, "name", "line_break"),
    ({"name": "王", "kind": "robot"}, "kind", "invalid_choice"),
    ({"name": "王", "kind": ["person"]}, "kind", "invalid_choice"),
    ({"name": "王", "language": "xx"}, "language", "invalid_choice"),
    ({"name": "王", "temperament": 3}, "temperament", "invalid_choice"),
    ({"name": "王", "birthday": "1990-02-30"}, "birthday", "invalid"),
    ({"name": "王", "birthday": 19900228}, "birthday", "invalid"),
    ({"name": "王", "vip": "yes"}, "vip", "invalid"),
    ({"name": "王", "vip": 1}, "vip", "invalid"),
    ({"name": "王", "vip_reason": "x"}, "vip_reason", "not_vip"),
    ({"name": "王", "do_not_call": None}, "do_not_call", "null"),
    ({"name": "王", "phones": "13805716620"}, "phones", "not_a_list"),
    ({"name": "王", "phones": ["13805716620", "none"]}, "phones.1", "no_digits"),
    ({"name": "王", "phones": [13805716620]}, "phones.0", "invalid"),
    ({"name": "王", "phones": ["1" * 41]}, "phones.0", "max_length"),
    ({"name": "王", "phones": [str(number) for number in range(1000, 1021)]}, "phones", "max_length"),
    ({"name": "王", "emails": ["a@example.com", "fang@"]}, "emails.1", "no_email"),
    ({"name": "王", "emails": ["fаng@example.com"]}, "emails.0", "no_email"),  # a Cyrillic а
    ({"name": "王", "address": LONG}, "address", "max_length"),
    ({"name": "王", "address": "a\x1bb"}, "address", "unreadable"),
    ({"name": "王", "external_ids": ["K-17"]}, "external_ids", "not_a_dict"),
    ({"name": "王", "external_ids": {"dms": 17}}, "external_ids.dms", "invalid"),
    ({"name": "王", "external_ids": {"": "17"}}, "external_ids", "source"),
    ({"name": "王", "external_ids": {"d" * 41: "17"}}, "external_ids", "source"),
    ({"name": "王", "external_ids": {"dms": ""}}, "external_ids.dms", "blank"),
    ({"name": "王", "external_ids": {str(number): "1" for number in range(21)}}, "external_ids", "too_many"),
    ({"name": "王", "id": 1}, "id", "unknown_field"),
    ({"name": "王", "lifetime_value": {"amount": "1.00", "currency": "CNY"}}, "lifetime_value", "unknown_field"),
    ({"name": "王", "version": 7}, "version", "unknown_field"),
    ({"name": "王", "attributes": {}}, "attributes", "unknown_field"),
]


@pytest.mark.parametrize(("body", "field", "code"), WRONG, ids=[f"{field} {code}" for _body, field, code in WRONG])
def test_what_cannot_be_kept_is_refused_at_its_field(api, house, body, field, code):
    answer = problem(api(house.clerk).post(URL, body), 400, "invalid")
    assert [(error["field"], error["code"]) for error in answer["errors"]] == [(field, code)]
    assert not Customer.objects.exists()
    assert not Event.objects.filter(subject_type="customer").exists()


@pytest.mark.parametrize(
    ("body", "field", "code"), WRONG[1:], ids=[f"{field} {code}" for _body, field, code in WRONG[1:]]
)
def test_a_change_is_refused_for_the_same(api, house, fang, body, field, code):
    answer = problem(change(api(house.clerk), fang, body), 400, "invalid")
    assert [(error["field"], error["code"]) for error in answer["errors"]] == [(field, code)]
    assert Customer.objects.values_list("name", "version").get() == ("王芳", 1)


@pytest.mark.parametrize("body", [[], "王芳", 5, None, [{"name": "王"}]])
def test_a_body_that_is_no_object(api, house, body):
    assert api(house.clerk).post(URL, body, format="json").status_code == 400
    assert not Customer.objects.exists()


def test_a_refusal_speaks_the_readers_language(api, house):
    client = api(house.clerk)
    for language, words in (("en", "Enter an e-mail address"), ("zh-Hans", "请填写邮箱")):
        answer = client.post(URL, {"name": "王", "emails": ["x"]}, headers={"Accept-Language": language})
        assert words in answer.json()["errors"][0]["message"]


@pytest.mark.parametrize("path", ["/0", "/abc", "/9223372036854775808", "/-1", "/1.5", "/%00", "/1/merge", "/1/erase"])
def test_an_address_that_is_none(api, house, path):
    problem(api(house.clerk).get(f"{URL}{path}"), 404, "not_found")


def test_a_customer_cannot_be_removed_or_replaced(api, house, fang):
    client = api(house.director)
    problem(client.delete(one(fang)), 405, "method_not_allowed")
    problem(client.put(one(fang), WHOLE), 405, "method_not_allowed")
    assert Customer.objects.count() == 1


# ---------------------------------------------------------------- lists


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("王芳", ["王芳"]),
        ("芳", ["王芳"]),
        ("西湖", ["李强"]),
        ("li@ex", ["李强"]),
        ("K-17", ["王芳"]),
        ("13805716620", ["王芳"]),
        ("138 0571", ["王芳"]),
        ("6620", ["王芳"]),
        ("+86 138-0571-6620", ["王芳"]),
        ("１３８０５７１６６２０", ["王芳"]),
        ("99999999", []),
        ("没有", []),
        ("%", []),
        ("__", []),
    ],
)
def test_found_as_one_types(api, house, fang, typed, found):
    create_customer("李强", company="杭州西湖汽车", phones=["13900001111"], emails=["li@example.com"], by=None)
    assert names(api(house.clerk).get(URL, {"search": typed})) == found


def test_filters(api, house, fang, at_work):
    li = create_customer("李强", kind="company", phones=["12315"], language="zh-hans", do_not_call=True, by=None)
    mark_vip(li.pk, "big buyer", by=None)
    client = api(house.clerk)
    for query, found in (
        ({"kind": "company"}, ["李强"]),
        ({"vip": "true"}, ["李强"]),
        ({"vip": "false"}, ["王芳"]),
        ({"language": "zh-hans"}, ["李强"]),
        ({"do_not_call": "true"}, ["李强"]),
        ({"temperament": "friendly"}, []),
        ({"phone": "+86 138 0571 6620"}, ["王芳"]),
        ({"phone": "12315"}, ["李强"]),
        ({"phone": "1380571"}, []),
        ({"email": "FANG@example.com"}, ["王芳"]),
        ({"external_ids": "dms:K-17"}, ["王芳"]),
        ({"external_ids": "crm:K-17"}, []),
        ({"kind": "company", "search": "王芳"}, []),
    ):
        assert names(client.get(URL, query)) == found, query


def test_what_changed_since(api, house, fang, at_work):
    li = create_customer("李强", by=None)
    Customer.objects.filter(pk=fang.pk).update(updated_at="2026-11-01T00:00Z")
    client = api(house.clerk)
    assert names(client.get(URL, {"updated_since": "2026-11-18T10:00:00+08:00"})) == ["李强"]
    assert names(client.get(URL, {"updated_since": "2026-11-01T00:00:00Z", "ordering": "updated_at"})) == [
        "王芳",
        "李强",
    ]
    with clock.frozen(at_work.replace(hour=5)):
        change(client, li, {"address": "x"})
    with clock.frozen(at_work.replace(hour=6)):
        change(client, fang, {"address": "y"})
    since = {"updated_since": "2026-11-18T05:00:00Z", "ordering": "-updated_at"}
    assert names(client.get(URL, since)) == ["王芳", "李强"]


@pytest.mark.parametrize(
    "query",
    [
        "nickname=x",
        "kind=robot",
        "vip=yes",
        "vip=1",
        "language=fr",
        "updated_since=yesterday",
        "updated_since=2026-11-01T00:00:00",
        "external_ids=K-17",
        "external_ids=:K-17",
        "limit=0",
        "limit=201",
        "ordering=name",
        "ordering=--id",
        "cursor=x",
        "search=",
        "search=%00",
        "kind=person&kind=company",
    ],
)
def test_a_question_that_cannot_be_answered(api, house, fang, query):
    body = problem(api(house.clerk).get(f"{URL}?{query}"), 400, "invalid")
    assert [error["field"] for error in body["errors"]] == [query.partition("=")[0]]


@pytest.mark.parametrize("ordering", ["id", "-id", "updated_at", "-updated_at"])
def test_pages_hold_while_others_write(api, house, at_work, ordering):
    made = [create_customer(f"Customer {number:02}", by=None).pk for number in range(7)]
    client = api(house.clerk)
    seen_ids: list[int] = []
    address = f"{URL}?limit=3&ordering={ordering}"
    while address:
        page = client.get(address).json()
        seen_ids += [row["id"] for row in page["results"]]
        create_customer("in between", by=None)
        address = page["next"] if len(seen_ids) < 7 or not ordering.startswith("-") else None
        if len(seen_ids) > 20:
            break
    down = ordering.startswith("-")
    assert [each for each in seen_ids if each in made] == sorted(made, reverse=down)
    assert len(seen_ids) == len(set(seen_ids))


def test_a_list_costs_the_same_however_long(api, house, django_assert_max_num_queries):
    for number in range(12):
        create_customer(
            f"王{number}",
            phones=[f"1380571{number:04}", f"1390571{number:04}"],
            emails=[f"w{number}@example.com"],
            external_ids={"dms": str(number), "crm": str(number)},
            by=None,
        )
    client = api(house.clerk)
    client.get(URL)
    for query in ("", "&search=王", "&phone=13805710001", "&updated_since=2020-01-01T00:00:00Z"):
        with django_assert_max_num_queries(12) as small:
            client.get(f"{URL}?limit=1{query}")
        with django_assert_max_num_queries(len(small)):
            assert client.get(f"{URL}?limit=100{query}").status_code == 200
