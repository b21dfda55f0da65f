"""Gives files out so that no browser runs them: the file itself only to be saved, pictures of ours to be looked at."""

import re
from collections.abc import Iterator
from typing import IO

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header

from core.files import storage

CHUNK = 65_536
RANGE = re.compile(r"bytes=(\d{0,15})-(\d{0,15})")
# Opened by itself it has no origin, runs nothing and loads nothing.
SANDBOX = "default-src 'none'; sandbox"
# A browser that shows a picture by itself draws the page around it with a style of its own.
SANDBOX_OF_PICTURE = "default-src 'none'; style-src 'unsafe-inline'; sandbox"


def download(request: HttpRequest, storage_name: str, *, name: str, content_type: str, size: int) -> HttpResponseBase:
    """The file as it was sent, or the part of it that a player asks for. Raises FilesAway."""
    first, last = wanted_part(request.headers.get("Range", ""), size)
    if first > last:
        return _guarded(HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"}))
    is_part = (first, last) != (0, size - 1) or "Range" in request.headers
    response = StreamingHttpResponse(
        _part(storage.opened(storage_name), first, last), status=206 if is_part else 200, content_type=content_type
    )
    response["Content-Length"] = str(last - first + 1)
    response["Accept-Ranges"] = "bytes"
    if is_part:
        response["Content-Range"] = f"bytes {first}-{last}/{size}"
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name) or "attachment"
    return _guarded(response)


def picture(storage_name: str) -> HttpResponseBase:
    """A picture that the workshop made. Raises FilesAway."""
    with storage.opened(storage_name) as file:
        response = HttpResponse(file.read(), content_type="image/webp")
    response["Content-Disposition"] = "inline"
    return _guarded(response, SANDBOX_OF_PICTURE)


def _guarded(response: HttpResponseBase, policy: str = SANDBOX) -> HttpResponseBase:
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = policy
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    response["Cache-Control"] = "private, no-store"
    return response


def wanted_part(header: str, size: int) -> tuple[int, int]:
    """First and last byte that are asked for; more than one part is answered with all, as the standard allows.

    The first is beyond the last for a part that is not there.
    """
    match = RANGE.fullmatch(header.replace(" ", ""))
    if match is None or match[0] == "bytes=-":
        return 0, size - 1
    first, last = match[1], match[2]
    if not first:
        return max(size - int(last), 0), size - 1 if int(last) else -1
    if last and int(last) < int(first):
        return 0, size - 1
    return int(first), min(int(last) if last else size - 1, size - 1)


def _part(file: IO[bytes], first: int, last: int) -> Iterator[bytes]:
    with file:
        file.seek(first)
        left = last - first + 1
        while left > 0 and (chunk := file.read(min(CHUNK, left))):
            left -= len(chunk)
            yield chunk
