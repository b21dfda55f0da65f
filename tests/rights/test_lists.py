"""Lists, search, filters, figures, polls, cards and suggestions tell of exactly what the reader may see."""

import re
import uuid
from urllib.parse import unquote

import pytest
from django.urls import reverse

from accounts.roles import Role
from complaints import queue
from complaints.actions.links import link_complaints
from core import clock
from tests.hostile.conftest import signed_in, told
from tests.rights.matrix import MATRIX, READ, ROLES, right
from tests.rights.world import ABOVE, OTHER, RELATIONS, RESTRICTED, SAME, sees

HTMX = {"HX-Request": "true"}
READERS = [pytest.param(role, id=role.value) for role in ROLES if role in READ.holders()]
# The other roles that read have the scope of one of these; of them the main lists are looked at.
THROUGHOUT = {Role.FRONT_DESK, Role.MANAGER, Role.AUDITOR}
ROW = re.compile(r'id="(?:open|row)-(C-\d{4}-\d{6})"')


def numbers(rows):
    return {row.number for row in rows}


def rows_in(answer):
    return set(ROW.findall(answer.content.decode()))


def assert_nothing_leaks(world, answer, where, *, typed=""):
    """No word and no number of what is hidden, in the body nor in a header; but for what was typed."""
    said = told(answer)
    for row in world.hidden():
        assert row.word not in said.replace(typed, "") if typed else row.word not in said, where
        if row.number != typed:
            assert row.number not in said, where


@pytest.mark.parametrize("role", READERS)
def test_nothing_tells_of_more_than_the_reader_may_see(make_world, role):
    """One house for all that is looked at, since building it takes longest."""
    world = make_world(role)
    world.make_all()
    client = signed_in(world.me)
    answer = client.get("/search/", {"q": "水泵"})
    assert rows_in(answer) == numbers(world.seen())
    assert answer.context["count"] == len(world.seen())
    assert_nothing_leaks(world, answer, "two Chinese signs")
    the_poll_tells_no_more_of_what_is_hidden_than_of_what_is_nowhere(world, client)
    the_queue_and_its_figures_count_what_may_be_seen(world, client)
    a_complaint_names_only_those_linked_to_it_that_may_be_seen(world, client)
    if role not in THROUGHOUT:
        return
    search_finds_by_words_number_and_phone(world, client)
    filters_narrow_what_may_be_seen(world, client)
    a_customer_shows_the_complaints_that_may_be_seen(world, client)
    if role in right("complaint: log").holders():
        the_form_suggests_only_what_may_be_seen(world, client)


def search_finds_by_words_number_and_phone(world, client):
    seen = numbers(world.seen())
    for typed in ("leaks again", "Emily Carter"):
        answer = client.get("/search/", {"q": typed})
        assert (typed, rows_in(answer)) == (typed, seen)
        assert_nothing_leaks(world, answer, typed)
    for row in world.complaints.values():
        expected = {row.number} & seen
        for typed in (row.word, row.contact_phone_normalized):
            answer = client.get("/search/", {"q": typed})
            assert (typed, rows_in(answer)) == (typed, expected)
            assert_nothing_leaks(world, answer, typed, typed=typed)
        for typed in (row.contact_phone, row.contact_phone[-8:], row.word[:-3], row.number[-6:]):
            answer = client.get("/search/", {"q": typed})
            assert rows_in(answer) <= expected, typed
            assert_nothing_leaks(world, answer, typed, typed=typed)
        by_number = client.get("/search/", {"q": row.number})
        assert by_number.status_code == (302 if expected else 200), "a redirect would tell that it is there"
        assert rows_in(by_number) == set()


def filters_narrow_what_may_be_seen(world, client):
    house = world.house
    for query, matches in {
        "state=open": lambda row: row.is_open,
        "severity=1": lambda row: row.severity_class == 1,
        "severity=2": lambda row: row.severity_class == 2,
        "owner=me": lambda row: row.owner_id == world.me.pk,
        "owner=nobody": lambda row: row.owner_id is None,
        f"category={house.integrity.pk}": lambda row: row.category_id == house.integrity.pk,
    }.items():
        answer = client.get(f"/search/?{query}")
        assert (query, rows_in(answer)) == (query, numbers(row for row in world.seen() if matches(row)))
        assert_nothing_leaks(world, answer, query)
    for department in (house.office, house.region, house.west, world.corner, house.east):
        answer = client.get(f"/search/?department={department.pk}")
        # What is out of reach is no choice of the filter.
        assert rows_in(answer) <= numbers(row for row in world.seen() if row.department_id == department.pk)
        assert_nothing_leaks(world, answer, department.name)


