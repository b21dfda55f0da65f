"""Every route of a complaint × every role × every relation to it. What one must not see is not there."""

import pytest
from django.db import transaction
from django.test import Client

from accounts.roles import Role
from tests.hostile.conftest import nothing_written, signed_in, told
from tests.hostile.routes import ROUTES, of_complaints, url_of, walk
from tests.rights.matrix import OWN, ROLES
from tests.rights.world import ABOUT_ME, OTHER, REACH, RECORDED, SAME, sees

HTMX = {"HX-Request": "true"}
EVERY_ROLE = [pytest.param(role, id=role.value) for role in ROLES]
# What a look or an empty form may end in for who may do it.
OPENS = {200, 204, 302, 409, 422}
NOWHERE = "C-2026-999999"
# In these every route is tried; in the others a look, a poll, a paper and what changes something. What a clerk
# may is what the other roles beside them may, to the letter of the matrix, so for those two relations do.
THROUGHOUT = {SAME, OTHER}
OF_ONES_OWN = {ABOUT_ME, RECORDED}
FULL_ROLES = {Role.FRONT_DESK, Role.SUPERVISOR, Role.AUDITOR, Role.ADMINISTRATOR}
PROBES = {
    "complaints:detail", "complaints:live", "complaints:slip", "complaints:take", "complaints:edit",
    "complaints:assess_desk", "complaints:assign",
}  # fmt: skip


def test_every_route_has_a_row():
    # Those of programs have a table of their own: tests/rights/api_routes.py.
    there = {name for name, path in walk() if not path.startswith("api/")}
    assert there - set(ROUTES) == set(), "a new route: say in tests/hostile/routes.py who may use it"


def may(row, role, relation, method):
    if not sees(role, relation):
        return False
    return row.allows(role, method) or (role in row.own and relation in REACH[OWN])


def holds(row, role, method):
    """Whether there is any complaint on which this role may do it."""
    return row.allows(role, method) or role in row.own


def ask(client, method, url):
    # A part is quicker to draw than a page, and the same views answer with it.
    return getattr(client, method.lower())(url, headers=HTMX)


def plain(answer, number):
    """What an answer says, but for the number that was asked for."""
    return answer.content.decode(errors="replace").replace(number, NOWHERE)


@pytest.mark.parametrize("role", EVERY_ROLE)
def test_a_complaint_is_open_to_who_may_and_not_there_for_others(make_world, role):
    """404 for what is hidden, word for word as for a number that does not exist; 403 for what one may not do."""
    world = make_world(role)
    complaints = world.make_all()
    client = signed_in(world.me)
    throughout = THROUGHOUT | OF_ONES_OWN if role in FULL_ROLES else THROUGHOUT
    for name, row in of_complaints().items():
        for method in row.methods.split():
            if method == "HEAD":
                continue
            known = world.kwargs_for(complaints[SAME])
            nowhere = ask(client, method, url_of(name, **{**known, "number": NOWHERE}))
            expected = {404} if holds(row, role, method) else {403, 404}
            assert nowhere.status_code in expected, (name, method, nowhere.status_code)
            for relation, complaint in complaints.items():
                if relation not in throughout and name not in PROBES:
                    continue
                url = url_of(name, **world.kwargs_for(complaint))
                where = (relation, name, method)
                if may(row, role, relation, method):
                    with transaction.atomic():
                        answer = ask(client, method, url)
                        transaction.set_rollback(True)
                    assert answer.status_code in OPENS, (*where, answer.status_code)
                    continue
                with nothing_written() as written:
                    answer = ask(client, method, url)
                assert (*where, written) == (*where, [])
                if sees(role, relation) and row.roles | row.readers:
                    assert (*where, answer.status_code) == (*where, 403)
                else:
                    # Also the page after saving, which is for the one number that was saved just now.
                    assert (*where, answer.status_code) == (*where, nowhere.status_code)
                    assert plain(answer, complaint.number) == plain(nowhere, NOWHERE), where
                    assert complaint.word not in told(answer), where


def test_nobody_who_is_not_signed_in_learns_that_it_is_there(make_world):
    """As a page, as a part and as a form: led to sign in, whether there is such a complaint or not."""
    world = make_world(Role.FRONT_DESK)
    complaint = world.make(SAME)
    client = Client(raise_request_exception=False)
    for name, row in of_complaints().items():
        url = url_of(name, **world.kwargs_for(complaint))
        with nothing_written() as written:
            page, part, sent = client.get(url), client.get(url, headers=HTMX), client.post(url, {})
        assert written == []
        assert (name, page.status_code, part.status_code, sent.status_code) == (name, 302, 401, 302)
        assert page["Location"].startswith("/accounts/login/?next=")
        assert part["HX-Redirect"].startswith("/accounts/login/")
        assert sent["Location"].startswith("/accounts/login/")
        assert complaint.word not in told(page) + told(part) + told(sent)
        assert row.of_complaint
