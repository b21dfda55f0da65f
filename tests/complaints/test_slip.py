"""The slip that the customer takes home. Source: DOMAIN.md 10.12."""

from datetime import timedelta

import pytest
from django.utils import translation

from complaints.actions import desk, talks
from complaints.codes import State
from complaints.slip import slip_of
from core import clock
from deadlines.actions import fire_due_deadlines
from tests.complaints.pages import client_of, text_of, url


def test_the_slip_says_number_words_next_step_and_whom_to_call(make_complaint, house, at_work):
    house.west.phone, house.west.address = "0571 8866 1234", "18 Wensan Road"
    house.west.save()
    complaint = make_complaint()
    page = text_of(client_of(house.clerk).get(url("slip", complaint)))
    for line in (
        complaint.number, "I was charged twice for the wiper blades.", "You hear from us by 18:00", "West store",
        "0571 8866 1234", "18 Wensan Road", "Clerk",
    ):  # fmt: skip
        assert line in page or line.replace("by 18:00", "by 18 Nov, 18:00") in page, line
    assert "<svg" in page
    assert "style=" not in page


def test_a_case_is_told_who_calls_and_what_is_settled_says_so(make_complaint, house, at_work):
    case = make_complaint(is_raised=True)
    assert slip_of(case).next_steps[0] == "Somebody who is responsible contacts you by 18 Nov, 02:30."
    talks.record_communication(case.pk, direction="out", medium="phone", summary="x", by=house.handler)
    assert slip_of(case).next_steps == ["We want to have settled it by 23 Nov, 02:00."]
    case.state = State.CLOSED
    assert slip_of(case).next_steps[0] == "Your matter is settled."


def test_what_was_promised_and_missed_is_not_promised_again(make_complaint, house, at_work):
    case = make_complaint(is_raised=True)
    with clock.frozen(at_work + timedelta(days=9)):
        fire_due_deadlines(100, clock.now())
        assert slip_of(case).next_steps == ["We work on it and tell you how it goes on."]


def test_the_slip_shows_the_restated_sentence_and_the_remedy(make_complaint, house):
    complaint = make_complaint(is_taken=True)
    desk.listen(complaint.pk, restated="Charged twice.", customer_agreed=True, by=house.clerk)
    desk.apologise(complaint.pk, was_said=True, by=house.clerk)
    desk.satisfy(complaint.pk, remedy_kinds=["refund"], remedy="Refunded", satisfaction="loyal", by=house.clerk)
    slip = slip_of(complaint)
    assert (slip.said, slip.done) == ("Charged twice.", "Refunded")


@pytest.mark.parametrize(("language", "tag"), [("en", "en"), ("zh-hans", "zh-Hans")])
def test_the_slip_is_in_the_customers_language(make_complaint, house, language, tag):
    page = text_of(client_of(house.clerk).get(url("slip", make_complaint(language=language))))
    assert f'<article class="slip" lang="{tag}">' in page
    assert "Class" not in page.split("<article")[1]


def test_a_very_long_complaint_still_fits_a_code_and_a_sheet(make_complaint, house):
    complaint = make_complaint(description="天窗" * 9_000)
    client = client_of(house.clerk)
    assert client.get(url("slip", complaint)).status_code == 200
    with translation.override("zh-hans"):
        assert len(slip_of(complaint).qr_text) <= 220
    answer = client.get(url("slip_qr", complaint))
    assert answer["Content-Type"] == "image/svg+xml"
    assert answer.content.startswith(b"<?xml") or b"<svg" in answer.content[:200]
    assert b"style" not in answer.content


def test_who_recorded_what_they_must_not_see_gets_the_slip_once(make_complaint, house, at_work):
    complaint = make_complaint(subject_ids=[house.clerk.pk])
    client = client_of(house.clerk)
    assert client.get(url("slip", complaint)).status_code == 404
    session = client.session
    session["just_saved"] = {"number": complaint.number, "until": (at_work + timedelta(minutes=15)).isoformat()}
    session.save()
    page = client.get(url("slip", complaint))
    assert page.status_code == 200
    assert complaint.get_absolute_url() not in text_of(page)
    assert client.get(url("slip", complaint)).status_code == 404
    assert client.get(complaint.get_absolute_url()).status_code == 404


def test_nor_later_nor_another_number_nor_somebody_else(make_complaint, house, at_work):
    hidden = make_complaint(subject_ids=[house.clerk.pk])
    client, other = client_of(house.clerk), client_of(house.east_clerk)
    tries = ((client, hidden.number, -1), (client, "C-2026-999999", 15), (other, hidden.number, 15))
    for each, number, minutes in tries:
        session = each.session
        session["just_saved"] = {"number": number, "until": (at_work + timedelta(minutes=minutes)).isoformat()}
        session.save()
        assert each.get(url("slip", hidden)).status_code == 404
