"""What recurring causes, root causes and suggestions announce. Values are codes and references."""

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.models import User
from accounts.scope import scope_of
from complaints.models import Cause, RootCause
from events.notices import register_notice
from events.readers import let_read
from events.registry import announce

Values = Mapping[str, Any]


def _opened(values: Values) -> str:
    count = int(values.get("count", 0))
    if values.get("is_by_rule"):
        text = ngettext(
            "Opened by itself: %(count)s complaint in %(days)s days",
            "Opened by itself: %(count)s complaints in %(days)s days",
            count,
        )
        return text % {"count": count, "days": values.get("days", "…")}
    text = ngettext("{actor} opened it with {count} complaint", "{actor} opened it with {count} complaints", count)
    return text.format(actor=values["actor"], count=count)


def _assigned(values: Values) -> str:
    if not values.get("owner"):
        return _("Nobody owns it")
    return _("{owner} owns it").format(owner=values["owner"])


def _checked(values: Values) -> str:
    if values.get("is_effective"):
        return _("{actor} checked it: it helped. Closed.").format(actor=values["actor"])
    return _("{actor} checked it: it did not help. Opened again.").format(actor=values["actor"])


OPENED = announce("cause.opened", _opened, icon="refresh")
LINKED = announce("cause.complaint_linked", gettext_lazy("It came again: a complaint was linked"), icon="link")
ASSIGNED = announce("cause.assigned", _assigned, icon="user-check")
PLANNED = announce(
    "cause.planned", gettext_lazy("{actor} planned the corrective action, until {due_on}"), icon="pencil"
)
DONE = announce("cause.done", gettext_lazy("{actor} reported the corrective action as done"), icon="check")
CHECKED = announce("cause.checked", _checked, icon="clipboard-check")

ROOT_CAUSE_CREATED = announce("root_cause.created", gettext_lazy("{actor} added the root cause"), icon="tag")
ROOT_CAUSE_CHANGED = announce("root_cause.changed", gettext_lazy("{actor} changed the root cause"), icon="tag")

OPENED_NOTICE = register_notice("cause.opened", gettext_lazy("Recurring cause {number} was opened"), icon="refresh")
GIVEN_NOTICE = register_notice(
    "cause.assigned_to_you", gettext_lazy("{by} gave you the recurring cause {number}"), icon="user-check"
)
AGAIN_NOTICE = register_notice(
    "cause.came_again", gettext_lazy("{number} came again after its corrective action"), icon="refresh"
)
ANSWERED_NOTICE = register_notice(
    "suggestion.answered", gettext_lazy("{by} answered a suggestion that you kept from {number}"), icon="bulb"
)


def _root_causes(user: User) -> QuerySet[RootCause]:
    may_read = scope_of(user).may_read or user.has_perm("complaints.manage_categories")
    return RootCause.objects.all() if may_read else RootCause.objects.none()


let_read("cause", Cause.objects.visible_to)
let_read("rootcause", _root_causes)
