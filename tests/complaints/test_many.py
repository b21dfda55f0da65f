"""Many complaints in one step: each its own transaction and result. Source: DOMAIN.md 3.1, 10.14."""

from html import unescape

import pytest
from zeal import zeal_ignore

from complaints.actions.hand_over import offer_complaint
from complaints.actions.many import accept_many, give_many
from complaints.actions.transitions import withdraw
from complaints.models import Complaint, HandOver
from tests.complaints.pages import client_of

END = {"reason": "x", "outcome": "settled", "relief": "explanation"}


@pytest.fixture(autouse=True)
def each_by_itself():
    """Each complaint is a transaction of its own, so what one costs is asked for each."""
    with zeal_ignore():
        yield


@pytest.fixture
def mine(make_complaint, house):
    return [make_complaint(is_taken=True, phone=f"138 0571 {n:04d}", name=f"Customer {n}") for n in range(1, 4)]


def owners(rows):
    return [Complaint.objects.get(pk=row.pk).owner.username for row in rows]


def test_one_refused_stops_nothing(mine, house):
    withdraw(mine[1].pk, **END, by=house.clerk)
    outcomes = give_many(mine, to=house.handler, reason="Good night.", by=house.supervisor)
    assert [one.is_done for one in outcomes] == [True, False, True]
    assert "changed this meanwhile" in str(outcomes[1].text)
    assert owners(mine) == ["handler", "clerk", "handler"]


def test_between_colleagues_each_is_an_offer_and_all_are_accepted_at_once(mine, house):
    outcomes = give_many(mine, to=house.colleague, reason="Good night.", by=house.clerk)
    assert all(one.is_done for one in outcomes)
    assert owners(mine) == ["clerk"] * 3
    assert HandOver.objects.filter(state="offered", to=house.colleague, reason="Good night.").count() == 3
    assert all(one.is_done for one in accept_many(mine, by=house.colleague))
    assert owners(mine) == ["colleague"] * 3
    assert [one.is_done for one in accept_many(mine, by=house.colleague)] == [False] * 3


def test_all_my_open_work_on_one_page(mine, house):
    client = client_of(house.clerk)
    page = client.get("/hand-over/")
    assert page.status_code == 200
    assert all(row.number in page.content.decode() for row in mine)
    refused = client.post("/hand-over/", {"numbers": [], "to": ""})
    assert refused.status_code == 422
    assert set(refused.context["form"].errors) == {"numbers", "to"}
    sent = {"numbers": [mine[0].number, mine[2].number], "to": house.colleague.pk, "note": "Good night."}
    done = client.post("/hand-over/", sent)
    assert done.status_code == 200
    assert "offered to Colleague" in unescape(done.content.decode())
    assert HandOver.objects.count() == 2
    offered = client_of(house.colleague).get("/hand-over/")
    assert mine[0].number in offered.content.decode()
    accepted = client_of(house.colleague).post("/hand-over/", {"do": "accept", "numbers": [mine[0].number]})
    assert accepted.status_code == 200
    assert owners(mine) == ["colleague", "clerk", "clerk"]


def test_what_is_not_mine_is_not_handed_over_by_me(mine, house):
    answer = client_of(house.colleague).post("/hand-over/", {"numbers": [mine[0].number], "to": house.handler.pk})
    assert answer.status_code == 422
    # Nor may a clerk look at a colleague's work this way.
    page = client_of(house.colleague).get(f"/hand-over/?of={house.clerk.pk}")
    assert mine[0].number not in page.content.decode()


def test_a_supervisor_does_it_for_somebody_of_theirs(mine, house):
    client = client_of(house.supervisor)
    address = f"/hand-over/?of={house.clerk.pk}"
    assert mine[0].number in client.get(address).content.decode()
    answer = client.post(address, {"numbers": [row.number for row in mine], "to": house.handler.pk})
    assert answer.status_code == 200
    assert owners(mine) == ["handler"] * 3
    other = client_of(house.east_supervisor).get(address)
    assert mine[0].number not in other.content.decode()


def test_rows_of_the_queue_go_to_one_person(make_complaint, house):
    rows = [make_complaint(phone=f"138 0571 {n:04d}", name=f"Customer {n}") for n in range(1, 4)]
    assert client_of(house.clerk).get("/queue/give/").status_code == 403
    client = client_of(house.supervisor)
    page = client.get("/queue/give/?show=unowned")
    assert all(row.number in page.content.decode() for row in rows)
    sent = {"numbers": [rows[0].number, rows[1].number], "to": house.handler.pk}
    assert client.post("/queue/give/", sent).status_code == 200
    assert owners(rows[:2]) == ["handler", "handler"]
    assert Complaint.objects.get(pk=rows[2].pk).owner is None


def test_offers_stand_in_the_queue(mine, house):
    offer_complaint(mine[0].pk, to=house.east_clerk, by=house.clerk)
    page = client_of(house.east_clerk).get("/?scope=all&show=all").content.decode()
    assert mine[0].number in page
    assert "offered to you" in page
    giver = client_of(house.clerk).get("/?scope=all&show=all").content.decode()
    assert "offered</span>" in giver
