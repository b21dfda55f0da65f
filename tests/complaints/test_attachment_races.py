"""Several people add files at the same moment: limits and "kept once" hold. RELIABILITY.md 6D, 6F 66 and 68."""

import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest
from django.db import connection

from complaints.actions import attachments
from complaints.actions.attachments import add_attachment, keep_with_draft, withdraw_attachment
from complaints.actions.lodge import lodge_complaint
from complaints.models import Attachment, Complaint
from core import clock
from core.files.taking import take_in
from events.models import Event
from policies.actions import set_policy
from tests.complaints import sent
from tests.complaints.test_actions_races import at_once
from tests.house import WORKING_HOUR, House, lodge, make_intake

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def stage():
    with clock.frozen(WORKING_HOUR):
        house = House()
        yield house, lodge(house.clerk)


def taken(number=0):
    return take_in(sent.sent(f"note {number}".encode(), f"{number}.txt"), most_megabytes=1)


def test_the_same_file_at_once_is_kept_once(stage):
    house, complaint = stage
    files = [taken() for _each in range(6)]
    answers = at_once([lambda file=file: add_attachment(complaint.pk, file, by=house.clerk) for file in files])
    assert answers == {"won": 1, "already_there": 5}
    assert Event.objects.of(complaint).filter(type="attachment.added").count() == 1


def add_to_the_last_place(house, complaint):
    set_policy("files.most_of_complaint", 3, by=None)
    for number in range(2):
        add_attachment(complaint.pk, taken(number), by=house.clerk)
    files = [taken(10 + number) for number in range(6)]
    return at_once([lambda file=file: add_attachment(complaint.pk, file, by=house.clerk) for file in files])


def test_the_last_place_is_given_once(stage):
    house, complaint = stage
    assert add_to_the_last_place(house, complaint) == {"won": 1, "too_many": 5}
    assert complaint.attachments.count() == 3


def test_without_the_lock_it_would_be_given_several_times(stage, monkeypatch):
    """The control."""
    looked, wait = attachments._sorted_out, threading.Barrier(6)

    def all_look_first(there, files, **more):
        found = looked(there, files, **more)
        if files[0].name.startswith("1"):
            with suppress(threading.BrokenBarrierError):
                wait.wait(timeout=5)
        return found

    house, complaint = stage
    set_policy("files.most_of_complaint", 3, by=None)
    for number in (0, 2):
        add_attachment(complaint.pk, taken(number), by=house.clerk)
    monkeypatch.setattr(attachments, "locked", lambda pk, by: Complaint.objects.get(pk=pk))
    monkeypatch.setattr(attachments, "_sorted_out", all_look_first)
    files = [taken(10 + number) for number in range(6)]
    assert at_once([lambda file=file: add_attachment(complaint.pk, file, by=house.clerk) for file in files])["won"] > 1


def test_two_leaders_withdraw_it_once(stage):
    house, complaint = stage
    row = add_attachment(complaint.pk, taken(), by=house.clerk)
    leaders = [house.supervisor, house.manager, house.supervisor]
    answers = at_once([lambda by=by: withdraw_attachment(complaint.pk, row.pk, reason="No.", by=by) for by in leaders])
    assert answers == {"won": 1, "already_withdrawn": 2}


def test_a_file_that_comes_while_its_form_is_saved_is_on_the_complaint(stage):
    house, _complaint = stage
    for round_ in range(5):
        key, file = uuid.uuid4(), taken(round_)

        def lodge_it(key=key):
            lodge_complaint(make_intake(key=key), by=house.clerk)
            connection.close()

        def keep_it(key=key, file=file):
            keep_with_draft(key, [file], by=house.clerk)
            connection.close()

        with ThreadPoolExecutor(2) as people:
            for each in [people.submit(lodge_it), people.submit(keep_it)]:
                each.result()
        assert Attachment.objects.get(sha256=file.sha256).complaint == Complaint.objects.get(intake_key=key)
