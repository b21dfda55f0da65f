"""Pieces of a complaint's page that are kept: each page still shows its own complaint, reader and moment."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from complaints.actions.ownership import take_complaint
from complaints.actions.talks import write_note
from complaints.models import Complaint
from complaints.templatetags.kept_tags import ANY_NUMBER
from core.drawn import _SECRET, drawn_for
from events.models import Event
from tests.house import House

pytestmark = pytest.mark.django_db
END = {"reason": "Moved away", "outcome": "settled", "relief": "explanation"}


def page_of(user: User, complaint: Complaint, **asked: str) -> str:
    client = Client()
    client.force_login(user)
    return client.get(complaint.get_absolute_url(), asked).content.decode()


def addresses(html: str) -> set[str]:
    return set(re.findall(r'(?:href|action|hx-post|hx-get|data-keep)="([^"]*C-\d{4}-\d+[^"]*)"', html))


def test_each_page_leads_to_its_own_complaint(house: House, make_complaint):
    one, other = make_complaint(), make_complaint(name="Tom Becker", phone="138 0571 6621")
    page_of(house.handler, one)
    html = page_of(house.handler, other)
    assert reverse("complaints:add_entry", args=[other.number]) in addresses(html)
    assert reverse("complaints:withdraw", args=[other.number]) in addresses(html)
    assert not [address for address in addresses(html) if one.number in address]
    assert ANY_NUMBER not in html
    assert _SECRET not in html


def test_a_second_look_draws_no_piece(house: House, make_complaint):
    complaint = make_complaint()
    page_of(house.clerk, complaint)
    before = drawn_for.cache_info().misses
    page_of(house.clerk, complaint)
    assert drawn_for.cache_info().misses == before


def test_what_a_role_may_not_press_is_not_kept_for_it(house: House, make_complaint):
    complaint = make_complaint()
    withdraw = reverse("complaints:withdraw", args=[complaint.number])
    assert withdraw in addresses(page_of(house.supervisor, complaint))
    assert withdraw not in addresses(page_of(house.auditor, complaint))
    assert withdraw in addresses(page_of(house.supervisor, complaint))


def test_what_has_ended_offers_no_end(house: House, make_complaint):
    complaint = make_complaint()
    withdraw = reverse("complaints:withdraw", args=[complaint.number])
    assert withdraw in addresses(page_of(house.supervisor, complaint))
    client = Client()
    client.force_login(house.supervisor)
    assert client.post(withdraw, END).status_code == 302
    assert withdraw not in addresses(page_of(house.supervisor, complaint))


def test_names_in_the_frame_are_the_readers(house: House, make_complaint):
    complaint = make_complaint()
    page_of(house.clerk, complaint)
    html = page_of(house.supervisor, complaint)
    assert "Your account: Supervisor" in html
    assert "Your account: Clerk" not in html
    User.objects.filter(pk=house.supervisor.pk).update(name="Renamed", theme="dark", language="zh-hans")
    html = page_of(User.objects.get(pk=house.supervisor.pk), complaint)
    assert "<b>Renamed</b>" in html
    assert 'name="theme" value="light"' in html
    assert "Sign out" not in html


def test_the_figure_in_the_navigation_is_counted_anew(house: House, make_complaint):
    complaint = make_complaint()
    figure = re.compile(r'<span class="n hot">(\d+)')
    assert figure.findall(page_of(house.clerk, complaint)) == ["1"]
    make_complaint(name="Tom Becker", phone="138 0571 6621")
    assert figure.findall(page_of(house.clerk, complaint)) == ["2"]


def test_an_entry_is_drawn_by_its_words(house: House, make_complaint):
    complaint = make_complaint()
    take_complaint(complaint.pk, by=house.clerk)
    write_note(complaint.pk, text="She calls back at four", by=house.clerk)
    assert "She calls back at four" in page_of(house.clerk, complaint)
    complaint.communications.update(summary="Blanked")
    html = page_of(house.clerk, complaint)
    assert "Blanked" in html
    assert "She calls back at four" not in html
    assert Event.objects.filter(type="complaint.noted").exists()


def test_the_rail_moves_with_the_complaint(house: House, make_complaint):
    complaint = make_complaint()
    assert "1 of 5: Listen" in page_of(house.clerk, complaint)
    Complaint.objects.filter(pk=complaint.pk).update(state="satisfy")
    assert "3 of 5: Satisfy" in page_of(house.clerk, complaint)


def test_each_request_has_its_own_token(house: House, make_complaint):
    complaint = make_complaint()
    client = Client(enforce_csrf_checks=True)
    client.force_login(house.clerk)
    tokens: list[str] = []
    for _time in range(2):
        html = client.get(complaint.get_absolute_url()).content.decode()
        shown = set(re.findall(r'csrfmiddlewaretoken" value="(\w+)"', html))
        assert len(shown) == 1
        tokens += shown
    assert tokens[0] != tokens[1]
    written = {"kind": "note", "summary": "From a kept form", "csrfmiddlewaretoken": tokens[1]}
    assert client.post(reverse("complaints:add_entry", args=[complaint.number]), written).status_code == 302
    refused = {**written, "csrfmiddlewaretoken": "x" * 64}
    assert client.post(reverse("complaints:add_entry", args=[complaint.number]), refused).status_code == 403
