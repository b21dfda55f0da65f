"""Two at once, or eight: one wins, the others are told, nothing is lost or done twice. On both databases.

Each promise that hangs on a lock or a key has a control: the same race with it taken away must go wrong.
"""

import threading
import uuid
from collections.abc import Callable
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from accounts.roles import Role
from complaints.actions import lodge as lodging
from complaints.actions import ownership, reports
from complaints.actions.lodge import lodge_complaint
from complaints.models import Complaint, OralReport, StepRecord
from core.errors import Conflict
from events.models import Event
from tests.hostile.attempts import KEPT, at_step
from tests.hostile.conftest import OWN, signed_in
from tests.hostile.forms import fields_of
from tests.house import lodge, make_intake, make_user

pytestmark = pytest.mark.django_db(transaction=True)

MANY = 8


def together(*calls: Callable[[], Any]) -> list[Any]:
    """Run all at the same moment, each in a thread with a connection of its own; what they raise is returned too."""
    barrier = threading.Barrier(len(calls))
    results: list[Any] = [None] * len(calls)

    def run(place: int, call: Callable[[], Any]) -> None:
        try:
            barrier.wait(timeout=20)
            results[place] = call()
        except Exception as error:
            results[place] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=each) for each in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert not any(thread.is_alive() for thread in threads)
    return results


def sent(user, url, data):
    """A press by this user, ready to happen."""
    client = signed_in(user)
    return lambda: client.post(url, data)


def statuses(answers):
    return sorted(answer.status_code for answer in answers)


# ------------------------------------------------------------------ lodging


def test_a_form_sent_eight_times_at_once_is_one_complaint(stage):
    typed = {
        "draft": str(uuid.uuid4()),
        "description": KEPT,
        "name": "Emily",
        "phone": "13805716620",
        "channel": "phone",
    }
    answers = together(*[sent(stage.house.clerk, "/complaints/new/", typed) for _ in range(MANY)])
    complaint = Complaint.objects.get()
    assert statuses(answers) == [302] * MANY
    assert {answer["Location"] for answer in answers} == {reverse("complaints:desk", args=[complaint.number])}
    assert Event.objects.filter(type="complaint.created").count() == 1


def test_an_intake_lodged_eight_times_at_once_answers_with_the_first(stage):
    """The action itself, which the API and programs call."""
    key = uuid.uuid4()
    found = together(*[lambda: lodge_complaint(make_intake(key=key), by=stage.house.clerk) for _ in range(MANY)])
    assert set(found) == {Complaint.objects.get()}


@pytest.mark.postgres
def test_looking_first_alone_would_refuse_one_of_two(stage, monkeypatch):
    """The control: both look before either saves, and the unique key of the table is all that is left."""
    key, looked = uuid.uuid4(), threading.Barrier(2)
    monkeypatch.setattr(lodging, "one_at_a_time", lambda *keys: looked.wait(timeout=10))
    both = together(*[lambda: lodge_complaint(make_intake(key=key), by=stage.house.clerk) for _ in range(2)])
    assert {type(each) for each in both} == {Complaint, IntegrityError}
    assert Complaint.objects.count() == 1


def test_numbers_are_each_given_once(stage):
    house = stage.house

    def lodge_three(place):
        return [lodge(house.clerk, phone=f"1380571{place}{n:03d}", name=f"Customer {place}{n}") for n in range(3)]

    found = together(*[lambda place=place: lodge_three(place) for place in range(MANY)])
    numbers = [complaint.number for each in found for complaint in each]
    assert len(set(numbers)) == MANY * 3
    assert sorted(numbers) == [f"C-2026-{n:06d}" for n in range(1, MANY * 3 + 1)], "and none was left out"


# ------------------------------------------------------------------ one complaint, several hands


def test_one_of_two_takes_it_and_the_other_is_told_who(stage):
    house = stage.house
    handlers = [make_user(f"handler{n}", house.west, Role.HANDLER, name=f"Handler {n}") for n in range(MANY)]
    complaint = stage.lodge(OWN, house.clerk, is_raised=True)
    url = reverse("complaints:take", args=[complaint.number])
    answers = together(*[sent(user, url, {}) for user in handlers])
    complaint.refresh_from_db()
    assert statuses(answers) == [302] + [409] * (MANY - 1)
    for answer in answers:
        if answer.status_code == 409:
            assert f"{complaint.owner} has taken it already." in answer.content.decode()
    assert Event.objects.filter(type="complaint.assigned").count() == 1


@contextmanager
def unlocked(monkeypatch, module, count):
    """Let `locked` read without a lock, and let all read before anybody writes."""
    read = threading.Barrier(count)

    def look(complaint_id, *, by):
        complaint = Complaint.objects.select_related("department").get(pk=complaint_id)
        read.wait(timeout=10)
        return complaint

    with monkeypatch.context() as patch:
        patch.setattr(module, "locked", look)
        yield


@pytest.mark.postgres
def test_without_the_lock_two_would_take_it(stage, monkeypatch):
    """The control."""
    house = stage.house
    complaint = stage.lodge(OWN, house.clerk, is_raised=True)
    with unlocked(monkeypatch, ownership, 2):
        both = together(
            lambda: ownership.take_complaint(complaint.pk, by=house.handler),
            lambda: ownership.take_complaint(complaint.pk, by=house.supervisor),
        )
    assert [type(each) for each in both] == [Complaint, Complaint], "both believe that it is theirs"


