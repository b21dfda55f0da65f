"""Named questions about versions of policies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Exists, F, OuterRef

if TYPE_CHECKING:
    from policies.models import PolicyVersion  # noqa: F401


class PolicyVersionQuerySet(models.QuerySet["PolicyVersion"]):
    def current(self) -> PolicyVersionQuerySet:
        """The newest version of each key that was ever changed."""
        newer = self.model._default_manager.filter(key=OuterRef("key"), version=OuterRef("version") + 1)
        return self.filter(~Exists(newer))

    def of(self, key: str) -> PolicyVersionQuerySet:
        """One policy's history, newest first."""
        return self.filter(key=key).order_by(F("version").desc())
