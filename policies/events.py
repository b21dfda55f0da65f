"""What this app announces."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from events.registry import announce
from policies.defaults import SPECS


def _changed(values: Mapping[str, Any]) -> str:
    key = values["key"]
    label = SPECS[key].label if key in SPECS else key
    return _("{actor} changed the policy “{policy}”").format(actor=values["actor"], policy=label)


CHANGED = announce("policy.changed", _changed, icon="adjustments")
