"""Lodging: three answers are enough, a class with reasons, clocks running, one complaint however often it is sent."""

import uuid
from datetime import timedelta
from decimal import Decimal

import pytest

from accounts.roles import Role
from complaints.codes import Channel, SeverityClass, State
from complaints.intake import PromiseMade
from complaints.models import Complaint, Draft
from core.errors import Blocked, PermissionDenied
from customers.actions import create_customer
from customers.models import Customer
from deadlines.models import Deadline
from events.models import Event, Notification
from tests.house import lodge, make_category, make_user


def kinds(complaint: Complaint, state: str = "pending") -> set[str]:
    return set(Deadline.objects.of(complaint).filter(state=state).values_list("kind", flat=True))


def test_three_answers_are_enough(make_complaint, house, at_work):
    complaint = make_complaint()
    complaint.refresh_from_db()
    assert complaint.number == "C-2026-000001"
    assert (complaint.severity_class, complaint.state) == (SeverityClass.ONE, State.LISTEN)
    assert complaint.department == house.west
    assert complaint.recorded_by == house.clerk
    assert complaint.owner is None
    assert complaint.customer.name == "Emily Carter"
    assert complaint.contact_phone_normalized == "+8613805716620"
    assert complaint.triage == []


def test_its_clocks_run_from_when_it_was_recorded(make_complaint, at_work):
    complaint = make_complaint()
    due = dict(Deadline.objects.of(complaint).values_list("kind", "due_at"))
    assert set(due) == {"owned", "first_response", "answer", "resolved", "oral_report"}
    assert due["owned"] == at_work + timedelta(minutes=15)
    assert due["first_response"] == at_work + timedelta(minutes=30)
    assert complaint.next_due_at == due["owned"]


def test_taking_it_meets_the_promise_of_an_owner(make_complaint, house):
    complaint = make_complaint(is_taken=True)
    assert complaint.owner == house.clerk
    assert "owned" not in kinds(complaint)
    assert "owned" in kinds(complaint, "met")


def test_the_log_begins_with_it(make_complaint, house):
    complaint = make_complaint()
    first = Event.objects.of(complaint).order_by("seq").first()
    assert (first.type, first.actor) == ("complaint.created", house.clerk)
    assert first.data["number"] == complaint.number
    assert "wiper" not in first.data_text


@pytest.mark.parametrize(
    ("answers", "missing"),
    [
        ({"description": "  　 "}, "no_description"),
        ({"name": "", "phone": ""}, "no_name"),
        ({"phone": ""}, "no_contact"),
        ({"customer_id": 999_999}, "unknown_customer"),
        ({"subject_ids": [999_999]}, "unknown_staff"),
        ({"department_id": 999_999}, "no_department"),
    ],
)
def test_what_is_missing_is_told_and_nothing_is_saved(make_complaint, answers, missing):
    with pytest.raises(Blocked) as refused:
        make_complaint(**answers)
    assert missing in [blocker.code for blocker in refused.value.blockers]
    assert not Complaint.objects.exists()
    assert not Event.objects.filter(subject_type="complaint").exists()
    assert not Customer.objects.exists()


def test_everything_that_is_missing_is_told_at_once(make_complaint):
    with pytest.raises(Blocked) as refused:
        make_complaint(description="", name="", phone="")
    assert [blocker.code for blocker in refused.value.blockers] == ["no_description", "no_name", "no_contact"]


def test_anonymous_needs_neither_name_nor_phone(make_complaint):
    complaint = make_complaint(is_anonymous=True, name="", phone="")
    assert complaint.customer is None
    assert complaint.is_anonymous


@pytest.mark.parametrize("who", ["auditor", "administrator"])
def test_who_works_no_complaints_lodges_none(house, at_work, who):
    with pytest.raises(PermissionDenied):
        lodge(getattr(house, who))
    assert not Complaint.objects.exists()


def test_sent_twice_it_is_one(make_complaint):
    key = uuid.uuid4()
    first, second = make_complaint(key=key), make_complaint(key=key)
    assert first.pk == second.pk
    assert Complaint.objects.count() == 1
    assert Event.objects.of(first).filter(type="complaint.created").count() == 1


