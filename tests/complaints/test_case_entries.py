"""The composer: notes and talks, and that nothing typed is lost."""

from datetime import timedelta

import pytest

from core import clock
from events.models import Event
from tests.complaints.pages import HTMX, client_of, text_of, url

END = {"reason": "Moved away", "outcome": "settled", "relief": "explanation"}


def test_a_note_is_kept_for_colleagues(make_complaint, house):
    complaint = make_complaint()
    sent = {"kind": "note", "summary": "Ask the workshop"}
    assert client_of(house.colleague).post(url("add_entry", complaint), sent).url == complaint.get_absolute_url()
    row = complaint.communications.get()
    assert (row.direction, row.medium, row.summary) == ("note", "", "Ask the workshop")


@pytest.mark.parametrize(
    ("sent", "stored"),
    [
        ({"kind": "phone", "minutes": "9"}, ("out", "phone", 540)),
        ({"kind": "phone", "direction": "in"}, ("in", "phone", None)),
        ({"kind": "visit", "direction": "out", "minutes": "0"}, ("out", "visit", 0)),
        ({"kind": "meeting"}, ("out", "meeting", None)),
        ({"kind": "message", "medium": "email"}, ("out", "email", None)),
        ({"kind": "message", "medium": "sms", "direction": "in"}, ("in", "sms", None)),
    ],
)
def test_a_talk_is_recorded_with_how_and_how_long(make_complaint, house, sent, stored):
    complaint = make_complaint()
    client_of(house.clerk).post(url("add_entry", complaint), {"summary": "Called", **sent})
    row = complaint.communications.get()
    assert (row.direction, row.medium, row.duration_seconds) == stored


def test_when_it_was_is_read_in_the_users_zone(make_complaint, house, at_work):
    complaint = make_complaint()
    with clock.frozen(at_work + timedelta(hours=3)):
        sent = {"kind": "phone", "summary": "Called", "at": "2026-11-18T10:30"}
        client_of(house.clerk).post(url("add_entry", complaint), sent)
    assert complaint.communications.get().at == at_work + timedelta(minutes=30)


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"kind": "note", "summary": "  "}, "summary"),
        ({"kind": "phone", "summary": ""}, "summary"),
        ({"kind": "pigeon", "summary": "x"}, "kind"),
        ({"kind": "phone", "summary": "x", "at": "2026-11-18T23:30"}, "at"),
        ({"kind": "phone", "summary": "x", "at": "2026-11-17T10:00"}, "at"),
        ({"kind": "phone", "summary": "x", "at": "0001-01-01T00:00"}, "at"),
        ({"kind": "phone", "summary": "x", "at": "gestern"}, "at"),
        ({"kind": "phone", "summary": "x", "minutes": "-3"}, "minutes"),
        ({"kind": "message", "summary": "x", "medium": "smoke"}, "medium"),
        ({"kind": "note", "summary": "y" * 5001}, "summary"),
        ({"kind": "note", "summary": "a\0b"}, "summary"),
    ],
)
@pytest.mark.parametrize("extra", [{}, HTMX], ids=["page", "htmx"])
def test_a_refused_entry_keeps_what_was_typed(make_complaint, house, sent, field, extra):
    complaint = make_complaint()
    before = Event.objects.count()
    answer = client_of(house.clerk).post(url("add_entry", complaint), {"direction": "out", **sent}, **extra)
    assert answer.status_code == 422
    assert field in answer.context["entry_form"].errors
    assert "There is a problem" in text_of(answer)
    assert (complaint.communications.count(), Event.objects.count()) == (0, before)


def test_with_htmx_the_composer_is_empty_again_and_the_rest_is_fresh(make_complaint, house):
    complaint = make_complaint(is_raised=True)
    sent = {"kind": "phone", "summary": "Called, apologised"}
    page = text_of(client_of(house.clerk).post(url("add_entry", complaint), sent, **HTMX))
    for part in ("composer", "history", "case-head", "rail", "progress", "deadlines"):
        assert page.count(f'id="{part}"') == 1
    assert "Called, apologised" in page
    assert "met" in page


def test_what_has_ended_takes_notes_only(make_complaint, house):
    complaint = make_complaint()
    client = client_of(house.clerk)
    client.post(url("withdraw", complaint), END)
    form = client.get(complaint.get_absolute_url()).context["composer"].form
    assert [code for code, _label in form.fields["kind"].choices] == ["note"]
    assert client.post(url("add_entry", complaint), {"kind": "note", "summary": "He thanked us"}).status_code == 302
    assert client.post(url("add_entry", complaint), {"kind": "phone", "summary": "x"}).status_code == 409


@pytest.mark.parametrize("kind", ["phone", "message", "note"])
def test_a_link_opens_the_composer_at_a_kind(make_complaint, house, kind):
    page = client_of(house.clerk).get(make_complaint().get_absolute_url(), {"entry": kind})
    assert page.context["composer"].form["kind"].value() == kind
