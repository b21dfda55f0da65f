"""Every route of the API × role × relation × key: the same rights as in the browser, by the same rows."""

import json
import uuid
from dataclasses import replace
from decimal import Decimal

import pytest
from django.core.cache import cache
from django.db import transaction
from django.test import override_settings
from rest_framework.test import APIClient

from accounts.actions import change_user, set_roles
from accounts.key_actions import create_api_key, revoke_api_key
from accounts.roles import Role
from complaints.actions.links import link_complaints
from complaints.models import CaseTask, Complaint, GuidanceCard, OralReport
from core import clock
from customers.actions import record_sale
from tests.complaints.below import matter_of, talk_of
from tests.complaints.sent import attachment_of
from tests.hostile.conftest import nothing_written, signed_in
from tests.hostile.routes import walk
from tests.house import make_card, make_cause, make_sent_report, make_suggestion
from tests.rights.api_routes import (
    ANYBODY,
    API,
    OF_COMPLAINTS,
    PUBLIC,
    Things,
    api_url,
)
from tests.rights.matrix import OWN, ROLES, right
from tests.rights.test_actions import grouped, promise
from tests.rights.test_objects import NOWHERE
from tests.rights.world import ABOUT_ME, OTHER, REACH, RECORDED, SAME, sees

EVERY_ROLE = [pytest.param(role, id=role.value) for role in ROLES]
READING = [pytest.param(role, id=role.value) for role in (Role.FRONT_DESK, Role.AUDITOR, Role.ADMINISTRATOR)]
# What a right form may end in for who may send it: the state of the case may still be against it.
OPENS = {200, 201, 204, 409}
RELATIONS = (SAME, OTHER, ABOUT_ME, RECORDED)
# No complaint, and nothing that hangs on one.
NOT_THERE = {
    "number": NOWHERE, "report_id": 10**9, "attachment_id": 10**9, "written_id": 2001000001, "matter_id": 10**9,
    "proposal_id": 10**9,
}  # fmt: skip
IS_HEALTH = ("health-live", "health-ready")
# Kept of each use of a key and of each sign-in; nobody's matter.
OF_THE_KEY = ("accounts_apikey", "last_login")


@pytest.fixture(autouse=True)
def no_limit():
    with override_settings(API_RATE_PER_MINUTE=10**6, API_ANONYMOUS_RATE_PER_MINUTE=10**6):
        yield


def by_key(user, *scopes):
    _key, secret = create_api_key(user.pk, name="a test", scopes=scopes, now=clock.now(), by=None)
    client = APIClient(raise_request_exception=False)
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {secret}")
    return client


def ask(client, method, name, things):
    row = API[name]
    body = row.bodies[method](things) if method in row.bodies else {}
    more = {"HTTP_IF_MATCH": "*"} if method == "PATCH" else {}
    if method == "GET":
        return client.get(api_url(name, things))
    return getattr(client, method.lower())(api_url(name, things), body, format=row.form, **more)


def things_of(world, relation):
    complaint = world.complaints[relation]
    report = OralReport.objects.filter(complaint=complaint).first()
    written = complaint.written_reports.first()
    cause, suggestion = learned(world)
    task, group = together(world)
    proposal, question = complaint.proposals.first(), complaint.case_questions.first()
    return Things(
        complaint=complaint,
        number=complaint.number,
        another=world.complaints[RECORDED if relation == SAME else SAME].number,
        customer_id=complaint.customer_id,
        report_id=report.pk if report else 0,
        attachment_id=attachment_of(complaint),
        written_id=written.public_id if written else 2026000000,
        card_id=(GuidanceCard.objects.first() or make_card()).pk,
        cause=cause,
        suggestion_id=suggestion,
        task_id=task,
        proposal_id=proposal.pk if proposal else 0,
        question_id=question.pk if question else 0,
        group_id=group,
        matter_id=matter_of(complaint).pk,
        talk_id=talk_of(complaint, world.me).pk,
        me=world.me.username,
        supervisor=world.house.supervisor.username,
    )


def learned(world):
    """A cause of my store that I own, and a suggestion from one of its complaints."""
    cause = make_cause(world.house.west, world.house.product, owner=world.me)
    return cause.number, make_suggestion(world.complaints[SAME], world.house.clerk).pk


def together(world):
    """A task of mine and a group, on the complaint of my department; made once."""
    complaint = world.complaints[SAME]
    task = CaseTask.objects.filter(complaint=complaint).first()
    if task is None:
        return promise(world, complaint, world.me), grouped(world, complaint)
    return task.pk, Complaint.objects.get(pk=complaint.pk).group_id


def with_reports(world):
    """An oral report on each, told by somebody else to the head of the store, and one in writing."""
    for complaint in world.complaints.values():
        handler, now = world.house.handler, clock.now()
        OralReport.objects.create(
            complaint=complaint, to=world.head, reported_by=handler, reported_at=now, note="Told."
        )
        make_sent_report(complaint, by=handler)
        complaint.case_questions.create(kind="open", question=f"How? {complaint.word}", asked_at=now, asked_by=handler)
        complaint.proposals.create(
            number=f"P-2026-{complaint.pk:06d}", state="submitted", proposer=handler, created_at=now, updated_at=now,
            only_remedy_reason=f"Because {complaint.word}",
        )  # fmt: skip