def test_the_same_phone_is_the_same_customer_in_any_writing(make_complaint):
    one, another = make_complaint(phone="138 0571 6620"), make_complaint(phone="+86 138-0571-6620")
    assert one.customer == another.customer
    assert Customer.objects.count() == 1


def test_a_phone_holds_for_this_complaint_only(make_complaint, house):
    customer = create_customer("王芳", phones=["13805716620"], by=house.clerk)
    complaint = make_complaint(customer_id=customer.pk, phone="139 5880 1145")
    assert complaint.contact_phone == "139 5880 1145"
    assert [point.normalized for point in customer.contact_points.all()] == ["+8613805716620"]


def test_it_goes_on_the_record_when_the_clerk_says_so(make_complaint, house):
    customer = create_customer("王芳", phones=["13805716620"], by=house.clerk)
    make_complaint(customer_id=customer.pk, phone="139 5880 1145", is_also_on_customer=True)
    main = customer.contact_points.get(is_primary=True)
    assert main.normalized == "+8613958801145"


@pytest.mark.parametrize(
    ("answers", "rule"),
    [
        ({"upset": "furious"}, "intense"),
        ({"amount_claimed": Decimal(5000)}, "intense"),
        ({"is_danger": True}, "danger"),
        ({"description": "刹车失灵，车辆起火"}, "danger"),
        ({"channel": Channel.PRESS}, "outside"),
        ({"threats": ["legal"]}, "threat"),
        ({"group_size": 5}, "group"),
    ],
)
def test_class_2_with_its_reason(make_complaint, answers, rule):
    complaint = make_complaint(**answers)
    assert (complaint.severity_class, complaint.state) == (SeverityClass.TWO, State.ACT)
    assert rule in [reason["rule"] for reason in complaint.triage]


def test_words_a_clerk_unticked_no_longer_count(make_complaint):
    complaint = make_complaint(description="There was no fire at all.", is_danger_declined=True)
    assert complaint.severity_class == SeverityClass.ONE


def test_threat_over_our_heads_tells_the_supervisor_and_stays_class_1(make_complaint, house):
    complaint = make_complaint(threats=["over_our_heads"])
    assert complaint.severity_class == SeverityClass.ONE
    told = Notification.objects.get(code="complaint.over_our_heads")
    assert told.recipient == house.supervisor


def test_class_2_without_an_owner_rings_at_the_handlers(make_complaint, house):
    make_complaint(upset="furious")
    assert Notification.objects.get(code="complaint.needs_owner").recipient == house.handler


def test_a_suggested_crisis_rings_at_the_leaders(make_complaint, house):
    make_complaint(channel=Channel.PRESS)
    told = Notification.objects.filter(code="complaint.crisis_suggested").values_list("recipient__username", flat=True)
    assert set(told) == {"supervisor", "manager"}


def test_talking_to_the_customer_is_first_contact(make_complaint, at_work):
    complaint = make_complaint(is_talking=True, upset="furious")
    assert complaint.first_contact_at == at_work
    assert "first_response" in kinds(complaint, "met")


def test_nobody_talks_to_a_letter(make_complaint):
    complaint = make_complaint(is_talking=True, channel=Channel.LETTER)
    assert complaint.first_contact_at is None
    assert "first_response" in kinds(complaint)


def test_danger_counts_around_the_clock(make_complaint, at_work):
    complaint = make_complaint(is_danger=True)
    assert Deadline.objects.of(complaint).get(kind="first_response").clock == "24x7"
    assert Deadline.objects.of(complaint).get(kind="resolved").clock == "working"


def test_a_matter_about_oneself_is_not_taken(make_complaint, house):
    with pytest.raises(Blocked) as refused:
        make_complaint(subject_ids=[house.clerk.pk], is_taken=True)
    assert refused.value.blockers[0].code == "own_complaint"
    assert not Complaint.objects.exists()


def test_a_matter_about_the_recorder_is_hidden_from_them(make_complaint, house):
    complaint = make_complaint(subject_ids=[house.clerk.pk])
    assert not Complaint.objects.visible_to(house.clerk).filter(pk=complaint.pk).exists()
    assert Complaint.objects.visible_to(house.supervisor).filter(pk=complaint.pk).exists()


