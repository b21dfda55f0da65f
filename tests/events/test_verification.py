"""Whatever is done to one row behind the application's back is found, and the row is named. RELIABILITY.md P9."""

import random
import threading
from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection, transaction

from events import triggers
from events.canonical import event_hash, instant_text
from events.checkpoints import take_checkpoint
from events.log import record_event, record_text_change
from events.models import Event, TextRevision
from events.verification import Tally, problems, snapshot
from tests.events.conftest import HAPPENED

pytestmark = pytest.mark.django_db

POSITIONS = 12
# How one byte of each column may be changed; {} is the old value.
COLUMNS = {
    "subject_type": "replace(subject_type, 'user', 'usfr')",
    "subject_id": "subject_id + 100000",
    "seq": "seq + 100000",
    "type": "replace(type, 'h', 'H')",
    "actor_id": "NULL",
    "data": "replace(data, 'a', 'b')",
    "previous_hash": "'x' || substr(previous_hash, 2)",
    "hash": "replace(hash || '', substr(hash, 9, 1), 'x')",
    "id": "id + 100000",
}


def found() -> list[str]:
    return list(problems(Tally()))


@pytest.fixture
def log(happen):
    """Twenty chains of ten events, signed up to the middle."""
    events = happen(subjects=20, each=5)
    take_checkpoint()
    with transaction.atomic():
        events += [record_event(HAPPENED, event.actor, by=None, what="later") for event in events]
    return events


@pytest.fixture
def positions(log):
    return random.Random(7).sample(log, POSITIONS)


def test_clean_log_raises_no_alarm(log):
    assert [found() for _ in range(10)] == [[]] * 10


@pytest.mark.parametrize("column", COLUMNS)
def test_changed_byte_is_found(positions, execute, column):
    for event in positions:
        with transaction.atomic():
            if column == "actor_id" and event.actor_id is None:
                execute(f"UPDATE events_event SET actor_id = (SELECT max(id) FROM accounts_user) WHERE id = {event.pk}")
            else:
                execute(f"UPDATE events_event SET {column} = {COLUMNS[column]} WHERE id = {event.pk}")
            assert names(event, found()), column
            transaction.set_rollback(True)
        assert found() == []


def names(event: Event, sentences: list[str]) -> bool:
    """Tell whether the row, or what stood next to it, is named."""
    near = {str(event.pk), str(event.pk + 100000), f":{event.subject_id},", f"user:{event.subject_id} "}
    return any(mark in sentence for sentence in sentences for mark in near)


@pytest.mark.parametrize("change", ["+1 microsecond", "separator", "zeros"])
def test_changed_instant_is_found(positions, execute, change):
    for event in positions:
        with transaction.atomic():
            if connection.vendor == "postgresql":
                execute(f"UPDATE events_event SET at = at + interval '1 microsecond' WHERE id = {event.pk}")
            else:
                text = {
                    "+1 microsecond": "substr(at, 1, length(at) - 1) || 'x'",
                    "separator": "replace(at, ' ', 'T')",
                    "zeros": "substr(at, 1, 19) || '.000000'",
                }[change]
                execute(f"UPDATE events_event SET at = {text} WHERE id = {event.pk}")
            assert names(event, found())
            transaction.set_rollback(True)


def test_added_space_is_found(positions, execute):
    """The same JSON in other bytes is not what was recorded."""
    for event in positions:
        with transaction.atomic():
            execute("UPDATE events_event SET data = data || ' ' WHERE id = %s", event.pk)
            assert names(event, found())
            transaction.set_rollback(True)


def test_deleted_row_is_found(positions, execute):
    for event in positions:
        with transaction.atomic():
            execute("DELETE FROM events_event WHERE id = %s", event.pk)
            assert found()
            transaction.set_rollback(True)


def test_inserted_row_is_found(positions, execute):
    columns = "subject_type, subject_id, type, actor_id, at, data, previous_hash, hash"
    for event in positions:
        with transaction.atomic():
            execute(
                f"INSERT INTO events_event (seq, {columns}) SELECT 11, {columns} FROM events_event WHERE id = %s",
                event.pk,
            )
            assert found()
            transaction.set_rollback(True)


def test_swapped_rows_are_found(log, execute):
    by_subject = Event.objects.filter(subject_id=log[0].subject_id).order_by("seq")
    for one, other in zip(by_subject, list(by_subject)[1:], strict=False):
        with transaction.atomic():
            execute("UPDATE events_event SET seq = 999 WHERE id = %s", one.pk)
            execute("UPDATE events_event SET seq = %s WHERE id = %s", one.seq, other.pk)
            execute("UPDATE events_event SET seq = %s WHERE id = %s", other.seq, one.pk)
            assert names(one, found())
            transaction.set_rollback(True)


def test_renumbered_chain_is_found(log, execute):
    """A row is taken out and those after it move up."""
    subject = log[0].subject_id
    execute("DELETE FROM events_event WHERE subject_id = %s AND seq = 3", subject)
    for seq in range(4, 11):
        execute("UPDATE events_event SET seq = %s WHERE subject_id = %s AND seq = %s", seq - 1, subject, seq)
    assert names(log[0], found())


