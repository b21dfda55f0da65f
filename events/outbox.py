"""Deliveries: written with the change, claimed in batches, sent outside any transaction. Source: TIMERS.md 5."""

import logging
import random
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any

from django.db import connection, transaction
from django.db.models import F

from core import clock
from events.models import OutboxMessage
from events.wakeup import wake

logger = logging.getLogger(__name__)

BATCH = 20
LEASE_SECONDS = 120.0
# Waits after the first, second … failure: ten attempts over some three days.
BACK_OFF_SECONDS = (10, 60, 300, 1800, 7200, 21600, 43200, 86400, 86400)
# While one channel does not answer, its other messages make room for those of other channels.
PUT_OFF_SECONDS = 30
MOST_UNREPEATABLE = 2


class Undeliverable(Exception):
    """Raised by a channel when no further attempt can help, as for an address that does not exist."""


@dataclass(frozen=True)
class Delivery:
    """What a channel gets: plain values, so that sending needs no database."""

    key: str
    recipient: str
    payload: dict[str, Any]
    attempt: int


@dataclass(frozen=True)
class Channel:
    name: str
    send: Callable[[Delivery], str]
    prepare: Callable[[OutboxMessage], dict[str, Any] | None] | None
    is_repeatable: bool
    timeout_seconds: float
    settled: Callable[[OutboxMessage], object] | None = None


_channels: dict[str, Channel] = {}


def register_channel(
    name: str,
    send: Callable[[Delivery], str],
    *,
    prepare: Callable[[OutboxMessage], dict[str, Any] | None] | None = None,
    is_repeatable: bool = True,
    timeout_seconds: float = 15.0,
    settled: Callable[[OutboxMessage], object] | None = None,
) -> None:
    """Register a way out of the house.

    `send` returns the provider's id (or "") and raises when it failed; it runs in a thread of its own and
    touches no database. `prepare` may read the database before and return the payload, or None when
    there is nothing left to say. A channel that is not repeatable (SMS, voice) is tried at most twice.
    `settled` is told of a message that is sent or given up, after that is written: it may miss one when the
    process dies in between, so whoever must know looks again now and then.
    """
    if timeout_seconds * 2 > LEASE_SECONDS:
        raise ValueError("A channel's timeout must be well below the lease.")
    _channels[name] = Channel(name, send, prepare, is_repeatable, timeout_seconds, settled)


def enqueue(
    channel: str, recipient: str, payload: Mapping[str, Any], *, key: str, not_before: datetime | None = None
) -> OutboxMessage:
    """Write one delivery in the caller's transaction. The same key again changes nothing and returns the first.

    Raises LookupError for a channel that nobody registered.
    """
    if channel not in _channels:
        raise LookupError(f"There is no channel {channel}.")
    now = clock.now()
    message, _ = OutboxMessage.objects.get_or_create(
        key=key,
        defaults={
            "channel": channel,
            "recipient": recipient,
            "payload": dict(payload),
            "created_at": now,
            "next_attempt_at": not_before or now,
        },
    )
    if not_before is None:
        wake("events.tasks.dispatch_outbox")
    return message


def send_again(message: OutboxMessage, recipient: str) -> bool:
    """Let what was given up, or was perhaps sent, be tried again under its old key, perhaps to another address.

    In the caller's transaction. False when it is not in such a state any more.
    """
    given_up = OutboxMessage.objects.undelivered().filter(pk=message.pk)
    changes = {"recipient": recipient, "attempts": 0, "next_attempt_at": clock.now(), "last_error": ""}
    is_done = bool(given_up.update(state=OutboxMessage.State.PENDING, **changes))
    if is_done:
        wake("events.tasks.dispatch_outbox")
    return is_done


def dispatch_outbox(limit: int = BATCH) -> int:
    """Claim up to `limit` due messages, send them and note what came of it. Returns how many were claimed.

    At least once with a stable key; at most twice where a repetition would hurt. Any number may run at once.
    """
    started = time.monotonic()
    messages = _claim(limit)
    silent: set[str] = set()
    for message in messages:
        channel = _channels.get(message.channel)
        if channel is None:
            _settle(message, state=OutboxMessage.State.FAILED, last_error="There is no such channel.")
        elif channel.name in silent:
            _give_back(message, until=clock.now() + _spread(PUT_OFF_SECONDS))
        elif time.monotonic() - started + channel.timeout_seconds > LEASE_SECONDS / 2:
            _give_back(message, until=message.next_attempt_at)
        elif not _deliver(message, channel):
            silent.add(channel.name)
    return len(messages)


