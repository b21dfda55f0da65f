"""Three answers are enough, everything told is stored, and saving twice is one complaint."""

import uuid
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from zeal import zeal_ignore

from complaints.models import Complaint
from core import clock
from customers.models import Customer
from tests.complaints.intake.answers import KEY, NEW, NOTICES, REST, THREE, errors_of, target, text_of
from tests.house import WORKING_HOUR, House, lodge

pytestmark = pytest.mark.django_db


def test_three_answers_are_enough(save, house: House):
    complaint = save()
    assert complaint.contact_name == "Emily Carter"
    assert complaint.department == house.west
    assert complaint.owner == house.clerk
    assert complaint.recorded_by == house.clerk


def test_save_and_take_goes_on_to_the_desk(page: Client):
    response = page.post(NEW, {**THREE, **REST, "then": "take"})
    assert target(response) == reverse("complaints:desk", args=[Complaint.objects.get().number])


def test_hand_over_leaves_it_to_the_department(page: Client):
    response = page.post(NEW, {**THREE, **REST, "then": "hand_over"})
    complaint = Complaint.objects.get()
    assert complaint.owner is None
    assert target(response) == reverse("complaints:detail", args=[complaint.number])


def test_class_2_goes_to_its_page(page: Client):
    response = page.post(NEW, {**THREE, **REST, "upset": "furious"})
    assert target(response) == reverse("complaints:detail", args=[Complaint.objects.get().number])


def test_sent_twice_is_one_complaint(page: Client):
    once = page.post(NEW, {**THREE, **REST})
    twice = page.post(NEW, {**THREE, **REST, "description": "Another text"})
    assert target(once) == target(twice)
    assert Complaint.objects.get().description == "I was charged twice."


def test_the_back_button_leads_to_what_was_saved(page: Client):
    saved = page.post(NEW, {**THREE, **REST})
    assert target(page.get(NEW, {"draft": KEY})) == target(saved)


def test_somebody_elses_key_tells_nothing(page: Client, house: House):
    theirs = lodge(house.east_clerk, key=uuid.UUID(KEY))
    response = page.post(NEW, {**THREE, **REST})
    assert response.status_code == 404
    assert theirs.number not in text_of(response)


def test_everything_that_can_be_told_is_stored(page: Client, house: House):
    told = {
        **THREE,
        "channel": "phone",
        "email": "emily@example.com",
        "company": "Carter Ltd",
        "address": "1 Lake Road",
        "language": "zh-hans",
        "preferred_contact": "Call",
        "preferred_time": "after 18:30",
        "demands": ["refund", "apology"],
        "amount_claimed": "¥1,200.50",
        "currency": "CNY",
        "upset": "angry",
        "threats": ["over_our_heads"],
        "is_danger": "on",
        "category": house.product.pk,
        "further_categories": [house.attitude.pk],
        "happened_on": "2026-11-17",
        "happened_where": "Cashier 2",
        "people_involved": "Tom",
        "subjects": [house.colleague.pk],
        "product_name": "Wiper",
        "product_specification": "60 cm",
        "product_batch": "B7",
        "product_produced_on": "2026-01-01",
        "product_in_use_since": "2026-02-01",
        "product_symptom": "squeaks",
        "product_before": "none",
        "cost_of_waiting": "a day",
        "phase": "after",
        "representative_name": "Ann Carter",
        "representative_authority": "everything",
        "representative_until": "2027-01-01",
        "representative_proof": "letter",
        "group_size": "3",
        "title": "Charged twice",
        "department": house.east.pk,
        "received_at": "2026-11-18T09:30",
        "is_talking": "on",
        "promise_what_1": "Free blades",
        "promise_by_1": "Tom",
        "promise_form_1": "spoken",
    }
    with zeal_ignore(NOTICES):
        response = page.post(NEW, told)
    assert response.status_code == 302, errors_of(response)
    complaint = Complaint.objects.get()
    assert str(complaint.amount_claimed) == "1200.50"
    assert complaint.department == house.east
    assert complaint.category == house.product
    assert list(complaint.further_categories.all()) == [house.attitude]
    assert list(complaint.subjects.all()) == [house.colleague]
    assert complaint.received_at.isoformat() == "2026-11-18T01:30:00+00:00"
    assert complaint.first_contact_at == WORKING_HOUR
    assert complaint.promises.get().what == "Free blades"
    plain = (
        "email",
        "company",
        "address",
        "language",
        "preferred_contact",
        "preferred_time",
        "upset",
        "phase",
        "title",
    )
    for name in plain:
        stored = getattr(complaint, f"contact_{name}" if name in ("email", "address") else name)
        assert stored == told[name]
    for name in [name for name in told if name.startswith(("product_", "representative_", "happened_"))]:
        assert str(getattr(complaint, name)) == str(told[name])


def test_a_chosen_customer_is_kept_and_the_phone_holds_for_this_complaint_only(save, house: House):
    lodge(house.clerk)
    customer = Customer.objects.get()
    complaint = save(customer=customer.pk, phone="139 0000 0000")
    assert complaint.customer == customer
    assert customer.main_phone == "138 0571 6620"
    assert complaint.contact_phone == "139 0000 0000"


def test_also_on_the_customer_changes_the_record(save, house: House):
    lodge(house.clerk)
    customer = Customer.objects.get()
    save(customer=customer.pk, phone="139 0000 0000", is_also_on_customer="on")
    assert Customer.objects.get().main_phone == "139 0000 0000"


def test_anonymous_keeps_no_name(save):
    complaint = save(is_anonymous="on", name="Emily Carter", phone="")
    assert complaint.is_anonymous
    assert complaint.contact_name == ""
    assert complaint.customer is None


def test_who_may_not_read_it_again_gets_the_slip_once(page: Client, house: House, client: Client):
    response = page.post(NEW, {**THREE, **REST, "category": house.integrity.pk, "then": "hand_over"})
    complaint = Complaint.objects.get()
    assert target(response) == reverse("complaints:saved", args=[complaint.number])
    html = text_of(page.get(target(response)))
    assert complaint.number in html
    slip = reverse("complaints:slip", args=[complaint.number])
    assert slip in html
    assert "I was charged twice." in text_of(page.get(slip))
    assert page.get(slip).status_code == 404
    client.force_login(house.colleague)
    assert client.get(target(response)).status_code == 404


def test_the_slip_is_gone_after_a_while(page: Client, house: House):
    response = page.post(NEW, {**THREE, **REST, "subjects": [house.clerk.pk], "then": "hand_over"})
    with clock.frozen(WORKING_HOUR + timedelta(minutes=16)):
        assert page.get(target(response)).status_code == 404


def test_nobody_takes_what_is_about_themselves(page: Client, house: House):
    response = page.post(NEW, {**THREE, **REST, "subjects": [house.clerk.pk]})
    assert response.status_code == 422
    assert "It is about you, so you cannot take it. Save it and hand it over." in errors_of(response)
    assert not Complaint.objects.exists()
