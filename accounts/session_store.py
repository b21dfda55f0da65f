"""Where sessions are kept: Django's table, read by a prepared query. Their signature is that of Django's own store."""

from datetime import UTC, datetime

from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.contrib.sessions.models import Session
from django.db.models import QuerySet

from core.prepared import prepared


class SessionStore(DatabaseStore):
    # The name is part of what sessions are signed with.
    def _get_session_from_db(self) -> Session | None:
        row = next(iter(_session(self.session_key, datetime.now(UTC))), None) if self.session_key else None
        if row is None:
            self._session_key = None
        return row


@prepared
def _session(key: str, now: datetime) -> QuerySet[Session]:
    return Session.objects.filter(session_key=key, expire_date__gt=now)
