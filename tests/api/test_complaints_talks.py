"""Communications, notes, deadlines and the timeline over REST. Source: API.md; DOMAIN.md 3.5."""

from datetime import timedelta

import pytest

from complaints.models import Communication
from core import clock
from deadlines.models import Deadline
from deadlines.sweep import sweep
from events.models import Event
from tests.api.complaints import ENDED, at, done, errors, move
from tests.api.conftest import problem
from tests.house import WORKING_HOUR, lodge

OUT = {"direction": "out", "medium": "phone", "summary": "Called, apologised, visit agreed"}
MINUTE = timedelta(minutes=1)


@pytest.fixture
def clerk(api, house, at_work):
    return api(house.clerk)


@pytest.fixture
def complaint(house, at_work):
    return lodge(house.clerk, is_taken=True)


def state(complaint, kind):
    return Deadline.objects.of(complaint).filter(kind=kind).order_by("-pk").first().state


def test_the_first_one_outwards_meets_the_first_response(clerk, complaint):
    answer = clerk.post(at(complaint, "communications"), OUT | {"duration_seconds": 90})
    told = done(answer, 201)
    assert told == OUT | {
        "id": told["id"],
        "at": "2026-11-18T02:00:00Z",
        "duration_seconds": 90,
        "recorded_by": "clerk",
        "recorded_at": "2026-11-18T02:00:00Z",
        "counterpart": "customer",
        "participants": "",
        "subject": "",
        "is_interim": False,
        "next_answer_at": None,
        "corrected_at": None,
        "delivery": None,
    }
    assert (state(complaint, "first_response"), state(complaint, "answer")) == ("met", "met")
    read = done(clerk.get(at(complaint)))
    assert read["first_contact_at"] == "2026-11-18T02:00:00Z"
    assert done(clerk.get(at(complaint, "communications")))["results"] == [told]


def test_a_message_of_the_customer_asks_for_an_answer_again(clerk, complaint):
    done(clerk.post(at(complaint, "communications"), OUT), 201)
    done(clerk.post(at(complaint, "communications"), OUT | {"direction": "in", "medium": "sms"}), 201)
    assert (state(complaint, "first_response"), state(complaint, "answer")) == ("met", "pending")
    rows = [row for row in done(clerk.get(at(complaint, "deadlines"))) if row["kind"] == "answer"]
    assert [row["state"] for row in rows] == ["met", "pending"]
    newest = [row for row in done(clerk.get(at(complaint)))["deadlines"] if row["kind"] == "answer"]
    assert newest == rows[1:]


def test_a_talk_of_before_is_told_with_its_time(clerk, complaint):
    with clock.frozen(WORKING_HOUR + 20 * MINUTE):
        told = done(clerk.post(at(complaint, "communications"), OUT | {"at": "2026-11-18T10:10:00+08:00"}), 201)
    assert told["at"] == "2026-11-18T02:10:00Z"
    assert Deadline.objects.of(complaint).get(kind="first_response").met_at == WORKING_HOUR + 10 * MINUTE


WRONG = {
    "nothing said": ({"summary": " "}, "summary", "blank"),
    "too much said": ({"summary": "长" * 5001}, "summary", "max_length"),
    "a note": ({"direction": "note"}, "direction", "invalid_choice"),
    "no such medium": ({"medium": "pigeon"}, "medium", "invalid_choice"),
    "to come": ({"at": "2026-11-18T03:00:00Z"}, "at", "in_the_future"),
    "before the complaint": ({"at": "2026-11-18T01:59:59Z"}, "at", "before_complaint"),
    "no zone": ({"at": "2026-11-18T02:00:00"}, "at", "no_offset"),
    "a day of talk": ({"duration_seconds": 86401}, "duration_seconds", "max_value"),
    "negative": ({"duration_seconds": -1}, "duration_seconds", "min_value"),
    "unknown": ({"recorded_by": "clerk"}, "recorded_by", "unknown_field"),
    "null bytes": ({"summary": "a\x00"}, "summary", "null_byte"),
}


@pytest.mark.parametrize("what", WRONG)
def test_what_is_wrong_is_said_at_its_field(what, clerk, complaint):
    told, field, code = WRONG[what]
    assert errors(clerk.post(at(complaint, "communications"), OUT | told)).get(field) == code
    assert not Communication.objects.exists()
    assert state(complaint, "first_response") == "pending"


def test_after_the_end_nothing_is_recorded(clerk, complaint):
    done(move(clerk, complaint, "left", reason="They had to go.", **ENDED))
    problem(clerk.post(at(complaint, "communications"), OUT), 409, "already_ended")


