"""Files as they come from a browser or a program: each is taken or refused by itself, the good ones are kept."""

import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from django.http import HttpRequest

from accounts.models import User
from complaints.actions.attachments import Outcome, add_attachments, keep_with_draft
from complaints.models import Attachment
from core.errors import Sentence
from core.files.names import clean_name
from core.files.refusals import FileRefused
from core.files.taking import Taken, Upload, drop, take_in, too_large
from core.files.uploads import skipped_files
from policies.reading import policy


@dataclass(frozen=True)
class Refused:
    """A file that was not taken, by the name it came with, and why."""

    name: str
    sentence: Sentence
    code: str


@dataclass
class Added:
    """What became of several files."""

    rows: list[Attachment] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)


def add_files(request: HttpRequest, complaint_id: int, *, communication_id: int | None = None, by: User) -> Added:
    """Hang the files of a request on a complaint."""
    return _add(request, lambda files: add_attachments(complaint_id, files, communication_id=communication_id, by=by))


def keep_files(request: HttpRequest, key: uuid.UUID, *, by: User) -> Added:
    """Keep the files of a request with an intake form."""
    return _add(request, lambda files: keep_with_draft(key, files, by=by))


def _add(request: HttpRequest, save: Callable[[Sequence[Taken]], Outcome]) -> Added:
    added, files = Added(), list[Taken]()
    try:
        files.extend(_taken(request, added))
        outcome = save(files) if files else Outcome()
    except BaseException:
        # No row names any of them.
        drop(*files)
        raise
    added.rows = outcome.rows
    for taken, refusal in outcome.refused:
        drop(taken)
        added.refused.append(Refused(taken.name, refusal.message, refusal.reason))
    return added


def _taken(request: HttpRequest, added: Added) -> Iterator[Taken]:
    """Take each file in by itself; one that is refused hinders none of the others."""
    # Reading the request is what finds those that are too large to be read.
    uploads = request.FILES.getlist("files")
    most = policy("files.most_megabytes")
    for name in skipped_files(request):
        refusal = too_large(most)
        added.refused.append(Refused(_shown(name), refusal.message, refusal.reason))
    for upload in uploads:
        try:
            yield take_in(upload, most_megabytes=most)
        except FileRefused as refusal:
            added.refused.append(Refused(_shown(upload.name or ""), refusal.message, refusal.reason))


@contextmanager
def taken_in(upload: Upload) -> Iterator[Taken]:
    """Take a file in, and throw it away again when what is done with it fails. Raises as `take_in`."""
    taken = take_in(upload, most_megabytes=policy("files.most_megabytes"))
    try:
        yield taken
    except BaseException:
        drop(taken)
        raise


def _shown(name: str) -> str:
    """The name of a refused file, of which one does not know what it is: as it came, without what misleads."""
    return clean_name(name, [name.rpartition(".")[2].lower() or "?"]) if name else "?"