@pytest.mark.parametrize("left", [9, 5, 1])
def test_cut_chain_is_found_by_its_head(log, execute, left):
    execute("DELETE FROM events_event WHERE subject_id = %s AND seq > %s", log[0].subject_id, left)
    assert "cut off" in found()[0]


def test_chain_without_events_is_found(log, execute):
    execute("DELETE FROM events_event WHERE subject_id = %s", log[0].subject_id)
    assert "were deleted" in found()[0]


def test_chain_cut_together_with_its_head_is_found_by_the_checkpoint(log, execute):
    last = Event.objects.get(subject_id=log[0].subject_id, seq=3)
    execute("DELETE FROM events_event WHERE subject_id = %s AND seq > 3", last.subject_id)
    execute(
        "UPDATE events_eventhead SET seq = 3, hash = %s, last_event_id = %s WHERE subject_id = %s",
        last.hash, last.pk, last.subject_id,
    )  # fmt: skip
    assert "signed 100 events" in found()[0]


def test_rewritten_chain_is_found_by_the_checkpoint(log, execute):
    """Whoever restamps a whole chain needs the key that is not in the database."""
    before = ""
    for event in Event.objects.filter(subject_id=log[0].subject_id).order_by("seq"):
        new = event_hash(event.subject, event.seq, event.type, None, instant_text(event.at), "{}", before)
        execute(
            "UPDATE events_event SET actor_id = NULL, data = '{}', previous_hash = %s, hash = %s WHERE id = %s",
            before, new, event.pk,
        )  # fmt: skip
        before = new
    execute("UPDATE events_eventhead SET hash = %s WHERE subject_id = %s", before, log[0].subject_id)
    assert "not those it signed" in found()[0]


@pytest.mark.parametrize(
    "column", ["number = number + 1", "last_event_id = last_event_id - 1", "event_count = 99", "digest = ''",
               "signature = ''", "previous_signature = 'x'", "at = '2020-01-01 00:00:00'"],
)  # fmt: skip
def test_altered_checkpoint_is_found(log, execute, column):
    execute(f"UPDATE events_eventcheckpoint SET {column}")
    assert found()[0].startswith("Checkpoint")


def test_missing_checkpoint_is_found(log, execute):
    take_checkpoint()
    execute("DELETE FROM events_eventcheckpoint WHERE number = 1")
    assert found() == ["Checkpoint 2: number 1 is missing."]


@pytest.mark.parametrize("change", ["seq = seq + 1", "hash = 'x'", "last_event_id = 1", "subject_type = 'other'"])
def test_altered_head_is_found(log, execute, change):
    execute(f"UPDATE events_eventhead SET {change} WHERE subject_id = {log[5].subject_id}")
    assert found()


def test_deleted_head_is_found(log, execute):
    execute("DELETE FROM events_eventhead WHERE subject_id = %s", log[5].subject_id)
    assert "no head" in found()[0]


def test_missing_trigger_is_found(log):
    with triggers.lifted():
        assert any("events_event_no_update" in sentence for sentence in found())


def test_altered_old_text_is_found_but_erasing_it_is_right(make_user):
    record_text_change(HAPPENED, make_user(), {"name": "before"}, by=None, what="")
    TextRevision.objects.update(text="another")
    assert "Old text" in found()[0]
    TextRevision.objects.update(text="", salt="", erased_at="2026-03-01T00:00:00Z")
    assert found() == []


def test_command_names_the_row_and_fails(log, execute):
    execute("UPDATE events_event SET data = '{}' WHERE id = %s", log[30].pk)
    errors = StringIO()
    with pytest.raises(CommandError):
        call_command("verify_events", stderr=errors)
    assert f"Event {log[30].pk} " in errors.getvalue()


def test_command_tells_what_it_looked_at(log):
    output = StringIO()
    call_command("verify_events", stdout=output)
    assert "200 events of 20 subjects, 1 checkpoints" in output.getvalue()


def test_end_cut_off_with_its_checkpoints_is_found_by_a_copy_from_outside(log, execute):
    """Everything since a checkpoint is removed without a trace inside: only the outside remembers."""
    last = take_checkpoint()
    assert last
    execute("DELETE FROM events_eventcheckpoint WHERE number = 2")
    expected = f"{last.number}:{last.signature}"
    with pytest.raises(CommandError):
        call_command("verify_events", expect=expected, stderr=StringIO())


def _write(subject):
    with transaction.atomic():
        record_event(HAPPENED, subject, by=None, what="meanwhile")
    connection.close()


@pytest.mark.django_db(transaction=True)
def test_writer_between_two_reads_neither_waits_nor_raises_an_alarm(happen):
    subject = happen(subjects=3, each=3)[0].actor
    with snapshot():
        assert Event.objects.count() == 9
        writer = threading.Thread(target=_write, args=(subject,))
        writer.start()
        writer.join(5)
        assert not writer.is_alive()
        assert found() == []
        assert Event.objects.count() == 9
    assert Event.objects.count() == 10
