"""Whoever reads the log by rising id, remembering only the last one, misses nothing."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from queue import Queue
from typing import Any

import pytest
from django.db import connection, transaction

from events.log import record_event, record_first_events
from events.models import Event
from events.settled import MARK, settled_id
from tests.events.conftest import HAPPENED


class Writer:
    """Somebody else's open transaction, on a connection of its own: it does one thing after the other as told."""

    def __init__(self) -> None:
        self._asked: Queue[Any] = Queue()
        self._done: Queue[Any] = Queue()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        try:
            with transaction.atomic():
                while (ask := self._asked.get()) is not None:
                    self._done.put(ask())
        finally:
            connection.close()
            self._done.put(None)

    def do(self, ask: Any) -> Any:
        self._asked.put(ask)
        return self._done.get(timeout=10)

    def write(self, subject: Any) -> int:
        return int(self.do(lambda: record_event(HAPPENED, subject, by=None, what="x").pk))

    def undo_a_part(self, subject: Any) -> None:
        def part() -> bool:
            point = transaction.savepoint()
            record_event(HAPPENED, subject, by=None, what="x")
            transaction.savepoint_rollback(point)
            return True

        self.do(part)

    def commit(self) -> None:
        self._asked.put(None)
        self._thread.join(10)


@contextmanager
def writing() -> Iterator[Writer]:
    writer = Writer()
    try:
        yield writer
    finally:
        writer.commit()


def write(subject: Any) -> int:
    with transaction.atomic():
        return record_event(HAPPENED, subject, by=None, what="x").pk


def declared() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND classid::bigint >> 16 = %s", [MARK]
        )
        return int(cursor.fetchone()[0])


@pytest.mark.django_db
def test_everything_is_settled_when_nobody_writes(happen):
    assert settled_id() == 0
    events = happen(subjects=2, each=2)
    assert settled_id() == events[-1].pk


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_an_id_above_one_that_is_not_committed_is_held_back(make_user):
    slow, quick = make_user(), make_user()
    before = write(quick)
    with writing() as writer:
        lower = writer.write(slow)
        higher = write(quick)
        assert lower < higher
        # The control: by ids alone the reader would go on from the higher one, and never see the lower.
        assert list(Event.objects.order_by("pk").values_list("pk", flat=True)) == [before, higher]
        assert settled_id() == before
    assert settled_id() == higher
    assert list(Event.objects.after(before).values_list("pk", flat=True)) == [lower, higher]


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_who_began_first_may_take_the_later_id(make_user):
    """The number of a transaction says nothing about its ids: this one was first, and its id is the higher."""
    slow, quick = make_user(), make_user()
    before = write(quick)
    with writing() as first, writing() as second:
        first.do(lambda: make_user().pk)
        lower = second.write(slow)
        higher = first.write(quick)
        first.commit()
        assert lower < higher
        assert settled_id() == before
    assert settled_id() == higher


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_many_events_of_one_transaction_are_declared_once(make_user):
    users = [make_user() for _ in range(3)]
    before = write(users[0])
    with writing() as writer:
        lower = writer.write(users[1])
        writer.write(users[1])
        writer.write(users[0])
        written = write(users[2])
        assert (settled_id(), declared()) == (before, 1)
        assert before < lower < written
    assert (settled_id(), declared()) == (written, 0)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_many_events_of_one_statement_are_held_back_as_well(make_user):
    one, other, third = make_user(), make_user(), make_user()
    before = write(third)
    with writing() as writer:
        items = [(one, {"what": "x"}), (other, {"what": "x"})]
        writer.do(lambda: len(record_first_events(HAPPENED, items, by=None)))
        write(third)
        assert settled_id() == before


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_part_that_was_undone_does_not_hide_what_the_rest_writes(make_user):
    one, other, third = make_user(), make_user(), make_user()
    before = write(third)
    with writing() as writer:
        writer.undo_a_part(one)
        between = write(third)
        assert settled_id() == between
        writer.write(other)
        write(third)
        assert settled_id() == between > before


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_what_was_never_committed_holds_nothing_back_afterwards(make_user):
    slow, quick = make_user(), make_user()
    with transaction.atomic():
        record_event(HAPPENED, slow, by=None, what="x")
        transaction.set_rollback(True)
    written = write(quick)
    assert settled_id() == written


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_reader_that_goes_on_from_the_last_id_sees_each_event_once(make_user):
    """Six writers with transactions of several events, and one who reads all the time."""
    subjects = [make_user() for _ in range(6)]
    written: list[int] = []

    def work(subject: Any) -> None:
        try:
            for _ in range(15):
                with transaction.atomic():
                    written.extend(record_event(HAPPENED, subject, by=None, what="x").pk for _ in range(3))
        finally:
            connection.close()

    writers = [threading.Thread(target=work, args=[subject]) for subject in subjects]
    for writer in writers:
        writer.start()
    seen: list[int] = []
    is_over = False
    while not is_over:
        # Asked first: one more round follows the last commit.
        is_over = not any(writer.is_alive() for writer in writers)
        until = settled_id()
        seen += Event.objects.after(seen[-1] if seen else 0).filter(pk__lte=until).values_list("pk", flat=True)
    assert seen == sorted(written)
    assert len(seen) == 6 * 15 * 3
