"""Bringing in a senior, meetings, and the tasks they become. Source: DOMAIN.md 3.4, 3.5."""

from datetime import timedelta

import pytest

from accounts.roles import Role
from complaints.actions.meetings import Held, record_meeting
from complaints.actions.talks import record_communication
from complaints.actions.tasks import PromisedTask, ask_senior, cancel_task, change_task, finish_task
from complaints.actions.transitions import withdraw
from complaints.models import CaseTask, Meeting
from complaints.seniors import seniors_of
from core import clock
from core.errors import Blocked, Conflict, PermissionDenied
from deadlines.models import Deadline
from deadlines.sweep import sweep
from events.models import Event, Notification
from tests.complaints.refusals import refused
from tests.house import make_user

END = {"reason": "x", "outcome": "settled", "relief": "explanation"}


@pytest.fixture
def case(make_complaint, house):
    """A case that the clerk owns."""
    return make_complaint(is_taken=True, is_raised=True)


@pytest.fixture
def until(at_work):
    return at_work + timedelta(hours=4)


def asked(case, house, until, **more):
    told = {"senior": house.manager, "medium": "phone", "due_at": until, "note": "She waits for a call.", **more}
    return ask_senior(case.pk, by=told.pop("by", house.clerk), **told)


def held(house, until, **more):
    promises = more.pop("promises", [PromisedTask("Bring a new seal", house.handler, until)])
    told = {"kind": "visit", "place": "Her shop", "theirs": "Ms. Carter", "said": "It drips at the seal."}
    return Held(**{**told, "ours": [house.clerk], "promises": promises, **more})


def clock_of(task):
    return Deadline.objects.filter(subject_type="casetask", subject_id=task.pk).order_by("-pk").first()


# ------------------------------------------------------------------ a senior


def test_a_senior_is_asked_by_name_with_a_time(case, house, until):
    task = asked(case, house, until)
    assert (task.assignee, task.kind, task.state, task.due_at) == (house.manager, "senior_talk", "open", until)
    assert (clock_of(task).state, clock_of(task).due_at) == ("pending", until)
    assert Notification.objects.filter(recipient=house.manager, code="task.talk_for_you").exists()
    event = Event.objects.of(case).get(type="task.opened")
    assert event.data["assignee_id"] == house.manager.pk
    assert "waits" not in event.data_text


def test_the_talk_that_is_logged_finishes_the_task(case, house, until):
    task = asked(case, house, until)
    record_communication(case.pk, direction="out", medium="phone", summary="Somebody else.", by=house.clerk)
    task.refresh_from_db()
    assert task.is_open
    record_communication(case.pk, direction="out", medium="phone", summary="I called her.", by=house.manager)
    task.refresh_from_db()
    assert (task.state, task.ended_by) == ("done", house.manager)
    assert clock_of(task).state == "met"


def test_finishing_the_task_logs_the_talk(case, house, until):
    task = asked(case, house, until)
    with refused(Blocked, "no_note"):
        finish_task(task.pk, note=" ", by=house.manager)
    with refused(PermissionDenied, "not_yours"):
        finish_task(task.pk, note="She did.", by=house.clerk)
    done = finish_task(task.pk, note="I called her, she is content.", duration_seconds=300, by=house.manager)
    assert done.state == "done"
    talk = case.communications.get()
    assert (talk.summary, talk.medium, talk.recorded_by) == ("I called her, she is content.", "phone", house.manager)
    case.refresh_from_db()
    assert case.first_contact_at is not None
    with refused(Conflict, "task_ended"):
        finish_task(task.pk, note="Again.", by=house.manager)


def test_a_senior_is_above_it_and_no_subject(make_complaint, house, until):
    complaint = make_complaint(is_taken=True, subject_ids=[house.manager.pk])
    assert seniors_of(complaint, but=house.clerk) == [house.supervisor, house.director]
    for senior in (house.manager, house.handler, house.east_supervisor, house.auditor):
        with refused(Blocked, "no_senior"):
            asked(complaint, house, until, senior=senior)


def test_only_the_owner_or_a_supervisor_asks(case, house, until):
    with refused(PermissionDenied, "not_yours"):
        asked(case, house, until, by=house.colleague)
    with refused(PermissionDenied):
        asked(case, house, until, by=house.auditor)
    asked(case, house, until, by=house.supervisor)
    with refused(Blocked, "asked_already"):
        asked(case, house, until)


def test_every_wrong_answer_is_told_at_once(case, house, at_work):
    with refused(Blocked) as told:
        asked(case, house, at_work, senior=house.handler, medium="fax")
    assert [blocker.link for blocker in told.value.blockers] == ["due_at", "medium", "senior"]


def test_an_end_calls_the_talk_off(case, house, until):
    task = asked(case, house, until)
    withdraw(case.pk, **END, by=house.clerk)
    task.refresh_from_db()
    assert (task.state, clock_of(task).state) == ("cancelled", "cancelled")