def test_a_retry_records_one_talk(clerk, complaint):
    headers = {"Idempotency-Key": "talk-1"}
    first, again = (clerk.post(at(complaint, "communications"), OUT, headers=headers) for _try in range(2))
    assert again.content == first.content
    assert Communication.objects.count() == 1


def test_talks_are_filtered_and_notes_stand_apart(clerk, complaint):
    done(clerk.post(at(complaint, "communications"), OUT), 201)
    done(clerk.post(at(complaint, "communications"), OUT | {"direction": "in", "medium": "email"}), 201)
    note = done(clerk.post(at(complaint, "notes"), {"text": "Ask the cashier. 问一下"}), 201)
    assert note["text"] == "Ask the cashier. 问一下"
    assert done(clerk.get(at(complaint, "notes")))["results"] == [note]

    def ways(query):
        rows = done(clerk.get(f"{at(complaint, 'communications')}?{query}"))["results"]
        return [(row["direction"], row["medium"]) for row in rows]

    assert ways("") == [("in", "email"), ("out", "phone")]
    assert ways("direction=out") == [("out", "phone")]
    assert ways("medium=email") == [("in", "email")]
    assert ways("since=2026-11-19T00:00:00Z") == []
    assert list(errors(clerk.get(f"{at(complaint, 'communications')}?direction=note"))) == ["direction"]
    assert errors(clerk.post(at(complaint, "notes"), {"text": ""})) == {"text": "blank"}


def test_deadlines_tell_how_they_stand(clerk, complaint):
    with clock.frozen(WORKING_HOUR + 45 * MINUTE):
        sweep("hand")
        rows = {row["kind"]: row for row in done(clerk.get(at(complaint, "deadlines")))}
    assert rows["owned"] == {
        "kind": "owned",
        "rule": None,
        "outside": None,
        "label": "Somebody owns it",
        "due_at": "2026-11-18T02:15:00Z",
        "state": "met",
        "met_at": "2026-11-18T02:00:00Z",
        "breached_at": None,
        "round": 0,
    }
    late = rows["first_response"]
    assert (late["state"], late["breached_at"] is not None, late["round"]) == ("breached", True, 1)


def test_the_timeline_tells_all_of_it_newest_first(api, house, clerk, complaint):
    done(clerk.post(at(complaint, "notes"), {"text": "Ask the cashier."}), 201)
    done(clerk.post(at(complaint, "communications"), OUT), 201)
    rows = done(clerk.get(at(complaint, "timeline")))["results"]
    assert [row["id"] for row in rows] == sorted((row["id"] for row in rows), reverse=True)
    assert len(rows) == Event.objects.of(complaint).count()
    by_type = {row["type"]: row for row in rows}
    created = by_type["complaint.created"]
    assert (created["actor"], created["text"]) == ("clerk", complaint.description)
    assert by_type["complaint.noted"]["text"] == "Ask the cashier."
    talk = by_type["communication.recorded"]
    assert (talk["text"], talk["data"]["direction"]) == (OUT["summary"], "out")
    assert talk["message"] == "First contact: Clerk (Phone)"
    chinese = clerk.get(at(complaint, "timeline"), headers={"Accept-Language": "zh-Hans"}).json()["results"]
    assert {row["type"]: row for row in chinese}["communication.recorded"]["message"] != talk["message"]
    only = done(clerk.get(f"{at(complaint, 'timeline')}?type=complaint.noted"))["results"]
    assert [row["type"] for row in only] == ["complaint.noted"]
    assert list(errors(clerk.get(f"{at(complaint, 'timeline')}?ordering=at"))) == ["ordering"]


def test_the_timeline_goes_on_at_next(clerk, complaint):
    for index in range(5):
        done(clerk.post(at(complaint, "notes"), {"text": f"Note {index}"}), 201)
    whole = [row["id"] for row in done(clerk.get(at(complaint, "timeline")))["results"]]
    url, seen = f"{at(complaint, 'timeline')}?limit=3", []
    while url:
        page = done(clerk.get(url))
        seen += [row["id"] for row in page["results"]]
        url = page["next"]
    assert seen == whole


def test_a_long_timeline_asks_no_more(clerk, complaint, django_assert_max_num_queries):
    for index in range(10):
        done(clerk.post(at(complaint, "notes"), {"text": f"Note {index}"}), 201)
        done(clerk.post(at(complaint, "communications"), OUT), 201)
    for path, most in (("timeline", 12), ("communications", 10), ("notes", 10), ("deadlines", 10)):
        with django_assert_max_num_queries(most):
            done(clerk.get(at(complaint, path)))
