"""The intake form: three answers are enough, nothing typed is lost, and saving twice is one complaint."""

import json
import re
import uuid
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from zeal import zeal_ignore

from complaints.models import Communication, Complaint, ComplaintLink, Draft
from complaints.opening import calendar_at
from core import clock
from customers.models import Customer
from tests.house import WORKING_HOUR, House, lodge

pytestmark = pytest.mark.django_db
NEW = reverse("complaints:new")
ASSESS = reverse("complaints:assess")
DRAFT = reverse("complaints:draft")

# A pair is locked one after the other, by rising id; and each kind of notice looks who it is about.
PAIR = [{"model": "complaints.Complaint", "field": "get()"}]
NOTICES = [{"model": "complaints.Complaint", "field": "subject_rows"}]
KEY = "7d2f3c4e-1111-4000-8000-000000000001"
THREE = {"draft": KEY, "description": "I was charged twice.", "name": "Emily Carter", "phone": "138 0571 6620"}
REST = {"channel": "in_person"}


@pytest.fixture
def page(client: Client, house: House, at_work) -> Client:
    # The first look at a calendar keeps a copy of it, also when what follows is refused.
    calendar_at(house.calendar)
    client.force_login(house.clerk)
    return client


@pytest.fixture
def save(page: Client) -> Callable[..., Complaint]:
    def press(**answers) -> Complaint:
        response = page.post(NEW, {**THREE, **REST, **answers})
        assert response.status_code == 302, errors_of(response)
        return Complaint.objects.get(intake_key=answers.get("draft", KEY))

    return press


def text_of(response) -> str:
    return str(response.content.decode())


def target(response) -> str:
    """Where the answer leads."""
    return str(response["Location"])


def first(pattern: str, html: str) -> str:
    found = re.search(pattern, html)
    assert found, pattern
    return found[1]


def errors_of(response) -> list[str]:
    return re.findall(r'<li><a href="#[^"]*">([^<]*)</a></li>', text_of(response))


# ------------------------------------------------------------------ saving


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


# ------------------------------------------------------------------ refusals


def test_every_missing_answer_is_named_at_once(page: Client):
    response = page.post(NEW, {"draft": KEY, "channel": "phone"})
    assert response.status_code == 422
    assert errors_of(response) == [
        "Write what happened, in the customer’s words.",
        "Enter the customer’s name, or tick “anonymous”.",
        "Enter a phone number, e-mail or address, or tick “anonymous”.",
    ]
    assert "<title>Error: New complaint" in text_of(response)


def test_everything_typed_is_kept(page: Client, house: House):
    response = page.post(
        NEW,
        {**THREE, **REST, "amount_claimed": "about 2k", "threats": ["press"], "promise_what_2": "Tea", "upset": "angry",
         "happened_where": "Cashier 2", "subjects": [house.colleague.pk], "category": house.product.pk},
    )  # fmt: skip
    html = text_of(response)
    assert errors_of(response) == ["The amount must be a number, for example 1,200"]
    for kept in ("I was charged twice.", 'value="about 2k"', 'value="Tea"', 'value="Cashier 2"'):
        assert kept in html
    assert re.search(r'name="threats" value="press"[^>]* checked', html)
    assert re.search(r'name="upset" value="angry"[^>]* checked', html)
    assert re.search(rf'name="subjects" value="{house.colleague.pk}"[^>]* checked', html)
    assert re.search(rf'<option value="{house.product.pk}" selected>', html)


HOSTILE = [
    ("description", "a\0b", 422),
    ("description", "x" * 100_000, 422),
    ("description", " \u3000\u200b\u2060\ufeff ", 422),
    ("description", "\u202eتجربة\u202c 👩🏽‍🔧" * 50, 302),
    ("description", "𠀀𠮷" * 1000, 302),
    ("description", "{{ 7|add:7 }} <svg onload=alert(1)> '; DROP TABLE complaints_complaint; --", 302),
    ("name", "a\0b", 422),
    ("name", "Emily\r\nBcc: all@example.com", 422),
    ("name", "\u200b\u200b", 422),
    ("name", "王", 302),
    ("name", "阿卜杜拉·买买提", 302),
    ("name", "Z" + "\u0300" * 1000, 422),
    ("phone", "none", 422),
    ("phone", "１３８　０５７１　６６２０", 302),
    ("phone", "1" * 1_000, 422),
    ("email", "not an address", 422),
    ("email", "a@b", 422),
    ("amount_claimed", "2万", 302),
    ("amount_claimed", "２０，０００", 302),
    ("amount_claimed", "-5", 422),
    ("amount_claimed", "1e308", 422),
    ("amount_claimed", "NaN", 422),
    ("amount_claimed", "9" * 400, 422),
    ("amount_claimed", "0.001", 422),
    ("customer", "999999", 422),
    ("customer", "9" * 30, 422),
    ("customer", "x", 422),
    ("sale", "1", 422),
    ("sale", "-1", 422),
    ("category", "999999", 422),
    ("category", "9" * 30, 422),
    ("further_categories", "x", 422),
    ("department", "999999", 422),
    ("subjects", "999999", 422),
    ("subjects", "9" * 30, 422),
    ("subjects", "x", 422),
    ("channel", "import", 422),
    ("channel", "pigeon", 422),
    ("demands", "moon", 422),
    ("upset", "very", 422),
    ("threats", "x", 422),
    ("currency", "BTC", 422),
    ("language", "tlh", 422),
    ("phase", "x", 422),
    ("happened_on", "2026-13-40", 422),
    ("happened_on", "2026-11-19", 422),
    ("happened_on", "0001-01-01", 422),
    ("representative_until", "9999-12-31", 422),
    ("received_at", "0001-01-01T00:00", 422),
    ("received_at", "9999-12-31T23:59", 422),
    ("received_at", "2026-11-18T10:01", 422),
    ("received_at", "soon", 422),
    ("group_size", "0", 422),
    ("group_size", "9" * 30, 422),
    ("group_size", "five", 422),
    ("promise_by_1", "Tom", 422),
    ("promise_form_2", "x", 422),
    ("draft", "not-a-key", 302),
    ("link_to", "C-1999-000001", 422),
    ("link_to", "\0", 302),
    ("then", "add:C-1999-000001", 404),
    ("then", "\0", 302),
    ("title", "x" * 161, 422),
    ("declined_threats", "x" * 500, 422),
]


