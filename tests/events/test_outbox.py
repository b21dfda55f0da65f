import threading
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import connection, transaction

from core import clock
from events import outbox, tasks
from events.models import OutboxMessage
from events.outbox import BACK_OFF_SECONDS, Delivery, Undeliverable, dispatch_outbox, enqueue, register_channel

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
State = OutboxMessage.State


@pytest.fixture(autouse=True)
def own_channels(monkeypatch):
    monkeypatch.setattr(outbox, "_channels", dict(outbox._channels))


@pytest.fixture
def sent():
    """A channel "pigeon" that remembers what it carried."""
    carried = []

    def send(delivery):
        carried.append(delivery)
        return f"pigeon-{len(carried)}"

    register_channel("pigeon", send)
    return carried


def failing(error: Exception, **options: Any) -> list[Delivery]:
    """A channel "raven" that always raises; returns the list of attempts."""
    attempts: list[Delivery] = []

    def send(delivery: Delivery) -> str:
        attempts.append(delivery)
        raise error

    register_channel("raven", send, **options)
    return attempts


def test_message_is_sent_once_and_marked(sent):
    with clock.frozen(NOON):
        enqueue("pigeon", "tower", {"text": "已受理"}, key="a")
        assert dispatch_outbox() == 1
        assert dispatch_outbox() == 0
    message = OutboxMessage.objects.get()
    assert [(one.key, one.recipient, one.payload, one.attempt) for one in sent] == [
        ("a", "tower", {"text": "已受理"}, 1)
    ]
    assert (message.state, message.sent_at, message.provider_id) == (State.SENT, NOON, "pigeon-1")
    assert (message.lease_until, message.lease_token) == (None, "")


def test_same_key_is_one_message(sent):
    first = enqueue("pigeon", "tower", {"n": 1}, key="a")
    assert enqueue("pigeon", "tower", {"n": 2}, key="a") == first
    assert OutboxMessage.objects.get().payload == {"n": 1}


def test_unknown_channel_is_refused():
    with pytest.raises(LookupError):
        enqueue("telepathy", "x", {}, key="a")


def test_undone_transaction_sends_nothing(sent):
    with transaction.atomic():
        enqueue("pigeon", "tower", {}, key="a")
        transaction.set_rollback(True)
    assert dispatch_outbox() == 0


def test_message_waits_for_its_time(sent):
    with clock.frozen(NOON):
        enqueue("pigeon", "tower", {}, key="a", not_before=NOON + timedelta(minutes=5))
        assert dispatch_outbox() == 0
    with clock.frozen(NOON + timedelta(minutes=5)):
        assert dispatch_outbox() == 1


def test_failure_is_tried_again_with_growing_waits():
    attempts = failing(OSError("no wind"))
    now = NOON
    with clock.frozen(now):
        enqueue("raven", "tower", {}, key="a")
    for wait in BACK_OFF_SECONDS:
        with clock.frozen(now):
            assert dispatch_outbox() == 1
            message = OutboxMessage.objects.get()
            waited = (message.next_attempt_at - now).total_seconds()
            assert 0.8 * wait <= waited <= 1.2 * wait
            assert message.state == State.PENDING
            assert dispatch_outbox() == 0
            now = message.next_attempt_at
    with clock.frozen(now):
        dispatch_outbox()
    message.refresh_from_db()
    assert message.state == State.FAILED
    assert "no wind" in message.last_error
    assert [one.attempt for one in attempts] == list(range(1, len(BACK_OFF_SECONDS) + 2))
    assert {one.key for one in attempts} == {"a"}


def test_hopeless_failure_is_final():
    failing(Undeliverable("no such tower"))
    enqueue("raven", "nowhere", {}, key="a")
    dispatch_outbox()
    assert OutboxMessage.objects.get().state == State.FAILED


def test_failure_of_one_holds_up_no_other(sent):
    failing(OSError())
    enqueue("raven", "x", {}, key="a")
    enqueue("pigeon", "x", {}, key="b")
    dispatch_outbox()
    assert OutboxMessage.objects.get(key="b").state == State.SENT


def crash_in_the_middle(channel: str) -> None:
    """Leave a message as a worker does that was killed while it sent."""
    enqueue(channel, "x", {}, key="a")
    OutboxMessage.objects.update(attempts=1, lease_until=NOON, lease_token="dead")


def test_running_lease_keeps_others_away(sent):
    with clock.frozen(NOON - timedelta(seconds=1)):
        crash_in_the_middle("pigeon")
        assert dispatch_outbox() == 0


def test_message_of_a_dead_worker_is_sent_again(sent):
    with clock.frozen(NOON - timedelta(hours=1)):
        crash_in_the_middle("pigeon")
    with clock.frozen(NOON):
        assert dispatch_outbox() == 1
    assert OutboxMessage.objects.get().state == State.SENT


def test_what_must_not_come_twice_is_shown_after_a_crash_not_repeated():
    calls: list[Delivery] = []

    def send(delivery: Delivery) -> str:
        calls.append(delivery)
        return ""

    register_channel("sms", send, is_repeatable=False)
    with clock.frozen(NOON - timedelta(hours=1)):
        crash_in_the_middle("sms")
    with clock.frozen(NOON):
        dispatch_outbox()
        dispatch_outbox()
    assert calls == []
    assert OutboxMessage.objects.get().state == State.UNKNOWN
    assert OutboxMessage.objects.undelivered().count() == 1


