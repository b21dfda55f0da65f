"""What this app announces."""

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from events.readers import let_read
from events.registry import announce
from policies.defaults import SPECS
from policies.models import Policy


def _changed(values: Mapping[str, Any]) -> str:
    key = values["key"]
    label = SPECS[key].label if key in SPECS else key
    return _("{actor} changed the policy “{policy}”").format(actor=values["actor"], policy=label)


CHANGED = announce("policy.changed", _changed, icon="adjustments")


def _policies(user: Any) -> QuerySet[Policy]:
    return Policy.objects.all() if user.has_perm("policies.view_policies") else Policy.objects.none()


let_read("policy", _policies)