def may(what, role, relation, of):
    if what in (ANYBODY, PUBLIC):
        return True
    row = right(what)
    if of not in OF_COMPLAINTS:
        return role in row.holders()
    return sees(role, relation) and (relation in REACH[row.mark(role)])


def plain(answer, things):
    """What an answer says, but for what was asked for and the id of the request."""
    text = answer.content.decode().replace(things.number, NOWHERE)
    body = json.loads(text) if text.startswith("{") else {}
    for name in ("request_id", "instance"):
        body.pop(name, None)
    return answer.status_code, json.dumps(body, sort_keys=True)


def changes(written):
    return [sql for sql in written if not any(name in sql for name in OF_THE_KEY)]


def test_every_address_of_the_api_has_a_row():
    there = {name.removeprefix("api:") for name, path in walk() if path.startswith("api/") and "api:" in name}
    assert there - set(API) == set(), "a new address: say in tests/rights/api_routes.py who may use it"
    assert set(API) - there == set(), "these rows lead nowhere"
    rows = {what for row in API.values() for what in row.methods.values()}
    assert all(right(what) for what in rows - {ANYBODY, PUBLIC})


@pytest.mark.parametrize("role", EVERY_ROLE)
def test_a_key_opens_what_its_person_may_and_nothing_else(make_world, role):
    """What is hidden answers as what is nowhere, to the letter; what one may not do is 403; neither writes."""
    world = make_world(role)
    for relation in RELATIONS:
        world.make(relation)
    with_reports(world)
    record_sale(
        "till", "S-1", customer_id=world.complaints[SAME].customer_id, product_name="Pump", amount=Decimal(1),
        sold_at=clock.now(), by=None,
    )  # fmt: skip
    client = by_key(world.me)
    for name, row in API.items():
        for relation in RELATIONS if row.of in OF_COMPLAINTS else (SAME,):
            things = things_of(world, relation)
            nowhere = replace(things, **NOT_THERE)
            for method, what in row.methods.items():
                where = (name, relation, method)
                with transaction.atomic(), nothing_written() as written:
                    answer = ask(client, method, name, things)
                    transaction.set_rollback(True)
                if may(what, role, relation, row.of):
                    expected = {200, 503} if name in IS_HEALTH else {200} if method == "GET" else OPENS
                    assert answer.status_code in expected, (*where, answer.status_code, answer.content[:300])
                    continue
                assert (*where, changes(written)) == (*where, [])
                assert answer["Content-Type"] == "application/problem+json", where
                if row.of in OF_COMPLAINTS and not sees(role, relation):
                    missing = ask(client, method, name, nowhere)
                    assert plain(answer, things) == plain(missing, nowhere), where
                    assert answer.status_code in {403, 404}, where
                    assert answer.status_code == 404 or not right(what).holders() & {role.value}, where
                    assert things.complaint.word not in answer.content.decode()
                else:
                    assert (*where, answer.status_code) == (*where, 403), answer.content[:300]


def test_nobody_gets_in_without_a_key(make_world):
    world = make_world(Role.FRONT_DESK)
    world.make(SAME)
    world.make(RECORDED)
    with_reports(world)
    things = things_of(world, SAME)
    nobody, wrong = APIClient(raise_request_exception=False), APIClient(raise_request_exception=False)
    wrong.credentials(HTTP_AUTHORIZATION="Bearer " + "x" * 40)
    for name, row in API.items():
        for method, what in row.methods.items():
            for client in (nobody, wrong):
                with nothing_written() as written:
                    answer = ask(client, method, name, things)
                assert written == [], name
                assert things.complaint.word not in answer.content.decode()
                if what != PUBLIC:
                    assert (name, method, answer.status_code) == (name, method, 401)
                    assert "Bearer" in answer["WWW-Authenticate"]


def test_a_key_does_no_more_than_it_is_for(make_world):
    world = make_world(Role.MANAGER)
    world.make(SAME)
    world.make(RECORDED)
    with_reports(world)
    things = things_of(world, SAME)
    for scope in ("read", "write", "sales", "admin"):
        client = by_key(world.me, scope)
        for name, row in API.items():
            for method, what in row.methods.items():
                if what == PUBLIC:
                    continue
                with transaction.atomic(), nothing_written() as written:
                    answer = ask(client, method, name, things)
                    transaction.set_rollback(True)
                is_in = scope in row.scopes(method)
                refused = answer.status_code == 403 and answer.json()["code"] == "scope_missing"
                assert (scope, name, method, refused) == (scope, name, method, not is_in)
                if refused:
                    assert changes(written) == []


