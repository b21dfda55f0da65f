"""Working together by programs: the same rules, conditions and sentences as in the browser. Source: API.md."""

import pytest

from complaints.models import CaseTask, Complaint
from tests.api.complaints import URL, at, done, errors
from tests.api.conftest import problem
from tests.house import lodge

LATER = "2030-01-31T18:00:00+08:00"
TASKS, GROUPS = "/api/v1/tasks", "/api/v1/groups"


@pytest.fixture
def clerk(api, house, at_work):
    return api(house.clerk)


@pytest.fixture
def mine(house, at_work):
    return lodge(house.clerk, is_taken=True, is_raised=True)


def test_a_colleague_is_offered_and_accepts(api, house, clerk, mine):
    told = done(clerk.post(at(mine, "assign"), {"owner": "handler", "reason": "I leave at six."}))
    assert (told["owner"], told["changed_hands"]) == ("clerk", 0)
    offer = told["hand_over"]
    assert (offer["to"], offer["to_department"], offer["reason"]) == ("handler", None, "I leave at six.")
    problem(clerk.post(at(mine, "assign"), {"owner": "colleague"}), 409, "already_offered")
    problem(api(house.colleague).post(at(mine, "handover/accept")), 403, "not_offered_to_you")
    told = done(api(house.handler).post(at(mine, "handover/accept")))
    assert (told["owner"], told["changed_hands"], told["hand_over"]) == ("handler", 1, None)
    problem(api(house.handler).post(at(mine, "handover/accept")), 409, "no_offer")


def test_declining_hides_it_again(api, house, clerk, mine):
    other = api(house.east_clerk)
    problem(other.get(at(mine)), 404, "not_found")
    done(clerk.post(at(mine, "assign"), {"owner": "eastclerk"}))
    assert done(other.get(at(mine)))["hand_over"]["to"] == "eastclerk"
    assert [row["number"] for row in done(other.get(URL))["results"]] == [mine.number]
    problem(other.post(at(mine, "notes"), {"text": "Mine?"}), 403, "only_offered")
    assert errors(other.post(at(mine, "handover/decline"), {"reason": ""})) == {"reason": "blank"}
    assert other.post(at(mine, "handover/decline"), {"reason": "I am full."}).status_code == 204
    problem(other.get(at(mine)), 404, "not_found")


def test_to_a_department(api, house, clerk, mine):
    path = at(mine, "assign")
    assert errors(clerk.post(path, {"department": "east-store"})) == {"reason": "no_reason"}
    body = {"department": "east-store", "reason": "She lives there."}
    assert errors(clerk.post(path, {**body, "owner": "handler"})) == {"department": "one_of_both"}
    assert done(clerk.post(path, body))["hand_over"]["to_department"] == "east-store"
    assert done(clerk.post(at(mine, "handover/withdraw")))["hand_over"] is None
    told = done(api(house.manager).post(path, body))
    assert (told["department"], told["owner"], told["changed_hands"]) == ("east-store", None, 1)


def test_a_senior_and_their_task(api, house, clerk, mine):
    path = at(mine, "senior")
    body = {"senior": "manager", "medium": "phone", "due_at": LATER, "note": "She waits."}
    assert errors(clerk.post(path, {**body, "senior": "handler"})) == {"senior": "no_senior"}
    assert errors(clerk.post(path, {**body, "due_at": "2020-01-01T00:00:00Z"})) == {"due_at": "due_in_the_past"}
    answer = clerk.post(path, body)
    task = done(answer, 201)
    assert (task["kind"], task["assignee"], task["complaint"], task["state"]) == (
        "senior_talk", "manager", mine.number, "open",
    )  # fmt: skip
    assert answer["Location"].endswith(f"{TASKS}/{task['id']}")
    manager = api(house.manager)
    assert [row["id"] for row in done(manager.get(f"{TASKS}?assignee=manager&state=open"))["results"]] == [task["id"]]
    problem(clerk.post(f"{TASKS}/{task['id']}/done", {"note": "She did."}), 403, "not_yours")
    told = done(manager.post(f"{TASKS}/{task['id']}/done", {"note": "I called her."}))
    assert told["state"] == "done"
    talks = done(clerk.get(at(mine, "communications")))["results"]
    assert [(row["summary"], row["recorded_by"]) for row in talks] == [("I called her.", "manager")]
    problem(manager.post(f"{TASKS}/{task['id']}/done", {"note": "Again."}), 409, "task_ended")


