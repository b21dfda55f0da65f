"""Bounds on what is sent, kept while it is being read: more than any rule of the house would take is not stored."""

from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadhandler import FileUploadHandler, SkipFile

# One request with several files; a script sends them one by one.
MOST_AT_ONCE = 128 * 2**20
# One file: what a policy may allow at most, and a byte more, so that it can be told.
MOST_OF_ONE = 64 * 2**20


class BoundedUploadHandler(FileUploadHandler):
    """Stands above those that store: refuses a request that is too large before it is read, and skips a file that is.

    The names of what was skipped are `request.skipped_files`.
    """

    def handle_raw_input(
        self,
        input_data: Any,
        META: Any,  # noqa: N803
        content_length: int,
        boundary: Any,
        encoding: Any = None,
    ) -> None:
        if content_length > MOST_AT_ONCE:
            raise RequestDataTooBig("The request is larger than any that is taken.")

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self.received = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        self.received += len(raw_data)
        if self.received > MOST_OF_ONE:
            skipped_files(self.request).append(self.file_name or "")
            raise SkipFile
        return raw_data

    def file_complete(self, file_size: int) -> None:
        return None


def skipped_files(request: Any) -> list[str]:
    """Names of the files of this request that were too large to be read to their end."""
    found: list[str] = request.__dict__.setdefault("skipped_files", [])
    return found
