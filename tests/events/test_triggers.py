from collections.abc import Callable
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.db import DatabaseError, connection, transaction

from events import triggers
from events.checkpoints import take_checkpoint
from events.checks import refuse_missing_triggers, warn_of_missing_triggers
from events.log import record_event
from events.models import Event, EventCheckpoint, EventHead
from tests.events.conftest import HAPPENED

pytestmark = pytest.mark.django_db
TABLES = ["events_event", "events_eventcheckpoint", "policies_policyversion"]


def refused(run: Callable[..., Any], *arguments: Any) -> None:
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        run(*arguments)


def test_events_cannot_be_changed_or_deleted(happen):
    event = happen()[0]
    event.type = "another"
    refused(event.save)
    refused(event.delete)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        Event.objects.update(type="another")
    assert Event.objects.get().type == HAPPENED


def test_checkpoints_cannot_be_changed_or_deleted(happen):
    happen()
    checkpoint = take_checkpoint()
    assert checkpoint
    refused(checkpoint.delete)
    refused(checkpoint.save)
    assert EventCheckpoint.objects.count() == 1


def test_heads_move_on_but_stay(happen):
    happen()
    EventHead.objects.update(seq=1)
    refused(EventHead.objects.all().delete)


@pytest.mark.skipif("connection.vendor != 'sqlite'", reason="Only SQLite has REPLACE.")
def test_row_cannot_be_replaced(happen):
    event = happen()[0]
    columns = "id, subject_type, subject_id, seq, type, actor_id, at, data, previous_hash, hash"
    with connection.cursor() as cursor:
        sql = f"INSERT OR REPLACE INTO events_event ({columns}) SELECT {columns} FROM events_event WHERE id = %s"
        refused(cursor.execute, sql, [event.pk])


@pytest.mark.postgres
@pytest.mark.parametrize("table", [*TABLES, "events_eventhead"])
def test_tables_cannot_be_truncated(table):
    with connection.cursor() as cursor:
        refused(cursor.execute, f"TRUNCATE {table} CASCADE")


def test_every_trigger_is_in_place():
    assert triggers.missing() == []
    assert warn_of_missing_triggers(databases=["default"]) == refuse_missing_triggers() == []


def test_check_names_a_missing_trigger():
    with triggers.lifted():
        with pytest.raises(SystemCheckError, match="events_event_no_update"):
            call_command("check", tags=["events"], deploy=True)
        with pytest.raises(SystemCheckError, match="events_event_no_update"):
            call_command("check", tags=["events"], databases=["default"], fail_level="WARNING")


def test_trigger_that_does_nothing_is_missed():
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("ALTER TABLE events_event DISABLE TRIGGER events_event_no_update")
        else:
            cursor.execute("DROP TRIGGER events_event_no_update")
            cursor.execute("CREATE TRIGGER events_event_no_update BEFORE UPDATE ON events_event BEGIN SELECT 1; END")
    assert triggers.missing() == ["events_event_no_update"]
    triggers.install()
    assert triggers.missing() == []


def test_emptied_function_is_missed():
    if connection.vendor != "postgresql":
        pytest.skip("SQLite's triggers have no function.")
    with connection.cursor() as cursor:
        cursor.execute(
            f"CREATE OR REPLACE FUNCTION {triggers.FUNCTION}() RETURNS trigger LANGUAGE plpgsql"
            " AS $$BEGIN RETURN NEW; END$$"
        )
    assert "events_event_no_update" in triggers.missing()
    triggers.install()
    assert triggers.missing() == []


@pytest.mark.django_db(transaction=True)
def test_migration_sets_them_up_again():
    with connection.cursor() as cursor:
        for name, (table, _kind) in triggers._wanted(connection).items():
            triggers._drop(connection, cursor, table, name)
    assert triggers.missing()
    call_command("migrate", verbosity=0)
    assert triggers.missing() == []


@pytest.mark.django_db(transaction=True)
def test_transactional_tests_may_write_events(happen):
    """The flush after this test fails unless the triggers are lifted around it."""
    event = happen()[0]
    with transaction.atomic():
        record_event(HAPPENED, event.actor, by=None, what="")
