"""What this app announces, on the chain of the subject whose promise it is."""

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from deadlines.kinds import label
from events.notices import register_notice
from events.registry import announce
from events.wording import Words


def _of_kind(words: Promise) -> Words:
    """Say {kind} in the reader's language."""

    def fill(values: Mapping[str, Any]) -> str:
        return str(words).format_map(
            {**values, "kind": label(str(values.get("kind", "")), str(values.get("about", "")))}
        )

    return fill


OPENED = announce("deadline.opened", _of_kind(_("{kind}: due {due_at}")), icon="clock")
MET = announce("deadline.met", _of_kind(_("{kind}: met")), icon="check")
BREACHED = announce("deadline.breached", _of_kind(_("{kind}: not met in time")), icon="alert-triangle")
ESCALATED = announce("deadline.escalated", _of_kind(_("{kind}: escalated, round {round}")), icon="stairs-up")
PAUSED = announce("deadline.paused", _of_kind(_("{kind}: paused")), icon="player-pause")
RESUMED = announce("deadline.resumed", _of_kind(_("{kind}: runs again, due {due_at}")), icon="player-play")
RECOMPUTED = announce("deadline.recomputed", _of_kind(_("{kind}: now due {due_at}")), icon="refresh")
CANCELLED = announce("deadline.cancelled", _of_kind(_("{kind}: no longer needed")), icon="ban")

WARNING_NOTICE = register_notice("deadline.warning", _of_kind(_("{subject}: {kind} is due {due_at}")), icon="clock")
BREACH_NOTICE = register_notice(
    "deadline.breached", _of_kind(_("{subject}: {kind} was due {due_at}")), icon="alert-triangle"
)
ESCALATION_NOTICE = register_notice(
    "deadline.escalated", _of_kind(_("{subject}: {kind} is still open, it was due {due_at}")), icon="stairs-up"
)
# Around the clock, while the store is closed: everybody at once, and by mail without waiting for the digest.
URGENT_NOTICE = register_notice(
    "deadline.urgent",
    _of_kind(_("Urgent. {subject}: {kind} was due {due_at}")),
    icon="alert-triangle",
    mailed_at_once=True,
)
DEAD_NOTICE = register_notice(
    "deadline.dead",
    _of_kind(_("The deadline “{kind}” of {subject} cannot be fired. Look at the log.")),
    icon="ban",
)
CLOCK_NOTICE = register_notice(
    "deadline.clock", _("The server’s clock jumped by {seconds} seconds. Check its time service."), icon="ban"
)
NOBODY_NOTICE = register_notice(
    "deadline.nobody", _of_kind(_("{subject}: {kind} is overdue, and nobody is on duty to be told")), icon="users"
)
