"""What the form says while somebody types: who it is, the class, what looks like it."""

import json
import re

import pytest
from django.test import Client
from zeal import zeal_ignore

from complaints.models import Communication, Complaint, ComplaintLink, Draft
from customers.models import Customer
from tests.complaints.intake.answers import (
    ASSESS,
    DRAFT,
    KEY,
    NEW,
    PAIR,
    REST,
    THREE,
    first,
    target,
    text_of,
)
from tests.house import House, lodge

pytestmark = pytest.mark.django_db


def test_a_phone_at_the_desk_brings_the_customer(page: Client, house: House):
    lodge(house.clerk)
    html = text_of(page.get(target(page.get(NEW, {"who": "+86 138-0571-6620"}))))
    assert 'value="Emily Carter"' in html
    assert re.search(rf'name="customer" value="{Customer.objects.get().pk}"', html)
    assert "Complaints, 180 days" in html


@pytest.mark.parametrize(("who", "field"), [("139 0000 1111", "phone"), ("王芳", "name"), ("\0x", "name")])
def test_what_was_typed_at_the_desk_is_filled_in(page: Client, who: str, field: str):
    html = text_of(page.get(target(page.get(NEW, {"who": who}))))
    assert re.search(rf'name="{field}" value="{who.strip(chr(0))}"', html)


# ------------------------------------------------------------------ while typing


def known(page: Client, **answers) -> str:
    return text_of(page.post(ASSESS, {**THREE, **REST, **answers}, headers={"HX-Request": "true"}))


def test_the_class_is_proposed_with_its_reasons(page: Client):
    html = known(page, amount_claimed="20,000", threats=["press"])
    assert "Class 2: becomes a case" in html
    assert "claims 20,000 (limit 5,000)" in html
    assert "Press" in html
    assert "First contact by <b" in html
    assert "10:30" in html


def test_class_1_can_be_raised_freely(page: Client):
    assert "Class 1: settled at the desk" in known(page)
    html = known(page, is_raised="on")
    assert "Class 2: becomes a case" in html
    assert "raised by you" in html


def test_words_suggest_ticks_until_they_are_declined(page: Client):
    html = known(page, description="不然我就打 12315，再发到抖音上")
    told = json.loads(first(r'data-suggest="([^"]*)"', html).replace("&quot;", '"'))
    assert sorted(told["threats"]) == ["online", "regulator"]
    assert "Suggested from the words “12315”, “抖音”" in html
    html = known(page, description="不然我就打 12315，再发到抖音上", declined_threats="online")
    assert "“抖音”" not in html


def test_danger_words_make_class_2_until_they_are_declined(page: Client):
    assert "Danger to people" in known(page, description="The engine caught fire")
    assert "Class 1" in known(page, description="The engine caught fire", declined_danger="1")


def test_what_the_words_say_is_not_ticked_silently_when_saving(save):
    assert save(description="不然我就打 12315").threats == []


def test_possible_duplicates_are_shown_with_why(page: Client, house: House):
    other = lodge(house.colleague, description="Charged twice for the wiper blades at the cashier.")
    html = known(page, description="I was charged twice for wiper blades", phone="138 0571 6620")
    assert other.number in html
    assert "same phone" in html


def test_duplicates_of_other_stores_are_not_shown(page: Client, house: House):
    other = lodge(house.east_clerk)
    assert other.number not in known(page)


def test_added_to_the_older_one_it_is_a_message_and_no_second_number(page: Client, house: House):
    older = lodge(house.colleague)
    page.post(DRAFT, THREE)
    for _twice in range(2):
        response = page.post(NEW, {**THREE, **REST, "then": f"add:{older.number}"})
        assert target(response) == older.get_absolute_url()
    assert Communication.objects.get().summary == "I was charged twice."
    assert Complaint.objects.count() == 1
    assert not Draft.objects.exists()
    assert page.post(DRAFT, THREE).status_code == 204
    assert not Draft.objects.exists(), "what the page says when it is left comes too late"


def test_kept_both_they_are_linked(save, house: House):
    older = lodge(house.colleague)
    with zeal_ignore(PAIR):
        complaint = save(link_to=[older.number])
    link = ComplaintLink.objects.get()
    assert {link.complaint, link.other} == {older, complaint}


def test_sales_follow_the_customer_and_staff_the_department(page: Client, house: House):
    lodge(house.clerk)
    customer = Customer.objects.get()
    html = known(page, customer=customer.pk, sales_of="", staff_of=house.west.pk)
    assert 'id="intake-sale" hx-swap-oob="true"' in html
    assert 'id="intake-staff"' not in html
    html = known(page, customer=customer.pk, sales_of=customer.pk, staff_of=house.west.pk, department=house.east.pk)
    assert 'id="intake-sale"' not in html
    assert 'id="intake-staff" hx-swap-oob="true"' in html
    assert "Eastclerk" in html


def test_without_scripts_one_can_look_before_saving(page: Client, house: House):
    lodge(house.colleague, description="Charged twice for wiper blades.")
    response = page.post(NEW, {**THREE, **REST, "description": "不然我就打 12315", "then": "look"})
    html = text_of(response)
    assert response.status_code == 200
    assert re.search(r'name="threats" value="regulator"[^>]* checked', html)
    assert "Perhaps the same matter" in html
    assert not Complaint.objects.filter(intake_key=KEY).exists()
