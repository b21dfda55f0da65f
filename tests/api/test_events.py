"""The feed: everything that is visible to the key, once, in order, and nobody's words."""

import json
import threading
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection, transaction

from accounts.actions import create_user
from accounts.models import User
from accounts.roles import Role
from api.nouns import events as noun
from complaints.actions.ownership import assign_complaint
from complaints.models import Complaint
from core import clock
from customers.actions import add_contact, change_customer, create_customer, mark_vip
from customers.models import Customer
from events.log import record_event
from events.models import Event
from events.readers import readable_types
from policies.actions import set_policy
from tests.api.conftest import problem
from tests.api.test_sales import LEAST
from tests.house import make_user

URL = "/api/v1/events"


def feed(client, query="") -> list[dict[str, Any]]:
    """All that is there, page after page."""
    found, address = [], f"{URL}?{query}"
    while address:
        answer = client.get(address)
        assert answer.status_code == 200, answer.content
        found += answer.json()["results"]
        address = answer.json()["next"]
    return found


def types(client, query="") -> list[str]:
    return [event["type"] for event in feed(client, query)]


@pytest.fixture
def fang(house) -> Customer:
    return create_customer("王芳", phones=["13805716620"], by=house.clerk)


def test_an_event_as_it_is_told(api, house, at_work, make_complaint):
    client = api(house.clerk)
    complaint = make_complaint()
    created = next(event for event in feed(client) if event["type"] == "complaint.created")
    assert created == {
        "id": Event.objects.get(type="complaint.created").pk,
        "type": "complaint.created",
        "at": "2026-11-18T02:00:00Z",
        "actor": "clerk",
        "subject": {"type": "complaint", "id": complaint.pk, "reference": complaint.number},
        "data": {
            "number": complaint.number,
            "channel": "in_person",
            "severity_class": 1,
            "rules": [],
            "department_id": house.west.pk,
            "owner_id": None,
        },
    }


def test_what_things_are_called(api, house, fang):
    set_policy("reopen.days", 30, by=house.director)
    api(house.director).put("/api/v1/sales/dms/A-1", LEAST)
    create_user("new", name="New", department=house.west, roles=[Role.HANDLER], by=None)
    told = {event["type"]: event["subject"]["reference"] for event in feed(api(house.director))}
    assert told["policy.changed"] == "reopen.days"
    assert told["sale.recorded"] == "dms/A-1"
    assert told["user.created"] == "new"
    assert told["customer.created"] == str(Customer.objects.latest("pk").pk)


def test_from_the_one_after_the_last_that_was_read(api, house, fang):
    client = api(house.clerk)
    first = feed(client)
    change_customer(fang.pk, name="王方", by=house.clerk)
    change_customer(fang.pk, address="湖滨路1号", by=house.clerk)
    later = feed(client, f"after={first[-1]['id']}")
    assert [event["type"] for event in later] == ["customer.changed"] * 2
    assert feed(client) == first + later
    ids = [event["id"] for event in first + later]
    assert ids == sorted(set(ids))
    assert feed(client, f"after={ids[-1]}") == []


@pytest.mark.parametrize("limit", [1, 2, 3, 200])
def test_pages_of_any_size_are_the_same_feed(api, house, fang, limit):
    client = api(house.clerk)
    for number in range(5):
        add_contact(fang.pk, "phone", f"1390000111{number}", by=house.clerk)
    assert feed(client, f"limit={limit}") == feed(client)


def test_a_page_says_where_to_go_on(api, house, fang):
    client = api(house.clerk)
    add_contact(fang.pk, "phone", "13900001111", by=house.clerk)
    page = client.get(f"{URL}?limit=1&type=customer.*")
    body = page.json()
    after = body["results"][0]["id"]
    assert body["next"] == f"http://testserver{URL}?limit=1&type=customer.%2A&after={after}"
    assert (body["previous"], page["Link"]) == (None, f'<{body["next"]}>; rel="next"')
    last = client.get(body["next"])
    assert (last.json()["next"], "Link" in last) == (None, False)


def test_nothing_comes_in_before_what_was_read(api, house, fang):
    """Events that happen while somebody pages are at the end, and shift nothing."""
    client = api(house.clerk)
    for number in range(4):
        add_contact(fang.pk, "phone", f"1390000111{number}", by=house.clerk)
    found, address = [], f"{URL}?limit=2"
    for turn in range(4):
        page = client.get(address).json()
        found += [event["id"] for event in page["results"]]
        add_contact(fang.pk, "phone", f"1380000111{turn}", by=house.clerk)
        address = page["next"]
    everything = [event["id"] for event in feed(client)]
    assert found == everything[: len(found)]
    assert len(found) == 8


