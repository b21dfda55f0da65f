"""Many events and notices at once are the same as one by one."""

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from deadlines.chain import Entry, Notice, begin_chains, notify_many, record_events
from events.log import record_event, record_first_event, written_together
from events.models import Event, EventHead, Notification, OutboxMessage
from events.subscribe import subscribe
from events.verification import Tally, problems
from tests.deadlines.conftest import at, make_customer


def opened(customer, number):
    return Entry("deadline.opened", customer, {"kind": "k", "deadline": number, "due_at": at("02 09:00")})


def test_events_continue_the_chains_of_their_subjects(db):
    first, second = make_customer(), make_customer()
    record_event("deadline.opened", first, by=None, kind="k")
    with transaction.atomic():
        record_events([opened(first, 1), opened(second, 2), opened(first, 3)], by=None, at=at("02 09:00"))
    assert list(Event.objects.of(first).values_list("seq", flat=True)) == [1, 2, 3]
    assert [event.data["deadline"] for event in Event.objects.of(first)[1:]] == [1, 3]
    head = EventHead.objects.get(subject_type="customer", subject_id=first.pk)
    newest = Event.objects.of(first).order_by("seq").last()
    assert (head.seq, head.hash, head.last_event_id) == (3, newest.hash, newest.pk)
    assert list(problems(Tally())) == []


def test_first_events_that_wait_are_written_along(db):
    customer, other = make_customer(), make_customer()
    with transaction.atomic(), written_together():
        record_first_event("deadline.opened", other, by=None, kind="k")
        with CaptureQueriesContext(connection) as queries:
            begin_chains([opened(customer, 1), opened(customer, 2)], by=None, at=at("02 09:00"))
    assert len(queries) == 2
    found = Event.objects.values_list("subject_id", "seq")
    assert list(found) == [(other.pk, 1), (customer.pk, 1), (customer.pk, 2)]
    assert list(problems(Tally())) == []


def test_what_waits_comes_before_what_continues_a_chain(db):
    customer, other = make_customer(), make_customer()
    with transaction.atomic(), written_together():
        record_first_event("deadline.opened", other, by=None, kind="k")
        record_events([opened(customer, 1), opened(other, 2)], by=None, at=at("02 09:00"))
    found = Event.objects.values_list("subject_id", "seq")
    assert list(found) == [(other.pk, 1), (customer.pk, 1), (other.pk, 2)]
    assert list(problems(Tally())) == []


def test_subscribers_hear_of_each(db, monkeypatch):
    heard = []
    monkeypatch.setattr("events.subscribe._subscriptions", {})
    subscribe("deadline.opened", deadline=2)(lambda event, subject: heard.append((event.seq, subject)))
    customer = make_customer()
    with transaction.atomic():
        record_events([opened(customer, 1), opened(customer, 2)], by=None, at=at("02 09:00"))
    assert heard == [(2, customer)]


def test_statements_do_not_grow_with_the_events(db):
    def statements(count):
        entries = [opened(make_customer(), n) for n in range(count)]
        with CaptureQueriesContext(connection) as queries, transaction.atomic():
            record_events(entries, by=None, at=at("02 09:00"))
        return len(queries)

    assert statements(30) <= statements(2) + 1


def test_nothing_is_nothing(db):
    with CaptureQueriesContext(connection) as queries:
        assert record_events([], by=None, at=at("02 09:00")) == []
        notify_many([], at=at("02 09:00"))
    assert len(queries) == 0


def test_refuses_what_nobody_announces(db):
    with pytest.raises(LookupError, match="announces"):
        record_events([Entry("deadline.unheard", make_customer())], by=None, at=at("02 09:00"))
    assert not Event.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_refuses_outside_of_a_transaction():
    with pytest.raises(RuntimeError, match="transaction"):
        record_events([opened(make_customer(), 1)], by=None, at=at("02 09:00"))


def notice(people, key, code="deadline.breached"):
    values = {"subject": "C-1", "kind": "k", "due_at": at("02 09:00"), "round": 1}
    return Notice(people, code, key, "/x/", values)


def test_one_notice_for_each_person_and_key_and_one_digest_for_each_person(staff):
    people = [person for group in staff.people.values() for person in group]
    notify_many([notice(people, "a"), notice(people[:1], "b"), notice(people, "a")], at=at("02 09:00"))
    notify_many([notice(people, "a")], at=at("02 09:00"))
    assert Notification.objects.count() == 4
    assert OutboxMessage.objects.filter(channel="digest").count() == 1


def test_what_cannot_wait_is_mailed_at_once(staff):
    notify_many([notice(staff.people["supervisor"], "a", "deadline.urgent")], at=at("02 09:00"))
    message = OutboxMessage.objects.get()
    assert (message.channel, message.recipient) == ("email", "supervisor@example.com")
    assert "C-1" in message.payload["subject"]
