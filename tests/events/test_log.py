import threading
from datetime import UTC, datetime

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import Model

from core import clock
from events import log
from events.log import (
    record_event,
    record_first_event,
    record_first_events,
    record_text_change,
    text_digest,
    timeline,
    written_together,
)
from events.models import Event, EventHead, TextRevision
from events.subscribe import subscribe
from events.verification import Tally, problems
from tests.events.conftest import HAPPENED

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def test_events_of_a_subject_form_a_chain(make_user):
    user = make_user()
    with clock.frozen(NOON):
        first = record_event(HAPPENED, user, by=None, what="one")
        second = record_event(HAPPENED, user, by=user, what="two")
    assert (first.subject, first.seq, first.previous_hash, first.at) == (f"user:{user.pk}", 1, "", NOON)
    assert (second.seq, second.previous_hash) == (2, first.hash)
    head = EventHead.objects.get()
    assert (head.seq, head.hash, head.last_event_id) == (2, second.hash, second.pk)


def test_what_is_read_back_is_what_was_recorded(make_user):
    user = make_user()
    record_event(HAPPENED, user, by=user, type="a name that is also an argument", what={"b": 1})
    event = timeline(user).get()
    assert event.data == {"type": "a name that is also an argument", "what": {"b": 1}}
    assert event.actor == user


def test_subjects_do_not_share_a_chain(make_user):
    one, other = make_user(), make_user()
    record_event(HAPPENED, one, by=None, what="")
    assert record_event(HAPPENED, other, by=None, what="").seq == 1


def test_timeline_is_newest_first_and_reads_once(make_user, django_assert_num_queries):
    user = make_user()
    for what in "abc":
        record_event(HAPPENED, user, by=user, what=what)
    with django_assert_num_queries(1):
        assert [(event.data["what"], str(event.actor)) for event in timeline(user)] == [
            (what, user.name) for what in "cba"
        ]


def test_type_must_be_announced(make_user):
    with pytest.raises(LookupError, match=r"never\.announced"):
        record_event("never.announced", make_user(), by=None)
    assert not Event.objects.exists()


def test_unsaved_subject_is_refused(make_user):
    user = make_user()
    user.pk = None
    with pytest.raises(ValueError, match="saved first"):
        record_event(HAPPENED, user, by=None)


@pytest.mark.django_db(transaction=True)
def test_event_is_refused_outside_a_transaction(make_user):
    user = make_user()
    with pytest.raises(RuntimeError, match="transaction"):
        record_event(HAPPENED, user, by=None)
    with pytest.raises(RuntimeError, match="transaction"):
        record_first_events(HAPPENED, [(user, {})], by=None)
    assert not Event.objects.exists()


def test_further_event_costs_three_statements(make_user, django_assert_num_queries):
    user = make_user()
    record_event(HAPPENED, user, by=user, what="")
    with django_assert_num_queries(3):
        record_event(HAPPENED, user, by=user, what="")


def test_first_events_of_many_cost_two_statements(make_user, django_assert_num_queries):
    users = [make_user() for _ in range(20)]
    with django_assert_num_queries(2):
        events = record_first_events(HAPPENED, [(user, {"what": user.name}) for user in users], by=None)
    assert [event.data["what"] for event in Event.objects.all()] == [user.name for user in users]
    assert record_event(HAPPENED, users[3], by=None, what="").previous_hash == events[3].hash


def test_first_events_wait_to_be_written_together(make_user, django_assert_num_queries):
    one, other = make_user(), make_user()
    with django_assert_num_queries(2), written_together():
        record_first_event(HAPPENED, one, by=None, what="one")
        record_first_event(HAPPENED, other, by=None, what="other")
    assert [event.data["what"] for event in Event.objects.all()] == ["one", "other"]
    assert list(problems(Tally())) == []


def test_what_waits_is_written_before_what_comes_later(make_user):
    one, other = make_user(), make_user()
    record_event(HAPPENED, other, by=None, what="0")
    with written_together():
        record_first_event(HAPPENED, one, by=None, what="1")
        assert Event.objects.count() == 1
        record_event(HAPPENED, one, by=None, what="2")
        record_event(HAPPENED, other, by=None, what="3")
    assert [event.data["what"] for event in Event.objects.all()] == ["0", "1", "2", "3"]
    assert [event.seq for event in Event.objects.of(one)] == [1, 2]
    assert list(problems(Tally())) == []


def test_what_waits_is_forgotten_with_the_failure(make_user):
    def fail():
        with transaction.atomic(), written_together():
            record_first_event(HAPPENED, make_user(), by=None, what="")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    record_event(HAPPENED, make_user(), by=None, what="later")
    assert [event.data["what"] for event in Event.objects.all()] == ["later"]


def test_subscribers_hear_of_what_waited_once_it_is_written(make_user, monkeypatch):
    heard = []
    monkeypatch.setattr("events.subscribe._subscriptions", {})
    subscribe(HAPPENED)(lambda event, subject: heard.append((event.pk, subject)))
    user = make_user()
    with written_together():
        record_first_event(HAPPENED, user, by=None, what="")
        assert heard == []
    assert heard == [(Event.objects.get().pk, user)]


def test_first_events_are_refused_where_there_are_some(make_user):
    user = make_user()
    record_event(HAPPENED, user, by=None, what="")
    with pytest.raises(IntegrityError), transaction.atomic():
        record_first_events(HAPPENED, [(make_user(), {}), (user, {})], by=None)
    assert Event.objects.count() == 1


def test_old_text_is_kept_beside_the_event(make_user):
    user = make_user()
    event = record_text_change(HAPPENED, user, {"name": "旧名", "phone": ""}, by=None, what="name")
    revision = TextRevision.objects.get(field="name")
    assert "旧名" not in event.data_text
    assert revision.text == "旧名"
    assert event.data["texts"]["name"] == text_digest(revision.salt, "旧名")
    assert {one.salt for one in TextRevision.objects.all()} >= {revision.salt}


def test_erased_text_loses_its_salt_too(make_user):
    record_text_change(HAPPENED, make_user(), {"name": "x"}, by=None, what="")
    with pytest.raises(IntegrityError), transaction.atomic():
        TextRevision.objects.update(text="", erased_at=NOON)
    TextRevision.objects.update(text="", salt="", erased_at=NOON)


def _write(subject, times, failures, by_pairs):
    try:
        for _ in range(times):
            with transaction.atomic():
                record_event(HAPPENED, subject, by=None, what=by_pairs)
    except Exception as error:
        failures.append(error)
    finally:
        connection.close()


def write_together(subject: Model, times: int) -> list[Exception]:
    failures: list[Exception] = []
    threads = [threading.Thread(target=_write, args=(subject, times, failures, number)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return failures


@pytest.mark.django_db(transaction=True)
def test_concurrent_writers_of_one_subject_leave_one_chain(make_user):
    """The first event is contested too: nobody has a head yet."""
    assert write_together(make_user(), 250) == []
    assert list(Event.objects.order_by("seq").values_list("seq", flat=True)) == list(range(1, 1001))
    assert list(problems(Tally())) == []


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_without_the_lock_writers_collide(make_user, monkeypatch):
    """The control: the test above can fail, and what then holds is the unique number."""

    def unlocked(subject):
        return EventHead.objects.get_or_create(subject_type="user", subject_id=subject.pk)[0]

    monkeypatch.setattr(log, "_locked_head", unlocked)
    failures = write_together(make_user(), 100)
    assert failures
    assert {type(error) for error in failures} == {IntegrityError}
