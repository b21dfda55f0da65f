"""The rule in memory and the rule in the database are one rule."""

import itertools

import pytest

from complaints.models import Complaint
from complaints.visibility import may_see


def variants(house):
    """One complaint for each mixture of place, subject, category and who has it."""
    subjects = ([], [house.clerk.pk], [house.supervisor.pk], [house.manager.pk])
    for n, (place, subject, category) in enumerate(
        itertools.product((house.west, house.east), subjects, (house.product, house.integrity))
    ):
        yield {
            "department_id": place.pk,
            "subject_ids": subject,
            "category_id": category.pk,
            "phone": f"13805716{n:03d}",
            "name": f"Customer {n}",
        }


def test_memory_and_database_agree_for_everybody(make_complaint, house):
    house.west.head = house.supervisor
    house.west.save()
    house.region.head = house.manager
    house.region.save()
    for answers in variants(house):
        make_complaint(**answers)
    assert Complaint.objects.count() == 16
    # The mixture tells people apart, or agreeing would prove nothing.
    assert told_apart(house) >= 5
    offer(house)
    assert told_apart(house) >= 7


def offer(house):
    """Some are offered to a person, some to a department: by the columns, since it is reading that is asked about."""
    for number, row in enumerate(Complaint.objects.order_by("pk")):
        row.offered_at = row.recorded_at
        row.offered_to, row.offered_department = [
            (house.east_clerk, None), (None, house.west), (None, house.region), (house.auditor, None),
        ][number % 4]  # fmt: skip
        row.save()


def told_apart(house):
    """How many see some and not all; database and memory agree for everybody."""
    complaints = list(Complaint.objects.select_related("department", "offered_department"))
    seen_by_some = 0
    for user in house.everybody:
        fresh = type(user).objects.select_related("department").get(pk=user.pk)
        in_database = set(Complaint.objects.visible_to(fresh).values_list("pk", flat=True))
        in_memory = {
            complaint.pk
            for complaint in complaints
            if may_see(
                fresh,
                complaint,
                subject_ids=set(complaint.subject_rows.values_list("user_id", flat=True)),
                reader_ids=set(complaint.named_readers.values_list("pk", flat=True)),
            )
        }
        assert in_memory == in_database, user.username
        seen_by_some += 0 < len(in_database) < len(complaints)
    return seen_by_some


@pytest.mark.parametrize("who", ["administrator"])
def test_the_administrator_reads_nothing(make_complaint, house, who):
    make_complaint()
    assert not Complaint.objects.visible_to(getattr(house, who)).exists()
