"""The one list of columns that hold personal text, so that erasure and export miss none.

Each app registers its columns from `apps.py`; a test fails on a text column that is on neither list.
"""

PERSONAL: dict[str, frozenset[str]] = {}
IMPERSONAL: dict[str, frozenset[str]] = {}


def personal(table: str, *columns: str) -> None:
    """Say that these columns of a model ("app.Model") or search table may tell of a person."""
    PERSONAL[table] = PERSONAL.get(table, frozenset()) | set(columns)


def impersonal(table: str, *columns: str) -> None:
    """Say that these text columns hold codes, numbers or house texts, never a person's."""
    IMPERSONAL[table] = IMPERSONAL.get(table, frozenset()) | set(columns)
