"""The column the queue is sorted by follows the clock, however many complaints it moved at once."""

from datetime import timedelta

import pytest

from complaints.codes import State
from complaints.deadlines import after_changes
from complaints.models import Complaint
from deadlines.actions import fire_due_deadlines
from deadlines.firing import BATCH
from deadlines.models import Deadline
from tests.house import House, lodge

pytestmark = pytest.mark.django_db


def due_of(complaint: Complaint):
    return Complaint.objects.values_list("next_due_at", flat=True).get(pk=complaint.pk)


def test_it_is_the_nearest_that_runs_and_nothing_once_it_has_ended(make_complaint, at_work):
    moved, paused, ended, untouched = (make_complaint(phone=f"138 0571 662{at}") for at in range(4))
    Deadline.objects.of(moved).filter(kind="answer").update(due_at=at_work - timedelta(hours=1))
    Deadline.objects.of(paused).update(state="paused", next_fire_at=None)
    Complaint.objects.filter(pk=ended.pk).update(state=State.VOIDED, ended_at=at_work)
    before = due_of(untouched)
    after_changes([moved.pk, paused.pk, ended.pk, untouched.pk])
    assert due_of(moved) == at_work - timedelta(hours=1)
    assert due_of(paused) is None
    assert due_of(ended) is None
    assert due_of(untouched) == before


def test_statements_do_not_follow_the_complaints(house: House, at_work, django_assert_num_queries):
    ids = [lodge(house.clerk, phone=f"138 0571 66{at}0").pk for at in range(7)]
    with django_assert_num_queries(1):
        after_changes(ids)
    for some in (ids[:2], ids):
        Complaint.objects.update(next_due_at=None)
        with django_assert_num_queries(2):
            after_changes(some)
        assert Complaint.objects.filter(next_due_at=None).count() == len(ids) - len(some)


def test_a_batch_is_written_in_as_many_statements_as_one(house: House, at_work, django_assert_max_num_queries):
    def due(count: int, since: int) -> None:
        made = [lodge(house.clerk, phone=f"138 0571 {at:04d}").pk for at in range(since, since + count)]
        rows = Deadline.objects.filter(subject_type="complaint", subject_id__in=made, kind="owned")
        rows.update(next_fire_at=at_work)

    due(2, since=1000)
    later = at_work + timedelta(minutes=20)
    with django_assert_max_num_queries(20) as few:
        assert fire_due_deadlines(now=later) >= 2
    due(20, since=2000)
    with django_assert_max_num_queries(len(few)):
        assert 20 <= fire_due_deadlines(now=later) <= BATCH