def _claim(limit: int) -> list[OutboxMessage]:
    """Lease due messages to this process, in a transaction of its own.

    On PostgreSQL other dispatchers skip the locked rows; on SQLite the condition of the UPDATE decides.
    """
    now, token = clock.now(), uuid.uuid4().hex
    with transaction.atomic(durable=True):
        due = OutboxMessage.objects.due(now).order_by("next_attempt_at", "id")
        if connection.features.has_select_for_update_skip_locked:
            due = due.select_for_update(skip_locked=True)
        found = list(due[:limit])
        crashed = [message.pk for message in found if message.lease_token and not _may_repeat(message)]
        # Whoever held the lease died in the middle of sending: a person decides, the machine does not repeat it.
        OutboxMessage.objects.due(now).filter(pk__in=crashed).update(
            state=OutboxMessage.State.UNKNOWN, lease_until=None, lease_token=""
        )
        ids = [message.pk for message in found if message.pk not in crashed]
        OutboxMessage.objects.due(now).filter(pk__in=ids).update(
            lease_until=now + timedelta(seconds=LEASE_SECONDS), lease_token=token, attempts=F("attempts") + 1
        )
        return list(OutboxMessage.objects.filter(pk__in=ids, lease_token=token).order_by("next_attempt_at", "id"))


def _may_repeat(message: OutboxMessage) -> bool:
    channel = _channels.get(message.channel)
    return channel is None or channel.is_repeatable


def _deliver(message: OutboxMessage, channel: Channel) -> bool:
    """Send one message; False when the channel did not answer in time."""
    try:
        payload = channel.prepare(message) if channel.prepare else message.payload
        if payload is None:
            OutboxMessage.objects.filter(pk=message.pk, lease_token=message.lease_token).delete()
            return True
        delivery = Delivery(message.key, message.recipient, payload, message.attempts)
        provider_id = _send_in_time(channel, delivery)
    except Undeliverable as error:
        _settle(message, state=OutboxMessage.State.FAILED, last_error=_told(error))
    except TimeoutError as error:
        _fail(message, channel, error)
        return False
    except Exception as error:
        _fail(message, channel, error)
    else:
        _settle(
            message, state=OutboxMessage.State.SENT, sent_at=clock.now(), provider_id=provider_id[:200], last_error=""
        )
    return True


def _send_in_time(channel: Channel, delivery: Delivery) -> str:
    """Run `send` with a hard limit: a library that hangs costs a thread, never the dispatcher."""
    answers: SimpleQueue[str | Exception] = SimpleQueue()

    def run() -> None:
        try:
            answers.put(channel.send(delivery))
        except Exception as error:
            answers.put(error)

    Thread(target=run, name=f"send-{channel.name}", daemon=True).start()
    try:
        answer = answers.get(timeout=channel.timeout_seconds)
    except Empty:
        raise TimeoutError(f"No answer within {channel.timeout_seconds:g} s.") from None
    if isinstance(answer, Exception):
        raise answer
    return answer


def _fail(message: OutboxMessage, channel: Channel, error: Exception) -> None:
    logger.warning("Delivery %s by %s failed (%s)", message.pk, channel.name, type(error).__name__)
    if not channel.is_repeatable and (isinstance(error, TimeoutError) or message.attempts >= MOST_UNREPEATABLE):
        _settle(message, state=OutboxMessage.State.UNKNOWN, last_error=_told(error))
    elif message.attempts > len(BACK_OFF_SECONDS):
        _settle(message, state=OutboxMessage.State.FAILED, last_error=_told(error))
    else:
        _settle(message, next_attempt_at=clock.now() + back_off(message.attempts), last_error=_told(error))


def back_off(attempts: int) -> timedelta:
    """How long to wait after so many attempts; spread, so that what failed together does not come back together."""
    return _spread(BACK_OFF_SECONDS[attempts - 1])


def _spread(seconds: float) -> timedelta:
    return timedelta(seconds=seconds * random.uniform(0.8, 1.2))  # noqa: S311


def _give_back(message: OutboxMessage, *, until: datetime) -> None:
    """Leave a claimed message untried, as if it had not been claimed."""
    _settle(message, next_attempt_at=until, attempts=message.attempts - 1)


def _settle(message: OutboxMessage, **changes: Any) -> None:
    """Write the outcome and give the lease back, unless it ran out and somebody else took the message."""
    own = OutboxMessage.objects.filter(pk=message.pk, lease_token=message.lease_token)
    if not own.update(lease_until=None, lease_token="", **changes):
        logger.warning("Delivery %s was taken over before its outcome was noted", message.pk)
    elif "state" in changes:
        _tell(message)


def _tell(message: OutboxMessage) -> None:
    """Tell the channel's app what came of it; its trouble is not the dispatcher's."""
    channel = _channels.get(message.channel)
    if channel is None or channel.settled is None:
        return
    try:
        channel.settled(OutboxMessage.objects.get(pk=message.pk))
    except Exception:
        logger.exception("What came of delivery %s could not be noted", message.pk)


def _told(error: Exception) -> str:
    return f"{type(error).__name__}: {error}".replace("\x00", "")[:500]