def test_giving_and_taking_at_once_leave_one_owner_and_its_history(stage):
    house = stage.house
    complaint = stage.lodge(OWN, house.clerk, is_raised=True)
    take, give = (reverse(f"complaints:{name}", args=[complaint.number]) for name in ("take", "assign"))
    answers = together(
        sent(house.handler, take, {}),
        sent(house.supervisor, give, {"owner": str(house.manager.pk)}),
    )
    complaint.refresh_from_db()
    assert statuses(answers) in ([302, 302], [302, 409])
    last = Event.objects.filter(type="complaint.assigned").latest("pk")
    assert last.data["owner_id"] == complaint.owner_id


def test_two_finish_the_same_step_and_it_is_recorded_once(stage):
    house = stage.house
    complaint = at_step("listen")(stage)
    url = reverse("complaints:finish_step", args=[complaint.number, "listen"])
    answers = together(
        *[
            sent(user, url, {"restated": f"Said by {user}", "customer_agreed": "on"})
            for user in (house.clerk, house.colleague, house.handler, house.supervisor)
        ]
    )
    assert statuses(answers) == [302, 409, 409, 409]
    assert StepRecord.objects.filter(step="listen").count() == 1
    for answer in answers:
        if answer.status_code == 409:
            assert "This step is done already" in answer.content.decode()
    assert Complaint.objects.get(pk=complaint.pk).state == "apologise"


def test_two_confirm_and_it_is_confirmed_once(stage):
    house = stage.house
    complaint = at_step("closed")(stage)
    url = reverse("complaints:confirm_report", args=[complaint.number])
    answers = together(*[sent(user, url, {}) for user in (house.supervisor, stage.head, house.manager, house.director)])
    assert statuses(answers) == [302] * 4
    report = OralReport.objects.get()
    assert report.confirmed_by is not None
    confirmed = Event.objects.get(type="complaint.oral_report_confirmed")
    assert confirmed.actor == report.confirmed_by


@pytest.mark.postgres
def test_without_the_lock_two_would_confirm(stage, monkeypatch):
    """The control: two look, both see nothing confirmed, both confirm."""
    house = stage.house
    complaint = at_step("closed")(stage)
    seen = threading.Barrier(2)

    def confirm(user):
        with transaction.atomic():
            report = OralReport.objects.get(complaint=complaint)
            seen.wait(timeout=10)
            if report.confirmed_at is None:
                report.confirmed_by, report.confirmed_at = user, complaint.ended_at
                report.save(update_fields=["confirmed_by", "confirmed_at"])
                return True
        return False

    assert together(lambda: confirm(house.supervisor), lambda: confirm(house.manager)) == [True, True]
    assert reports.confirm_oral_report(complaint.pk, by=house.director).confirmed_by != house.director


# ------------------------------------------------------------------ editing


def page_of(client, url):
    return fields_of(client.get(url).content.decode(), url)


def test_eight_edit_the_same_fact_and_seven_are_shown_both_texts(stage):
    house = stage.house
    users = [make_user(f"leader{n}", house.west, Role.SUPERVISOR) for n in range(MANY)]
    complaint = stage.lodge(OWN, house.clerk)
    url = reverse("complaints:edit", args=[complaint.number])
    forms = [(signed_in(user), n) for n, user in enumerate(users)]
    typed = [page_of(client, url) | {"title": f"Written by {n}"} for client, n in forms]
    answers = together(
        *[
            lambda client=client, data=data: client.post(url, data)
            for (client, _n), data in zip(forms, typed, strict=True)
        ]
    )
    assert statuses(answers) == [302] + [409] * (MANY - 1)
    winner = Complaint.objects.get().title
    for (_client, n), answer in zip(forms, answers, strict=True):
        if answer.status_code == 409:
            body = answer.content.decode()
            assert winner in body
            assert f"Written by {n}" in body, "what was typed is still there"
    assert Event.objects.filter(type="complaint.changed").count() == 1


def test_two_edit_different_facts_and_both_stand_or_one_is_asked_again(stage):
    house = stage.house
    complaint = stage.lodge(OWN, house.clerk)
    url = reverse("complaints:edit", args=[complaint.number])
    one, other = signed_in(house.supervisor), signed_in(house.clerk)
    title = page_of(one, url) | {"title": "Another title"}
    place = page_of(other, url) | {"happened_where": "Another place"}
    answers = together(lambda: one.post(url, title), lambda: other.post(url, place))
    complaint.refresh_from_db()
    assert statuses(answers) in ([302, 302], [302, 409])
    saved = [complaint.title == "Another title", complaint.happened_where == "Another place"]
    assert sum(saved) == statuses(answers).count(302), "nobody overwrites what they never touched"


@pytest.mark.postgres
def test_without_the_version_the_first_edit_would_be_lost(stage):
    """The control: both save the record they read."""
    complaint = stage.lodge(OWN, stage.house.clerk)
    read = threading.Barrier(2)

    def write(name, text):
        mine = Complaint.objects.get(pk=complaint.pk)
        read.wait(timeout=10)
        setattr(mine, name, text)
        mine.save()

    together(lambda: write("title", "Another title"), lambda: write("happened_where", "Another place"))
    complaint.refresh_from_db()
    assert (complaint.title == "Another title") != (complaint.happened_where == "Another place")


def test_a_refusal_in_a_race_is_a_conflict_not_an_error(stage):
    """Eight end it in three ways: one end stands, with its reason, and the others are told."""
    house = stage.house
    complaint = stage.lodge(OWN, house.clerk)
    typed = {"reason": "Because.", "outcome": "upheld", "relief": "explanation"}
    ways = [reverse(f"complaints:{name}", args=[complaint.number]) for name in ("withdraw", "leave", "void")] * 2
    answers = together(*[sent(house.supervisor, url, typed) for url in ways])
    assert statuses(answers) == [302] + [409] * 5
    assert Event.objects.filter(type="complaint.transitioned").count() == 1
    assert not any(isinstance(answer, Conflict) for answer in answers)
