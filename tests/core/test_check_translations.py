"""A message without its translation, and a compiled file that is behind, are found."""

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import write_po

from core.management.commands import check_translations


@pytest.fixture
def write(tmp_path, monkeypatch):
    """Write a catalogue of messages, compiled from `compiled` or from itself."""
    # What is in the code is tried by `make check`; here only what is in the files.
    monkeypatch.setattr(check_translations.shutil, "which", lambda name: None)
    path = tmp_path / "django.po"

    def catalogue(messages):
        made = Catalog(locale="zh_Hans", fuzzy=False)
        for message, text in messages.items():
            flags = ["fuzzy"] if str(text).startswith("fuzzy") else ()
            made.add(message, text, flags=flags, context="place" if message == "Here" else None)
        return made

    def write(messages, compiled=None):
        with path.open("wb") as file:
            write_po(file, catalogue(messages))
        with path.with_suffix(".mo").open("wb") as file:
            write_mo(file, catalogue(messages if compiled is None else compiled))
        return list(check_translations.faults_of(path))

    return write


def test_complete_catalogue_has_no_faults(write):
    assert write({"Save": "保存", "{actor} closed it": "{actor} 已关闭", "%(count)s open": "%(count)s 个未完"}) == []


def test_plurals_and_contexts_compile_to_the_same(write):
    assert write({("one open", "%(count)s open"): ("%(count)s 个未完",), "Here": "这里"}) == []


@pytest.mark.parametrize(
    ("messages", "fault"),
    [
        ({"Save": ""}, "“Save” is not translated."),
        ({"Save": "fuzzy 保存"}, "“Save” is only guessed (fuzzy)."),
        ({"{actor} closed it": "已关闭"}, "“{actor} closed it” has other values in its translation."),
        ({"%(count)s open": "%(number)s 个未完"}, "“%(count)s open” has other values in its translation."),
    ],
)
def test_each_fault_is_said(write, messages, fault):
    assert fault in write(messages)


def test_compiled_file_that_is_behind_is_found(write):
    assert write({"Save": "保存"}, compiled={"Save": "储存"}) == ["was compiled before it was last changed."]


def test_missing_files_are_found(tmp_path):
    assert list(check_translations.faults_of(tmp_path / "django.po")) == ["is missing."]
