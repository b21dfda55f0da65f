"""Conditions joined by OR, taken apart and merged again, find the same rows."""

from typing import Any

import pytest
from django.db import connection
from django.db.models import Q

from core.apart import AnyOf, Statement, apart, merged, whole
from core.models import Counter

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def counters():
    return [Counter.objects.create(series=f"T{n}", year=2020 + n % 3) for n in range(6)]


def answers(statement: Statement | None) -> list[Any]:
    assert statement is not None
    with connection.cursor() as cursor:
        cursor.execute(statement.sql, statement.values)
        return list(cursor.fetchall())


def rows(*conditions: Q):
    """With values before, in and after the conditions that are taken apart."""
    found = Counter.objects.filter(~Q(series="T5"))
    return found.filter(AnyOf(*conditions)).filter(year__gte=2020).order_by("series").values("series")


def test_each_condition_is_a_statement_and_together_they_are_the_rows():
    asked = rows(Q(series="T0"), Q(year=2021), Q(series__in=["T1", "T5"]))
    parts = apart(asked)
    assert [answers(part) for part in parts] == [[("T0",)], [("T1",), ("T4",)], [("T1",)]]
    assert answers(merged(parts, "series", 9)) == [("T0",), ("T1",), ("T4",)]
    assert [tuple(row.values()) for row in asked] == [("T0",), ("T1",), ("T4",)]


def test_each_part_and_the_whole_are_cut():
    parts = apart(rows(Q(year=2020), Q(year=2021), Q(year=2022))[:1])
    assert [answers(part) for part in parts] == [[("T0",)], [("T1",)], [("T2",)]]
    assert answers(merged(parts, "series DESC", 2)) == [("T2",), ("T1",)]


def test_a_condition_that_nothing_meets_is_not_asked():
    assert [answers(part) for part in apart(rows(Q(series__in=[]), Q(series="T2")))] == [[("T2",)]]
    assert apart(rows(Q(series__in=[]), Q(pk__in=[]))) == []
    assert merged([], "series", 9) is None
    assert whole(Counter.objects.none()) == []


def test_what_is_asked_twice_stays_whole():
    asked = rows(Q(series="T1"), Q(series="T2")).filter(AnyOf(Q(series="T1"), Q(series="T2")))
    assert [answers(part) for part in apart(asked)] == [[("T1",), ("T2",)]]


def test_without_conditions_to_take_apart_it_stays_whole():
    asked = Counter.objects.filter(Q(series="T1") | Q(series="T2")).order_by("series").values("series")
    assert apart(asked) == whole(asked)
    assert answers(merged(apart(asked), "series", 9)) == [("T1",), ("T2",)]
