"""What a user may do here."""

from events.notices import mark_read as mark_notifications_read

__all__ = ["mark_notifications_read"]
