"""Rows of lists: kept from one request to the next, and yet always this reader's, of this minute, of this complaint."""

import re
from collections.abc import Callable
from dataclasses import fields, replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Calendar, User
from complaints.actions.ownership import take_complaint
from complaints.lines import Line
from complaints.models import Complaint
from core import clock
from core.drawn import drawn_for
from tests.house import House

pytestmark = pytest.mark.django_db
QUEUE = reverse("complaints:queue")
SEARCH = reverse("complaints:search")
RECEIVED = datetime.fromisoformat("2026-11-18T02:00:00+00:00")
LINE = Line(
    pk=1,
    number="C-2026-000001",
    severity_class=1,
    suggests_crisis=False,
    is_open=True,
    received_at=RECEIVED,
    ended_at=None,
    category="Product quality",
    who="Emily Carter",
    words="I was charged twice.",
    channel="Phone",
    step="Hear them out",
    stage=1,
    stage_name="Listen",
    url="/complaints/C-2026-000001/",
    take_url="/complaints/C-2026-000001/take/",
    owner=None,
    is_vip=False,
    is_mine=False,
    may_take=False,
    department="",
    offered="",
    deadline=None,
)


def rows_of(user: User, address: str = QUEUE) -> str:
    """The list of a page, as a browser of this user's gets it."""
    client = Client()
    client.force_login(user)
    html = client.get(address).content.decode()
    return "".join(re.findall(r'<li class="qr".*?</li>', html, re.DOTALL))


def without_tokens(html: str) -> str:
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", html)


@pytest.mark.parametrize("field", [field.name for field in fields(Line) if field.name != "deadline"])
def test_a_line_with_any_other_value_is_another_line(field):
    was = getattr(LINE, field)
    other: Any = (not was) if isinstance(was, bool) else was + 1 if isinstance(was, int) else "other"
    assert replace(LINE, **{field: other}) != LINE
    assert hash(replace(LINE, **{field: other})) != hash(LINE)


def test_a_second_look_draws_no_row(house: House, make_complaint):
    make_complaint()
    make_complaint(name="Tom Becker")
    first = rows_of(house.clerk)
    before = drawn_for.cache_info()
    assert without_tokens(rows_of(house.clerk)) == without_tokens(first)
    after = drawn_for.cache_info()
    assert after.misses == before.misses
    assert after.hits >= before.hits + 2


@pytest.mark.parametrize(
    ("field", "value", "shown"),
    [
        ("contact_name", "Emily Miller", "Emily Miller"),
        ("title", "Charged three times", "Charged three times"),
        ("channel", "chat", "Chat"),
        ("state", "satisfy", "Satisfy"),
        ("suggests_crisis", True, "perhaps a crisis"),
    ],
)
def test_a_changed_complaint_is_drawn_anew(house: House, make_complaint, field, value, shown):
    complaint = make_complaint()
    assert shown not in rows_of(house.clerk)
    Complaint.objects.filter(pk=complaint.pk).update(**{field: value})
    assert shown in rows_of(house.clerk)


def test_a_taken_complaint_is_drawn_anew_for_each_reader(house: House, make_complaint):
    complaint = make_complaint()
    assert "Take it" in rows_of(house.clerk)
    assert "Take it" in rows_of(house.colleague)
    take_complaint(complaint.pk, by=house.clerk)
    assert "(you)" in rows_of(house.clerk)
    assert "(you)" not in rows_of(house.colleague)
    assert "Take it" not in rows_of(house.colleague)


def test_a_changed_name_of_an_owner_is_shown(house: House, make_complaint):
    take_complaint(make_complaint().pk, by=house.clerk)
    assert "Renamed" not in rows_of(house.colleague)
    User.objects.filter(pk=house.clerk.pk).update(name="Renamed")
    assert "Renamed" in rows_of(house.colleague)


def test_each_reader_has_their_language(house: House, make_complaint):
    make_complaint()
    english = rows_of(house.clerk)
    User.objects.filter(pk=house.colleague.pk).update(language="zh-hans")
    chinese = rows_of(User.objects.get(pk=house.colleague.pk))
    assert "Take it" in english
    assert "Take it" not in chinese
    assert "Take it" in rows_of(house.clerk)


def test_each_reader_has_their_zone(house: House, make_complaint):
    make_complaint()
    in_shanghai = rows_of(house.clerk, SEARCH + "?q=charged")
    Calendar.objects.update(time_zone="Europe/Berlin")
    in_berlin = rows_of(house.clerk, SEARCH + "?q=charged")
    assert "18 Nov, 10:00" in in_shanghai
    assert "18 Nov, 03:00" in in_berlin


def test_each_minute_counts(house: House, make_complaint, at_work):
    make_complaint()
    left = re.compile(r'role="timer"[^>]*>([^<]+)<')
    now = left.findall(rows_of(house.clerk))
    with clock.frozen(at_work + timedelta(minutes=1)):
        later = left.findall(rows_of(house.clerk))
    assert now
    assert now != later
    with clock.frozen(at_work + timedelta(days=2)):
        assert "Overdue" in left.findall(rows_of(house.clerk))[0]


def test_each_request_has_its_own_token_and_address(house: House, make_complaint, client: Client):
    make_complaint()
    client.force_login(house.clerk)
    token: Callable[[str], list[str]] = re.compile(r'/take/".*?csrfmiddlewaretoken" value="(\w+)"', re.DOTALL).findall
    first, second = (client.get(QUEUE).content.decode() for _time in range(2))
    assert token(first)
    assert token(first) != token(second)
    assert 'name="next" value="/?scope=mine"' not in first
    filtered = client.get(QUEUE + "?show=unowned").content.decode()
    assert 'name="next" value="/?show=unowned"' in filtered


def test_a_form_of_a_kept_row_is_accepted(house: House, make_complaint):
    complaint = make_complaint()
    client = Client(enforce_csrf_checks=True)
    client.force_login(house.clerk)
    for _time in range(2):
        html = client.get(QUEUE).content.decode()
    token = re.findall(r'/take/".*?csrfmiddlewaretoken" value="(\w+)"', html, re.DOTALL)[0]
    answer = client.post(reverse("complaints:take", args=[complaint.number]), {"csrfmiddlewaretoken": token})
    assert answer.status_code == 302
    complaint.refresh_from_db()
    assert complaint.owner_id == house.clerk.pk