def the_queue_and_its_figures_count_what_may_be_seen(world, client):
    seen = world.seen()
    for scope in ("all", "mine"):
        mine = [row for row in seen if scope == "all" or row.owner_id == world.me.pk]
        figures = queue.counters(world.fresh(), scope, now=clock.now())
        assert (scope, figures.open) == (scope, len(mine))
        assert (scope, figures.unowned) == (scope, sum(row.owner_id is None for row in mine))
        for show in queue.FILTERS if world.role in THROUGHOUT else ("all", "unowned"):
            page = client.get(f"/?scope={scope}&show={show}")
            assert page.status_code == 200
            assert rows_in(page) <= numbers(mine), show
            if show == "all":
                assert rows_in(page) == numbers(mine)
            assert_nothing_leaks(world, page, f"{scope} {show}")


def the_poll_tells_no_more_of_what_is_hidden_than_of_what_is_nowhere(world, client):
    """Whatever ids it claims to show: not even that something happened to one of them."""

    def polled(ids):
        answer = client.get("/queue/changes/", {"mark": 0, "scope": "all", "shown": ",".join(map(str, ids))})
        assert_nothing_leaks(world, answer, "poll")
        return answer.status_code, unquote(answer.headers.get("X-News", "")), rows_in(answer)

    hidden = [row.pk for row in world.hidden()]
    nowhere = [10**9 + at for at in range(len(hidden))]
    assert polled(hidden) == polled(nowhere)
    assert polled([])[2] == numbers(world.seen())


def a_customer_shows_the_complaints_that_may_be_seen(world, client):
    role = world.role
    for relation, row in world.complaints.items():
        page = client.get(reverse("customers:record", args=[row.customer_id]))
        assert (relation, rows_in(page)) == (relation, {row.number} if sees(role, relation) else set())
        assert_nothing_leaks(world, page, relation)
        slots = [slot for slot in ("1 in 180 days", "1 open") if slot in page.content.decode()]
        assert (relation, bool(slots)) == (relation, sees(role, relation))
        if role not in right("customer: find while typing").holders():
            continue
        found = client.get("/customers/find/", {"q": row.contact_phone})
        assert ("1 open" in found.content.decode()) == sees(role, relation), relation
        assert_nothing_leaks(world, found, relation)
        card = client.get(reverse("customers:card", args=[row.customer_id]))
        assert_nothing_leaks(world, card, relation)


def the_form_suggests_only_what_may_be_seen(world, client):
    """With the very customer, phone and words of each."""
    for relation, row in world.complaints.items():
        typed = {
            "draft": str(uuid.uuid4()), "description": row.description, "customer": str(row.customer_id),
            "name": row.contact_name, "phone": row.contact_phone, "channel": "phone",
        }  # fmt: skip
        answer = client.post("/complaints/new/assess/", typed)
        assert answer.status_code == 200
        shown = numbers(one.complaint for one in answer.context["known"].duplicates)
        assert (relation, row.number in shown) == (relation, sees(world.role, relation))
        assert shown <= numbers(world.seen())
        # Their words are in the form, so they may come back; what stands beside it may not.
        for hidden in world.hidden():
            assert hidden.number not in told(answer), relation


def a_complaint_names_only_those_linked_to_it_that_may_be_seen(world, client):
    """In the list beside it and in what happened, on the page, its poll and every part of its history."""
    complaints = world.complaints
    own = complaints[SAME]
    for relation, row in complaints.items():
        if relation != SAME:
            link_complaints(own.pk, row.number, relation="related", by=None)
    seen = numbers(world.seen())
    base = own.get_absolute_url()
    for url in (base, f"{base}live/", f"{base}?show=notes", f"{base}?show=clock", f"{base}?before=999"):
        answer = client.get(url)
        assert answer.status_code == 200
        assert_nothing_leaks(world, answer, url)
    page = told(client.get(base))
    assert {row.number for row in complaints.values() if row.number in page} == seen


@pytest.mark.parametrize("role", [pytest.param(role, id=role.value) for role in ROLES if role not in READ.holders()])
def test_who_reads_no_complaint_is_shown_none_anywhere(make_world, role):
    world = make_world(role)
    world.make_all()
    assert world.seen() == []
    client = signed_in(world.me)
    the_queue_and_its_figures_count_what_may_be_seen(world, client)
    the_poll_tells_no_more_of_what_is_hidden_than_of_what_is_nowhere(world, client)
    customer = world.complaints[SAME].customer_id
    for url in (
        "/", "/?scope=mine&show=all", "/queue/changes/?mark=0", "/search/?q=水泵", "/search/?state=open",
        "/customers/find/?q=Emily", f"/customers/{customer}/", f"/customers/{customer}/card/", "/notifications/",
        "/notifications/bell/", "/complaints/new/", "/profile/", "/keyboard/",
    ):  # fmt: skip
        answer = client.get(url)
        assert_nothing_leaks(world, answer, url)
        assert "Emily Carter" not in told(answer), url


def test_the_rows_of_these_tests_are_not_empty():
    """What is hidden from a clerk, and what is not: the matrix is asked, and answers."""
    assert not sees(Role.FRONT_DESK, OTHER)
    assert not sees(Role.MANAGER, ABOVE)
    assert sees(Role.AUDITOR, RESTRICTED)
    assert {sees(Role.HANDLER, relation) for relation in RELATIONS} == {True, False}
    assert len(MATRIX) > 1
