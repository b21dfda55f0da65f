"""Fails when a page would be half English: a message without its translation, or a compiled file that is behind."""

import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po
from django.conf import settings
from django.core.management import BaseCommand, CommandError
from django.utils.translation import to_locale

# `{name}` and `%(name)s`: a value that the translation forgets is missing from the page, one it makes up breaks it.
VALUES = re.compile(r"\{(\w*)\}|%\((\w+)\)[sd]")
NOT_SOURCE = shutil.ignore_patterns(".*", "data", "tests", "docs", "staticfiles", "vendor", "__pycache__", "*.mo")


class Command(BaseCommand):
    help = "Check that every message is translated, and that the compiled files say the same."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        faults = []
        for code, _name in settings.LANGUAGES:
            if code == settings.LANGUAGE_CODE:
                continue  # what the code itself is written in
            path = Path(settings.LOCALE_PATHS[0]) / to_locale(code) / "LC_MESSAGES" / "django.po"
            faults += [f"{path.relative_to(settings.BASE_DIR)}: {fault}" for fault in faults_of(path)]
        if faults:
            raise CommandError("\n".join([*faults, "Mend the file, then run `make messages`."]))


def faults_of(path: Path) -> Iterator[str]:
    """Say what is wrong with one catalogue, in sentences."""
    if not path.is_file():
        yield "is missing."
        return
    catalog = read(path)
    for message in catalog:
        if message.id:
            yield from faults_of_message(message)
    compiled = path.with_suffix(".mo")
    if not compiled.is_file():
        yield "has not been compiled."
    elif words(read(compiled)) != words(catalog):
        yield "was compiled before it was last changed."
    if shutil.which("xgettext"):
        now = collected(path)
        yield from (f"{short(message)} is new in the code." for message in missing(now, catalog))
        yield from (f"{short(message)} is no longer in the code." for message in missing(catalog, now))


def faults_of_message(message: Message) -> Iterator[str]:
    texts = message.string if isinstance(message.string, (tuple, list)) else (message.string,)
    if not all(texts):
        yield f"{short(message)} is not translated."
        return
    if message.fuzzy:
        yield f"{short(message)} is only guessed (fuzzy)."
    # The singular may leave the number out, so the plural tells which values there are.
    wanted = values(str(message.id[-1] if isinstance(message.id, (tuple, list)) else message.id))
    yield from (
        f"{short(message)} has other values in its translation." for text in texts if values(str(text)) != wanted
    )


def values(text: str) -> set[str]:
    return {first or second for first, second in VALUES.findall(text)}


def short(message: Message) -> str:
    text = message.id[0] if isinstance(message.id, (tuple, list)) else message.id
    return f"“{text if len(text) <= 60 else text[:60] + '…'}”"


def read(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_mo(file) if path.suffix == ".mo" else read_po(file)


def words(catalog: Catalog) -> dict[tuple[Any, Any], Any]:
    """Return what a catalogue says, whoever wrote it: two programs compile the same words into different bytes."""
    known = (message for message in catalog if message.id and message.string and not message.fuzzy)
    return {key(message): whole(message.string) for message in known}


def missing(catalog: Catalog, other: Catalog) -> list[Message]:
    known = {key(message) for message in other}
    return [message for message in catalog if message.id and key(message) not in known]


def key(message: Message) -> tuple[Any, Any]:
    return whole(message.context), whole(message.id)


def whole(text: Any) -> Any:
    """Singular and plural are a list when read from a compiled file, else a tuple; a context is bytes, else text."""
    if isinstance(text, bytes):
        return text.decode()
    return tuple(text) if isinstance(text, list) else text


def collected(path: Path) -> Catalog:
    """Return the catalogue as it would be after collecting the messages of the code anew, in a copy of it."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "code"
        shutil.copytree(settings.BASE_DIR, copy, ignore=NOT_SOURCE)
        subprocess.run(
            [sys.executable, "manage.py", "makemessages", "-l", path.parent.parent.name],
            cwd=copy,
            check=True,
            stdout=subprocess.DEVNULL,
        )
        return read(copy / path.relative_to(settings.BASE_DIR))
