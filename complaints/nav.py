"""The ways into this app, and the figure beside "Now"."""

from django.utils.translation import gettext_lazy as _

from accounts.models import User
from complaints.models import Complaint
from complaints.queue import ACT_NOW
from core import clock
from core.nav import Badge, register_nav

MOST_COUNTED = 99
_KEPT = "_act_now"


def act_now(user: User) -> Badge:
    """How many are overdue or due within 30 minutes, at most 99; red when there are any."""
    kept = user.__dict__.get(_KEPT)
    if isinstance(kept, Badge):
        return kept
    due = Complaint.objects.visible_to(user).open().filter(next_due_at__lte=clock.now() + ACT_NOW)
    return set_act_now(user, overdue=due[:MOST_COUNTED].count(), soon=0)


def set_act_now(user: User, *, overdue: int, soon: int) -> Badge:
    """A page that has counted already tells the figure, so that it is not asked for again."""
    count = min(overdue + soon, MOST_COUNTED)
    badge = user.__dict__[_KEPT] = Badge(count, is_hot=count > 0)
    return badge


def register() -> None:
    """Called once from `apps.py`."""
    register_nav("now", "complaints:queue", "inbox", "", act_now, 10, "n", label=_("Now"))
    register_nav("new", "complaints:new", "plus", "complaints.lodge_complaint", label=_("New complaint"))
    register_nav("find", "complaints:search", "search", "complaints.read_complaints", label=_("Find"))