def test_a_long_stretch_of_what_is_hidden_costs_no_long_statement(api, house, make_complaint, monkeypatch):
    """Who sees little is led on through what they do not see."""
    monkeypatch.setattr(noun, "WINDOW", 3)
    for _ in range(3):
        make_complaint()
    theirs = make_complaint(by=house.east_clerk)
    client = api(house.east_clerk)
    own = [event for event in feed(client) if event["subject"]["type"] == "complaint"]
    assert {event["subject"]["id"] for event in own} == {theirs.pk}
    assert own[0]["type"] == "complaint.created"
    first = Event.objects.earliest("pk").pk
    page = client.get(f"{URL}?type=complaint.*&after={first}").json()
    assert (page["results"], page["next"].rpartition("=")[2]) == ([], str(first + 3))


# ---------------------------------------------------------------- what is asked for


def test_types_and_kinds(api, house, fang):
    client = api(house.director)
    add_contact(fang.pk, "phone", "13900001111", by=house.clerk)
    set_policy("reopen.days", 30, by=house.director)
    customers = ["customer.created", "customer.contact_added"]
    assert types(client, "type=customer.*") == customers
    assert types(client, "type=customer.created") == customers[:1]
    assert types(client, "type=policy.changed,customer.contact_added") == ["customer.contact_added", "policy.changed"]
    assert types(client, "type=*") == types(client)
    assert types(client, "type=complaint.*") == []


@pytest.mark.parametrize(
    "query",
    [
        "after=-1",
        "after=x",
        "after=1.5",
        "after=9223372036854775808",
        "after=１",
        "after=",
        "limit=0",
        "limit=201",
        "limit=x",
        "type=complaint",
        "type=complaint.creatd",
        "type=.*",
        "type=c*",
        "type=*.created",
        "type=complaint.*,",
        "type=%00",
        "cursor=x",
        "ordering=id",
        "subject=complaint",
        "after=1&after=2",
    ],
)
def test_a_question_that_cannot_be_answered(api, house, query):
    body = problem(api(house.clerk).get(f"{URL}?{query}"), 400, "invalid")
    assert {error["field"] for error in body["errors"]} == {query.partition("=")[0]}


def test_the_feed_is_only_read(api, house):
    client = api(house.director)
    for method in (client.post, client.put, client.patch, client.delete):
        problem(method(URL, {}), 405, "method_not_allowed")
    problem(client.get(f"{URL}/1"), 404, "not_found")


# ---------------------------------------------------------------- who sees what


def seen_kinds(api, user) -> set[str]:
    """Kinds of subjects, without what happened to oneself (a key was made, a role given)."""
    return {event["subject"]["type"] for event in feed(api(user)) if event["subject"]["reference"] != user.username}


@pytest.mark.parametrize("role", list(Role))
def test_what_each_role_sees(api, house, make_complaint, role):
    make_complaint()
    set_policy("reopen.days", 30, by=house.director)
    create_user("new", name="New", department=house.west, roles=[Role.HANDLER], by=None)
    user = make_user("somebody", house.west, role)
    cases = {"complaint", "customer"}
    expected = {
        Role.MANAGER: {*cases, "policy", "user"},
        Role.AUDITOR: {*cases, "policy", "user"},
        Role.ADMINISTRATOR: {"policy", "user"},
        Role.DEPARTMENT_STAFF: set(),
    }
    assert seen_kinds(api, user) == expected.get(role, cases)


def test_everybody_reads_what_happened_to_themselves(api, house):
    created = create_user("new", name="New", department=house.west, roles=[Role.DEPARTMENT_STAFF], by=None)
    client = api(User.objects.get(pk=created.pk))
    told = feed(client)
    assert {event["subject"]["reference"] for event in told} == {"new"}
    assert {"user.created", "user.role_granted"} <= {event["type"] for event in told}


def complaints_seen(api, user) -> set[int]:
    return {event["subject"]["id"] for event in feed(api(user), "type=complaint.*,deadline.*")}


def test_a_complaint_is_told_to_who_may_read_it(api, house, make_complaint):
    """As its page: by department, to nobody it is about, and what is restricted to named readers."""
    west = make_complaint()
    east = make_complaint(by=house.east_clerk)
    about = make_complaint(subject_ids=[house.colleague.pk])
    restricted = make_complaint(category_id=house.integrity.pk)
    for user in house.everybody:
        fresh = User.objects.get(pk=user.pk)
        visible = set(Complaint.objects.visible_to(fresh).values_list("pk", flat=True))
        assert complaints_seen(api, user) == visible, user.username
    assert complaints_seen(api, house.east_clerk) == {east.pk}
    assert about.pk not in complaints_seen(api, house.colleague)
    assert restricted.pk not in complaints_seen(api, house.supervisor)
    assert west.pk in complaints_seen(api, house.colleague)


