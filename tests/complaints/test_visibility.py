"""Who sees which complaint. Source: DOMAIN.md 2; docs/decisions/0003."""

import pytest

from accounts.models import User
from accounts.roles import Role
from complaints.models import Complaint
from policies.actions import set_policy
from tests.house import House, lodge, make_department, make_user


def sees(user: User, complaint: Complaint) -> bool:
    """As a fresh request would: nothing is remembered from before."""
    fresh = User.objects.select_related("department").get(pk=user.pk)
    return Complaint.objects.visible_to(fresh).filter(pk=complaint.pk).exists()


def who_sees(house: House, complaint: Complaint) -> set[str]:
    return {user.username for user in house.everybody if sees(user, complaint)}


IN_WEST = {"clerk", "colleague", "handler", "supervisor"}
ABOVE = {"manager", "director", "auditor"}


def test_its_department_and_those_above(make_complaint, house):
    assert who_sees(house, make_complaint()) == IN_WEST | ABOVE


def test_another_stores_complaint_is_read_by_that_store_and_by_its_recorder(make_complaint, house):
    complaint = make_complaint(department_id=house.east.pk)
    assert who_sees(house, complaint) == {"eastclerk", "eastsupervisor", "clerk"} | ABOVE


def test_its_owner_reads_it_wherever_they_are(make_complaint, house):
    complaint = make_complaint()
    assert not sees(house.east_clerk, complaint)
    complaint.owner = house.east_clerk
    complaint.save()
    assert sees(house.east_clerk, complaint)


def test_who_is_moved_away_loses_sight_at_once(make_complaint, house):
    complaint = make_complaint()
    house.colleague.department = house.east
    house.colleague.save()
    assert not sees(house.colleague, complaint)


def test_the_administrator_and_department_staff_read_nothing(make_complaint, house):
    staff = make_user("warehouse", house.west, Role.DEPARTMENT_STAFF)
    complaint = make_complaint()
    assert not sees(house.administrator, complaint)
    assert not sees(staff, complaint)


def test_somebody_without_department_or_account_reads_nothing(make_complaint, house):
    complaint = make_complaint()
    lost = make_user("lost", None, Role.HANDLER)
    assert not sees(lost, complaint)
    house.handler.is_active = False
    house.handler.save()
    assert not sees(house.handler, complaint)


# ------------------------------------------------------------------ about staff


def test_nobody_sees_what_is_about_themselves(make_complaint, house):
    complaint = make_complaint(subject_ids=[house.colleague.pk])
    assert who_sees(house, complaint) == (IN_WEST | ABOVE) - {"colleague"}


def test_not_even_its_recorder(make_complaint, house):
    complaint = make_complaint(subject_ids=[house.clerk.pk])
    assert not sees(house.clerk, complaint)


def test_nor_its_owner(make_complaint, house):
    complaint = make_complaint(subject_ids=[house.handler.pk])
    complaint.owner = house.handler
    complaint.save()
    assert not sees(house.handler, complaint)


def test_nor_the_auditor_about_themselves(make_complaint, house):
    assert not sees(house.auditor, make_complaint(subject_ids=[house.auditor.pk]))


def test_what_is_about_a_head_is_hidden_from_the_people_of_that_department(make_complaint, house):
    house.west.head = house.supervisor
    house.west.save()
    complaint = make_complaint(subject_ids=[house.supervisor.pk])
    # Also from its recorder, who belongs to them.
    assert who_sees(house, complaint) == ABOVE


def test_a_head_further_up_hides_nothing_from_the_stores_below(make_complaint, house):
    house.region.head = house.manager
    house.region.save()
    complaint = make_complaint(subject_ids=[house.manager.pk])
    assert who_sees(house, complaint) == IN_WEST | {"director", "auditor"}


def test_a_change_of_head_takes_effect_at_once(make_complaint, house):
    complaint = make_complaint(subject_ids=[house.supervisor.pk])
    assert sees(house.clerk, complaint)
    house.west.head = house.supervisor
    house.west.save()
    assert not sees(house.clerk, complaint)


def test_the_auditor_reads_also_what_is_about_the_head_of_their_department(make_complaint, house):
    house.office.head = house.director
    house.office.save()
    complaint = make_complaint(subject_ids=[house.director.pk])
    assert sees(house.auditor, complaint)
    assert not sees(house.director, complaint)


# ------------------------------------------------------------------ integrity


def test_integrity_is_read_by_the_managers_of_head_office_while_nobody_is_named(make_complaint, house):
    complaint = make_complaint(category_id=house.integrity.pk, is_taken=True)
    assert complaint.is_restricted
    # Neither its recorder, who owns it, nor the store.
    assert who_sees(house, complaint) == {"director", "auditor"}


def test_integrity_is_read_by_the_people_named_for_it(make_complaint, house):
    set_policy("integrity.readers", ["manager"], by=house.director)
    complaint = make_complaint(category_id=house.integrity.pk)
    assert who_sees(house, complaint) == {"manager", "auditor"}


def test_a_named_reader_still_does_not_see_what_is_about_them(make_complaint, house):
    set_policy("integrity.readers", ["manager", "director"], by=house.director)
    complaint = make_complaint(category_id=house.integrity.pk, subject_ids=[house.manager.pk])
    assert who_sees(house, complaint) == {"director", "auditor"}


def test_a_further_category_restricts_as_well(make_complaint, house):
    complaint = make_complaint(category_id=house.attitude.pk, further_category_ids=[house.integrity.pk])
    assert not sees(house.clerk, complaint)


# ------------------------------------------------------------------ lists


@pytest.mark.usefixtures("at_work")
def test_a_store_with_a_longer_id_is_no_part_of_another(house):
    # "1/2/3/" must not match "1/2/30/".
    stores = [make_department(f"Store {n}", house.region, house.calendar) for n in range(30)]
    clerks = [make_user(f"clerk{n}", store, Role.FRONT_DESK) for n, store in enumerate(stores)]
    complaints = [lodge(clerk, phone=f"13805710{n:03d}") for n, clerk in enumerate(clerks)]
    for clerk, complaint in zip(clerks, complaints, strict=True):
        assert list(Complaint.objects.visible_to(User.objects.get(pk=clerk.pk))) == [complaint]


def test_one_statement_and_one_for_the_scope(make_complaint, house, django_assert_num_queries):
    for n in range(4):
        make_complaint(phone=f"1380571{n:04d}", subject_ids=[house.colleague.pk])
    clerk = User.objects.select_related("department").prefetch_related("role_grants").get(pk=house.clerk.pk)
    with django_assert_num_queries(2):
        assert len(Complaint.objects.visible_to(clerk)) == 4
