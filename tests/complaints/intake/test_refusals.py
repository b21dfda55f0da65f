"""What is refused is said in the form with everything typed still there; who may open it; drafts."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from complaints.models import Complaint, Draft
from tests.complaints.intake.answers import ASSESS, DRAFT, KEY, NEW, REST, THREE, errors_of, target, text_of
from tests.house import WORKING_HOUR, House

pytestmark = pytest.mark.django_db


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
