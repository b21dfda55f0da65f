"""Who works on it: taken once, given by a supervisor, never to whom it is about. Source: DOMAIN.md 2, 3.1, 10.2."""

import pytest

from accounts.roles import Role
from complaints.actions.ownership import assign_complaint, take_complaint
from complaints.actions.transitions import withdraw
from complaints.models import Complaint
from core.errors import Blocked, Conflict, PermissionDenied
from deadlines.models import Deadline
from events.models import Event, Notification
from tests.complaints.refusals import refused
from tests.house import make_user


def owner_of(complaint: Complaint):
    complaint.refresh_from_db()
    return complaint.owner


def last_event(complaint):
    return Event.objects.of(complaint).filter(type="complaint.assigned").order_by("-seq").first()


def test_who_takes_it_owns_it_and_keeps_the_promise(make_complaint, house):
    complaint = make_complaint()
    take_complaint(complaint.pk, by=house.colleague)
    assert owner_of(complaint) == house.colleague
    assert Deadline.objects.of(complaint).get(kind="owned").state == "met"
    assert last_event(complaint).data == {"owner": "Colleague", "owner_id": house.colleague.pk, "is_taken": True}
    assert not Notification.objects.filter(code="complaint.assigned_to_you").exists()


def test_taking_ones_own_again_changes_nothing(make_complaint, house):
    complaint = make_complaint(is_taken=True)
    before = Event.objects.count()
    take_complaint(complaint.pk, by=house.clerk)
    assert Event.objects.count() == before


def test_the_second_to_take_it_is_told_who_has_it(make_complaint, house):
    complaint = make_complaint(is_taken=True)
    with refused(Conflict, "already_taken") as told:
        take_complaint(complaint.pk, by=house.colleague)
    assert str(told.value.message) == "Clerk has taken it already."


@pytest.mark.parametrize("who", ["handler", "supervisor", "manager"])
def test_a_handler_takes_over_the_case_that_the_desk_keeps(make_complaint, house, who):
    complaint = make_complaint(is_taken=True, is_raised=True)
    take_complaint(complaint.pk, by=getattr(house, who))
    assert owner_of(complaint) == getattr(house, who)


def test_but_not_a_class_1_complaint_nor_a_case_that_a_handler_has(make_complaint, house):
    complaint = make_complaint(is_taken=True)
    with refused(Conflict, "already_taken"):
        take_complaint(complaint.pk, by=house.handler)
    case = make_complaint(is_raised=True, phone="138 0571 0001")
    take_complaint(case.pk, by=house.handler)
    with refused(Conflict, "already_taken"):
        take_complaint(case.pk, by=house.supervisor)
    with refused(Conflict, "already_taken"):
        take_complaint(case.pk, by=house.clerk)


def test_what_has_ended_is_not_taken(make_complaint, house):
    complaint = make_complaint()
    withdraw(complaint.pk, reason="x", outcome="settled", relief="explanation", by=house.clerk)
    with refused(Conflict, "already_ended"):
        take_complaint(complaint.pk, by=house.colleague)


def test_who_must_not_see_it_cannot_take_it(make_complaint, house):
    complaint = make_complaint(subject_ids=[house.colleague.pk])
    for by in (house.colleague, house.east_clerk):
        with refused(Complaint.DoesNotExist):
            take_complaint(complaint.pk, by=by)
    with refused(PermissionDenied):
        take_complaint(complaint.pk, by=house.auditor)


# ------------------------------------------------------------------ given by a supervisor


def test_a_supervisors_word_holds_at_once_and_is_told(make_complaint, house):
    complaint = make_complaint(is_taken=True)
    assign_complaint(complaint.pk, owner=house.handler, by=house.supervisor)
    assert owner_of(complaint) == house.handler
    assert last_event(complaint).data["is_taken"] is False
    told = Notification.objects.get(code="complaint.assigned_to_you")
    assert (told.recipient, told.url) == (house.handler, complaint.get_absolute_url())


def test_giving_it_to_its_owner_changes_nothing(make_complaint, house):
    complaint = make_complaint(is_taken=True)
    before = Event.objects.count()
    assign_complaint(complaint.pk, owner=house.clerk, by=house.supervisor)
    assert Event.objects.count() == before


def test_colleagues_give_nothing_to_each_other(make_complaint, house):
    complaint = make_complaint(is_taken=True)
    with refused(PermissionDenied, "only_supervisor_assigns"):
        assign_complaint(complaint.pk, owner=house.colleague, by=house.clerk)


def test_nor_do_they_take_it_from_each_other_that_way(make_complaint, house):
    complaint = make_complaint(is_taken=True)
    with refused(Conflict, "already_taken"):
        assign_complaint(complaint.pk, owner=house.colleague, by=house.colleague)


def test_it_goes_to_nobody_who_may_not_own_it(make_complaint, house):
    complaint = make_complaint(subject_ids=[house.colleague.pk])
    gone = make_user("gone", house.west, Role.HANDLER, is_active=False)
    for owner in (house.colleague, house.auditor, house.administrator, gone):
        with refused(Blocked, "cannot_own"):
            assign_complaint(complaint.pk, owner=owner, by=house.supervisor)


def test_nor_to_the_people_of_the_head_it_is_about(make_complaint, house):
    house.west.head = house.supervisor
    house.west.save()
    complaint = make_complaint(subject_ids=[house.supervisor.pk])
    with refused(Blocked, "cannot_own"):
        assign_complaint(complaint.pk, owner=house.handler, by=house.manager)


def test_a_restricted_one_goes_only_to_its_readers(make_complaint, house):
    complaint = make_complaint(category_id=house.integrity.pk)
    with refused(Blocked, "cannot_own"):
        assign_complaint(complaint.pk, owner=house.handler, by=house.director)
    assign_complaint(complaint.pk, owner=house.director, by=house.director)
    assert owner_of(complaint) == house.director


def test_it_may_go_to_another_store(make_complaint, house):
    complaint = make_complaint()
    assign_complaint(complaint.pk, owner=house.east_clerk, by=house.manager)
    assert owner_of(complaint) == house.east_clerk
    assert Complaint.objects.visible_to(house.east_clerk).filter(pk=complaint.pk).exists()
