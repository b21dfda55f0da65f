"""Making those wait who are about to create the same thing twice."""

from django.db import connection


def one_at_a_time(*keys: str) -> None:
    """Hold these keys until the transaction ends; another transaction that wants one of them waits.

    Source: there may be two customers with one phone, so no unique key can do it. On SQLite a transaction that
    writes is alone anyway.
    """
    if connection.vendor != "postgresql" or not keys:
        return
    with connection.cursor() as cursor:
        # In the order given, as one statement.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(key, 0)) FROM unnest(%s::text[]) key", [[*keys]])
