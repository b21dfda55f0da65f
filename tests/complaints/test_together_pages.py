"""The pages of working together: in a browser without scripts, from the first press to the last."""

from datetime import timedelta

import pytest

from complaints.actions.groups import open_group
from complaints.actions.hand_over import offer_complaint
from complaints.actions.tasks import ask_senior
from complaints.models import CaseTask, ComplaintGroup, GroupRepresentative, GroupTalk, HandOver, Meeting
from tests.complaints.pages import client_of, statements, text_of, url


@pytest.fixture
def case(make_complaint):
    return make_complaint(is_taken=True, is_raised=True)


def local(moment):
    """As a browser writes it, in the time zone of the store."""
    return (moment + timedelta(hours=8)).strftime("%Y-%m-%dT%H:%M")


def test_offered_on_one_page_and_accepted_on_the_next(case, house):
    giver, taker = client_of(house.clerk), client_of(house.handler)
    assert giver.get(url("hand_over", case)).status_code == 200
    refused = giver.post(url("hand_over", case), {"owner": "", "department": ""})
    assert refused.status_code == 422
    assert giver.post(url("hand_over", case), {"owner": house.handler.pk, "reason": "I leave."}).status_code == 302
    page = text_of(giver.get(case.get_absolute_url()))
    assert "It is offered to Handler." in page
    assert "Withdraw the offer" in page
    page = text_of(taker.get(case.get_absolute_url()))
    assert "Clerk offers it to you." in page
    assert "I leave." in page
    assert taker.post(url("accept_offer", case)).status_code == 302
    page = text_of(taker.get(case.get_absolute_url()))
    assert "changed hands 1 time" in page
    # Pressed again from an old tab.
    assert taker.post(url("accept_offer", case)).status_code == 409
    assert giver.post(url("withdraw_offer", case)).status_code == 409


def test_who_reads_by_the_offer_alone_decides_and_does_nothing_else(case, house):
    offer_complaint(case.pk, to=house.east_clerk, by=house.clerk)
    client = client_of(house.east_clerk)
    page = client.get(case.get_absolute_url())
    assert page.context["may_work"] is False
    assert "Accept it" in text_of(page)
    assert client.post(url("add_entry", case), {"kind": "note", "summary": "x"}).status_code == 403
    assert client.post(url("decline_offer", case), {"reason": ""}).status_code == 422
    answer = client.post(url("decline_offer", case), {"reason": "I am full."})
    assert (answer.status_code, answer.url) == (302, "/")
    assert client.get(case.get_absolute_url()).status_code == 404


def test_to_another_department_with_a_reason(case, house):
    client = client_of(house.clerk)
    assert client.post(url("hand_over", case), {"department": house.east.pk}).status_code == 422
    sent = {"department": house.east.pk, "reason": "She lives there."}
    assert client.post(url("hand_over", case), sent).status_code == 302
    assert HandOver.objects.get().to_department == house.east


def test_a_senior_is_asked_and_their_task_leads_to_the_talk(case, house, at_work):
    client = client_of(house.clerk)
    assert client.get(url("senior", case)).status_code == 200
    wrong = client.post(url("senior", case), {"senior": "", "medium": "phone", "due_at": local(at_work)})
    assert set(wrong.context["form"].errors) == {"senior", "due_at"}
    sent = {"senior": house.manager.pk, "medium": "visit", "due_at": local(at_work + timedelta(hours=3)), "note": "Go."}
    assert client.post(url("senior", case), sent).status_code == 302
    task = CaseTask.objects.get()
    assert task.due_at == at_work + timedelta(hours=3)
    senior = client_of(house.manager)
    assert "Go." in text_of(senior.get("/tasks/"))
    assert "Go." in text_of(client.get(case.get_absolute_url()))
    assert senior.post(f"/tasks/{task.pk}/finish/", {"note": ""}).status_code == 422
    answer = senior.post(f"/tasks/{task.pk}/finish/", {"note": "I was there.", "medium": "visit"})
    assert (answer.status_code, answer.url) == (302, case.get_absolute_url())
    assert "I was there." in text_of(senior.get(case.get_absolute_url()))
    assert senior.post(f"/tasks/{task.pk}/finish/", {"note": "Again."}).status_code == 409


def test_a_meeting_with_two_promises(case, house, at_work):
    client = client_of(house.clerk)
    assert client.get(url("meeting", case)).status_code == 200
    until = local(at_work + timedelta(days=1))
    sent = {
        "kind": "negotiation", "place": "Her shop", "theirs": "Ms. Carter", "summary": "Agreed.",
        "ours": [house.clerk.pk, house.handler.pk],
        "promises-0-what": "Bring a seal", "promises-0-assignee": house.handler.pk, "promises-0-due_at": until,
        "promises-1-what": "Call her", "promises-1-assignee": "", "promises-1-due_at": "",
    }  # fmt: skip
    wrong = client.post(url("meeting", case), {**sent, "place": " "})
    assert wrong.status_code == 422
    # Everything that is wrong at once, in the meeting and in its promises.
    assert "Write where you met." in text_of(wrong)
    assert "Choose whose task it is." in text_of(wrong)
    assert not Meeting.objects.exists()
    sent |= {"promises-1-assignee": house.clerk.pk, "promises-1-due_at": until}
    # It comes back with all that was typed.
    wrong = client.post(url("meeting", case), {**sent, "place": " "})
    assert set(wrong.context["form"].errors) == {"place"}
    assert "Bring a seal" in wrong.content.decode()
    assert client.post(url("meeting", case), sent).status_code == 302
    assert list(CaseTask.objects.order_by("pk").values_list("what", flat=True)) == ["Bring a seal", "Call her"]
    page = text_of(client.get(case.get_absolute_url()))
    assert "Bring a seal" in page
    assert "Agreed." in page


