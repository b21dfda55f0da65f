"""The product as it would be with its two guards of the API taken away: what the controls of the races run against.

A server is started on `tests.crash.careless` instead of `config.wsgi`.
"""

import os
import time
from importlib import import_module
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()
# The nouns are found by way of the addresses.
import_module("api.urls")

from api import idempotency, views  # noqa: E402
from api.models import IdempotencyKey  # noqa: E402
from api.nouns import complaints  # noqa: E402
from api.rendering import Json  # noqa: E402
from complaints.actions.locking import locked  # noqa: E402
from complaints.actions.record import change_complaint  # noqa: E402
from core import clock  # noqa: E402
from core.actions import action  # noqa: E402

# Time for the others to read the same.
MEANWHILE = 0.1


def answer_twice(request: Any, key: str, do: Any, refuse: Any, look_again: Any) -> Any:
    """Look for the key first and keep it afterwards: nobody waits at a row that was inserted before."""
    fingerprint = idempotency.fingerprint_of(request)
    row = IdempotencyKey.objects.filter(user=request.user, key=key).first()
    if row is not None:
        return idempotency._again(row, fingerprint, look_again)
    time.sleep(MEANWHILE)
    response = action(do)()
    row = IdempotencyKey(user=request.user, key=key, fingerprint=fingerprint, created_at=clock.now())
    row.status, row.body = response.status_code, Json().render(response.data).decode()
    IdempotencyKey.objects.bulk_create([row], ignore_conflicts=True)
    return response


@action
def change_whatever_is_there(complaint_id: int, *, expected_version: int, by: Any, **told: Any) -> Any:
    """Compare the version nowhere but in the view, before the record is locked."""
    time.sleep(MEANWHILE)
    return change_complaint(complaint_id, expected_version=locked(complaint_id, by=by).version, by=by, **told)


setattr(views, "answer_once", answer_twice)  # noqa: B010
setattr(complaints, "change_complaint", change_whatever_is_there)  # noqa: B010
# On SQLite the transaction is the lock: the view looks before it begins.
setattr(views, "action", lambda handler: handler)  # noqa: B010
