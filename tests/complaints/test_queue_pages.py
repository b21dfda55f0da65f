"""The queue is read in parts, each by its own index: together they are what one may see, in order, page by page."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models import Q

from accounts.models import User
from complaints import queue
from complaints.models import Complaint
from tests.complaints.crowd import make_crowd
from tests.house import House

pytestmark = pytest.mark.django_db
on_postgresql = pytest.mark.skipif("connection.vendor != 'postgresql'", reason="Plans are those of PostgreSQL.")


@pytest.fixture
def lively(house: House) -> House:
    """Stores with heads, about whom their people see nothing."""
    for department, head in ((house.west, house.supervisor), (house.region, house.manager)):
        department.head = head
        department.save()
    return house


def pages(user: User, scope: str, chosen: str, now: Any, count: int) -> list[int]:
    """The ids of all pages, one after the other."""
    found: list[int] = []
    after = None
    while rows := list(queue.page(user, scope, chosen, now=now, after=after, count=count)):
        assert len(rows) <= count
        found += [row.pk for row in rows]
        after = rows[-1].ended_at if chosen == "settled" else rows[-1].next_due_at, rows[-1].pk
    return found


@pytest.mark.parametrize("seed", range(3))
def test_pages_and_counters_are_what_everybody_may_see(lively: House, at_work, seed: int):
    make_crowd(lively, 150, now=at_work, seed=seed)
    told_apart = set()
    for somebody in lively.everybody:
        user = User.objects.select_related("department").get(pk=somebody.pk)
        visible = Complaint.objects.visible_to(user)
        for scope in ("all", "mine"):
            mine = visible if scope == "all" else visible.filter(owner=user)
            wanted = {
                "all": {row.pk for row in mine if row.is_open},
                "overdue": {row.pk for row in mine if row.next_due_at and row.next_due_at <= at_work},
                "soon": {
                    row.pk
                    for row in mine
                    if row.next_due_at and at_work < row.next_due_at <= at_work + timedelta(minutes=30)
                },
                "unowned": {row.pk for row in mine if row.is_open and row.owner_id is None},
                "settled": {row.pk for row in queue.settled_today(mine, user, now=at_work)},
            }
            for chosen, ids in wanted.items():
                found = pages(user, scope, chosen, at_work, count=7)
                assert (user.username, scope, chosen, set(found)) == (user.username, scope, chosen, ids)
                assert found == list(queue.filtered(user, scope, chosen, now=at_work).values_list("pk", flat=True))
            counters = queue.counters(user, scope, now=at_work)
            figures = {name: len(ids) for name, ids in wanted.items()}
            assert {**figures, "all": counters.open} == {
                name: getattr(counters, name, counters.open) for name in wanted
            }
            assert counters.open == figures["all"]
            told_apart.add(frozenset(wanted["all"]))
    # Agreeing would prove nothing if everybody saw the same.
    assert len(told_apart) >= 10


def test_counters_stop_at_what_they_show(lively: House, at_work, monkeypatch):
    make_crowd(lively, 150, now=at_work)
    exact = queue.counters(lively.manager, "all", now=at_work)
    assert not exact.is_capped
    assert min(exact.open, exact.unowned, exact.settled) > 3
    monkeypatch.setattr(queue, "COUNTED", 3)
    capped = queue.counters(lively.manager, "all", now=at_work)
    assert (capped.open, capped.unowned, capped.settled, capped.is_capped) == (3, 3, 3, True)


# ------------------------------------------------------------------ plans


def read(rows: Any) -> int:
    """How many rows of complaints the database looked at for it, those thrown away included."""
    sql, values = rows.query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE complaints_complaint")
        # A few thousand short rows are soonest read all; a million are not.
        for way in ("seqscan", "hashjoin", "mergejoin"):
            cursor.execute(f"SET LOCAL enable_{way} = off")
        cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}", values)
        [(plan,)] = cursor.fetchall()
    return looked_at(plan[0]["Plan"])


def looked_at(node: dict[str, Any]) -> int:
    own = 0
    if node.get("Relation Name") == "complaints_complaint":
        own = (node["Actual Rows"] + node.get("Rows Removed by Filter", 0)) * node["Actual Loops"]
    return own + sum(looked_at(each) for each in node.get("Plans", ()))


@on_postgresql
@pytest.mark.parametrize("after_the_dated", [False, True])
def test_a_deep_page_begins_where_the_last_one_ended(house: House, at_work, after_the_dated: bool):
    make_crowd(house, 3000, now=at_work)
    rows = queue.filtered(house.director, "all", "all", now=at_work)
    dated = rows.exclude(next_due_at=None)
    last = rows[dated.count() + 20] if after_the_dated else dated[dated.count() - 20]
    page = queue.page(house.director, "all", "all", now=at_work, after=(last.next_due_at, last.pk), count=51)
    assert len(page) == 51
    # What is shown, once in its range and once by its id, and what is hidden or due together with the last one.
    assert read(page) < 200
    # A range joined by OR begins nowhere.
    joined = rows.filter(Q(next_due_at__gt=at_work) | Q(next_due_at=at_work, pk__gt=1) | Q(next_due_at=None))
    assert read(joined[:51]) > 800


@on_postgresql
def test_the_queue_of_a_store_does_not_follow_what_others_have_open(house: House, at_work):
    make_crowd(house, 3000, now=at_work, stores=300)
    page = queue.page(house.clerk, "all", "all", now=at_work, after=None, count=11)
    assert len(page) == 11
    assert read(page) < 60
    # In one piece, it walks through the others', or reads and sorts all of its own.
    assert read(queue.filtered(house.clerk, "all", "all", now=at_work)[:11]) > 120
