"""The front page: whose complaints, in which order, what can be done with them, and how cheaply it stays fresh."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from complaints.actions.ownership import take_complaint
from complaints.models import Complaint, OralReport
from core import clock
from tests.house import WORKING_HOUR, House, lodge

pytestmark = pytest.mark.django_db
NOW = reverse("complaints:queue")
CHANGES = reverse("complaints:queue_changes")
# Nobody's touch: otherwise a slow test also counts how the session is kept.
UNTOUCHED = {"X-Poll": "1"}


@pytest.fixture
def sign_in(client: Client) -> Callable[[User], Client]:
    def enter(user: User) -> Client:
        client.force_login(user)
        return client

    return enter


def text_of(response) -> str:
    return str(response.content.decode())


def first(pattern: str, html: str) -> str:
    found = re.search(pattern, html)
    assert found, pattern
    return found[1]


def state_of(html: str) -> dict[str, str]:
    """What the page tells the server with its next question."""
    part = html[html.index('id="queue-state"') :]
    return dict(re.findall(r'name="(\w+)"(?: id="[\w-]+")? value="([^"]*)"', part[: part.index("</div>")]))


def test_shows_who_their_words_the_next_step_and_whose_it_is(house: House, at_work, sign_in):
    complaint = lodge(house.clerk, name="王芳", description="提车那天才发现没有全景天窗。")
    html = text_of(sign_in(house.clerk).get(NOW))
    assert "Now at West store" in html
    assert "The desk is open until 18:00" in html
    assert "王芳" in html
    assert "提车那天才发现没有全景天窗。" in html
    assert f"{complaint.number} · In person" in html
    assert "Own it, then listen" in html
    assert "Take it" in html
    assert "due-ok" in html or "due-soon" in html


def test_groups_by_the_nearest_deadline(house: House, at_work, sign_in):
    soon = lodge(house.clerk)
    later = lodge(house.clerk, phone="138 0571 6621")
    Complaint.objects.filter(pk=later.pk).update(next_due_at=WORKING_HOUR + timedelta(hours=3))
    html = text_of(sign_in(house.clerk).get(NOW))
    assert html.index("Act now") < html.index(soon.number) < html.index("Later today") < html.index(later.number)


def test_counters_filter(house: House, at_work, sign_in):
    mine = lodge(house.clerk, is_taken=True)
    nobodys = lodge(house.clerk, phone="138 0571 6621")
    page = sign_in(house.clerk)
    html = text_of(page.get(NOW, {"show": "unowned"}))
    assert nobodys.number in html
    assert mine.number not in html
    assert "Nothing is overdue" in text_of(page.get(NOW, {"show": "overdue"}))


def test_whose_queue_is_remembered(house: House, at_work, sign_in):
    mine = lodge(house.clerk, is_taken=True)
    other = lodge(house.colleague, is_taken=True, phone="138 0571 6621")
    page = sign_in(house.clerk)
    assert other.number in text_of(page.get(NOW))
    html = text_of(page.get(NOW, {"scope": "mine"}))
    assert mine.number in html
    assert other.number not in html
    assert other.number not in text_of(page.get(NOW))


def test_shows_nothing_of_other_stores_and_of_the_hidden(house: House, at_work, sign_in):
    elsewhere = lodge(house.east_clerk)
    about_me = lodge(house.colleague, phone="138 0571 6621", subject_ids=[house.clerk.pk])
    html = text_of(sign_in(house.clerk).get(NOW))
    assert elsewhere.number not in html
    assert about_me.number not in html


def test_empty_page_says_so(house: House, at_work, sign_in):
    html = text_of(sign_in(house.clerk).get(NOW))
    assert "Nobody is waiting" in html
    assert "0 complaints settled today." in html


def test_who_works_no_complaints_is_told(house: House, at_work, sign_in):
    response = sign_in(house.administrator).get(NOW)
    assert response.status_code == 200
    assert "Complaints are not part of your role" in text_of(response)


@pytest.mark.parametrize(
    "query", ["scope=ours", "show=sleeping", "after=soon_1", "after=_x", "after=2026-01-01T00:00_1"]
)
def test_an_address_this_page_did_not_write_is_refused(house: House, at_work, sign_in, query: str):
    assert sign_in(house.clerk).get(f"{NOW}?{query}").status_code == 400


def test_statements_do_not_grow_with_the_rows(
    house: House, at_work, sign_in, django_assert_max_num_queries, monkeypatch
):
    # How the clock is, is asked every five seconds by whichever page comes then.
    monkeypatch.setattr("deadlines.health.REMEMBERED_SECONDS", 3600)
    page = sign_in(house.clerk)

    def more(count: int, since: int) -> None:
        for at in range(since, since + count):
            lodge(house.clerk, phone=f"138 0571 {at:04d}", is_taken=at % 2 == 0)

    more(10, 1000)
    page.get(NOW, headers=UNTOUCHED)
    with django_assert_max_num_queries(9) as few:
        assert page.get(NOW, headers=UNTOUCHED).status_code == 200
    more(30, 2000)
    with django_assert_max_num_queries(len(few)):
        assert page.get(NOW, headers=UNTOUCHED).status_code == 200


# ------------------------------------------------------------------ pages


def test_show_more_goes_on_where_the_page_ended(house: House, at_work, sign_in, monkeypatch):
    monkeypatch.setattr("complaints.queue.PAGE", 2)
    numbers = [lodge(house.clerk, phone=f"138 0571 66{at}0").number for at in range(5)]
    page = sign_in(house.clerk)
    seen, address = [], NOW
    while address:
        html = text_of(page.get(address))
        seen += re.findall(r'id="open-(C-[\d-]+)"', html)
        found = re.search(r'href="([^"]*after=[^"]*)"', html)
        address = found[1].replace("&amp;", "&") if found else ""
    assert seen == numbers


def test_more_rows_for_htmx_come_without_the_page(house: House, at_work, sign_in, monkeypatch):
    monkeypatch.setattr("complaints.queue.PAGE", 1)
    above, second = lodge(house.clerk), lodge(house.clerk, phone="138 0571 6621")
    page = sign_in(house.clerk)
    html = text_of(page.get(NOW))
    assert second.number not in html
    address = first(r'hx-get="([^"]*after=[^"]*)"', html).replace("&amp;", "&")
    state = state_of(html)
    part = text_of(page.get(f"{address}&mark={state['mark']}&shown={state['shown']}", headers={"HX-Request": "true"}))
    assert "<html" not in part
    assert second.number in part
    assert state_of(part)["shown"] == f"{above.pk},{second.pk}"
    assert state_of(part)["mark"] == state["mark"]


# ------------------------------------------------------------------ taking


def test_taking_works_without_scripts(house: House, at_work, sign_in):
    complaint = lodge(house.clerk)
    page = sign_in(house.colleague)
    response = page.post(reverse("complaints:take", args=[complaint.number]), {"next": "/?scope=all&show=unowned"})
    complaint.refresh_from_db()
    assert complaint.owner == house.colleague
    assert response["Location"] == "/?scope=all&show=unowned"


def test_taking_answers_htmx_with_the_row_and_the_counters(house: House, at_work, sign_in):
    complaint = lodge(house.clerk)
    page = sign_in(house.colleague)
    state = state_of(text_of(page.get(NOW)))
    html = text_of(
        page.post(reverse("complaints:take", args=[complaint.number]), state, headers={"HX-Request": "true"})
    )
    assert f'id="row-{complaint.number}"' in html
    assert "(you)" in html
    assert 'id="queue-counters"' in html
    # What this press did is no news to who pressed it.
    answer = page.get(CHANGES, {**state, "mark": first(r'id="queue-mark" value="(\d+)"', html)})
    assert answer.status_code == 204


def test_who_was_slower_is_told_who_took_it(house: House, at_work, sign_in):
    complaint = lodge(house.clerk)
    page = sign_in(house.colleague)
    take_complaint(complaint.pk, by=house.clerk)
    response = page.post(reverse("complaints:take", args=[complaint.number]), headers={"HX-Request": "true"})
    assert response.status_code == 409
    assert "Clerk has taken it already" in text_of(response)


def test_nobody_takes_what_they_may_not_see(house: House, at_work, sign_in):
    complaint = lodge(house.east_clerk)
    response = sign_in(house.clerk).post(reverse("complaints:take", args=[complaint.number]))
    assert response.status_code == 404
    assert sign_in(house.clerk).get(reverse("complaints:take", args=[complaint.number])).status_code == 405


def test_the_auditor_sees_and_takes_nothing(house: House, at_work, sign_in):
    complaint = lodge(house.clerk)
    page = sign_in(house.auditor)
    html = text_of(page.get(NOW))
    assert complaint.number in html
    assert 'data-key="t"' not in html
    assert page.post(reverse("complaints:take", args=[complaint.number])).status_code == 403


# ------------------------------------------------------------------ staying fresh


def test_nothing_new_is_an_empty_answer_with_few_statements(
    house: House, at_work, sign_in, django_assert_max_num_queries
):
    lodge(house.clerk)
    page = sign_in(house.clerk)
    state = state_of(text_of(page.get(NOW)))
    with django_assert_max_num_queries(3):
        assert page.get(CHANGES, state, headers=UNTOUCHED).status_code == 204


def test_says_what_is_new_and_what_changed(house: House, at_work, sign_in):
    old = lodge(house.clerk)
    page = sign_in(house.clerk)
    state = state_of(text_of(page.get(NOW)))
    lodge(house.colleague, phone="138 0571 6621")
    lodge(house.colleague, phone="138 0571 6622")
    take_complaint(old.pk, by=house.colleague)
    answer = page.get(CHANGES, state)
    assert answer.status_code == 200
    assert answer["X-News"] == "2%20new%20complaints%2C%201%20changed."
    assert 'id="queue"' in text_of(answer)


def test_what_happens_elsewhere_is_no_news(house: House, at_work, sign_in):
    page = sign_in(house.clerk)
    state = state_of(text_of(page.get(NOW)))
    lodge(house.east_clerk)
    answer = page.get(CHANGES, state)
    assert answer.status_code == 204
    assert page.get(CHANGES, {**state, "mark": answer["X-Mark"]}).status_code == 204


def test_a_row_that_reaches_another_group_makes_the_list_anew(house: House, at_work, sign_in):
    lodge(house.clerk)
    page = sign_in(house.clerk)
    state = state_of(text_of(page.get(NOW)))
    with clock.frozen(WORKING_HOUR + timedelta(minutes=16)):
        answer = page.get(CHANGES, state)
    assert answer.status_code == 200
    assert "due-over" in text_of(answer)


# ------------------------------------------------------------------ beside the list


def test_drafts_are_listed_for_their_writer_alone(house: House, at_work, sign_in):
    key = "7d2f3c4e-0000-4000-8000-000000000001"
    page = sign_in(house.clerk)
    page.post(reverse("complaints:draft"), {"draft": key, "description": "Half a sent"})
    assert "Half a sent" in text_of(page.get(NOW))
    assert "Half a sent" not in text_of(sign_in(house.colleague).get(NOW))
    sign_in(house.colleague).post(reverse("complaints:discard_draft"), {"draft": key})
    assert "Half a sent" in text_of(sign_in(house.clerk).get(NOW))
    page.post(reverse("complaints:discard_draft"), {"draft": key})
    assert "Half a sent" not in text_of(page.get(NOW))


def test_words_are_isolated_and_shortened(house: House, at_work, sign_in):
    lodge(house.clerk, name="<script>alert(1)</script>", description="\u202eback to front " + "x" * 5000)
    html = text_of(sign_in(house.clerk).get(NOW))
    assert "<script>alert" not in html
    assert "x" * 200 not in html


def test_reports_wait_beside_the_list_until_they_are_confirmed(house: House, at_work, sign_in):
    complaint = lodge(house.clerk, is_taken=True)
    report = OralReport.objects.create(
        complaint=complaint, to=house.supervisor, reported_by=house.clerk, reported_at=WORKING_HOUR
    )
    assert "With your supervisor" in text_of(sign_in(house.clerk).get(NOW))
    page = sign_in(house.supervisor)
    assert "To confirm" in text_of(page.get(NOW))
    response = page.post(reverse("complaints:confirm_report", args=[complaint.number]), {"next": "/"})
    assert response["Location"] == "/"
    report.refresh_from_db()
    assert report.confirmed_by == house.supervisor
    assert "To confirm" not in text_of(page.get(NOW))


def test_a_report_on_what_is_hidden_by_now_is_not_shown(house: House, at_work, sign_in):
    complaint = lodge(house.clerk, is_taken=True)
    OralReport.objects.create(
        complaint=complaint, to=house.supervisor, reported_by=house.clerk, reported_at=WORKING_HOUR
    )
    complaint.subject_rows.create(user=house.supervisor)
    assert complaint.number not in text_of(sign_in(house.supervisor).get(NOW))