def test_a_meeting_with_promises(api, house, clerk, mine):
    path = at(mine, "meetings")
    body = {
        "kind": "visit", "place": "Her shop", "theirs": "Ms. Carter", "ours": ["clerk"], "summary": "It drips.",
        "promises": [{"what": "Bring a seal", "assignee": "handler", "due_at": LATER}],
    }  # fmt: skip
    wrong = {**body, "promises": [{**body["promises"][0], "assignee": "eastclerk"}]}
    assert errors(clerk.post(path, wrong)) == {"promises.0.assignee": "cannot_have"}
    told = done(clerk.post(path, body), 201)
    assert (told["summary"], told["ours"], told["promises"][0]["what"]) == ("It drips.", ["clerk"], "Bring a seal")
    assert [row["id"] for row in done(clerk.get(path))["results"]] == [told["id"]]
    task = f"{TASKS}/{told['promises'][0]['id']}"
    seen = clerk.get(task)
    problem(clerk.patch(task, {"what": "Bring two"}), 428, "if_match_required")
    changed = clerk.patch(task, {"what": "Bring two"}, headers={"If-Match": seen["ETag"]})
    assert done(changed)["what"] == "Bring two"
    problem(clerk.patch(task, {"what": "Three"}, headers={"If-Match": seen["ETag"]}), 412, "stale")
    assert done(clerk.post(f"{task}/cancel", {"note": "She has one."}))["state"] == "cancelled"
    problem(api(house.east_clerk).get(task), 404, "not_found")


def test_a_group(api, house, clerk, at_work):
    one, two = (lodge(house.clerk, phone=f"138 0571 000{n}", name=f"Customer {n}") for n in (1, 2))
    hidden = lodge(house.east_clerk, phone="138 0571 0003", name="Hidden")
    body = {"title": "The parking fee", "complaints": [one.number]}
    assert errors(clerk.post(GROUPS, {**body, "complaints": [hidden.number]})) == {"complaints": "unknown_complaint"}
    answer = clerk.post(GROUPS, body)
    group = done(answer, 201)
    path = f"{GROUPS}/{group['id']}"
    assert answer["Location"].endswith(path)
    told = done(clerk.post(f"{path}/members", {"number": two.number}))
    assert [row["number"] for row in told["members"]] == [one.number, two.number]
    done(api(house.manager).post(f"{path}/members", {"number": hidden.number}))
    # Of members that one may not see not even the number is told.
    assert len(done(clerk.get(path))["members"]) == 2
    assert len(done(api(house.manager).get(path))["members"]) == 3
    told = done(clerk.get(at(one)))["group"]
    assert told == {"size": None, "id": group["id"], "title": "The parking fee"}
    body = {"number": one.number, "name": "Sue", "proof": "A list"}
    told = done(clerk.post(f"{path}/representatives", body))
    speaking = told["representatives"][0]
    assert (speaking["name"], speaking["number"]) == ("Sue", one.number)
    body = {"direction": "out", "medium": "phone", "summary": "We look into it."}
    done(clerk.post(f"{path}/communications", body), 201)
    assert [row["summary"] for row in done(clerk.get(f"{path}/communications"))["results"]] == ["We look into it."]
    timeline = done(clerk.get(at(two, "timeline")))["results"]
    assert "We look into it." in [row["text"] for row in timeline]
    body = {"representative": speaking["id"], "reason": "She moved."}
    assert done(clerk.post(f"{path}/representatives/end", body))["representatives"] == []
    assert errors(clerk.post(f"{path}/members/remove", {"number": two.number})) == {"reason": "no_reason"}
    told = done(clerk.post(f"{path}/members/remove", {"number": two.number, "reason": "Alone."}))
    assert [row["number"] for row in told["members"]] == [one.number]
    assert done(clerk.post(f"{path}/close", {"reason": "All paid."}))["is_open"] is False
    problem(clerk.post(f"{path}/close", {"reason": "Again."}), 409, "group_closed")


def test_lists_of_groups_and_tasks_cost_the_same_however_long(
    api, house, clerk, at_work, django_assert_max_num_queries
):
    for n in range(3):
        row = lodge(house.clerk, phone=f"138 0571 00{n:02d}", name=f"Customer {n}", is_taken=True)
        done(clerk.post(GROUPS, {"title": f"Fee {n}", "complaints": [row.number]}), 201)
        body = {"senior": "manager", "medium": "phone", "due_at": LATER}
        done(clerk.post(at(row, "senior"), body), 201)
    for path in (GROUPS, TASKS, URL):
        with django_assert_max_num_queries(14):
            assert len(done(clerk.get(path))["results"]) == 3
    assert CaseTask.objects.count() == Complaint.objects.filter(group__isnull=False).count() == 3
