"""Waiting, sending, templates and matters outside over REST: the same actions, the same sentences."""

from datetime import timedelta

import pytest

from complaints.actions.templates import save_template
from complaints.models import Communication, Complaint, OutsideMatter
from core import clock
from deadlines.models import Deadline
from policies.actions import set_policy
from policies.statutory import RULES
from tests.api.complaints import URL, at, blockers, done, errors, numbers
from tests.api.conftest import problem
from tests.house import lodge

UNTIL = "2026-11-20T10:00:00+08:00"
LETTER = {"channel": "regulator", "summary": "They ask.", "authority": "Office", "reference": "SAMR-7"}


@pytest.fixture
def supervisor(api, house, at_work):
    return api(house.supervisor)


@pytest.fixture
def complaint(house, at_work):
    return lodge(house.clerk, is_raised=True, email="emily@example.com")


def test_wait_and_resume(supervisor, complaint):
    told = done(supervisor.post(at(complaint, "wait"), {"reason": "A photo.", "until": UNTIL}))
    assert told["waiting"] == {"since": "2026-11-18T02:00:00Z", "until": "2026-11-20T02:00:00Z", "reason": "A photo."}
    assert {row["kind"]: row["state"] for row in told["deadlines"]}["resolved"] == "paused"
    assert "waiting" not in {row["kind"] for row in done(supervisor.get(at(complaint, "deadlines")))}
    assert numbers(supervisor.get(f"{URL}?is_waiting=true")) == [complaint.number]
    assert numbers(supervisor.get(f"{URL}?is_waiting=false")) == []
    problem(supervisor.post(at(complaint, "wait"), {"reason": "x", "until": UNTIL}), 409, "already_waiting")
    assert done(supervisor.post(at(complaint, "resume")))["waiting"] is None
    assert blockers(supervisor.post(at(complaint, "resume"))) == ["not_waiting"]


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        ({}, {"reason": "required", "until": "required"}),
        ({"reason": "  ", "until": UNTIL}, {"reason": "blank"}),
        ({"reason": "x", "until": "2026-11-17T10:00:00+08:00"}, {"until": "until_is_over"}),
        ({"reason": "x", "until": "2027-11-17T10:00:00+08:00"}, {"until": "too_long"}),
        ({"reason": "x", "until": "tomorrow"}, {"until": "invalid"}),
        ({"reason": "x", "until": UNTIL, "forever": True}, {"forever": "unknown_field"}),
    ],
)
def test_a_wait_that_cannot_be_names_its_fields(supervisor, complaint, body, wrong):
    assert errors(supervisor.post(at(complaint, "wait"), body)) == wrong


def test_who_neither_owns_nor_recorded_it_does_not_wait(api, house, complaint):
    body = {"reason": "x", "until": UNTIL}
    problem(api(house.colleague).post(at(complaint, "wait"), body), 403, "not_yours")
    problem(api(house.auditor).post(at(complaint, "wait"), body), 403, "scope_missing")
    problem(api(house.east_clerk).post(at(complaint, "wait"), body), 404, "not_found")


def test_an_interim_answer_with_all_that_is_told_of_it(supervisor, complaint):
    body = {
        "direction": "out", "medium": "visit", "summary": "Looked at it.", "participants": "Mr Li", "is_interim": True,
        "next_answer_at": UNTIL, "duration_seconds": 60,
    }  # fmt: skip
    told = done(supervisor.post(at(complaint, "communications"), body), 201)
    assert (told["participants"], told["is_interim"], told["next_answer_at"]) == (
        "Mr Li", True, "2026-11-20T02:00:00Z",
    )  # fmt: skip
    again = {**body, "next_answer_at": None}
    assert errors(supervisor.post(at(complaint, "communications"), again)) == {"next_answer_at": "no_next_answer"}


def test_send_says_what_has_come_of_it(supervisor, complaint):
    body = {"direction": "out", "medium": "email", "summary": "We look into it.", "subject": "Wipers", "send": True}
    told = done(supervisor.post(at(complaint, "communications"), body), 201)
    assert told["delivery"] == {"to": "emily@example.com", "state": "waiting", "error": ""}
    assert done(supervisor.get(at(complaint)))["first_contact_at"] is None
    again = at(complaint, "communications", str(told["id"]), "send-again")
    problem(supervisor.post(again), 409, "not_failed")
    problem(supervisor.post(at(complaint, "communications", "999999", "send-again")), 404, "not_found")
    Communication.objects.update(delivery_state="failed", delivery_error="550 no")
    listed = done(supervisor.get(at(complaint, "communications")))["results"]
    assert listed[0]["delivery"] == {"to": "emily@example.com", "state": "failed", "error": "550 no"}


def test_without_an_address_the_state_of_the_case_is_against_it(supervisor, house):
    complaint = lodge(house.clerk, is_raised=True)
    body = {"direction": "out", "medium": "email", "summary": "x", "send": True}
    assert blockers(supervisor.post(at(complaint, "communications"), body)) == ["no_email"]


@pytest.mark.parametrize("field", ["subject", "participants"])
def test_a_line_is_one_line(supervisor, complaint, field):
    body = {"direction": "out", "medium": "email", "summary": "x", field: "a\r\nBcc: b@example.com"}
    assert errors(supervisor.post(at(complaint, "communications"), body)) == {field: "line_break"}


