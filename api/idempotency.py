"""Safe retries: a POST with the same Idempotency-Key is done once. Source: API.md, "Safe retries".

The row with the key is inserted first, in the transaction of the action, so there is no moment between looking and
doing. Whoever comes second waits for that row, and finds the answer in it.
"""

import hashlib
import re
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, cast

from django.db import OperationalError, connection
from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import User
from api.models import IdempotencyKey
from api.problems import Refusal
from api.rendering import Json
from core import clock
from core.actions import action, is_passing
from core.housekeeping import hourly

KEPT = timedelta(days=7)
BATCH = 1000
# A first request that takes longer than this is left alone: the second is told to come again.
PATIENCE_SECONDS = 10
_KEY = re.compile(r"[\x21-\x7e](?:[\x20-\x7e]{0,253}[\x21-\x7e])?")


class _Undone(Exception):
    """Takes what was raised or answered out of a transaction that is undone."""

    def __init__(self, outcome: Exception | HttpResponse) -> None:
        self.outcome = outcome


def wanted_key(request: Request) -> str | None:
    """The key, bare or as the quoted string of the draft standard."""
    given = request.headers.get("Idempotency-Key")
    if given is None:
        return None
    key = given.strip()
    if len(key) > 1 and key[0] == key[-1] == '"':
        key = key[1:-1].replace('\\"', '"').replace("\\\\", "\\")
    if not _KEY.fullmatch(key):
        raise Refusal(400, "invalid_idempotency_key", _("An Idempotency-Key has 1 to 255 printable ASCII characters."))
    return key


def answer_once(
    request: Request,
    key: str,
    do: Callable[[], HttpResponse],
    refuse: Callable[[Exception], HttpResponse],
    look_again: Callable[[], None],
) -> HttpResponse:
    """Do it and keep the answer, or give the first answer again. `refuse` makes an answer of an error of `do`.

    `look_again` raises when what was answered is hidden from the caller by now.
    """
    fingerprint = fingerprint_of(request)
    try:
        return action(_once)(request, key, fingerprint, do, look_again)
    except _Undone as undone:
        outcome = undone.outcome
    response = refuse(outcome) if isinstance(outcome, Exception) else outcome
    if not _is_kept(response):
        return response
    # What is refused is undone, and the refusal is kept: in a transaction of its own, so that what is done needs none.
    return action(_once)(request, key, fingerprint, lambda: response, look_again)


def _once(
    request: Request,
    key: str,
    fingerprint: str,
    do: Callable[[], HttpResponse],
    look_again: Callable[[], None],
) -> HttpResponse:
    token = secrets.token_hex(16)
    row = claim(cast(User, request.user), key, token, fingerprint, now=clock.now())
    if row.token != token:
        return _again(row, fingerprint, look_again)
    response = _done(do)
    row.status = response.status_code
    row.headers = {name: response[name] for name in ("ETag", "Location") if name in response}
    if isinstance(response, Response) and response.data is not None:
        row.headers["Content-Type"] = response.content_type or Json.media_type
        row.body = Json().render(response.data).decode()
    row.save(update_fields=["status", "headers", "body"])
    return response


def _done(do: Callable[[], HttpResponse]) -> HttpResponse:
    try:
        response = do()
    except OperationalError as error:
        if is_passing(error):
            # The whole of it is tried again.
            raise
        raise _Undone(error) from error
    except Exception as error:
        raise _Undone(error) from error
    if not _is_kept(response):
        raise _Undone(response)
    return response


def _is_kept(response: HttpResponse) -> bool:
    """These may turn out otherwise next time."""
    return response.status_code != 409 and response.status_code < 500


def claim(user: User, key: str, token: str, fingerprint: str, *, now: datetime) -> IdempotencyKey:
    """Insert the row, or wait for whoever did and read theirs. Whose it is, its token says."""
    row = IdempotencyKey(user=user, key=key, token=token, fingerprint=fingerprint, created_at=now)
    if _insert(row):
        return row
    found = IdempotencyKey.objects.get(user=user, key=key)
    if found.token == token or now - found.created_at <= KEPT:
        return found
    # Too old to count, and not yet forgotten.
    found.delete()
    return row if _insert(row) else IdempotencyKey.objects.get(user=user, key=key)


def _insert(row: IdempotencyKey) -> bool:
    """Insert it, or wait for whoever did; False where only a look tells whose it is."""
    if connection.vendor != "postgresql":
        # SQLite has a limit of its own, and one writer at a time.
        IdempotencyKey.objects.bulk_create([row], ignore_conflicts=True)
        return False
    try:
        return _insert_with_patience(row)
    except OperationalError as error:
        if "lock timeout" not in str(error):
            raise
        text = _("The first request with this key is still being worked on.")
        raise Refusal(409, "in_progress", text, headers={"Retry-After": "2"}) from error


# One statement instead of four. The limit on waiting holds while the row is inserted, and 0, for ever, from then on.
_INSERT = """
    WITH patience AS (SELECT set_config('lock_timeout', %s, true))
    INSERT INTO api_idempotencykey (user_id, key, token, fingerprint, headers, body, created_at)
    SELECT %s, %s, %s, %s, '{}', '', %s FROM patience
    ON CONFLICT (user_id, key) DO NOTHING
    RETURNING id, set_config('lock_timeout', '0', true)
"""


def _insert_with_patience(row: IdempotencyKey) -> bool:
    with connection.cursor() as cursor:
        values: list[Any] = [f"{PATIENCE_SECONDS}s", row.user_id, row.key, row.token, row.fingerprint, row.created_at]
        cursor.execute(_INSERT, values)
        if made := cursor.fetchone():
            row.pk = made[0]
            return True
        cursor.execute("SELECT set_config('lock_timeout', '0', true)")
        return False


def _again(row: IdempotencyKey, fingerprint: str, look_again: Callable[[], None]) -> HttpResponse:
    if row.fingerprint != fingerprint:
        text = _("This key came with another body or address before. Use a new one for something new.")
        raise Refusal(422, "idempotency_key_reused", text)
    # What an error said, or nothing at all, tells of no record.
    if row.body and row.status is not None and row.status < 300:
        look_again()
    response = HttpResponse(row.body.encode(), status=row.status or 500, headers=row.headers)
    if "Content-Type" not in row.headers:
        del response["Content-Type"]
    response["Idempotency-Replayed"] = "true"
    return response


def fingerprint_of(request: Request) -> str:
    """The same for the same address and body. A form's boundary differs with each try, so its parts count."""
    digest = hashlib.sha256(f"{request.method} {request.get_full_path()}\n".encode())
    if any(isinstance(parser, MultiPartParser) for parser in request.parsers or ()):
        for part in sorted(_parts(request)):
            digest.update(part)
    else:
        digest.update(request._request.body)
    return digest.hexdigest()


def _parts(request: Request) -> list[bytes]:
    parts = []
    form: Any = request.data
    for name, values in form.lists():
        for value in values:
            if hasattr(value, "chunks"):
                content = hashlib.sha256()
                for chunk in value.chunks():
                    content.update(chunk)
                value.seek(0)
                parts.append(f"{name}\0{value.name}\0{content.hexdigest()}\n".encode())
            else:
                parts.append(f"{name}\0{value}\n".encode(errors="surrogatepass"))
    return parts


@hourly
def forget_old_answers() -> None:
    """In batches, so that no request waits long for a row."""
    oldest = clock.now() - KEPT
    while ids := list(IdempotencyKey.objects.filter(created_at__lt=oldest).values_list("pk", flat=True)[:BATCH]):
        IdempotencyKey.objects.filter(pk__in=ids).delete()
