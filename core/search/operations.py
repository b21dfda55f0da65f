"""The migration operation that makes a search table."""

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState


class CreateSearchTable(Operation):
    """Make the table of a SearchTable; taken back, it drops it. Models know nothing of it."""

    reversible = True
    reduces_to_sql = True

    def __init__(self, name: str) -> None:
        self.name = name

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        pass

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(
                f"CREATE TABLE {self.name} (id bigint PRIMARY KEY, words tsvector NOT NULL, folded text NOT NULL)"
            )
            schema_editor.execute(f"CREATE INDEX {self.name}_words ON {self.name} USING gin (words)")
        else:
            # The underscore begins a character written in hex. Words come distinct, so places and sizes tell nothing.
            schema_editor.execute(
                f"CREATE VIRTUAL TABLE {self.name} USING fts5(words, folded UNINDEXED, "
                "tokenize = \"unicode61 remove_diacritics 0 tokenchars '_'\", detail = none, columnsize = 0)"
            )

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        schema_editor.execute(f"DROP TABLE {self.name}")

    def describe(self) -> str:
        return f"Create search table {self.name}"

    @property
    def migration_name_fragment(self) -> str:
        return f"search_{self.name}"