def test_a_session_reads_as_a_key_does_and_writes_with_its_token_alone(make_world):
    world = make_world(Role.SUPERVISOR)
    for relation in (SAME, OTHER, RECORDED):
        world.make(relation)
    with_reports(world)
    client = signed_in(world.me, enforce_csrf_checks=True)
    for name, row in API.items():
        things = things_of(world, SAME)
        for method, what in row.methods.items():
            if method == "GET":
                expected = {200} if may(what, Role.SUPERVISOR, SAME, row.of) else {403}
                if name in IS_HEALTH or name == "sales-detail":
                    expected = {200, 404, 503}
                assert client.get(api_url(name, things)).status_code in expected, name
            else:
                with nothing_written() as written:
                    answer = getattr(client, method.lower())(
                        api_url(name, things), json.dumps({}), content_type="application/json"
                    )
                assert (name, answer.status_code, answer.json()["code"]) == (name, 403, "csrf_failed")
                assert written == []
    hidden = client.get(api_url("complaints-detail", things_of(world, OTHER)))
    assert hidden.status_code == 404


@pytest.mark.parametrize(
    "role", [pytest.param(role, id=role.value) for role in (Role.FRONT_DESK, Role.AUDITOR, Role.ADMINISTRATOR)]
)
def test_lists_search_and_the_feed_tell_of_what_may_be_seen_alone(make_world, role):
    world = make_world(role)
    complaints = world.make_all()
    for relation, row in complaints.items():
        if relation != SAME:
            link_complaints(complaints[SAME].pk, row.number, relation="related", by=None)
    client, seen = by_key(world.me), {row.number for row in world.seen()}
    addresses = [
        "complaints?limit=200", "complaints?search=水泵&limit=200", "complaints?is_open=true",
        "complaints?is_unowned=true",
        f"complaints?owner={world.me.username}", "complaints?department=east-store", "complaints?category=integrity",
        "events?limit=200", "events?type=complaint.linked", "events?type=deadline.*", "customers?search=Emily",
        f"complaints/{complaints[SAME].number}", f"complaints/{complaints[SAME].number}/timeline",
    ]  # fmt: skip
    for row in complaints.values():
        addresses += [f"complaints?search={row.number}", f"complaints?search={row.word}"]
        addresses += [f"complaints?customer={row.customer_id}", f"customers/{row.customer_id}"]
    for address in addresses:
        answer = client.get(f"/api/v1/{address}")
        said = f"{answer.content.decode()} {dict(answer.items())}"
        for row in world.hidden():
            # An address that names it comes back in the links of its answer.
            told = said.replace(address, "") if row.number in address or row.word in address else said
            assert row.word not in told or answer.status_code in {403, 404}, address
            assert row.number not in told or answer.status_code in {403, 404}, address
    listed = client.get("/api/v1/complaints?limit=200")
    if seen:
        assert {row["number"] for row in listed.json()["results"]} == seen
        feed = client.get("/api/v1/events?limit=200&type=complaint.created").json()["results"]
        assert len(feed) == len(seen)
    else:
        assert listed.status_code == 403


@pytest.mark.parametrize("taken", ["role removed", "moved", "disabled", "key revoked", "named as subject"])
def test_a_key_gets_nothing_any_more_when_the_right_is_gone(make_world, taken):
    """Also what was sent with an Idempotency-Key: the kept answer is not given again."""
    world = make_world(Role.HANDLER)
    complaint = world.make(SAME)
    key, secret = create_api_key(world.me.pk, name="a test", now=clock.now(), by=None)
    client = APIClient(raise_request_exception=False)
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {secret}")
    address = f"/api/v1/complaints/{complaint.number}"
    once = {"HTTP_IDEMPOTENCY_KEY": str(uuid.uuid4())}
    requests = [
        ("get", address, {}, {}), ("get", f"{address}/timeline", {}, {}), ("get", f"{address}/transitions", {}, {}),
        ("post", f"{address}/gone-outside", {"channel": "press", "summary": "A reporter called."}, once),
        ("post", f"{address}/notes", {"text": "A note."}, {}),
    ]  # fmt: skip
    for method, url, body, headers in requests:
        assert getattr(client, method)(url, body, format="json", **headers).status_code < 300, url
    me = world.me
    match taken:
        case "role removed":
            set_roles(me.pk, ["department_staff"], by=None)
        case "moved":
            change_user(me.pk, name="M", department=world.house.east, email="", is_active=True, by=None)
        case "disabled":
            change_user(me.pk, name="M", department=world.house.west, email="", is_active=False, by=None)
        case "key revoked":
            revoke_api_key(key.pk, now=clock.now(), by=me)
        case "named as subject":
            complaint.subject_rows.create(user=me)
    cache.clear()
    expected = {401} if taken in ("disabled", "key revoked") else {403, 404}
    for method, url, body, headers in requests:
        with nothing_written() as written:
            answer = getattr(client, method)(url, body, format="json", **headers)
        assert (url, answer.status_code in expected) == (url, True), answer.status_code
        assert complaint.word not in answer.content.decode()
        assert changes(written) == [] or headers, url


def test_own_is_what_one_logged_or_owns():
    """The reach these tests go by, said once more in words."""
    assert REACH[OWN] == {RECORDED, "owned by me, elsewhere"}