def test_what_must_not_come_twice_is_tried_at_most_twice():
    attempts = failing(OSError(), is_repeatable=False)
    now = NOON
    with clock.frozen(now):
        enqueue("raven", "x", {}, key="a")
    for _ in range(5):
        with clock.frozen(now):
            dispatch_outbox()
        now += timedelta(hours=1)
    assert len(attempts) == 2
    assert OutboxMessage.objects.get().state == State.UNKNOWN


def test_outcome_of_a_lost_lease_is_not_written(sent):
    """While it was sending, its lease ran out and another worker took the message."""

    def slow(delivery):
        raise AssertionError("prepared messages are not sent in this test")

    def taken_over(message):
        OutboxMessage.objects.update(lease_token="other", lease_until=clock.now() + timedelta(minutes=1))
        return {}

    register_channel("pigeon", lambda delivery: "mine", prepare=taken_over)
    enqueue("pigeon", "x", {}, key="a")
    dispatch_outbox()
    message = OutboxMessage.objects.get()
    assert (message.state, message.lease_token, message.provider_id) == (State.PENDING, "other", "")


def test_channel_that_hangs_costs_its_time_limit_once_per_batch(sent):
    release = threading.Event()
    register_channel("raven", lambda delivery: str(release.wait(10)), timeout_seconds=0.2)
    for number in range(3):
        enqueue("raven", "x", {}, key=f"raven-{number}")
    enqueue("pigeon", "x", {}, key="pigeon")
    started = time.monotonic()
    dispatch_outbox()
    took = time.monotonic() - started
    release.set()
    assert 0.2 <= took < 1
    assert OutboxMessage.objects.get(key="pigeon").state == State.SENT
    attempts = OutboxMessage.objects.filter(channel="raven").order_by("key").values_list("attempts", flat=True)
    assert list(attempts) == [1, 0, 0]
    assert dispatch_outbox() == 0


def test_time_limit_above_the_lease_is_refused():
    with pytest.raises(ValueError, match="lease"):
        register_channel("slow", lambda delivery: "", timeout_seconds=outbox.LEASE_SECONDS)


def test_nothing_left_to_say_leaves_nothing(sent):
    register_channel("pigeon", lambda delivery: "", prepare=lambda message: None)
    enqueue("pigeon", "x", {}, key="a")
    dispatch_outbox()
    assert not OutboxMessage.objects.exists()


def test_task_sends_all_batches(sent):
    for number in range(outbox.BATCH * 2 + 1):
        enqueue("pigeon", "x", {}, key=str(number))
    tasks.dispatch_outbox()
    assert len(sent) == outbox.BATCH * 2 + 1


def test_oldest_due_tells_how_late_deliveries_are(sent):
    with clock.frozen(NOON):
        enqueue("pigeon", "x", {}, key="later", not_before=NOON + timedelta(hours=1))
        assert OutboxMessage.objects.oldest_due_at(NOON) is None
        enqueue("pigeon", "x", {}, key="now")
    assert OutboxMessage.objects.oldest_due_at(NOON + timedelta(minutes=3)) == NOON


def test_mail_has_a_stable_id_and_one_line_of_subject():
    enqueue("email", "li@example.com", {"subject": "C-2026-000123\nBcc: x@y.z", "body": "已受理"}, key="receipt:1")
    dispatch_outbox()
    message = mail.outbox[0]
    assert message.to == ["li@example.com"]
    assert message.subject == "C-2026-000123 Bcc: x@y.z"
    assert message.extra_headers["Message-ID"] == OutboxMessage.objects.get().provider_id


@pytest.mark.django_db(transaction=True)
def test_message_is_sent_outside_any_transaction():
    seen = []

    def prepare(message):
        seen.append(connection.in_atomic_block)
        return {}

    register_channel("pigeon", lambda delivery: "", prepare=prepare)
    enqueue("pigeon", "x", {}, key="a")
    dispatch_outbox()
    assert seen == [False]


def _dispatch_all(failures, barrier):
    try:
        barrier.wait(5)
        while dispatch_outbox(limit=7):
            pass
    except Exception as error:
        failures.append(error)
    finally:
        connection.close()


@pytest.mark.django_db(transaction=True)
def test_many_dispatchers_send_each_message_once(sent):
    for number in range(200):
        enqueue("pigeon", "x", {}, key=str(number))
    failures: list[Exception] = []
    barrier = threading.Barrier(4)
    threads = [threading.Thread(target=_dispatch_all, args=(failures, barrier)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert sorted(one.key for one in sent) == sorted(str(number) for number in range(200))


@pytest.mark.django_db(transaction=True)
def test_without_the_claim_messages_are_sent_twice(sent, monkeypatch):
    """The control: the test above can fail."""
    for number in range(200):
        enqueue("pigeon", "x", {}, key=str(number))

    def unclaimed(limit):
        return list(OutboxMessage.objects.due(clock.now()).order_by("id")[:limit])

    monkeypatch.setattr(outbox, "_claim", unclaimed)
    failures: list[Exception] = []
    barrier = threading.Barrier(4)
    threads = [threading.Thread(target=_dispatch_all, args=(failures, barrier)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(sent) > 200
