"""What is said when a file is not taken. One bad file among several is refused alone."""

from django.utils.translation import gettext_lazy as _

from core.errors import Blocked, Blocker, DomainError, Sentence


class FileRefused(Blocked):
    """This file is not taken; its code says why, and nothing of it was kept."""

    def __init__(self, code: str, message: Sentence) -> None:
        super().__init__([Blocker(code, message, "file")])
        self.reason = code


class NoRoom(DomainError):
    """The disk is full. Reading still works."""

    code = "no_room"
    message = _("There is no room for files at the moment. Nothing was saved. Tell IT, then try again.")


class FilesAway(DomainError):
    """Where files are kept, or who looks them over, does not answer."""

    code = "files_away"
    message = _("Files cannot be taken or shown at the moment. Nothing was saved. Try again later.")
