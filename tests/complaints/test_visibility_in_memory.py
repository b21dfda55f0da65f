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
    complaints = list(Complaint.objects.select_related("department"))
    assert len(complaints) == 16
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
    # The mixture tells people apart, or agreeing would prove nothing.
    assert seen_by_some >= 5


@pytest.mark.parametrize("who", ["administrator"])
def test_the_administrator_reads_nothing(make_complaint, house, who):
    make_complaint()
    assert not Complaint.objects.visible_to(getattr(house, who)).exists()
