"""Promises with a time, what fired, and who looked last. Source: TIMERS.md 5."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from deadlines.querysets import DeadlineQuerySet


class State(models.TextChoices):
    PENDING = "pending", _("running")
    MET = "met", _("met")
    BREACHED = "breached", _("overdue")
    PAUSED = "paused", _("paused")
    CANCELLED = "cancelled", _("no longer needed")


# Not kept yet, and still wanted.
OPEN_STATES = (State.PENDING, State.PAUSED, State.BREACHED)


class Clock(models.TextChoices):
    WORKING = "working", _("working time")
    AROUND_THE_CLOCK = "24x7", _("around the clock")


class Deadline(models.Model):
    """One promise with a time. It is met, or it breaches and escalates.

    `due_at` is derived from `length` and `spans` in the calendars of the spans, never patched; folding the subject's
    events gives the same row (deadlines/rebuild.py). A promise met late has both `breached_at` and `met_at`.
    """

    kind = models.CharField(max_length=40)
    subject_type = models.CharField(max_length=40)
    subject_id = models.BigIntegerField()
    # Which one, where a subject may have several of a kind at once, as statutory clocks are; blank for all others.
    about = models.CharField(max_length=80, blank=True, default="")
    department = models.ForeignKey("accounts.Department", models.PROTECT, related_name="+", db_index=False)
    severity_class = models.SmallIntegerField()

    # The rule it was made by. A promise with its own date (a regulator's) is fixed: policies do not move it.
    policy_version = models.PositiveIntegerField()
    length = models.CharField(max_length=40)
    is_fixed = models.BooleanField(default=False)
    clock = models.CharField(max_length=8, choices=Clock)
    # Somebody chose the clock for this one (danger to people), so the policy's does not replace it.
    has_own_clock = models.BooleanField(default=False)
    # The calendar it runs in now, and the version its due time was last checked against.
    calendar = models.ForeignKey("accounts.Calendar", models.PROTECT, null=True, related_name="+", db_index=False)
    calendar_version = models.PositiveIntegerField(default=0)

    started_at = models.DateTimeField()
    due_at = models.DateTimeField()
    # [{"from", "to" or null, "calendar_id" or null, "version", "why"}], oldest first; the last one runs or is closed.
    spans: Any = models.JSONField(default=list)
    state = models.CharField(max_length=9, choices=State, default=State.PENDING)
    met_at = models.DateTimeField(null=True)
    breached_at = models.DateTimeField(null=True)

    # The ladder: when the next rung is due (nothing fires any more: null), the last one reached, how often it fired.
    next_fire_at = models.DateTimeField(null=True)
    reached = models.FloatField(default=0.0)
    round = models.PositiveIntegerField(default=0)
    # Catching up after an outage puts later rungs off by this much of the promise's own time.
    put_off = models.DurationField()
    # Rises with each change of the schedule: what a sweep read before it is void.
    generation = models.PositiveIntegerField(default=1)
    attempts = models.PositiveSmallIntegerField(default=0)
    last_error = models.CharField(max_length=200, blank=True)
    is_dead = models.BooleanField(default=False)

    objects = DeadlineQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        default_permissions = ()
        indexes = [
            # The sweep and the health check read by it; what is not due costs nothing.
            models.Index(fields=["next_fire_at", "id"], condition=Q(next_fire_at__isnull=False), name="deadline_next"),
            # All deadlines of one subject, also the closed ones.
            models.Index(fields=["subject_type", "subject_id"], name="deadline_subject"),
            # A department's open promises, nearest first; also those to move when it gets another calendar.
            models.Index(
                fields=["department", "state", "due_at"],
                condition=Q(state__in=["pending", "paused", "breached"]),
                name="deadline_department",
            ),
            # What a sweep gave up, for the health check.
            models.Index(fields=["id"], condition=Q(is_dead=True), name="deadline_dead"),
            # What to recompute when a calendar or a policy changes.
            models.Index(
                fields=["calendar", "calendar_version"],
                condition=Q(state__in=["pending", "paused", "breached"]),
                name="deadline_calendar",
            ),
            models.Index(
                fields=["kind", "policy_version"],
                condition=Q(state__in=["pending", "paused", "breached"]),
                name="deadline_kind",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["subject_type", "subject_id", "kind", "about"],
                condition=Q(state__in=["pending", "paused", "breached"]),
                name="one_open_deadline_a_kind",
            ),
            models.CheckConstraint(
                condition=Q(state="met", met_at__isnull=False)
                | Q(state="breached", breached_at__isnull=False, met_at=None)
                | Q(state="pending", breached_at=None, met_at=None)
                | Q(state__in=["paused", "cancelled"], met_at=None),
                name="deadline_state_has_its_instants",
            ),
            # What is over, stands still or is given up does not fire.
            models.CheckConstraint(
                condition=Q(next_fire_at=None) | Q(state__in=["pending", "breached"], is_dead=False),
                name="deadline_fires_only_while_it_runs",
            ),
            models.CheckConstraint(
                condition=Q(clock="24x7", calendar=None) | Q(clock="working", calendar__isnull=False),
                name="deadline_working_time_has_calendar",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.subject_type} {self.subject_id}"

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_STATES

    @property
    def is_late(self) -> bool:
        """It was broken, whether or not it was met afterwards."""
        return self.breached_at is not None


class Firing(models.Model):
    """A rung that was fired. Unique, so that two sweeps can never both do it."""

    deadline = models.ForeignKey(Deadline, models.CASCADE, related_name="firings", db_index=False)
    generation = models.PositiveIntegerField()
    round = models.PositiveIntegerField()
    rung = models.FloatField()
    # The rungs whose people were told, and those an outage passed over.
    told = models.JSONField(default=list)
    passed_over = models.JSONField(default=list)
    planned_at = models.DateTimeField()
    fired_at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["deadline", "generation", "round"], name="one_firing_a_round"),
        ]

    def __str__(self) -> str:
        return f"{self.deadline_id} round {self.round}"


class CalendarSnapshot(models.Model):
    """Opening hours as they were in one version, so that a due time can be explained and rebuilt later."""

    calendar = models.ForeignKey("accounts.Calendar", models.CASCADE, related_name="+", db_index=False)
    version = models.PositiveIntegerField()
    # Text, not JSON: what is the same text is the same calendar, and is parsed once.
    definition = models.TextField()

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["calendar", "version"], name="one_snapshot_a_version"),
        ]

    def __str__(self) -> str:
        return f"{self.calendar_id} version {self.version}"


class Recomputation(models.Model):
    """A change of a policy, a calendar or a department whose open deadlines the sweep recomputes, batch by batch.

    Saving a calendar with ten thousand open deadlines writes one of these rows and is done.
    """

    class Cause(models.TextChoices):
        POLICY = "policy"
        CALENDAR = "calendar"
        DEPARTMENT = "department"

    cause = models.CharField(max_length=10, choices=Cause)
    # A policy's key, or the id of a calendar or department.
    reference = models.CharField(max_length=64)
    changed_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["id"]
        default_permissions = ()
        indexes = [
            models.Index(fields=["id"], condition=Q(finished_at=None), name="recomputation_unfinished"),
        ]

    def __str__(self) -> str:
        return f"{self.cause} {self.reference}"


class SweepHeartbeat(models.Model):
    """When a sweep was last completed, by what started it (beat, watchdog, hand)."""

    trigger = models.CharField(max_length=16, primary_key=True)
    completed_at = models.DateTimeField()
    fired = models.PositiveIntegerField(default=0)
    # Of the worst row of that sweep, in seconds.
    worst_lateness = models.FloatField(default=0.0)
    # Until when clocks count as doubtful: mass mail waits, health says so.
    clock_doubted_until = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.trigger} {self.completed_at}"
