"""Erasure and export must miss no column: every text column is on one of the two lists."""

from django.apps import apps
from django.db import models

from core.personal import IMPERSONAL, PERSONAL

TEXTS = (models.CharField, models.TextField, models.JSONField)
OURS = (
    "core", "events", "policies", "accounts", "customers", "deadlines", "complaints", "compensation", "insights", "api",
)  # fmt: skip


def text_columns() -> set[tuple[str, str]]:
    return {
        (model._meta.label, field.name)
        for model in apps.get_models()
        if model._meta.app_label in OURS
        for field in model._meta.get_fields()
        if isinstance(field, TEXTS)
    }


def test_every_text_column_is_listed_as_personal_or_not():
    listed = {
        (label, column) for table in (PERSONAL, IMPERSONAL) for label, columns in table.items() for column in columns
    }
    assert text_columns() - listed == set()


def test_no_column_is_on_both_lists():
    for label, columns in PERSONAL.items():
        assert not columns & IMPERSONAL.get(label, frozenset()), label


def test_what_is_listed_exists():
    models_listed = {(label, c) for t in (PERSONAL, IMPERSONAL) for label, cs in t.items() if "." in label for c in cs}
    assert models_listed - {(m._meta.label, f.name) for m in apps.get_models() for f in m._meta.get_fields()} == set()
