"""The ways into this app, and the figure beside "Now"."""

from datetime import datetime

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.scope import Scope, scope_of
from complaints.models import Complaint
from complaints.querysets import ComplaintQuerySet
from complaints.queue import ACT_NOW
from core import clock
from core.nav import Badge, register_nav
from core.prepared import prepared

MOST_COUNTED = 99
_KEPT = "_act_now"


def act_now(user: User) -> Badge:
    """How many are overdue or due within 30 minutes, at most 99; red when there are any."""
    kept = user.__dict__.get(_KEPT)
    if isinstance(kept, Badge):
        return kept
    scope = scope_of(user)
    due = _ids_due(scope, clock.now() + ACT_NOW) if scope.may_read else []
    return set_act_now(user, overdue=len(due), soon=0)


def due_now(user: User) -> ComplaintQuerySet:
    """The rows behind the figure, which a page that counts others too counts with them."""
    return _due(scope_of(user), clock.now() + ACT_NOW)


def _due(scope: Scope, until: datetime) -> ComplaintQuerySet:
    return Complaint.objects.within(scope).open().filter(next_due_at__lte=until).order_by()[:MOST_COUNTED]


@prepared
def _ids_due(scope: Scope, until: datetime) -> QuerySet[Complaint, int]:
    return _due(scope, until).values_list("pk", flat=True)


def set_act_now(user: User, *, overdue: int, soon: int) -> Badge:
    """A page that has counted already tells the figure, so that it is not asked for again."""
    count = min(overdue + soon, MOST_COUNTED)
    badge = user.__dict__[_KEPT] = Badge(count, is_hot=count > 0)
    return badge


def register() -> None:
    """Called once from `apps.py`."""
    register_nav("now", "complaints:queue", "inbox", "", act_now, 10, "n", label=_("Now"))
    register_nav(
        "reports", "complaints:reports_to_read", "file-text", "complaints.read_complaints", order=45, label=_("Reports")
    )
    register_nav("tasks", "complaints:tasks", "list-check", "complaints.work_case", order=30, key="t", label=_("Tasks"))
    register_nav("new", "complaints:new", "plus", "complaints.lodge_complaint", label=_("New complaint"))
    register_nav(
        "templates",
        "complaints:template_list",
        "message-2",
        "complaints.manage_templates",
        order=80,
        label=_("Templates"),
        is_foot=True,
    )
    register_nav("find", "complaints:search", "search", "complaints.read_complaints", label=_("Find"))
    guidance = "complaints.read_guidance"
    register_nav(
        "guidance", "complaints:guidance", "quote", guidance, order=70, key="h", label=_("Guidance"), is_foot=True
    )
    register_nav(
        "causes", "complaints:causes", "refresh", "complaints.read_complaints", None, 60, label=_("Recurring causes")
    )
