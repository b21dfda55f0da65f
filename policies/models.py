"""Figures and rules that managers edit: every version is kept, none is changed."""

import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from policies.defaults import SPECS
from policies.querysets import PolicyVersionQuerySet


class Policy(models.Model):
    """One key of the table of defaults. Its row lock orders the changes; `version` 0 is the default in the code."""

    key = models.CharField(_("key"), max_length=64, unique=True)
    version = models.PositiveIntegerField(_("version"), default=0)

    class Meta:
        ordering = ["key"]
        default_permissions = ()
        verbose_name = _("policy")
        verbose_name_plural = _("policies")

    def __str__(self) -> str:
        return self.key

    @property
    def label(self) -> str | Promise:
        return SPECS[self.key].label if self.key in SPECS else self.key


class PolicyMark(models.Model):
    """One row, whose mark is new with each change of any policy: by it a process knows that what it read still holds.

    Random, so that the mark of a change that was undone never comes again.
    """

    mark = models.UUIDField(default=uuid.uuid4)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.mark)


class PolicyVersion(models.Model):
    """The value of a policy from one instant on, until the next version. Append-only: triggers refuse changes."""

    key = models.CharField(max_length=64)
    version = models.PositiveIntegerField()
    value: Any = models.JSONField()
    valid_from = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False)

    objects = PolicyVersionQuerySet.as_manager()

    class Meta:
        ordering = ["key", "version"]
        default_permissions = ()
        constraints = [
            # Also the index by which the current value and the history are read.
            models.UniqueConstraint(fields=["key", "version"], name="one_policy_a_version"),
            models.CheckConstraint(condition=Q(version__gte=1), name="policy_version_counts_from_one"),
        ]

    def __str__(self) -> str:
        return f"{self.key} {self.version}"
