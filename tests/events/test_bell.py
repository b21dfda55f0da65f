from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from events.models import Notification
from events.views import A_PAGE

AT = datetime(2026, 11, 18, 2, 0, tzinfo=UTC)


@pytest.fixture
def clerk(client, house):
    client.force_login(house.clerk)
    return house.clerk


@pytest.fixture
def make_notice():
    def make(user, key="k", *, at=AT, url="/profile/", is_read=False):
        return Notification.objects.create(
            recipient=user, code="test.notice", key=key, url=url, at=at, read_at=AT if is_read else None
        )

    return make


def test_bell_counts_ones_own_unread_notices(client, clerk, house, make_notice):
    make_notice(clerk, "a")
    make_notice(clerk, "b")
    make_notice(clerk, "c", is_read=True)
    make_notice(house.colleague, "a")
    html = client.get("/notifications/").content.decode()
    assert 'aria-label="2 unread notices"' in html


def test_poll_is_one_query_beside_the_sign_in_and_says_nothing_when_nothing_is_new(client, clerk, make_notice):
    newest = make_notice(clerk)
    client.get("/notifications/")
    with CaptureQueriesContext(connection) as queries:
        answer = client.get(f"/notifications/bell/?have=1-{newest.pk}", headers={"HX-Request": "true"})
    assert answer.status_code == 204
    assert answer.content == b""
    about_notices = [query for query in queries if "events_notification" in query["sql"]]
    assert len(about_notices) == 1


def test_poll_brings_the_bell_when_something_came_or_was_read(client, clerk, make_notice):
    first = make_notice(clerk, "a")
    have = f"1-{first.pk}"
    make_notice(clerk, "b")
    answer = client.get(f"/notifications/bell/?have={have}", headers={"HX-Request": "true"})
    assert answer.status_code == 200
    assert 'id="bell"' in answer.content.decode()
    assert "<html" not in answer.content.decode()
    client.post("/notifications/read/")
    assert client.get(f"/notifications/bell/?have={have}").status_code == 200


def test_opening_a_notice_reads_it_and_goes_there(client, clerk, make_notice):
    notice = make_notice(clerk)
    assert client.get(f"/notifications/{notice.pk}/").status_code == 405
    assert client.post(f"/notifications/{notice.pk}/")["Location"] == "/profile/"
    notice.refresh_from_db()
    assert notice.read_at is not None


def test_notice_of_somebody_else_is_not_there(client, clerk, house, make_notice):
    notice = make_notice(house.colleague)
    assert client.post(f"/notifications/{notice.pk}/").status_code == 404
    notice.refresh_from_db()
    assert notice.read_at is None


def test_all_are_read_in_one_press(client, clerk, house, make_notice):
    make_notice(clerk, "a")
    make_notice(clerk, "b")
    other = make_notice(house.colleague, "a")
    html = client.post("/notifications/read/", follow=True).content.decode()
    assert "2 notices marked as read" in html
    assert not Notification.objects.of(clerk).unread().exists()
    other.refresh_from_db()
    assert other.read_at is None


def test_page_is_newest_first_and_in_pages(client, clerk, make_notice):
    for number in range(A_PAGE + 1):
        make_notice(clerk, str(number), at=AT + timedelta(minutes=number), is_read=bool(number % 2))
    first = client.get("/notifications/")
    assert len(first.context["lines"]) == A_PAGE
    assert first.context["lines"][0].notice.key == str(A_PAGE)
    assert "Page 1 of 2" in first.content.decode()
    assert len(client.get("/notifications/?page=2").context["lines"]) == 1
    unread = client.get("/notifications/?unread=1")
    assert all(line.notice.read_at is None for line in unread.context["lines"])


@pytest.mark.parametrize("page", ["0", "-1", "999999", "x", "\x00"])
def test_odd_page_numbers_show_a_page(client, clerk, page):
    assert client.get("/notifications/", {"page": page}).status_code == 200


def test_empty_page_says_what_will_be_here(client, clerk):
    assert "No notices yet" in client.get("/notifications/").content.decode()
    assert "Nothing unread" in client.get("/notifications/?unread=1").content.decode()
