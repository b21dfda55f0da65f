"""Up to where the log is settled: no event can appear any more among those with lower ids.

PostgreSQL gives ids before commit. Somebody who reads the log by rising id, and remembers only the last one, would
never see an event whose transaction committed after one with a higher id. So whoever writes declares before the first
id how far the ids have come, in an advisory lock that ends with the transaction; everything up to the lowest
declaration is settled. Nobody waits for anybody. On SQLite there is one writer at a time, so ids are in order.
"""

from django.db import connection

from events.models import Event

# The upper 16 bits of our advisory locks; the lower 48 hold the id.
MARK = 0x4556

FUNCTION = "declare_writer_of_events"
TRIGGER = "events_event_declares"
TABLE = "events_event"

# A trigger of the statement runs before its first id is taken. Once a transaction is enough: that is the lowest.
DECLARE = f"""
CREATE OR REPLACE FUNCTION {FUNCTION}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF coalesce(current_setting('complaints.writes_events', true), '') <> 'yes' THEN
        PERFORM pg_advisory_xact_lock_shared(
            ({MARK}::bigint << 48) | coalesce(pg_sequence_last_value(
                pg_get_serial_sequence(format('%I.%I', TG_TABLE_SCHEMA, TG_TABLE_NAME), 'id')::regclass), 0));
        PERFORM set_config('complaints.writes_events', 'yes', true);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER {TRIGGER} BEFORE INSERT ON {TABLE} FOR EACH STATEMENT EXECUTE FUNCTION {FUNCTION}();
"""
UNDECLARE = f"DROP TRIGGER IF EXISTS {TRIGGER} ON {TABLE}; DROP FUNCTION IF EXISTS {FUNCTION}();"

# What this connection itself has not committed is visible to it, so it is settled for it.
LOWEST = f"""
SELECT min(((classid::bigint & 65535) << 32) | objid::bigint) FROM pg_locks
WHERE locktype = 'advisory' AND objsubid = 1 AND classid::bigint >> 16 = {MARK}
AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
AND pid IS DISTINCT FROM pg_backend_pid()
"""  # noqa: S608


def settled_id() -> int:
    """Return the highest id up to which a statement begun from now on sees everything that will ever be there."""
    # In this order: an id that was taken by now belongs to somebody who has declared by now.
    last = Event.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    if connection.vendor != "postgresql":
        return last
    with connection.cursor() as cursor:
        cursor.execute(LOWEST)
        (lowest,) = cursor.fetchone()
    return last if lowest is None else min(last, lowest)
