"""Several counts in one statement are the counts."""

import pytest

from complaints.models import Category
from core.counting import count_all
from core.models import Counter

pytestmark = pytest.mark.django_db


@pytest.fixture
def counters():
    return [Counter.objects.create(series=f"T{n}", year=2026) for n in range(5)]


def test_each_is_counted_and_cut_to_its_length(counters, django_assert_num_queries):
    before = Category.objects.count()
    with django_assert_num_queries(1):
        found = count_all(
            all=Counter.objects.filter(year=2026),
            some=Counter.objects.filter(series__in=["T1", "T2"]),
            cut=Counter.objects.order_by("-series")[:3],
            other=Category.objects.all(),
        )
    assert found == {"all": 5, "some": 2, "cut": 3, "other": before}


def test_what_can_have_no_rows_is_not_asked(counters, django_assert_num_queries):
    with django_assert_num_queries(1):
        assert count_all(none=Counter.objects.none(), all=Counter.objects.all()) == {"none": 0, "all": 5}
    with django_assert_num_queries(0):
        assert count_all(none=Counter.objects.filter(pk__in=[])) == {"none": 0}
