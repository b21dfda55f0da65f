"""What happened, for ever; what leaves the house; what somebody should know."""

import json
from functools import cached_property
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from events.notice_words import notice_kind, notice_text
from events.querysets import EventQuerySet, NotificationQuerySet, OutboxQuerySet, TextRevisionQuerySet


class Event(models.Model):
    """One thing that happened to one subject. Never changed, never deleted: triggers refuse it.

    `hash` covers every column but `id`, and the hash before it, so each subject has a chain of its own.
    """

    subject_type = models.CharField(max_length=40)
    subject_id = models.BigIntegerField()
    seq = models.PositiveIntegerField()
    type = models.CharField(max_length=64)
    # Indexed for the auditor's "what did this person do".
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    # Text, not jsonb: jsonb keeps neither the order of keys nor the digits of numbers, and the hash is over bytes.
    data_text = models.TextField(db_column="data", default="{}")
    previous_hash = models.CharField(max_length=64, blank=True)
    hash = models.CharField(max_length=64)

    objects = EventQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        default_permissions = ()
        indexes = [
            # Read by figures and reports: what happened of one kind in a period.
            models.Index(fields=["type", "at"], name="event_type_at"),
        ]
        constraints = [
            # Also the index of every timeline and of `verify_events`. The feed reads by id.
            models.UniqueConstraint(fields=["subject_type", "subject_id", "seq"], name="one_event_a_step"),
        ]

    def __str__(self) -> str:
        return f"{self.subject} {self.seq} {self.type}"

    @property
    def subject(self) -> str:
        return f"{self.subject_type}:{self.subject_id}"

    @cached_property
    def data(self) -> dict[str, Any]:
        """The event's values; instants, amounts and lengths are text."""
        values: dict[str, Any] = json.loads(self.data_text)
        return values


class EventHead(models.Model):
    """The last event of a subject. Its row lock gives the next number; it shows when the end of a chain was cut off."""

    subject_type = models.CharField(max_length=40)
    subject_id = models.BigIntegerField()
    seq = models.PositiveIntegerField(default=0)
    hash = models.CharField(max_length=64, blank=True)
    last_event_id = models.BigIntegerField(null=True)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["subject_type", "subject_id"], name="one_head_a_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.subject_type}:{self.subject_id} {self.seq}"


class EventCheckpoint(models.Model):
    """A signed statement of how many events there were up to an id, and what they were.

    `digest` = SHA-256 over the digest before and the ids and hashes of all events since, by id.
    """

    number = models.PositiveIntegerField(unique=True)
    at = models.DateTimeField()
    last_event_id = models.BigIntegerField()
    event_count = models.BigIntegerField()
    digest = models.CharField(max_length=64)
    previous_signature = models.CharField(max_length=64, blank=True)
    signature = models.CharField(max_length=64)

    class Meta:
        ordering = ["number"]
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.number}: {self.event_count}"


class TextRevision(models.Model):
    """The text that a personal field had before a change. The event holds only a digest of it.

    Erasure blanks text and salt: then nobody can find out from the digest what it was.
    """

    subject_type = models.CharField(max_length=40)
    subject_id = models.BigIntegerField()
    field = models.CharField(max_length=64)
    text = models.TextField(blank=True)
    salt = models.CharField(max_length=32, blank=True)
    event = models.ForeignKey(Event, models.PROTECT, related_name="texts")
    erased_at = models.DateTimeField(null=True)

    objects = TextRevisionQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        default_permissions = ()
        indexes = [
            # Read by the history of one subject, and by erasure.
            models.Index(fields=["subject_type", "subject_id"], name="text_revision_subject"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["event", "field"], name="one_old_text_a_field"),
            models.CheckConstraint(
                condition=Q(erased_at=None) & ~Q(salt="") | Q(erased_at__isnull=False, text="", salt=""),
                name="text_erased_with_its_salt",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subject_type}:{self.subject_id} {self.field}"


class OutboxMessage(models.Model):
    """Something that must leave the house, written in the transaction that made it necessary. Source: TIMERS.md 5."""

    class State(models.TextChoices):
        PENDING = "pending", _("Waiting")
        SENT = "sent", _("Sent")
        FAILED = "failed", _("Failed")
        UNKNOWN = "unknown", _("Perhaps sent")

    # The stable id: the receiver may use it to drop what comes twice.
    key = models.CharField(max_length=200, unique=True)
    channel = models.CharField(max_length=32)
    recipient = models.CharField(max_length=320)
    payload = models.JSONField(default=dict)
    state = models.CharField(max_length=8, choices=State, default=State.PENDING)
    created_at = models.DateTimeField()
    next_attempt_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    lease_token = models.CharField(max_length=32, blank=True)
    sent_at = models.DateTimeField(null=True)
    provider_id = models.CharField(max_length=200, blank=True)
    last_error = models.CharField(max_length=500, blank=True)

    objects = OutboxQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        default_permissions = ()
        indexes = [
            # Read by the dispatcher each second, and by health: the oldest unsent.
            models.Index(fields=["next_attempt_at"], condition=Q(state="pending"), name="outbox_due"),
            # Read by the page of what could not be delivered.
            models.Index(fields=["id"], condition=Q(state__in=["failed", "unknown"]), name="outbox_undelivered"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(lease_until=None, lease_token="") | Q(lease_until__isnull=False) & ~Q(lease_token=""),
                name="outbox_lease_has_token",
            ),
            models.CheckConstraint(
                condition=~Q(state="sent") | Q(sent_at__isnull=False), name="outbox_sent_has_instant"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.key}"


class Notification(models.Model):
    """One line behind a person's bell, kept as code and values and put into words when it is read."""

    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="notifications", db_index=False
    )
    code = models.CharField(max_length=64)
    # What it is about, once: a deadline's round, an event. The same key never rings twice.
    key = models.CharField(max_length=200)
    url = models.CharField(max_length=300)
    values_text = models.TextField(db_column="values", default="{}")
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)

    objects = NotificationQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-id"]
        default_permissions = ()
        indexes = [
            # Read by the page of notifications, newest first, and by the digest of a window.
            models.Index(fields=["recipient", "-at"], name="notification_newest"),
            # Read by the bell of every page.
            models.Index(fields=["recipient"], condition=Q(read_at=None), name="notification_unread"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["recipient", "key"], name="one_notification_a_key"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.key}"

    @cached_property
    def values(self) -> dict[str, Any]:
        values: dict[str, Any] = json.loads(self.values_text or "{}")
        return values

    @property
    def text(self) -> str:
        """The notice in the language and zone of whoever reads it now."""
        return notice_text(self.code, self.values)

    @property
    def icon(self) -> str:
        kind = notice_kind(self.code)
        return kind.icon if kind else "bell"