@pytest.mark.parametrize(("name", "value", "status"), HOSTILE)
def test_bad_input_is_an_error_in_the_form(page: Client, name: str, value: str, status: int):
    response = page.post(NEW, {**THREE, **REST, name: value})
    assert response.status_code == status, errors_of(response)
    assert Complaint.objects.count() == (1 if status == 302 else 0)
    if status == 422:
        assert "There is a problem" in text_of(response)


@pytest.mark.parametrize(("name", "value", "status"), HOSTILE)
def test_nothing_half_typed_breaks_the_judgement(page: Client, name: str, value: str, status: int):
    assert page.post(ASSESS, {**THREE, **REST, name: value}).status_code == 200


@pytest.mark.parametrize(("name", "value", "status"), HOSTILE)
def test_any_draft_comes_back(page: Client, name: str, value: str, status: int):
    if name != "draft":
        assert page.post(DRAFT, {**THREE, **REST, name: value}).status_code == 200
        assert page.get(NEW, {"draft": KEY}).status_code == 200


def test_what_was_typed_is_never_run(page: Client):
    html = text_of(page.post(NEW, {**THREE, **REST, "name": "<script>alert(1)</script>", "phone": ""}))
    assert "<script>alert" not in html


# ------------------------------------------------------------------ rights


@pytest.mark.parametrize("who", ["auditor", "administrator"])
def test_only_who_logs_complaints_opens_it(client: Client, house: House, at_work, who: str):
    client.force_login(getattr(house, who))
    assert client.get(NEW).status_code == 403
    assert client.post(NEW, {**THREE, **REST}).status_code == 403
    assert client.post(DRAFT, THREE).status_code == 403
    assert client.post(ASSESS, THREE).status_code == 403
    assert not Complaint.objects.exists()


def test_an_ended_session_leads_back_to_the_same_form(client: Client, house: House):
    client.force_login(house.clerk)
    client.logout()
    address = f"{NEW}?draft={KEY}"
    response = client.post(address, {**THREE, **REST}, headers={"Referer": f"http://testserver{address}"})
    assert response.status_code == 401
    assert "next=%2Fcomplaints%2Fnew%2F%3Fdraft" in text_of(response)
    assert "I was charged twice." in text_of(response)
    assert client.post(DRAFT, THREE, headers={"X-Requested-With": "fetch"}).status_code == 401


# ------------------------------------------------------------------ drafts


def test_each_form_has_an_address_of_its_own(page: Client):
    one, another = target(page.get(NEW)), target(page.get(NEW))
    assert one != another
    assert page.get(one).status_code == 200


def test_a_draft_is_kept_on_every_change_and_comes_back(page: Client):
    answer = page.post(DRAFT, {**THREE, "threats": ["press", "legal"], "happened_on": "2026-11"})
    assert answer.json() == {"draft": KEY, "saved_at": WORKING_HOUR.isoformat()}
    page.post(DRAFT, {**THREE, "threats": ["press"], "description": "Half a sent", "declined_demands": "refund"})
    html = text_of(page.get(NEW, {"draft": KEY}))
    assert "Half a sent" in html
    assert re.search(r'name="threats" value="press"[^>]* checked', html)
    assert not re.search(r'name="threats" value="legal"[^>]* checked', html)
    assert re.search(r'name="declined_demands" value="refund"', html)
    assert "There is a problem" not in html


def test_a_draft_is_never_shown_to_another(page: Client, client: Client, house: House):
    page.post(DRAFT, THREE)
    client.force_login(house.colleague)
    response = client.get(NEW, {"draft": KEY})
    assert response.status_code == 302
    assert KEY not in target(response)
    assert client.post(DRAFT, {**THREE, "description": "Mine"}).status_code == 409
    assert Draft.objects.get().fields["description"] == ["I was charged twice."]


def test_saving_removes_the_draft_and_a_late_one_is_not_kept(page: Client, save):
    page.post(DRAFT, THREE)
    save()
    assert page.post(DRAFT, THREE).status_code == 204
    assert not Draft.objects.exists()


def test_leave_as_draft_needs_no_answers(page: Client):
    response = page.post(NEW, {"draft": KEY, "description": "Half", "then": "draft"})
    assert target(response) == reverse("complaints:queue")
    assert Draft.objects.get().fields["description"] == ["Half"]


# ------------------------------------------------------------------ beginning from elsewhere


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