def test_templates_as_written_and_filled_in(api, supervisor, house, complaint):
    told = {"purpose": "receipt", "language": "en", "name": "Receipt", "subject": "{number}", "body": "Dear {name}"}
    save_template(None, **told, by=house.director)
    (row,) = done(supervisor.get("/api/v1/templates?purpose=receipt&language=en"))["results"]
    assert (row["body"], row["version"], row["updated_by"]) == ("Dear {name}", 1, "director")
    assert done(supervisor.get("/api/v1/templates?search=dear"))["results"] == [row]
    problem(api(house.administrator).get("/api/v1/templates"), 403, "not_allowed")
    (filled,) = done(supervisor.get(at(complaint, "templates")))
    assert (filled["subject"], filled["body"]) == (complaint.number, "Dear Emily Carter")


def test_a_letter_with_its_clocks(supervisor, complaint):
    body = {**LETTER, "received_on": "2026-11-18", "answer_by": "2026-11-25"}
    told = done(supervisor.post(at(complaint, "gone-outside"), body))
    (matter,) = told["outside"]
    assert (matter["authority"], matter["reference"], matter["answer_by"]) == ("Office", "SAMR-7", "2026-11-25")
    clocks = {row["rule"]: row for row in told["deadlines"] if row["kind"] == "statutory"}
    assert set(clocks) == {"accept_12315", "answer_by"}
    assert {row["outside"] for row in clocks.values()} == {matter["id"]}
    assert clocks["answer_by"]["due_at"] == "2026-11-25T15:59:59Z"
    assert [row["rule"] for row in told["deadlines"] if row["kind"] != "statutory"] == [None] * 4
    for query in ("outside_reference=SAMR-7", "outside_answer_by=2026-11-30", "search=SAMR-7"):
        assert numbers(supervisor.get(f"{URL}?{query}")) == [complaint.number], query
    for query in ("outside_reference=SAMR", "outside_answer_by=2026-11-24"):
        assert numbers(supervisor.get(f"{URL}?{query}")) == [], query
    for value in ("2026-11", "x", "2026-13-01", "２０２６-11-01"):
        problem(supervisor.get(f"{URL}?outside_answer_by={value}"), 400, "invalid")


@pytest.mark.parametrize(
    ("told", "wrong"),
    [
        ({"received_on": "2026-11-19"}, {"received_on": "received_to_come"}),
        ({"received_on": "2026-11-18", "answer_by": "2026-11-17"}, {"answer_by": "answer_before_receipt"}),
        ({"reference": "x" * 81}, {"reference": "max_length"}),
        ({"authority": "a\nb"}, {"authority": "line_break"}),
    ],
)
def test_a_letter_that_cannot_be_names_its_fields(supervisor, complaint, told, wrong):
    assert errors(supervisor.post(at(complaint, "gone-outside"), {**LETTER, **told})) == wrong


def test_a_matter_is_corrected_accepted_and_answered(api, supervisor, house, complaint):
    done(supervisor.post(at(complaint, "gone-outside"), LETTER))
    address = f"/api/v1/outside/{OutsideMatter.objects.get().pk}"
    read = supervisor.get(address)
    etag = read["ETag"]
    problem(supervisor.patch(address, {"reference": "SAMR-8"}), 428, "if_match_required")
    changed = supervisor.patch(address, {"reference": "SAMR-8"}, headers={"If-Match": etag})
    assert done(changed)["reference"] == "SAMR-8"
    problem(supervisor.patch(address, {"reference": "SAMR-9"}, headers={"If-Match": etag}), 412, "stale")
    assert done(supervisor.post(f"{address}/accept", {}))["accepted_on"] == "2026-11-18"
    problem(supervisor.post(f"{address}/accept", {}), 409, "already_accepted")
    assert done(supervisor.post(f"{address}/answer", {"summary": "Ours."}))["answered_at"]
    problem(supervisor.post(f"{address}/answer", {"summary": "Ours."}), 409, "already_answered")
    problem(api(house.east_supervisor).get(address), 404, "not_found")
    talks = done(supervisor.get(at(complaint, "communications")))["results"]
    assert {row["counterpart"] for row in talks} == {"outside"}


def test_the_longer_time_of_complex_cases(api, supervisor, house):
    set_policy(
        "statutory.rules", {**RULES, "bank_insurer": {**RULES["bank_insurer"], "is_on": True}}, by=house.director
    )
    complaint = lodge(house.clerk)
    body = {"rule": "bank_insurer", "reason": "An expert."}
    problem(api(house.clerk).post(at(complaint, "extend"), body), 403, "not_allowed")
    done(supervisor.post(at(complaint, "extend"), body))
    due = Deadline.objects.of(complaint).open().get(kind="statutory").due_at
    assert due - clock.now() > timedelta(days=29)
    assert blockers(supervisor.post(at(complaint, "extend"), body)) == ["longer_already"]
    assert blockers(supervisor.post(at(complaint, "extend"), {**body, "rule": "x"})) == ["no_such_clock"]


def test_the_timeline_tells_why_one_waits(supervisor, complaint):
    done(supervisor.post(at(complaint, "wait"), {"reason": "A photo.", "until": UNTIL}))
    rows = done(supervisor.get(at(complaint, "timeline")))["results"]
    assert [row["text"] for row in rows if row["type"] == "complaint.waiting"] == ["A photo."]
    assert "photo" not in str([row["data"] for row in rows])
    assert Complaint.objects.get().is_waiting
