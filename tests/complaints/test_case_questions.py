"""Short questions about a complaint: each a page, its refusals at its fields."""

import pytest

from complaints.models import ComplaintLink
from events.models import Event
from tests.complaints.pages import client_of, text_of, url

QUESTIONS = ("raise", "lower", "leave", "withdraw", "void", "gone_outside", "assign", "link")

END = {"reason": "Moved away", "outcome": "settled", "relief": "explanation"}


@pytest.mark.parametrize("name", QUESTIONS)
def test_each_question_has_a_page(make_complaint, house, name):
    complaint = make_complaint()
    answer = client_of(house.supervisor).get(url(name, complaint))
    assert answer.status_code == 200
    assert complaint.number in text_of(answer)


@pytest.mark.parametrize(
    ("name", "sent", "field"),
    [
        ("leave", {**END, "reason": " "}, "reason"),
        ("leave", {**END, "outcome": ""}, "outcome"),
        ("withdraw", {**END, "relief": ""}, "relief"),
        ("withdraw", {**END, "outcome": "unknown"}, "outcome"),
        ("void", {"reason": ""}, "reason"),
        ("void", {"reason": "x" * 1001}, "reason"),
        ("gone_outside", {"channel": "press", "summary": ""}, "summary"),
        ("gone_outside", {"channel": "phone", "summary": "x"}, "channel"),
        ("assign", {"owner": ""}, "owner"),
        ("assign", {"owner": "999999"}, "owner"),
        ("link", {"number": "C-2026-999999", "relation": "related"}, "number"),
        ("link", {"number": "", "relation": "related"}, "number"),
    ],
)
def test_a_refused_answer_comes_back_at_its_field(make_complaint, house, name, sent, field):
    complaint = make_complaint()
    before = Event.objects.count()
    answer = client_of(house.supervisor).post(url(name, complaint), sent)
    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert Event.objects.count() == before


def test_raising_and_lowering_by_page(make_complaint, house):
    complaint = make_complaint(is_taken=True)
    client = client_of(house.supervisor)
    assert client.post(url("raise", complaint), {"reason": ""}).url == complaint.get_absolute_url()
    assert client.post(url("raise", complaint), {"reason": ""}).status_code == 409
    assert client.post(url("lower", complaint), {"reason": ""}).status_code == 422
    assert client.post(url("lower", complaint), {"reason": "A misunderstanding"}).status_code == 302
    complaint.refresh_from_db()
    assert complaint.severity_class == 1
    page = text_of(client.get(complaint.get_absolute_url()))
    assert "A misunderstanding" in page


def test_ending_by_page_shows_why(make_complaint, house):
    complaint = make_complaint()
    client = client_of(house.clerk)
    client.post(url("withdraw", complaint), END)
    page = text_of(client.get(complaint.get_absolute_url()))
    assert "Withdrawn" in page
    assert "Moved away" in page
    assert "Settled without admission" in page
    # Pressed again from an old tab.
    assert client.post(url("withdraw", complaint), END).status_code == 409


def test_a_supervisor_gives_it_to_somebody(make_complaint, house):
    complaint = make_complaint(subject_ids=[house.colleague.pk])
    client = client_of(house.supervisor)
    offered = client.get(url("assign", complaint)).context["form"].people
    assert str(house.colleague.pk) not in offered
    assert str(house.auditor.pk) not in offered
    assert client.post(url("assign", complaint), {"owner": house.handler.pk}).status_code == 302
    complaint.refresh_from_db()
    assert complaint.owner == house.handler


def test_linking_by_page(make_complaint, house):
    one, other = make_complaint(), make_complaint(phone="138 0571 0001")
    sent = {"number": f" {other.number.lower()} ", "relation": "same_matter"}
    assert client_of(house.clerk).post(url("link", one), sent).status_code == 302
    assert ComplaintLink.objects.get().relation == "same_matter"


@pytest.mark.parametrize(
    ("who", "forbidden"),
    [("clerk", {"lower", "void", "assign"}), ("auditor", set(QUESTIONS)), ("supervisor", set())],
)
def test_a_question_opens_to_who_may_answer_it(make_complaint, house, who, forbidden):
    complaint = make_complaint()
    client = client_of(getattr(house, who))
    assert {name for name in QUESTIONS if client.get(url(name, complaint)).status_code == 403} == forbidden
    assert {name for name in QUESTIONS if client.post(url(name, complaint), END).status_code == 403} == forbidden