def test_a_task_is_changed_and_called_off(case, house, at_work):
    due_at = at_work + timedelta(hours=3)
    task = ask_senior(case.pk, senior=house.manager, medium="phone", due_at=due_at, by=house.clerk)
    client = client_of(house.clerk)
    assert client.get(f"/tasks/{task.pk}/").status_code == 200
    assert client.get(f"/tasks/{task.pk}/change/").status_code == 200
    later = at_work + timedelta(days=1)
    sent = {"version": 1, "what": "Call her", "assignee": house.manager.pk, "due_at": local(later)}
    assert client.post(f"/tasks/{task.pk}/change/", sent).status_code == 302
    task.refresh_from_db()
    assert (task.what, task.due_at) == ("Call her", later)
    # From an old tab: told, and nothing is lost.
    assert client.post(f"/tasks/{task.pk}/change/", sent | {"what": "Other"}).status_code == 409
    assert client.post(f"/tasks/{task.pk}/cancel/", {"note": ""}).status_code == 422
    assert client.post(f"/tasks/{task.pk}/cancel/", {"note": "She called."}).status_code == 302
    assert client_of(house.east_supervisor).get(f"/tasks/{task.pk}/").status_code == 404


def test_a_group_from_its_first_member_to_its_end(make_complaint, house, at_work):
    one = make_complaint(phone="138 0571 0001", name="One")
    two = make_complaint(phone="138 0571 0002", name="Two")
    client = client_of(house.clerk)
    assert client.get(url("join_group", one)).status_code == 200
    assert client.post(url("join_group", one), {"group": "", "title": ""}).status_code == 422
    assert client.post(url("join_group", one), {"group": "", "title": "The parking fee"}).status_code == 302
    group = ComplaintGroup.objects.get()
    base = f"/groups/{group.pk}/"
    assert client.post(f"{base}add-member/", {"number": "C-2026-999999"}).status_code == 422
    assert client.post(f"{base}add-member/", {"number": two.number}).status_code == 302
    sent = {"number": one.number, "name": "Sue", "proof": "A list"}
    assert client.post(f"{base}represent/", sent).status_code == 302
    sent = {"direction": "out", "medium": "phone", "summary": "We look into it."}
    assert client.post(f"{base}talk/", sent).status_code == 302
    until = local(at_work + timedelta(days=1))
    sent = {
        "kind": "owners_meeting", "place": "The hall", "theirs": "Twelve owners", "summary": "They agreed.",
        "promises-0-what": "Pay back", "promises-0-assignee": house.handler.pk, "promises-0-due_at": until,
    }  # fmt: skip
    assert client.post(f"{base}meeting/", sent).status_code == 302
    page = text_of(client.get(base))
    for said in ("The parking fee", one.number, two.number, "Sue", "We look into it.", "The hall", "Pay back"):
        assert said in page, said
    assert "The parking fee" in text_of(client.get("/groups/"))
    member = text_of(client.get(two.get_absolute_url()))
    assert "The parking fee" in member
    assert "They agreed." in member
    speaking = GroupRepresentative.objects.get()
    end = f"{base}representatives/{speaking.pk}/end/"
    assert client.get(end).status_code == 200
    assert client.post(end, {"reason": "Moved."}).status_code == 302
    assert client.post(f"{base}remove-member/", {"number": two.number, "reason": "Alone."}).status_code == 302
    assert client.post(f"{base}close-group/", {"reason": "All paid."}).status_code == 302
    assert "All paid." in text_of(client.get(base))
    assert client.post(f"{base}talk/", {"summary": "More."}).status_code == 409
    assert GroupTalk.objects.count() == 2
    assert client_of(house.east_supervisor).get(base).status_code == 404


def test_a_page_of_its_own_for_a_new_group(make_complaint, house):
    one = make_complaint(phone="138 0571 0001", name="One")
    client = client_of(house.clerk)
    assert client.get("/groups/new/").status_code == 200
    assert client.post("/groups/new/", {"title": "", "numbers": ""}).status_code == 422
    answer = client.post("/groups/new/", {"title": "The fee", "numbers": f"{one.number}，"})
    assert answer.url == ComplaintGroup.objects.get().get_absolute_url()


def test_what_most_complaints_do_not_have_costs_nothing(case, make_complaint, house, at_work):
    """Neither offers nor tasks nor groups of others are asked about on a page that has none."""
    client = client_of(house.supervisor)
    plain = statements(client, case.get_absolute_url())
    other = make_complaint(is_taken=True, phone="138 0571 0001", name="Other")
    offer_complaint(other.pk, to=house.handler, by=house.clerk)
    open_group([other.number], title="The fee", by=house.supervisor)
    assert statements(client, case.get_absolute_url()) == plain
    # And with all of it, no more than a handful each.
    ask_senior(other.pk, senior=house.manager, medium="phone", due_at=at_work + timedelta(hours=1), by=house.clerk)
    assert statements(client, other.get_absolute_url()) <= plain + 9
