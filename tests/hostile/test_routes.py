"""Every address of the resolver, whoever asks and however: nobody gets in by a way that was forgotten."""

import pytest
from django.db import transaction
from django.test import Client

from accounts.roles import Role
from tests.hostile.conftest import OWN, nothing_written, signed_in, told
from tests.hostile.routes import ROUTES, of_complaints, url_of, walk

HTMX = {"HX-Request": "true", "HX-Current-URL": "http://testserver/search/?q=wipers"}
ROLES = [pytest.param(role, id=role.value) for role in Role]
# Takes what it must not: they answer 405, or refuse before they look at the method.
REFUSED = {302, 401, 403, 404, 405}


def all_urls(stage):
    complaint = stage.lodge(OWN, stage.house.clerk)
    known = stage.kwargs_for(complaint)
    return {name: url_of(name, **known) for name in ROUTES}


def test_every_route_has_a_row_in_the_table():
    # What programs may do is a table of its own: tests/rights.
    there = {name for name, path in walk() if not path.startswith("api/")}
    assert there - set(ROUTES) == set(), "a new route: say in tests/hostile/routes.py who may use it"
    assert set(ROUTES) - there == set(), "these rows lead nowhere any more"


def test_nobody_gets_in_without_signing_in(stage):
    urls = all_urls(stage)
    client = Client(raise_request_exception=False)
    with nothing_written() as written:
        for name, row in ROUTES.items():
            if row.is_public:
                continue
            page, part = client.get(urls[name]), client.get(urls[name], headers=HTMX)
            sent = client.post(urls[name], {})
            if row.is_admin:
                assert (name, page.status_code) == (name, 302)
                assert "/login/" in page["Location"]
                assert sent.status_code == 302, name
            else:
                assert (name, page.status_code, part.status_code) == (name, 302, 401)
                assert page["Location"].startswith("/accounts/login/?next="), name
                assert part["HX-Redirect"] == "/accounts/login/?next=%2Fsearch%2F%3Fq%3Dwipers"
                assert part.content == b""
                assert (name, sent.status_code) == (name, 302)
                assert sent["Location"].startswith("/accounts/login/")
            assert "CANARY" not in told(page) + told(part) + told(sent), name
    assert written == []


def test_public_pages_tell_nothing_and_change_nothing(stage):
    urls = all_urls(stage)
    client = Client(raise_request_exception=False)
    with nothing_written() as written:
        for name, row in ROUTES.items():
            if row.is_public:
                for answer in (client.get(urls[name]), client.post(urls[name], {})):
                    assert answer.status_code < 500 or name == "deadlines:healthz", name
                    assert "CANARY" not in told(answer), name
    assert written == []


def test_nothing_is_posted_without_the_token_of_the_form(stage):
    urls = all_urls(stage)
    client = signed_in(stage.user(Role.SUPERVISOR), enforce_csrf_checks=True)
    administrator = signed_in(stage.user(Role.ADMINISTRATOR), enforce_csrf_checks=True)
    with nothing_written() as written:
        for name, row in ROUTES.items():
            if not row.takes("POST"):
                continue
            for headers in ({"Origin": "https://evil.example"}, HTMX):
                who = administrator if row.is_admin else client
                answer = who.post(urls[name], {"csrfmiddlewaretoken": "x" * 64}, headers=headers)
                assert (name, answer.status_code) == (name, 403)
                assert "This form is too old" in answer.content.decode(), name
    assert written == []


@pytest.mark.parametrize("method", ["get", "head", "options", "trace", "put", "delete"])
def test_only_a_post_changes_anything(stage, method):
    urls = all_urls(stage)
    client, administrator = signed_in(stage.user(Role.SUPERVISOR)), signed_in(stage.user(Role.ADMINISTRATOR))
    with nothing_written() as written:
        for name, row in ROUTES.items():
            if method == "head" and row.takes("GET"):
                continue  # as a GET, which is tried
            answer = getattr(administrator if row.is_admin else client, method)(urls[name])
            assert answer.status_code < 500 or name == "deadlines:healthz", (name, answer.status_code)
            # What allauth makes of odd methods is its own affair, as long as it writes nothing.
            if not row.takes(method.upper()) and not row.is_admin and not name.startswith(("account_", "mfa_")):
                assert answer.status_code in REFUSED, (name, answer.status_code)
            if answer.status_code == 405:
                assert "POST" in answer["Allow"] or "GET" in answer["Allow"], name
            if method == "get" and row.methods == "POST":
                assert (name, answer.status_code) == (name, 405)
    assert written == [], "a page marked something as read by being looked at"


@pytest.mark.parametrize("role", ROLES)
def test_pages_open_for_their_roles_and_for_no_others(stage, role):
    urls = all_urls(stage)
    client = signed_in(stage.user(role))
    for name, row in ROUTES.items():
        if row.of_complaint or row.is_public or not row.takes("GET"):
            continue
        answer = client.get(urls[name])
        if row.of_second_factor or (row.of_own_draft and row.allows(role)):
            assert (name, answer.status_code) == (name, 404)
        elif row.allows(role):
            assert answer.status_code in {200, 204, 302}, (name, answer.status_code)
        elif row.is_admin:
            assert answer.status_code in {302, 403, 404}, (name, answer.status_code)
            assert "/admin/" not in answer.headers.get("Location", "") or role not in row.roles, name
        else:
            assert (name, answer.status_code) == (name, 403)


@pytest.mark.parametrize("role", ROLES)
def test_forms_that_are_not_of_a_complaint_are_for_their_roles(stage, role):
    urls = all_urls(stage)
    client = signed_in(stage.user(role))
    for name, row in ROUTES.items():
        if (
            row.of_complaint
            or row.is_public
            or not row.takes("POST")
            or row.allows(role, "POST")
            or name == "events:open"
        ):
            continue
        with nothing_written() as written:
            answer = client.post(urls[name], {})
        assert (name, written) == (name, [])
        assert answer.status_code in ({302, 403, 404, 405} if row.is_admin else {403}), (name, answer.status_code)


@pytest.mark.parametrize("role", [Role.FRONT_DESK, Role.SERVICE_ADVISOR, Role.SUPERVISOR, Role.AUDITOR])
def test_every_route_of_a_complaint_opens_for_who_may_use_it(stage, role):
    user = stage.user(role)
    complaint = stage.lodge(OWN, stage.house.clerk)
    known = stage.kwargs_for(complaint, user)
    client = signed_in(user)
    if not stage.sees(role, OWN):
        return
    for name, row in of_complaints().items():
        for method in ("GET", "POST"):
            if row.takes(method) and row.allows(role, method):
                with transaction.atomic():
                    answer = getattr(client, method.lower())(url_of(name, **known))
                    transaction.set_rollback(True)
                assert answer.status_code in {200, 204, 302, 409, 422}, (name, method, answer.status_code)
