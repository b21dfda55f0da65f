"""Writing many rows that are locked, in a few statements."""

from collections.abc import Collection, Sequence

from django.db.models import Model


def overwrite(rows: Collection[Model], columns: Sequence[str]) -> None:
    """Write these columns of rows that are there and locked.

    An upsert, because `bulk_update` builds a CASE for each column and takes most of a sweep's time over them.
    """
    found = list(rows)
    if len(found) == 1:
        found[0].save(update_fields=columns)
    elif found:
        manager = type(found[0])._base_manager
        manager.bulk_create(found, update_conflicts=True, unique_fields=["pk"], update_fields=columns)
