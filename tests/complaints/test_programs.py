"""A program lodges and works complaints, and is never who owns, hears or is named in one."""

from dataclasses import replace

import pytest

from accounts.models import User
from accounts.roles import Role
from complaints.actions import desk, reports
from complaints.actions.lodge import lodge_complaint
from complaints.actions.ownership import assign_complaint, take_complaint
from complaints.actions.restriction import named_readers
from complaints.deadlines import recipients
from complaints.forms.case import possible_owners
from complaints.models import Complaint
from complaints.supervisors import people_to_tell
from core import clock
from core.errors import Blocked, PermissionDenied
from customers.actions import record_sale
from customers.models import Sale
from events.models import Notification
from events.notice_words import notice_text
from policies.actions import set_policy
from tests.accounts.programs import make_confirmed
from tests.house import make_intake


@pytest.fixture
def program(house, at_work):
    account = make_confirmed(house, Role.SUPERVISOR, name="dms")
    return User.objects.select_related("department").get(pk=account.pk)


def refused(code):
    return pytest.raises(Blocked, match=code)


def test_it_lodges_and_the_record_says_that_a_program_did(program):
    complaint = lodge_complaint(make_intake(), by=program)
    assert str(complaint.recorded_by) == "dms (program)"
    assert complaint.owner is None
    with refused("cannot_own"):
        lodge_complaint(replace(make_intake(), is_taken=True), by=program)
    assert Complaint.objects.count() == 1


def test_it_owns_nothing_by_whatever_way(program, house, make_complaint):
    complaint = make_complaint()
    for attempt in (
        lambda: take_complaint(complaint.pk, by=program),
        lambda: assign_complaint(complaint.pk, owner=program, by=house.supervisor),
        lambda: assign_complaint(complaint.pk, owner=program, by=program),
        lambda: desk.change_desk(complaint.pk, what="person", note="New", owner=program, by=house.supervisor),
    ):
        with refused("cannot_own"):
            attempt()
    assert program not in possible_owners(complaint)
    assert house.supervisor in possible_owners(complaint)


def test_what_it_gives_to_somebody_names_it_as_a_program(program, house, make_complaint):
    assign_complaint(make_complaint().pk, owner=house.handler, by=program)
    notice = Notification.objects.get(recipient=house.handler, code="complaint.assigned_to_you")
    assert notice_text(notice.code, notice.values).startswith("dms (program) gave you C-")


def test_no_clock_and_no_report_looks_for_it(program, house, make_complaint):
    complaint = make_complaint()
    assert recipients(complaint, Role.SUPERVISOR) == [house.supervisor]
    told = [hearer.person for hearer in people_to_tell(complaint, by=house.clerk, now=clock.now())]
    assert house.supervisor in told
    assert program not in told


def test_it_hears_and_confirms_no_report(program, house, make_complaint):
    complaint, clerk = make_complaint(), house.clerk
    desk.listen(complaint.pk, restated="It leaks.", customer_agreed=True, by=clerk)
    desk.apologise(complaint.pk, was_said=True, by=clerk)
    desk.satisfy(complaint.pk, remedy_kinds=["repair"], remedy="Repaired", satisfaction="satisfied", by=clerk)
    desk.thank(complaint.pk, was_thanked=True, by=clerk)
    end = {"outcome": "upheld", "relief": "non_monetary"}
    with refused("not_a_supervisor"):
        reports.report_orally(complaint.pk, to=program, **end, by=clerk)
    reports.report_orally(complaint.pk, to=house.supervisor, **end, by=clerk)
    with pytest.raises(PermissionDenied):
        reports.confirm_oral_report(complaint.pk, by=program)
    assert complaint.oral_reports.get().confirmed_at is None
    reports.confirm_oral_report(complaint.pk, by=house.supervisor)


def test_nobody_complains_about_a_program_by_name(program, house):
    with refused("unknown_staff"):
        lodge_complaint(make_intake(subject_ids=[program.pk]), by=house.clerk)


def test_it_is_no_reader_of_what_is_restricted(program, house):
    set_policy("integrity.readers", ["dms", "handler"], by=None)
    assert named_readers() == [house.handler]


def test_it_sold_nothing(program, house, make_complaint):
    customer_id = make_complaint().customer_id
    with refused("is_a_program"):
        record_sale(
            "till", "S-1", customer_id=customer_id, product_name="Pump", amount=5, sold_at=clock.now(),
            sales_consultant=program, by=house.manager,
        )  # fmt: skip
    assert not Sale.objects.exists()
