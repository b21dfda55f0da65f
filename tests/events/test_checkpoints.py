import threading

import pytest
from django.db import OperationalError, connection, transaction

from events.checkpoints import take_checkpoint
from events.log import record_event
from events.models import Event, EventCheckpoint
from events.verification import Tally, problems
from tests.events.conftest import HAPPENED

pytestmark = pytest.mark.django_db


def taken() -> EventCheckpoint:
    checkpoint = take_checkpoint()
    assert checkpoint
    return checkpoint


def test_checkpoints_follow_each_other(happen):
    happen(subjects=2, each=2)
    first = taken()
    happen(subjects=1, each=3)
    second = taken()
    assert (first.number, first.event_count, second.number, second.event_count) == (1, 4, 2, 7)
    assert second.previous_signature == first.signature
    assert second.last_event_id == max(Event.objects.values_list("pk", flat=True))
    assert list(problems(Tally())) == []


def test_nothing_new_needs_no_checkpoint(happen):
    assert take_checkpoint() is None
    happen()
    take_checkpoint()
    assert take_checkpoint() is None
    assert EventCheckpoint.objects.count() == 1


def test_another_key_signs_otherwise(happen, settings):
    happen()
    take_checkpoint()
    settings.EVENTS_SIGNING_KEY = "another"
    assert "signature is not ours" in next(iter(problems(Tally())))


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_event_with_a_lower_id_that_is_not_yet_committed_is_waited_for(make_user):
    """Ids are given before commit: without the lock the slow writer's event would appear under a signed one."""
    slow, quick = make_user(), make_user()
    wrote, may_commit = threading.Event(), threading.Event()

    def write_slowly():
        with transaction.atomic():
            record_event(HAPPENED, slow, by=None, what="slow")
            wrote.set()
            may_commit.wait(5)
        connection.close()

    thread = threading.Thread(target=write_slowly)
    thread.start()
    wrote.wait(5)
    with transaction.atomic():
        record_event(HAPPENED, quick, by=None, what="quick")
    threading.Timer(0.3, may_commit.set).start()
    checkpoint = taken()
    thread.join()
    assert checkpoint.event_count == 2
    assert list(problems(Tally())) == []


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_writer_that_does_not_let_go_stops_the_checkpoint_not_the_house(make_user, monkeypatch):
    monkeypatch.setattr("events.checkpoints.LOCK_MILLISECONDS", 100)
    user, wrote, done = make_user(), threading.Event(), threading.Event()

    def hold():
        with transaction.atomic():
            record_event(HAPPENED, user, by=None, what="held")
            wrote.set()
            done.wait(5)
        connection.close()

    thread = threading.Thread(target=hold)
    thread.start()
    wrote.wait(5)
    with pytest.raises(OperationalError):
        take_checkpoint()
    done.set()
    thread.join()
    assert taken().event_count == 1
