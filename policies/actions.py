"""The one write on policies."""

import uuid
from typing import Any

from django.utils.translation import gettext_lazy as _

from core import clock
from core.actions import action
from core.errors import Blocked, Blocker, Conflict, PermissionDenied
from events.log import record_event
from policies import events
from policies.defaults import SPECS
from policies.models import Policy, PolicyMark, PolicyVersion
from policies.reading import forget, policy, value_of
from policies.rules import contradictions
from policies.validators import Invalid

CHANGE = "policies.change_policies"


@action
def set_policy(key: str, value: Any, *, by: Any, expected_version: int | None = None) -> Policy:
    """Give a policy a new value from now on; the old versions stay. The same value again changes nothing.

    `by` is None for the system. Raises KeyError for an unknown key, PermissionDenied, Conflict when
    `expected_version` is no longer the current one, Blocked with what is wrong with the value.
    """
    if by is not None and not by.has_perm(CHANGE):
        raise PermissionDenied("not_policy_editor", _("Only a manager changes policies."))
    clean = cleaned(key, value)
    row = _locked(key)
    current = value_of(key, row.version)
    if expected_version is not None and row.version != expected_version:
        raise Conflict("policy_changed", current=current)
    if clean == current:
        return row
    row.version += 1
    row.save(update_fields=["version"])
    PolicyVersion.objects.create(key=key, version=row.version, value=clean, valid_from=clock.now(), by=by)
    PolicyMark.objects.update_or_create(pk=1, defaults={"mark": uuid.uuid4()})
    # The next question, of a subscriber too, must see the new value.
    forget()
    record_event(events.CHANGED, row, by=by, key=key, version=row.version)
    return row


def cleaned(key: str, value: Any) -> Any:
    """Return the value as it will be stored. Raises KeyError, or Blocked with a sentence for what is wrong."""
    try:
        clean = SPECS[key].validate(value)
    except Invalid as error:
        raise Blocked([Blocker("invalid_policy", error.sentence)]) from error
    if blockers := contradictions(key, clean, policy):
        raise Blocked(blockers)
    return clean


def _locked(key: str) -> Policy:
    Policy.objects.bulk_create([Policy(key=key)], ignore_conflicts=True)
    return Policy.objects.select_for_update().get(key=key)