def test_integrity_is_for_the_named_alone(make_complaint, house):
    complaint = make_complaint(category_id=house.integrity.pk)
    assert complaint.severity_class == SeverityClass.TWO
    seers = {user.username for user in house.everybody if Complaint.objects.visible_to(user).filter(pk=complaint.pk)}
    assert seers == {"director", "auditor"}


def test_another_stores_complaint_is_lodged_there(make_complaint, house):
    complaint = make_complaint(department_id=house.east.pk)
    assert complaint.department == house.east
    assert Complaint.objects.visible_to(house.clerk).filter(pk=complaint.pk).exists()
    assert Complaint.objects.visible_to(house.east_clerk).filter(pk=complaint.pk).exists()


def test_promises_and_links_are_kept(make_complaint):
    older = make_complaint()
    complaint = make_complaint(
        promises=[PromiseMade("A panoramic roof", "Tom Becker", "brochure")], link_to=[older.number]
    )
    assert complaint.promises.get().by_whom == "Tom Becker"
    assert complaint.links_back.get().complaint == older


def test_its_draft_is_gone(make_complaint, house, at_work):
    key = uuid.uuid4()
    Draft.objects.create(key=key, user=house.clerk, fields={}, created_at=at_work, updated_at=at_work)
    make_complaint(key=key)
    assert not Draft.objects.exists()


def test_the_third_of_a_kind_is_raised_and_the_fourth_is_not(make_complaint, house):
    answers = {"category_id": house.product.pk, "product_name": "Tang EV"}
    classes = [make_complaint(phone=f"138057166{n}", name=f"N{n}", **answers).severity_class for n in range(20, 25)]
    assert classes == [1, 1, 2, 1, 1]


def test_another_product_is_another_matter(make_complaint, house):
    for n in range(20, 22):
        make_complaint(phone=f"138057166{n}", category_id=house.product.pk, product_name="Tang EV")
    other = make_complaint(phone="13805716630", category_id=house.product.pk, product_name="Song Plus")
    assert other.severity_class == SeverityClass.ONE


def test_frequent_complainers_are_class_2_from_the_third_on(make_complaint):
    assert [make_complaint().severity_class for _ in range(3)] == [1, 1, 2]


def test_a_vip_is_class_2(make_complaint, house):
    customer = create_customer("浙江明远贸易有限公司", kind="company", phones=["057188001234"], by=house.clerk)
    Customer.objects.filter(pk=customer.pk).update(is_vip=True, vip_reason="fleet")
    complaint = make_complaint(customer_id=customer.pk)
    assert complaint.triage[0]["rule"] == "vip"


def test_somebody_away_is_replaced_by_who_acts_for_them(make_complaint, house, at_work):
    stand_in = make_user("standin", house.west, Role.HANDLER)
    house.handler.delegations.create(
        delegate=house.supervisor, starts_at=at_work - timedelta(days=1), ends_at=at_work + timedelta(days=1)
    )
    make_complaint(upset="furious")
    told = Notification.objects.filter(code="complaint.needs_owner").values_list("recipient__username", flat=True)
    assert set(told) == {stand_in.username, "supervisor"}


def test_what_is_under_a_category_is_about_it_too(make_complaint, house):
    below = make_category("promised_equipment", "Promised equipment", "承诺的配置", parent=house.over_promising)
    complaint = make_complaint(category_id=below.pk)
    assert [reason["rule"] for reason in complaint.triage] == ["over_promising"]


def test_old_imports_are_no_usual_weeks(make_complaint, house, at_work):
    for n in range(3):
        make_complaint(phone=f"138057166{n + 20}", name=f"N{n}", category_id=house.product.pk)
    Complaint.objects.update(is_imported=True, received_at=at_work - timedelta(weeks=20))
    three = [make_complaint(phone=f"138057166{n + 40}", name=f"M{n}", category_id=house.product.pk) for n in range(3)]
    assert [complaint.severity_class for complaint in three] == [1, 1, 1]