def test_what_is_overdue_goes_up(case, house, until):
    task = asked(case, house, until)
    with clock.frozen(until + timedelta(minutes=1)):
        sweep("hand")
    row = clock_of(task)
    assert row.state == "breached"
    told = set(
        Notification.objects.filter(code="deadline.breached", url=task.get_absolute_url()).values_list(
            "recipient__username", flat=True
        )
    )
    # Whose it is, the supervisor, and who owns the case.
    assert told == {"manager", "supervisor", "clerk"}
    with clock.frozen(until + timedelta(hours=5)):
        sweep("hand")
    assert clock_of(task).round >= 2


# ------------------------------------------------------------------ meetings and promises


def test_a_meeting_is_a_talk_with_a_place_people_and_promises(case, house, until):
    meeting = record_meeting(case.pk, held(house, until), by=house.clerk)
    assert (meeting.communication.summary, meeting.communication.medium) == ("It drips at the seal.", "visit")
    assert (meeting.place, list(meeting.ours.all())) == ("Her shop", [house.clerk])
    case.refresh_from_db()
    assert case.first_contact_at is not None
    task = CaseTask.objects.get()
    assert (task.what, task.assignee, task.meeting, task.kind) == (
        "Bring a new seal", house.handler, meeting, "promise"
    )  # fmt: skip
    assert clock_of(task).due_at == until
    assert Notification.objects.filter(recipient=house.handler, code="task.for_you").exists()


def test_what_a_meeting_lacks_is_told_at_its_place(case, house, until, at_work):
    gone = make_user("gone", house.west, Role.HANDLER, is_active=False)
    promises = [
        PromisedTask("", house.handler, until),
        PromisedTask("Call", gone, until),
        PromisedTask("Call", house.east_clerk, at_work),
    ]
    wrong = held(house, until, kind="party", place=" ", theirs="", said="", at=until, promises=promises)
    with refused(Blocked) as told:
        record_meeting(case.pk, wrong, by=house.clerk)
    assert [blocker.link for blocker in told.value.blockers] == [
        "kind", "place", "theirs", "summary", "at", "promises.0.what", "promises.1.assignee",
        "promises.2.assignee", "promises.2.due_at",
    ]  # fmt: skip
    assert not Meeting.objects.exists()


def test_a_promise_is_kept_or_called_off_with_a_note(case, house, until):
    one, two = [
        PromisedTask("Bring a new seal", house.handler, until), PromisedTask("Call her", house.colleague, until),
    ]  # fmt: skip
    record_meeting(case.pk, held(house, until, promises=[one, two]), by=house.clerk)
    seal, call = CaseTask.objects.order_by("pk")
    with refused(PermissionDenied, "not_yours"):
        finish_task(seal.pk, note="Done.", by=house.colleague)
    finish_task(seal.pk, note="Fitted.", by=house.handler)
    with refused(Blocked, "no_reason"):
        cancel_task(call.pk, note="", by=house.clerk)
    cancel_task(call.pk, note="She called herself.", by=house.clerk)
    seal.refresh_from_db()
    call.refresh_from_db()
    assert [(row.state, row.note) for row in (seal, call)] == [
        ("done", "Fitted."), ("cancelled", "She called herself."),
    ]  # fmt: skip
    assert [clock_of(row).state for row in (seal, call)] == ["met", "cancelled"]


def test_a_promise_stays_when_the_complaint_ends(case, house, until):
    record_meeting(case.pk, held(house, until), by=house.clerk)
    withdraw(case.pk, **END, by=house.clerk)
    task = CaseTask.objects.get()
    assert (task.state, clock_of(task).state) == ("open", "pending")
    finish_task(task.pk, note="Fitted all the same.", by=house.handler)


def test_a_promise_is_moved_to_another_day_and_person(case, house, until, at_work):
    record_meeting(case.pk, held(house, until), by=house.clerk)
    task = CaseTask.objects.get()
    later = until + timedelta(days=1)
    changed = change_task(task.pk, expected_version=1, assignee=house.colleague, due_at=later, by=house.clerk)
    assert (changed.assignee, changed.due_at, changed.version) == (house.colleague, later, 2)
    assert (clock_of(task).due_at, clock_of(task).state) == (later, "pending")
    assert Notification.objects.filter(recipient=house.colleague, code="task.for_you").exists()
    with refused(Conflict, "stale"):
        change_task(task.pk, expected_version=1, what="Something", by=house.clerk)
    with refused(Blocked, "due_in_the_past"):
        change_task(task.pk, expected_version=2, due_at=at_work, by=house.clerk)
    with refused(Blocked, "cannot_have"):
        change_task(task.pk, expected_version=2, assignee=house.east_clerk, by=house.clerk)
    # What stands there already is no change.
    assert change_task(task.pk, expected_version=2, due_at=later, by=house.clerk).version == 2


def test_a_task_is_hidden_with_its_complaint(make_complaint, house, until):
    complaint = make_complaint(is_taken=True)
    record_meeting(complaint.pk, held(house, until), by=house.clerk)
    task = CaseTask.objects.get()
    assert list(CaseTask.objects.visible_to(house.supervisor)) == [task]
    assert not CaseTask.objects.visible_to(house.east_supervisor).exists()
    assert not CaseTask.objects.visible_to(house.administrator).exists()
    with refused(CaseTask.DoesNotExist):
        finish_task(task.pk, note="Mine?", by=house.east_supervisor)
