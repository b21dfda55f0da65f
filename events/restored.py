"""After a restore: what waited to leave the house may have left it since. Source: RELIABILITY.md 6G."""

from core.backup.after import Restored, after_restore
from events.models import OutboxMessage


@after_restore
def hold_back_deliveries(restored: Restored) -> str:
    """Mark what waited when the backup was made as perhaps sent, so that nobody gets it twice and a person decides.

    Keys stay as they are: whoever sends one again sends it under its old id. After a move nothing was sent since.
    """
    waiting = OutboxMessage.objects.filter(state=OutboxMessage.State.PENDING)
    if restored.is_move:
        waiting.update(lease_until=None, lease_token="")
        return ""
    made_at = f"{restored.made_at:%Y-%m-%d %H:%M} UTC"
    count = waiting.update(
        state=OutboxMessage.State.UNKNOWN,
        lease_until=None,
        lease_token="",
        last_error=f"It waited when the backup of {made_at} was made, and was perhaps sent since.",
    )
    return f"{count} deliveries that waited then are marked as perhaps sent and not sent again." if count else ""