def test_what_one_may_no_longer_see_is_gone_at_the_next_request(api, house, make_complaint):
    make_complaint()
    client = api(house.colleague)
    assert "complaint.created" in types(client)
    house.colleague.department = house.east
    house.colleague.save()
    assert "complaint.created" not in types(client)
    house.colleague.role_grants.all().delete()
    assert "customer.created" not in types(client)


def test_nobody_in_particular_reads_nothing(api, house, fang):
    assert api().get(URL).status_code == 401


@pytest.mark.parametrize(("scope", "status"), [("read", 200), ("write", 403), ("sales", 403), ("admin", 403)])
def test_a_key_that_is_narrowed(api, house, scope, status):
    assert api(house.director, scopes=[scope]).get(URL).status_code == status


# ---------------------------------------------------------------- nobody's words


def test_no_words_and_no_names(api, house, make_complaint):
    house.handler.name = "Zebediah Quagmire"
    house.handler.save()
    complaint = make_complaint(name="Xanthippe Vandersloot", description="They scratched the bonnet badly.")
    assign_complaint(complaint.pk, owner=house.handler, by=house.supervisor)
    customer = Customer.objects.get()
    change_customer(customer.pk, name="Xanthippe Featherstone", address="Ninefold Lane 7", by=house.clerk)
    mark_vip(customer.pk, "plays golf with the mayor", by=house.supervisor)
    answer = api(house.director).get(f"{URL}?limit=200").content.decode()
    for words in ("Quagmire", "Xanthippe", "Vandersloot", "bonnet", "Ninefold", "golf", "6620"):
        assert words not in answer
    assigned = next(event for event in json.loads(answer)["results"] if event["type"] == "complaint.assigned")
    assert assigned["data"] == {"owner_id": house.handler.pk, "is_taken": False}
    changed = next(event for event in json.loads(answer)["results"] if event["type"] == "customer.changed")
    assert changed["data"] == {"fields": ["address", "name"]}


@pytest.fixture
def demonstration(db, at_work):
    call_command("demo", stdout=StringIO())


def test_every_kind_of_subject_has_readers_and_a_name(demonstration):
    kinds = set(Event.objects.values_list("subject_type", flat=True))
    assert kinds > {"complaint", "customer", "user"}
    assert kinds <= readable_types()
    assert kinds - set(noun.REFERENCES) <= {"calendar"}


def test_the_demonstration_says_nothing_of_a_person(demonstration, api):
    """All of the demonstration's log, as its auditor reads it, against all names there are."""
    auditor = User.objects.filter(role_grants__role=Role.AUDITOR).get()
    told = json.dumps([event["data"] for event in feed(api(auditor), "limit=200")], ensure_ascii=False)
    assert '"number": "C-' in told
    people = {*User.objects.values_list("name", flat=True), *Customer.objects.values_list("name", flat=True)}
    assert {name for name in people if name in told} == set()
    for complaint in Complaint.objects.all():
        assert complaint.description[:20] not in told


# ---------------------------------------------------------------- what it costs, and what comes late


def test_a_page_costs_the_same_however_long(api, house, at_work, make_complaint, django_assert_max_num_queries):
    for _ in range(6):
        make_complaint()
    for number in range(6):
        create_customer(f"Customer {number}", phones=[f"1390000111{number}"], by=house.clerk)
    client = api(house.director)
    client.get(URL)
    # However many kinds of subjects there are, and whoever reads.
    with django_assert_max_num_queries(12) as all_kinds:
        assert len(client.get(f"{URL}?limit=200").json()["results"]) >= 40
    for limit in (1, 5):
        with django_assert_max_num_queries(len(all_kinds)):
            client.get(f"{URL}?limit={limit}")


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_what_commits_late_is_not_missed(api, house):
    """A reader who remembers the last id must see what was begun before and committed after."""
    client = api(house.director)
    fang, li = create_customer("王芳", by=None), create_customer("李强", by=None)
    last = feed(client)[-1]["id"]
    wrote, may_commit = threading.Event(), threading.Event()

    def write_slowly() -> None:
        try:
            with transaction.atomic():
                record_event("customer.contact_added", fang, by=None, at=clock.now())
                wrote.set()
                may_commit.wait(10)
        finally:
            connection.close()

    slow = threading.Thread(target=write_slowly)
    slow.start()
    assert wrote.wait(10)
    change_customer(li.pk, name="李", by=None)
    # The control: the later one is there already, with a higher id.
    assert Event.objects.filter(pk__gt=last).count() == 1
    assert feed(client, f"after={last}") == []
    may_commit.set()
    slow.join()
    told = feed(client, f"after={last}")
    assert [(event["type"], event["subject"]["id"]) for event in told] == [
        ("customer.contact_added", fang.pk),
        ("customer.changed", li.pk),
    ]
